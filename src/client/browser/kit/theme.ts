// The theme switch: `[data-theme-switch]` buttons change between light and dark, and `localStorage.themeMode` remembers it.

export function themeClick(_event: Event, target: Element): void {
  if (!target.closest("[data-theme-switch]")) return
  const mode = document.documentElement.classList.toggle("dark") ? "dark" : "light"
  try {
    localStorage["themeMode"] = mode
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}

/** The other open pages follow. */
export function themeStorage({ key, newValue }: StorageEvent): void {
  if (key === "themeMode" && newValue)
    document.documentElement.classList.toggle("dark", newValue === "dark")
}
