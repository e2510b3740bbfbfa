// The sign that the server cannot be reached, while a live stream or a write waits for it.

/** What waits, with the timer that shows the sign. */
const waiting = new Map<object, number>()
/** An element of the page with this id is shown instead: its text and its looks are the page's. */
const signId = "nitro-connection"
let made: HTMLElement | undefined

/** Shows the sign unless `connection` is found within `waitMs`. */
export function lost(connection: object, waitMs: number): void {
  if (waiting.has(connection)) return
  if (!document.getElementById(signId)) {
    // There before its text is: a screen reader reads what changes in it.
    made = document.createElement("div")
    made.id = signId
    made.role = "status"
    made.style.position = "fixed"
    document.body.append(made)
  }
  waiting.set(connection, window.setTimeout(show, waitMs))
}

export function found(connection: object): void {
  clearTimeout(waiting.get(connection))
  if (!waiting.delete(connection) || waiting.size) return
  const sign = document.getElementById(signId)
  if (made) made.remove()
  else if (sign) sign.hidden = true
  made = undefined
}

function show(): void {
  const sign = document.getElementById(signId)
  if (!sign) return
  sign.hidden = false
  if (!made) return
  made.textContent = "Reconnecting…"
  // Unless a stylesheet knows it. By script, which a strict policy allows where it refuses the attribute.
  if (getComputedStyle(made).zIndex === "auto")
    made.style.cssText =
      "position:fixed;inset:1rem 1rem auto auto;z-index:99;padding:.25em .75em;font:14px system-ui;background:#fef3c7;color:#78350f"
}
