// Toasts: their stylesheet lets them go, this takes away what has gone.

export function toastEnd(event: Event, target: Element): void {
  if (target.matches(".toast") && (event as AnimationEvent).animationName === "kit-toast-out") target.remove()
}

export function toastClick(_event: Event, target: Element): void {
  if (target.closest("[data-toast-close], .toast footer :is(a, button)")) target.closest(".toast")?.remove()
}
