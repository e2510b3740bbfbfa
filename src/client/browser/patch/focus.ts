// Keeps the focus when a patch removes the focused element: it moves to the same control of the neighbour, never to the page's start.

const FOCUSABLE =
  ":is(a[href], button, input:not([type=hidden]), select, textarea, [tabindex]:not([tabindex='-1'])):not(:disabled)"

/** The place of an element among its siblings, before it is gone. */
interface Place {
  readonly element: Element
  readonly parent: Element | null
  readonly next: Element | null
  readonly previous: Element | null
}

/** Call before a patch; what it returns is called after it. Undefined while nothing has the focus. */
export function followFocus(): (() => void) | undefined {
  const active = document.activeElement
  if (!active || active === document.body || active === document.documentElement) return undefined
  const places: Place[] = []
  for (
    let element: Element | null = active;
    element && element !== document.body;
    element = element.parentElement
  )
    places.push({
      element,
      parent: element.parentElement,
      next: element.nextElementSibling,
      previous: element.previousElementSibling,
    })
  return () => {
    if (active.isConnected || (document.activeElement && document.activeElement !== document.body))
      return
    // The innermost ancestor whose surroundings are still there: a list's row, or the list itself once its last row is gone.
    for (const place of places) {
      if (!place.parent?.isConnected) continue
      const { element, next, previous } = place
      // Within a list the next row takes its place; around it, what comes before in reading order.
      const [first, second] =
        next?.localName === element.localName ? [next, previous] : [previous, next]
      const target = controlIn(first, active, element) ?? controlIn(second, active, element)
      if (!target) continue
      target.focus({ preventScroll: true })
      return
    }
  }
}

/** The control of `neighbour` that corresponds to `active` in `row`: the same label or name, else the same position. */
function controlIn(
  neighbour: Element | null,
  active: Element,
  row: Element,
): HTMLElement | undefined {
  if (!neighbour?.isConnected) return undefined
  const controls = focusableIn(neighbour)
  const key = keyOf(active)
  // Any other element is not in the list, and undefined.
  return (
    controls.find(control => keyOf(control) === key) ??
    controls[focusableIn(row).indexOf(active as HTMLElement)] ??
    controls[0]
  )
}

function focusableIn(element: Element): HTMLElement[] {
  const all = [...element.querySelectorAll<HTMLElement>(FOCUSABLE)]
  // The selector names elements of HTML.
  return element.matches(FOCUSABLE) ? [element as HTMLElement, ...all] : all
}

const keyOf = (el: Element): string =>
  [el.localName, el.getAttribute("aria-label"), el.getAttribute("name")].join()
