// The focus after a refusal: the first field of the form that was refused, which may stand far above the button.
const FOCUSABLE =
  "input:not([type=hidden]), select, textarea, button, [tabindex], [contenteditable]"

/** Moves the focus unless the user has gone on: `before` had it when the form was sent. */
export function focusInvalid(form: Element, before: Element | null): void {
  const active = document.activeElement
  if (!form.isConnected || (active !== before && active && active !== document.body)) return
  for (const el of form.querySelectorAll<HTMLElement>("[aria-invalid=true]")) {
    if (el.contains(active)) return
    const target = el.matches(FOCUSABLE) ? el : el.querySelector<HTMLElement>(FOCUSABLE)
    target?.focus()
    // One that is not shown takes no focus.
    if (target && target === document.activeElement) return
  }
}
