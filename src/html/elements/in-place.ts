// Suspended places inside of text, a template or noscript: no script could find a mark there, so the page waits for them.
import { toMarkup } from "../markup/child.ts"
import { type Markup, type Part, Parts, Sequence, Suspended } from "../markup/markup.ts"

/** Elements whose content the parser reads as text, or puts where a script does not look. */
const textElements = new Set([
  "title",
  "textarea",
  "template",
  "noscript",
  "xmp",
  "iframe",
  "noembed",
  "noframes",
  "plaintext",
])

/** Whether suspended content inside of the element (lower case) has to arrive in its place. */
export const holdsText = (tag: string): boolean => textElements.has(tag)

/** The same parts, but whatever is suspended in them waits in its place. */
export function inPlace(parts: readonly Part[]): readonly Part[] {
  if (parts.every(part => typeof part === "string")) return parts
  return parts.map(part => {
    if (part instanceof Suspended)
      return new Suspended(part.fallback, later(part.content), part.abort, true)
    if (part instanceof Sequence) return part.map(value => inPlaceMarkup(toMarkup(value)))
    return part instanceof Promise ? later(part) : part
  })
}

const inPlaceMarkup = (markup: Markup): Markup => {
  const parts = inPlace(markup.parts)
  return parts === markup.parts ? markup : new Parts(parts)
}

function later(content: Promise<Markup>): Promise<Markup> {
  const changed = content.then(inPlaceMarkup)
  // Its reader comes later: a rejection until then is not "unhandled".
  changed.catch(() => {})
  return changed
}
