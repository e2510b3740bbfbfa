// Keys of a control, in the spelling that the page and screen readers read.

/** Short names on key caps, and the keys that events report. */
const names: Readonly<Record<string, string>> = {
  Ctrl: "Control",
  Del: "Delete",
  Esc: "Escape",
  Ins: "Insert",
  PgDn: "PageDown",
  PgUp: "PageUp",
}

/** `Ctrl+Del` as `Control+Delete`, the value of `aria-keyshortcuts`. */
export function keyShortcuts(keys: string): string {
  return keys.replace(/[^+\s]+/g, name =>
    Object.hasOwn(names, name) ? (names[name] ?? name) : name,
  )
}
