// The sign that the server cannot be reached, while a live stream or a write waits for it.

/** Waiting connections, with the timer that shows the sign. */
const waiting = new Map<object, number>()
/** An element of the page with this id is shown instead: its text and its looks are the page's. */
const signId = "nitro-connection"
let ownSign: HTMLElement | undefined

/** Shows the sign unless `connection` is found within `waitMs`. */
export function lost(connection: object, waitMs: number): void {
  if (waiting.has(connection)) return
  if (!document.getElementById(signId)) {
    // There before its text is: a screen reader reads what changes in it.
    ownSign = document.createElement("div")
    ownSign.id = signId
    ownSign.role = "status"
    ownSign.style.position = "fixed"
    document.body.append(ownSign)
  }
  waiting.set(connection, window.setTimeout(show, waitMs))
}

export function reconnected(connection: object): void {
  clearTimeout(waiting.get(connection))
  if (!waiting.delete(connection) || waiting.size) return
  const sign = document.getElementById(signId)
  if (ownSign) ownSign.remove()
  else if (sign) sign.hidden = true
  ownSign = undefined
}

function show(): void {
  const sign = document.getElementById(signId)
  if (!sign) return
  sign.hidden = false
  if (!ownSign) return
  ownSign.textContent = "Reconnecting…"
  // Unless a stylesheet knows it. By script, which a strict policy allows where it refuses the attribute.
  if (getComputedStyle(ownSign).zIndex === "auto")
    ownSign.style.cssText =
      "position:fixed;inset:1rem 1rem auto auto;z-index:99;padding:.25em .75em;font:14px system-ui;background:#fef3c7;color:#78350f"
}
