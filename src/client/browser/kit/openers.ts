// Fills in for older browsers: `command` buttons, `closedby`, popovers placed beside their button.

const knowsCommands = "commandForElement" in HTMLButtonElement.prototype
const knowsClosedBy = "closedBy" in HTMLDialogElement.prototype
const knowsAnchors = CSS.supports("position-area", "top")

export function openerClick(event: Event, target: Element): void {
  const button = target.closest<HTMLButtonElement>("button[commandfor]:not(:disabled)")
  if (button && !knowsCommands && !event.defaultPrevented) run(button)
  if (!knowsClosedBy && target.matches("dialog[open][closedby=any]"))
    // The selector names it.
    (target as HTMLDialogElement).close()
}

function run(button: HTMLButtonElement): void {
  // The selector of buttons above needs the attribute.
  const element = document.getElementById(button.getAttribute("commandfor")!)
  if (!(element instanceof HTMLDialogElement)) return
  const command = button.getAttribute("command")
  if (command === "show-modal" && !element.open) element.showModal()
  if (command === "close") element.close()
}

/** Below its button and inside of the window, where the stylesheet cannot say so. */
export function placePopover(event: ToggleEvent, target: Element): void {
  if (knowsAnchors || !target.matches("[data-popover][popover]") || event.newState !== "open")
    return
  // Only elements of HTML are opened as popovers.
  const popover = target as HTMLElement
  const button = [...document.querySelectorAll(`[popovertarget="${CSS.escape(popover.id)}"]`)].find(
    one => one.getClientRects().length > 0,
  )
  if (!button) return
  const { left, bottom, top } = button.getBoundingClientRect()
  const { width, height } = popover.getBoundingClientRect()
  const below = bottom + height + 8 > innerHeight && top > height + 8 ? top - height - 8 : bottom
  popover.style.top = `${below}px`
  popover.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`
}
