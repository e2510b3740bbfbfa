// Search fields over a list of options (command palette, combobox): filtering, and moving without leaving the field.
import { elementFor, isPlainKey, UPRIGHT } from "./move.ts"

const FIELD = ".command input[role=combobox]"

const fieldOf = (target: Element): HTMLInputElement | null | undefined =>
  target.closest<HTMLInputElement>(FIELD) ??
  target.closest(".command")?.querySelector<HTMLInputElement>("input[role=combobox]")

const listOf = (field: Element): HTMLElement | null =>
  document.getElementById(field.getAttribute("aria-controls") ?? "")

const optionsOf = (list: Element): HTMLElement[] => [
  ...list.querySelectorAll<HTMLElement>(
    "[role=option]:not([hidden], :disabled, [aria-disabled=true])",
  ),
]

const activeOf = (list: Element): HTMLElement | null =>
  list.querySelector<HTMLElement>("[role=option][aria-selected=true]")

let counter = 0

/** Marks the option that Enter takes. */
function activate(field: HTMLInputElement, list: Element, option: HTMLElement | undefined): void {
  activeOf(list)?.setAttribute("aria-selected", "false")
  option?.setAttribute("aria-selected", "true")
  option?.scrollIntoView({ block: "nearest" })
  // By reference where the browser can: an id that the server does not know would part the option from it in a morph.
  if ("ariaActiveDescendantElement" in field) field.ariaActiveDescendantElement = option ?? null
  else if (option) {
    if (!option.id)
      option.id = `kit-option-${++counter}`
      // TypeScript takes the property to be in every element.
    ;(field as Element).setAttribute("aria-activedescendant", option.id)
  }
}

/** Shows the options that hold every word of the search, in their text or their `data-keywords`. */
function filter(field: HTMLInputElement, list: Element): void {
  const words = plain(field.value).split(/\s+/).filter(Boolean)
  for (const option of list.querySelectorAll<HTMLElement>("[role=option]")) {
    const text = plain(`${option.textContent} ${option.dataset["keywords"] ?? ""}`)
    option.hidden = !words.every(word => text.includes(word))
  }
}

/** Without case and accents. */
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()

export function listInput(_event: Event, target: Element): void {
  const field = target.matches(FIELD) && fieldOf(target)
  const list = field && listOf(field)
  if (!list) return
  if (field.hasAttribute("data-filter")) filter(field, list)
  activate(field, list, field.value.trim() === "" ? undefined : optionsOf(list)[0])
}

export function listKey(event: Event, target: Element): void {
  const field = target.matches(FIELD) && fieldOf(target)
  const list = field && listOf(field)
  if (!list || !(event instanceof KeyboardEvent) || !isPlainKey(event)) return
  if (event.key === "Enter") {
    const active = activeOf(list)
    if (!active) return
    event.preventDefault()
    active.click()
    return
  }
  // Home and End belong to the text in the field.
  const option = event.key.startsWith("Arrow")
    ? elementFor(event.key, UPRIGHT, optionsOf(list), activeOf(list))
    : undefined
  if (!option) return
  event.preventDefault()
  activate(field, list, option)
}

export function listPointer(_event: Event, target: Element): void {
  const option = target.closest<HTMLElement>(
    ".command [role=option]:not(:disabled, [aria-disabled=true])",
  )
  const field = option && fieldOf(option)
  const list = field && listOf(field)
  if (list && option.getAttribute("aria-selected") !== "true") activate(field, list, option)
}

export function listClick(_event: Event, target: Element): void {
  if (!target.closest("[role=option]")) return
  target.closest<HTMLDialogElement>("dialog.command-dialog")?.close()
}

/** A palette that closes forgets the search. */
export function listClose(_event: Event, target: Element): void {
  const field =
    target.matches("dialog.command-dialog") && target.querySelector<HTMLInputElement>(FIELD)
  const list = field && listOf(field)
  if (!list) return
  field.value = ""
  if (field.hasAttribute("data-filter")) filter(field, list)
  activate(field, list, undefined)
}

/** Ctrl or Cmd and the letter of a `[data-shortcut-key]` dialog open and close it. */
export function openByShortcut(event: Event): void {
  if (
    !(event instanceof KeyboardEvent) ||
    !(event.ctrlKey || event.metaKey) ||
    event.altKey ||
    event.shiftKey
  )
    return
  for (const dialog of document.querySelectorAll<HTMLDialogElement>("dialog[data-shortcut-key]")) {
    if (dialog.dataset["shortcutKey"] !== event.key.toLowerCase()) continue
    event.preventDefault()
    if (dialog.open) dialog.close()
    else dialog.showModal()
    return
  }
}
