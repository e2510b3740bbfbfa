// The theme switch: `[data-theme-switch]` buttons change between light and dark, and `localStorage.themeMode` remembers it.
export function themeClick(target: Element): boolean {
  const button = target.closest("[data-theme-switch]")
  if (!button) return false
  const mode = document.documentElement.classList.toggle("dark") ? "dark" : "light"
  try {
    localStorage["themeMode"] = mode
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
  return true
}
