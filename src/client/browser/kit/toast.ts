// Toasts: their stylesheet hides them; this lifts them over dialogs and removes hidden ones.

/** A dialog that opened since then lies over the toaster: to the top again. */
export function toastStart(event: AnimationEvent, target: Element): void {
  if (!target.matches(".toast") || event.animationName !== "toast-up") return
  const toaster = target.closest<HTMLElement>(".toaster[popover]")
  if (!toaster) return
  if (toaster.matches(":popover-open")) {
    if (!document.querySelector("dialog:modal")) return
    toaster.hidePopover()
  }
  toaster.showPopover()
}

export function toastEnd(event: AnimationEvent, target: Element): void {
  if (target.matches(".toast") && event.animationName === "kit-toast-out") target.remove()
}

export function toastClick(_event: Event, target: Element): void {
  if (target.closest("[data-toast-close], .toast footer :is(a, button)"))
    target.closest(".toast")?.remove()
}
