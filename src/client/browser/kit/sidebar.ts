// Sidebar: on a phone a link in it also closes it.
export function sidebarClick(_event: Event, target: Element): void {
  target.closest("a[href]")?.closest<HTMLElement>(".sidebar:popover-open")?.hidePopover()
}
