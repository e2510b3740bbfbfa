// Copy buttons: `[data-copy]` copies the text of the element it names.
export function listenForCopying(): void {
  document.addEventListener("click", async ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>("[data-copy]") : null
    const source = button?.closest("[data-copy-source]")?.querySelector("code")
    if (!button || !source) return
    try {
      await navigator.clipboard.writeText(source.textContent ?? "")
    } catch {
      // No permission, or no HTTPS: the text is selected instead, for the keys of the reader.
      getSelection()?.selectAllChildren(source)
      return
    }
    button.setAttribute("data-copied", "")
    setTimeout(() => button.removeAttribute("data-copied"), 2000)
  })
}
