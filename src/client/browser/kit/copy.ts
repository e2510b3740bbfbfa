// Copy buttons: `[data-copy]` copies the code of the block around it, and says so.
export function listenForCopying(): void {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>("[data-copy]") : null
    const code = button?.closest("[data-copy-source]")?.querySelector("pre code")
    if (button && code) void copy(button, code)
  })
}

async function copy(button: HTMLElement, code: Element): Promise<void> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? "")
  } catch {
    // No HTTPS, or no permission: it is selected instead, for the reader's own keys.
    getSelection()?.selectAllChildren(code)
    return
  }
  const status = button.parentElement?.querySelector("[role=status]")
  if (!status) return
  status.textContent = button.dataset["copiedText"] ?? ""
  setTimeout(() => status.replaceChildren(), 2000)
}
