// Tabs: arrows, Home and End choose the tab; the chosen panel is the only one that is not hidden.
import { elementFor, isPlainKey, UPRIGHT } from "./move.ts"

export function tabClick(_event: Event, target: Element): void {
  const tab = target.closest<HTMLElement>(".tabs > [role=tablist] > button[role=tab]")
  // With a signal the page's own attributes do all this.
  if (!tab || tab.hasAttribute("data-attr:aria-selected")) return
  // The selector above names its parent.
  for (const other of tab.parentElement!.querySelectorAll("[role=tab]")) {
    const isChosen = other === tab
    other.setAttribute("aria-selected", String(isChosen))
    other.setAttribute("tabindex", isChosen ? "0" : "-1")
    document
      .getElementById(other.getAttribute("aria-controls") ?? "")
      ?.toggleAttribute("hidden", !isChosen)
  }
}

export function tabKey(event: Event, target: Element): void {
  const list = target.closest(".tabs > [role=tablist]")
  if (!list || !(event instanceof KeyboardEvent) || !isPlainKey(event)) return
  const tabs = [
    ...list.querySelectorAll<HTMLElement>("[role=tab]:not(:disabled, [aria-disabled=true])"),
  ]
  const isRtl = getComputedStyle(list).direction === "rtl"
  const across = isRtl
    ? (["ArrowLeft", "ArrowRight"] as const)
    : (["ArrowRight", "ArrowLeft"] as const)
  const keys = list.getAttribute("aria-orientation") === "vertical" ? UPRIGHT : across
  const tab = elementFor(event.key, keys, tabs, target.closest("[role=tab]"))
  if (!tab) return
  event.preventDefault()
  tab.focus()
  // A tab that is a link waits for Enter: it leaves the page.
  if (tab instanceof HTMLButtonElement) tab.click()
}
