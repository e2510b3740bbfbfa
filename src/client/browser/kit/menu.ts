// Menus: arrows, Home, End and typed letters move the focus; Tab and a choice close the menu.
import { elementFor, isPlainKey, UPRIGHT } from "./move.ts"

const itemsOf = (menu: Element): HTMLElement[] => [
  ...menu.querySelectorAll<HTMLElement>("[role^=menuitem]:not(:disabled, [aria-disabled=true])"),
]

let typed = ""
let typedAt = 0

export function menuToggle(event: ToggleEvent, target: Element): void {
  const menu = target.matches(".dropdown-menu > [popover]") && target.querySelector("[role=menu]")
  // The event comes a moment later: after opening by a key the focus is inside by now, and may have moved on.
  if (!menu || event.newState !== "open" || menu.contains(document.activeElement)) return
  itemsOf(menu)[0]?.focus()
}

export function menuClick(_event: Event, target: Element): void {
  // Items that are on and off leave the menu open: there may be more to choose.
  target
    .closest("[role=menuitem]")
    ?.closest<HTMLElement>(".dropdown-menu > [popover]")
    ?.hidePopover()
}

export function menuKey(event: Event, target: Element): void {
  if (!(event instanceof KeyboardEvent) || !isPlainKey(event)) return
  const menu = target.closest(".dropdown-menu [role=menu]")
  if (menu) keyInMenu(event, menu, target)
  else if (
    target.matches("[popovertarget][aria-haspopup=menu]") &&
    UPRIGHT.some(key => key === event.key)
  ) {
    event.preventDefault()
    // The selector above needs the attribute.
    const popover = document.getElementById(target.getAttribute("popovertarget")!)
    if (!popover || popover.matches(":popover-open")) return
    const button = target as HTMLElement // nothing else has `popovertarget`
    button.click()
    itemsOf(popover)
      .at(event.key === "ArrowUp" ? -1 : 0)
      ?.focus()
  }
}

function keyInMenu(event: KeyboardEvent, menu: Element, target: Element): void {
  const items = itemsOf(menu)
  if (event.key === "Tab") {
    menu.closest<HTMLElement>("[popover]")?.hidePopover()
    return
  }
  if (event.key === " " && target instanceof HTMLAnchorElement) {
    event.preventDefault()
    target.click()
    return
  }
  const item =
    elementFor(event.key, UPRIGHT, items, target) ??
    (/^\S$/u.test(event.key) ? itemByLetter(event, items, target) : undefined)
  if (!item) return
  event.preventDefault()
  item.focus()
}

/** Letters typed within half a second make a word; the same letter again goes to the next item that begins with it. */
function itemByLetter(
  event: KeyboardEvent,
  items: readonly HTMLElement[],
  current: Element,
): HTMLElement | undefined {
  typed = (event.timeStamp - typedAt < 500 ? typed : "") + event.key.toLowerCase()
  typedAt = event.timeStamp
  const word = /^(.)\1*$/u.test(typed) ? typed.slice(0, 1) : typed
  // Any other value is not in the list: -1.
  const at = items.indexOf(current as HTMLElement)
  const from = word.length > 1 ? at : at + 1
  const inOrder = [...items.slice(Math.max(from, 0)), ...items.slice(0, Math.max(from, 0))]
  return inOrder.find(item => item.textContent.trim().toLowerCase().startsWith(word))
}
