// The `datastar-fetch` events: dispatches the life of a request, and every event in its response, on the document.

export interface FetchDetail {
  /** `started`, `finished`, `error`, `retrying`, `retries-failed`, or the name of a Datastar event from the server. */
  readonly type: string
  /** The element whose expression made the request. */
  readonly el: Element
  readonly argsRaw: Readonly<Record<string, string>>
}

declare global {
  interface DocumentEventMap {
    "datastar-fetch": CustomEvent<FetchDetail>
  }
}

export function dispatch(
  type: string,
  el: Element,
  argsRaw: Readonly<Record<string, string>> = {},
): void {
  document.dispatchEvent(
    new CustomEvent<FetchDetail>("datastar-fetch", { detail: { type, el, argsRaw } }),
  )
}
