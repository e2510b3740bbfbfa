// The kit's script: the keyboards of the components. It listens on the document and keeps nothing per element, so that a
// morph changes nothing and new elements of a patch work at once.
import { hideFailedPictures, pictureFailed } from "./avatar.ts"
import { listenForComboboxes } from "./combobox.ts"
import { listenForCopying } from "./copy.ts"
import { listenForDropzones } from "./dropzone.ts"
import { editClick, editPress, shortcutKey } from "./keys.ts"
import { listClick, listClose, listInput, listKey, listPointer, openByShortcut } from "./list.ts"
import { menuClick, menuKey, menuToggle } from "./menu.ts"
import { openerClick, placePopover } from "./openers.ts"
import { sidebarClick } from "./sidebar.ts"
import { listenForSliders } from "./slider.ts"
import { tabClick, tabKey } from "./tabs.ts"
import { themeClick, themeStorage } from "./theme.ts"
import { toastClick, toastEnd, toastStart } from "./toast.ts"
import { hideTooltips, showTooltips } from "./tooltip.ts"

/** Toggle and close events do not bubble, so everything listens on the way down or up as it needs. */
function listen<K extends keyof DocumentEventMap>(
  type: K,
  capture: boolean,
  ...handlers: readonly ((event: DocumentEventMap[K], target: Element) => void)[]
): void {
  const run = (event: DocumentEventMap[K]): void => {
    for (const handler of handlers)
      if (event.target instanceof Element) handler(event, event.target)
  }
  document.addEventListener(type, run, capture)
}

const LOADED = Symbol.for("nitro.kit")
// This file alone writes the member.
const page = document as Document & { [LOADED]?: true }

if (!page[LOADED]) {
  page[LOADED] = true
  listen(
    "click",
    false,
    openerClick,
    tabClick,
    menuClick,
    listClick,
    toastClick,
    themeClick,
    sidebarClick,
    editClick,
  )
  listen("keydown", false, hideTooltips, openByShortcut, tabKey, menuKey, listKey, shortcutKey)
  listen("mousedown", false, editPress)
  listen("input", false, listInput)
  listen("pointerover", false, showTooltips)
  // Not "over": a list that opens or scrolls under a resting pointer is not pointed at.
  listen("pointermove", false, listPointer)
  listen("focusin", false, showTooltips)
  listen("toggle", true, placePopover, menuToggle)
  listen("close", true, listClose)
  listen("error", true, pictureFailed)
  listen("animationstart", false, toastStart)
  listen("animationend", false, toastEnd)
  addEventListener("storage", themeStorage)
  hideFailedPictures()
  listenForComboboxes()
  listenForSliders()
  listenForDropzones()
  listenForCopying()
}
