// The idempotency key of a page: one random text, in a hidden field of its forms, for browsers without script.
import { randomUUID } from "node:crypto"
import { currentRequest, type RequestContext } from "../context/request-context.ts"
import { keyField } from "../input/request-key.ts"

const pageKey = Symbol("nitro.page-key")

/** Made when a form needs it: many pages have none. */
class PageKey {
  #text: string | undefined

  get text(): string {
    this.#text ??= randomUUID()
    return this.#text
  }
}

/** Called for a page that a browser loads, and not for its stream: what many pages share must not hold a key of one. */
export function allowPageKey({ extras }: Pick<RequestContext, "extras">): void {
  extras.set(pageKey, new PageKey())
}

/** The hidden field, or nothing outside of a page. */
export function pageKeyField(): string {
  const key = currentRequest()?.extras.get(pageKey)
  return !(key instanceof PageKey)
    ? ""
    : `<input type="hidden" name="${keyField}" value="${key.text}">`
}
