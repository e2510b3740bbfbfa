// The message for the whole page: what an action refused and no field can show.
import { js } from "../../datastar/index.ts"
import { html, type Markup } from "../../html/index.ts"
import { currentRequest } from "../context/request-context.ts"
import { alertSignal } from "../contract/form-keys.ts"

/** At the end of every page of an app. */
export function pageAlert(): Markup | undefined {
  const request = currentRequest()
  if (!request) return undefined
  const message = request.flash?.errors[""]
  return message === undefined ? emptyAlert : alert(message)
}

const text = js(`$${alertSignal}`)
const isEmpty = js(`!$${alertSignal}`)

/** The kit's stylesheet sets its look and its place: a strict Content-Security-Policy refuses an inline style. */
function alert(message: string | undefined): Markup {
  const signals = message === undefined ? undefined : { [alertSignal]: message }
  return html`<div id="nitro-alert" class="alert" data-variant="destructive" role="alert" hidden=${message === undefined} data-signals=${signals} data-attr:hidden="${isEmpty}"><h2 data-text="${text}">${message}</h2></div>`
}
const emptyAlert = alert(undefined)
