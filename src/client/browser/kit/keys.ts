// Keys of controls: the `aria-keyshortcuts` of a field focus it, those of anything else click it. And the buttons of a field edited in place.

/** Those inputs that take no text. */
const buttonTypes = new Set([
  "button",
  "checkbox",
  "color",
  "file",
  "image",
  "radio",
  "range",
  "reset",
  "submit",
])

function takesText(target: Element): boolean {
  if (target instanceof HTMLInputElement) return !buttonTypes.has(target.type)
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  )
}

/** Whether the key is one of the alternatives of `shortcuts`: `Control+S F2`. */
function isOneOf(shortcuts: string, event: KeyboardEvent): boolean {
  return shortcuts.split(/\s+/).some(shortcut => {
    const parts = shortcut.toLowerCase().split("+")
    const key = parts.pop()
    return (
      key === (event.key === " " ? "space" : event.key.toLowerCase()) &&
      parts.includes("control") === event.ctrlKey &&
      parts.includes("alt") === event.altKey &&
      parts.includes("meta") === event.metaKey &&
      parts.includes("shift") === event.shiftKey
    )
  })
}

/** A row's keys are for the row that has the focus, and those behind a modal dialog are for nothing. */
function isInReach(el: HTMLElement, target: Element): boolean {
  const row = el.closest("li[id], tr[id]")
  const dialog = document.querySelector("dialog:modal")
  return (
    (!row || row.contains(target)) &&
    (!dialog || dialog.contains(el)) &&
    !el.matches(":disabled, [aria-disabled=true], [inert] *") &&
    el.checkVisibility()
  )
}

function edit(field: HTMLElement): void {
  field.focus()
  if (field instanceof HTMLInputElement) field.select()
}

/** Speech input types letters: a page can switch these off (WCAG 2.1.4). */
function isSwitchedOff({ key, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
  if (key.length > 1 || ctrlKey || altKey || metaKey) return false
  try {
    return localStorage["singleKeys"] === "off"
  } catch {
    // A browser that keeps nothing.
    return false
  }
}

/** Never while text is typed, and not for what another listener has taken. */
export function shortcutKey(event: Event, target: Element): void {
  if (!(event instanceof KeyboardEvent) || event.defaultPrevented) return
  if (event.isComposing || event.repeat || takesText(target) || isSwitchedOff(event)) return
  for (const el of document.querySelectorAll<HTMLElement>("[aria-keyshortcuts]")) {
    if (!isOneOf(el.getAttribute("aria-keyshortcuts") ?? "", event) || !isInReach(el, target))
      continue
    event.preventDefault()
    if (takesText(el)) edit(el)
    else el.click()
    return
  }
}

const editButton = (target: Element): HTMLElement | null => target.closest("[data-edit]")

/** The field keeps the focus, so that leaving it does not save what is to be reverted. */
export function editPress(event: Event, target: Element): void {
  if (editButton(target)) event.preventDefault()
}

export function editClick(_event: Event, target: Element): void {
  const button = editButton(target)
  const field = button?.closest("form")?.querySelector<HTMLElement>(".input")
  if (!button || !field) return
  const { edit: what } = button.dataset
  if (what === "start") {
    edit(field)
    return
  }
  if (what === "revert")
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }))
  // An update is saved when its field is left.
  field.blur()
}
