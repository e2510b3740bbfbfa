// Comboboxes, after the pattern of the ARIA Authoring Practices: an editable field with a list filtered by its text.

interface OpenList {
  readonly input: HTMLInputElement
  readonly list: HTMLElement
  /** Looks for options that a patch brings. */
  readonly observer: MutationObserver
  /** Something was typed since it opened: until then all options are shown. */
  isTyped: boolean
}

/** There is one at a time, and nothing is kept of the others. */
let open: OpenList | undefined

export function listenForComboboxes(): void {
  document.addEventListener("focusin", ({ target }) => enhance(target))
  document.addEventListener("focusout", ({ target }) => target === open?.input && close())
  document.addEventListener("keydown", onKeydown)
  document.addEventListener("input", onInput)
  document.addEventListener("change", ({ target }) => isCombobox(target) && checkStrict(target))
  document.addEventListener("pointerdown", onPointerdown)
  document.addEventListener("click", onClick)
  document.addEventListener("scroll", place, { capture: true, passive: true })
  window.addEventListener("resize", place)
}

const isCombobox = (target: EventTarget | null): target is HTMLInputElement =>
  target instanceof HTMLInputElement && target.parentElement?.hasAttribute("data-combobox") === true

const listOf = (input: HTMLInputElement): HTMLElement | null | undefined =>
  input.parentElement?.querySelector<HTMLElement>("[role=listbox]")
const suggestionsOf = (input: HTMLInputElement): HTMLOptionElement[] => [
  ...(input.parentElement?.querySelectorAll<HTMLOptionElement>("datalist > option") ?? []),
]
const isTaken = (input: HTMLInputElement): boolean => input.readOnly || input.disabled

/** From the native field with its <datalist> to the pattern. A patch leaves these attributes alone. */
function enhance(target: EventTarget | null): void {
  if (!isCombobox(target) || target.getAttribute("role") === "combobox") return
  const list = listOf(target)
  if (!list) return
  target.removeAttribute("list")
  target.setAttribute("role", "combobox")
  target.setAttribute("aria-autocomplete", "list")
  target.setAttribute("aria-controls", list.id)
  target.setAttribute("aria-expanded", "false")
}

function show(input: HTMLInputElement, isTyped: boolean): void {
  const list = listOf(input)
  if (!list || isTaken(input)) return
  if (open?.input !== input) {
    close()
    enhance(input)
    const observer = new MutationObserver(() => fill())
    const datalist = input.parentElement?.querySelector("datalist")
    if (datalist) observer.observe(datalist, { childList: true, subtree: true, attributes: true })
    open = { input, list, observer, isTyped }
    list.setAttribute(
      "aria-label",
      input.getAttribute("aria-label") ?? input.labels?.[0]?.textContent ?? "",
    )
    list.showPopover()
    input.setAttribute("aria-expanded", "true")
  }
  open.isTyped = isTyped
  fill()
  place()
}

function close(): void {
  if (!open) return
  const { input, list, observer } = open
  open = undefined
  observer.disconnect()
  if (list.matches(":popover-open")) list.hidePopover()
  list.replaceChildren()
  list.removeAttribute("aria-label")
  input.setAttribute("aria-expanded", "false")
  input.removeAttribute("aria-activedescendant")
}

/** Without case and accents, so that "koln" finds "Köln". */
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()

/** Every word that was typed occurs, in any order. */
function matches({ value, label }: HTMLOptionElement, typed: string): boolean {
  const text = plain(`${value} ${label}`)
  return plain(typed)
    .split(/\s+/)
    .every(word => text.includes(word))
}

function fill(): void {
  if (!open) return
  const { input, list, isTyped } = open
  const active = activeOption()?.dataset["value"]
  const options = suggestionsOf(input).filter(option => !isTyped || matches(option, input.value))
  // Where any text is good, a list that says "nothing" would only be in the way.
  if (options.length === 0 && input.dataset["strict"] === undefined) {
    close()
    return
  }
  list.replaceChildren(
    ...options.map((option, index) => optionElement(option, `${list.id}-${index}`, input.value)),
  )
  if (options.length === 0) list.append(emptyElement(list.dataset["empty"] ?? ""))
  const again = [...list.querySelectorAll<HTMLElement>("[role=option]")].find(
    option => option.dataset["value"] === active,
  )
  activate(active === undefined ? undefined : again)
}

