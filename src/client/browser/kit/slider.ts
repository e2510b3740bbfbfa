// Sliders: the value beside them follows.
export function listenForSliders(): void {
  document.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== "range") return
    const value = target.closest("[data-slider]")?.querySelector("output > span")
    if (value) value.textContent = target.value
  })
}
