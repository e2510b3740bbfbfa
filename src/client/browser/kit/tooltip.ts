// Tooltips: Escape hides them until the pointer or the focus comes to something else.
const HIDDEN = "data-tooltips-hidden"

export function hideTooltips(event: KeyboardEvent): void {
  if (event.key === "Escape") document.documentElement.setAttribute(HIDDEN, "")
}

export function showTooltips(): void {
  document.documentElement.removeAttribute(HIDDEN)
}