function optionElement(
  { value, label }: HTMLOptionElement,
  id: string,
  typed: string,
): HTMLElement {
  const element = document.createElement("div")
  element.id = id
  element.setAttribute("role", "option")
  element.setAttribute("aria-selected", String(value === typed))
  element.dataset["value"] = value
  element.append(value)
  if (label && label !== value) {
    const hint = document.createElement("span")
    hint.textContent = label
    element.append(" ", hint)
  }
  return element
}

function emptyElement(text: string): HTMLElement {
  const element = document.createElement("div")
  element.setAttribute("role", "option")
  element.setAttribute("aria-disabled", "true")
  element.setAttribute("aria-selected", "false")
  element.textContent = text
  return element
}

const activeOption = (): HTMLElement | null | undefined =>
  open?.list.querySelector<HTMLElement>(".active")

function activate(option: HTMLElement | undefined): void {
  if (!open) return
  activeOption()?.classList.remove("active")
  option?.classList.add("active")
  option?.scrollIntoView({ block: "nearest" })
  if (option) open.input.setAttribute("aria-activedescendant", option.id)
  else open.input.removeAttribute("aria-activedescendant")
}

function move(step: 1 | -1): void {
  const options = [...(open?.list.querySelectorAll<HTMLElement>("[data-value]") ?? [])]
  const active = activeOption()
  const from = active ? options.indexOf(active) : step === 1 ? -1 : 0
  activate(options[(from + step + options.length) % options.length])
}

function choose(option: HTMLElement): void {
  if (!open) return
  const { input } = open
  input.value = option.dataset["value"] ?? ""
  close()
  // Like typing: notifies bound signals, listeners and validation.
  input.dispatchEvent(
    new InputEvent("input", { bubbles: true, inputType: "insertReplacementText" }),
  )
  input.dispatchEvent(new Event("change", { bubbles: true }))
}

function onKeydown(event: KeyboardEvent): void {
  const { target, key } = event
  if (!isCombobox(target) || event.isComposing || event.ctrlKey || event.metaKey) return
  const isOpen = open?.input === target
  const active = isOpen ? activeOption() : undefined
  if (key === "ArrowDown" || key === "ArrowUp") {
    if (isTaken(target)) return
    event.preventDefault()
    if (event.altKey) {
      if (key === "ArrowUp") close()
      else if (!isOpen) show(target, false)
      return
    }
    if (!isOpen) show(target, false)
    move(key === "ArrowDown" ? 1 : -1)
  } else if (key === "Enter" && active) {
    event.preventDefault()
    choose(active)
  } else if (key === "Escape" && isOpen) {
    // A dialog around it stays open.
    event.preventDefault()
    close()
  } else if (key === "Enter" || key === "Tab") close()
}

function onInput({ target, inputType }: Event & { inputType?: string }): void {
  if (!isCombobox(target)) return
  target.setCustomValidity("")
  if (inputType !== "insertReplacementText") show(target, target.value !== "")
}

/** With `data-strict`, what is none of the options is refused by the form. Another spelling becomes that of the option. */
function checkStrict(input: HTMLInputElement): void {
  const { strict } = input.dataset
  if (strict === undefined) return
  const options = suggestionsOf(input).map(({ value }) => value)
  const same =
    options.find(value => value === input.value) ??
    options.find(value => plain(value) === plain(input.value))
  if (same !== undefined) input.value = same
  input.setCustomValidity(same !== undefined || input.value === "" ? "" : strict)
}

function onPointerdown(event: PointerEvent): void {
  const { target } = event
  if (!(target instanceof Element)) return
  // The focus stays in the field.
  if (open?.list.contains(target)) event.preventDefault()
}

function onClick({ target }: MouseEvent): void {
  if (!(target instanceof Element)) return
  if (isCombobox(target)) {
    if (open?.input !== target) show(target, false)
    return
  }
  const option = target.closest<HTMLElement>("[role=option][data-value]")
  if (option && open?.list.contains(option)) choose(option)
}

/** Below its field, or above it where there is more room. */
function place(): void {
  if (!open) return
  const { input, list } = open
  const { left, top, bottom, width } = input.getBoundingClientRect()
  const below = window.innerHeight - bottom
  const isBelow = below >= Math.min(list.scrollHeight, 288) + 8 || below >= top
  const style = {
    left: `${left}px`,
    width: `${width}px`,
    top: isBelow ? `${bottom + 4}px` : "auto",
    bottom: isBelow ? "auto" : `${window.innerHeight - top + 4}px`,
  }
  Object.assign(list.style, style, {
    maxHeight: `${Math.min(288, (isBelow ? below : top) - 12)}px`,
  })
}
