// Moves an element within the page: typed text, focus, selection and scroll position stay.
import { isInUse } from "./forms.ts"

/** Elements in use that were removed a moment ago, by id, with where the focus was and where it went. */
interface Removed {
  readonly element: Element
  readonly focused: Element | null
  next: Element | null
}
const removed = new Map<string, Removed>()

/** How long a removed element may take to come back. The row of one list that belongs in another now is taken out of the first at first. */
const returnMs = 1000

export function remove(element: Element): void {
  const id = element.getAttribute("id")
  if (id && isInUse(element)) {
    const focused = document.activeElement
    const entry: Removed = {
      element,
      focused: element.contains(focused) ? focused : null,
      next: null,
    }
    removed.set(id, entry)
    // Once the focus has found another place.
    queueMicrotask(() => {
      entry.next = document.activeElement
    })
    setTimeout(() => removed.get(id) === entry && removed.delete(id), returnMs)
  }
  element.remove()
}

/** The child that an element has under an id, or what the page had under it a moment ago. Other lists may show the same row. */
export function find(parent: ParentNode, id: string): Element | undefined {
  const isInPage = document.getElementById(id) !== null
  return (
    (isInPage ? [...parent.children].find(child => child.id === id) : undefined) ??
    removed.get(id)?.element
  )
}

/** Puts `element` before `place`. Without `moveBefore`, browsers take a move for a removal and an insertion. */
export function move(element: Element, place: ChildNode): void {
  if (!element.isConnected) {
    place.before(element)
    // Elements outside of the page are those of the map, by their ids.
    const { focused, next } = removed.get(element.getAttribute("id")!)!
    if (document.activeElement === next)
      // It had the focus before.
      (focused as HTMLElement | null)?.focus({ preventScroll: true })
    return
  }
  // It is in the page.
  const parent = place.parentNode!
  const isKnown = "moveBefore" in parent
  // HTML, SVG and MathML elements all have `focus`.
  const active = document.activeElement as HTMLElement | null
  // A window that is shown has one.
  const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection()!
  // Undefined for elements without a text field.
  const { selectionStart, selectionEnd } = active as HTMLInputElement
  const inside = isKnown ? [] : [element, ...element.querySelectorAll("*")]
  const positions = inside.map(each => [each, each.scrollLeft, each.scrollTop] as const)
  // A removal would count as leaving the field, which saves it half-typed.
  const silence = new AbortController()
  for (const type of ["blur", "focusout", "change", "focus", "focusin"])
    window.addEventListener(type, event => event.stopImmediatePropagation(), {
      capture: true,
      signal: silence.signal,
    })
  if (isKnown) parent.moveBefore(element, place)
  else place.before(element)
  for (const [each, left, top] of positions)
    if (left || top) each.scrollTo({ left, top, behavior: "instant" })
  if (active && element.contains(active)) {
    active.focus({ preventScroll: true })
    // Chromium forgets the place in an element with contenteditable.
    if (active.isContentEditable) {
      if (anchorNode && focusNode)
        getSelection()?.setBaseAndExtent(anchorNode, anchorOffset, focusNode, focusOffset)
    } else if (selectionStart != null)
      // It has such a position.
      (active as HTMLInputElement).setSelectionRange(selectionStart, selectionEnd)
  }
  silence.abort()
}
