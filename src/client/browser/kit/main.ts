// The kit's script: the keyboards of the components. It listens on the document and keeps nothing per element, so that a
// morph does no harm and what a patch brings works at once.
import { themeClick } from "./theme.ts"

document.addEventListener("click", event => {
  if (event.target instanceof Element) themeClick(event.target)
})
