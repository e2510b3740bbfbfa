// The message for the whole page: what an action refused and no field can show.
import { js } from "../datastar/index.ts"
import { html, type Markup, onPageEnd, type PageEndContext, raw } from "../html/index.ts"
import { alertSignal } from "./form-keys.ts"
import { currentRequest } from "./request-context.ts"

/** Adds the alert to the end of every page that is rendered while a request is answered. */
export function addPageAlert(): void {
  // The same function each time: a second app in this process adds no second alert.
  onPageEnd(pageAlert)
}

function pageAlert({ nonce }: PageEndContext): Markup | undefined {
  const request = currentRequest()
  if (!request) return undefined
  const message = request.flash?.errors[""]
  if (nonce === undefined && message === undefined) return emptyAlert
  return alert(message, nonce)
}

// A rule and no attribute: a page's Content-Security-Policy that allows the nonce refuses `style="..."`.
const css = raw(
  "#nitro-alert{position:fixed;bottom:1rem;left:50%;transform:translateX(-50%);max-width:min(32rem,calc(100vw - 2rem));z-index:50}#nitro-alert:has(>h2:empty){display:none}",
)
const text = js(`$${alertSignal}`)

function alert(message: string | undefined, nonce: string | undefined): Markup {
  const signals = message === undefined ? undefined : { [alertSignal]: message }
  return html`<style nonce=${nonce}>${css}</style><div id="nitro-alert" class="alert" data-variant="destructive" role="alert" data-signals=${signals} data-show="${text}"><h2 data-text="${text}">${message}</h2></div>`
}
const emptyAlert = alert(undefined, undefined)
