// Keeps text and choices of the user that are not sent yet: a patch must not discard them.

/** The control's state when it was last sent; equal to now means the server has seen it. */
const sent = new WeakMap<Element, string>()
/** The last state of `open` that the server sent for a <details> or <dialog>. */
const serverOpen = new WeakMap<Element, boolean>()

/** Elements with `contenteditable` in which was typed, until that was sent. */
const edited = new WeakSet<Element>()

const CONTROLS = "input, textarea, select"
type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

const isControl = (el: Element): el is Control => el.matches(CONTROLS)
const isCheckable = (el: Element): el is HTMLInputElement =>
  el instanceof HTMLInputElement && /^(?:checkbox|radio)$/.test(el.type)
const isText = (el: Element): boolean => !isCheckable(el) && !(el instanceof HTMLSelectElement)

function stateOf(el: Control): string {
  if (isCheckable(el)) return String(el.checked)
  if (el instanceof HTMLSelectElement)
    return [...el.selectedOptions].map(({ value }) => value).join("\n")
  return el.value
}

function defaultStateOf(el: Control): string {
  if (isCheckable(el)) return String(el.defaultChecked)
  if (!(el instanceof HTMLSelectElement)) return el.defaultValue
  const chosen = [...el.options].filter(option => option.defaultSelected)
  if (chosen.length || el.multiple) return chosen.map(({ value }) => value).join("\n")
  return [...el.options].find(option => !option.disabled)?.value ?? ""
}

/** The user's input in a form; hidden fields are the server's. */
export function contentOf(form: HTMLFormElement): string {
  return [...form.querySelectorAll<Control>(`:is(${CONTROLS}):not([type=hidden])`)]
    .map(stateOf)
    .join("\0")
}

/**
 * Remembers what a request carried. Text counts as sent when the form was submitted, not while it is typed;
 * a checkbox or a choice when any request came of it.
 */
export function markSent(
  source: Element,
  form: HTMLFormElement | undefined,
  submitted: boolean,
): void {
  for (const el of [source, ...(form ?? source).querySelectorAll("[contenteditable]")])
    edited.delete(el)
  const controls = form ? form.querySelectorAll(CONTROLS) : isControl(source) ? [source] : []
  for (const el of controls) {
    if (isControl(el) && (submitted || !isText(el))) sent.set(el, stateOf(el))
  }
}

/** Call when something was typed or chosen. */
export function markEdited({ target }: Event): void {
  if (target instanceof HTMLElement && target.isContentEditable) edited.add(target)
}

/** True when a morph has to leave the content to the user. */
export function isUnsentContent(el: Element, fromServer: Element): boolean {
  // The edited content has arrived at the server.
  if (el.innerHTML === fromServer.innerHTML) edited.delete(el)
  return edited.has(el) && fromServer.hasAttribute("contenteditable")
}

/** True when a morph has to leave the control's value to the user, or to the signal it is bound to. */
export function isUnsent(el: Element, fromServer: Element): boolean {
  if (!isControl(el)) return false
  // Matched by its place only, it is another control: the text of one field must not end up in the next.
  if (["name", "type"].some(name => el.getAttribute(name) !== fromServer.getAttribute(name)))
    return false
  const binding = [...el.attributes].find(({ name }) => /^data-bind(?:$|:|__)/.test(name))
  if (binding) return fromServer.getAttribute(binding.name) === binding.value
  return isDirty(el)
}

function isDirty(el: Control): boolean {
  const state = stateOf(el)
  return (
    (state !== defaultStateOf(el) && sent.get(el) !== state) ||
    (el instanceof HTMLInputElement && el.validity.badInput)
  )
}

/** True when the user has begun something in it. */
export function isInUse(el: Element): boolean {
  const inside = [el, ...el.querySelectorAll("*")]
  return inside.some(
    each =>
      each === document.activeElement || edited.has(each) || (isControl(each) && isDirty(each)),
  )
}

/** The chosen values of a <select>, to choose them again: its options may have moved. */
export function rememberChoice(select: HTMLSelectElement): () => void {
  const chosen = new Set([...select.selectedOptions].map(({ value }) => value))
  return () => {
    const options = [...select.options]
    // A choice that the server no longer offers is gone; the server's own then holds.
    if (!options.some(({ value }) => chosen.has(value)) && chosen.size) return
    for (const option of options) option.selected = chosen.has(option.value)
  }
}

const canOpen = (el: Element): boolean =>
  el instanceof HTMLDetailsElement || el instanceof HTMLDialogElement

/** Call for each element that arrives from the server. */
export function rememberOpen(el: Element): void {
  if (canOpen(el) && !serverOpen.has(el)) serverOpen.set(el, el.hasAttribute("open"))
}

/** True when the server says the same about `open` as before, so that what the user did since then holds. */
export function keepsOpen(el: Element, fromServer: Element): boolean {
  if (!canOpen(el)) return false
  const before = serverOpen.get(el) ?? false
  const now = fromServer.hasAttribute("open")
  serverOpen.set(el, now)
  return before === now
}
