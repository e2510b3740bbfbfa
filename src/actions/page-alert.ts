// The message for the whole page: what an action refused and no field can show.
import { js } from "../datastar/index.ts"
import { html, type Markup, onPageEnd } from "../html/index.ts"
import { alertSignal } from "./form-keys.ts"
import { currentRequest } from "./request-context.ts"

/** Adds the alert to the end of every page that is rendered while a request is answered. */
export function addPageAlert(): void {
  // The same function each time: a second app in this process adds no second alert.
  onPageEnd(pageAlert)
}

function pageAlert(): Markup | undefined {
  const request = currentRequest()
  if (!request) return undefined
  const message = request.flash?.errors[""]
  return message === undefined ? emptyAlert : alertWith(message)
}

const place = {
  position: "fixed",
  bottom: "1rem",
  left: "50%",
  transform: "translateX(-50%)",
  "max-width": "min(32rem, calc(100vw - 2rem))",
  "z-index": "50",
}
const text = js(`$${alertSignal}`)
const emptyAlert = html`<div id="nitro-alert" class="alert" data-variant="destructive" role="alert" style="${{ ...place, display: "none" }}" data-show="${text}"><h2 data-text="${text}"></h2></div>`

function alertWith(message: string): Markup {
  return html`<div id="nitro-alert" class="alert" data-variant="destructive" role="alert" style="${place}" data-signals="${{ [alertSignal]: message }}" data-show="${text}"><h2 data-text="${text}">${message}</h2></div>`
}
