// The idempotency key of a page: one random text, in a hidden field of its forms, for browsers without script.
import { randomBytes } from "node:crypto"
import { currentRequest, type RequestContext } from "./request-context.ts"
import { keyField } from "./request-key.ts"

const pageKey = Symbol("nitro.page-key")

/** Called for a page that a browser loads, and not for its stream: what many pages share must not hold a key of one. */
export function allowPageKey({ extras }: Pick<RequestContext, "extras">): void {
  extras.set(pageKey, "")
}

/** The hidden field, or nothing outside of a page. */
export function pageKeyField(): string {
  const extras = currentRequest()?.extras
  let key = extras?.get(pageKey)
  if (key === undefined) return ""
  if (key === "") {
    key = randomBytes(9).toString("base64url")
    extras?.set(pageKey, key)
  }
  return `<input type="hidden" name="${keyField}" value="${key}">`
}
