// @get, @post, @put, @patch, @delete: requests from expressions, one at a time per element, method and address.
import { ClientError, describe, report } from "../errors.ts"
import { focusInvalid } from "../patch/invalid.ts"
import { patchesSettled } from "../patch/watch.ts"
import { type ActionContext, action } from "../plugins.ts"
import { untracked } from "../reactive.ts"
import type { LivePage } from "../streams/share.ts"
import { connect } from "./connection.ts"
import { dispatch } from "./events.ts"
import { begin, type Flight } from "./flight.ts"
import { lost, reconnected } from "./lost.ts"
import {
  buildRequest,
  type FetchOptions,
  type Method,
  type OutgoingRequest,
  sourceOf,
} from "./request.ts"

const underWay = new WeakMap<Element, Map<string, AbortController>>()

/** Never rejects: errors are dispatched as events and reported in the console. */
async function request(
  method: Method,
  context: ActionContext,
  url: string,
  options: FetchOptions = {},
): Promise<void> {
  const { el, evt, attribute, onCleanup } = context
  const where = `@${method.toLowerCase()}(${JSON.stringify(url)}) of ${describe(el, attribute)}`
  const { requestCancellation = "auto" } = options
  let controller =
    requestCancellation instanceof AbortController ? requestCancellation : new AbortController()
  let isStarted = false
  const { activeElement } = document
  const ends: (() => void)[] = []
  try {
    if (!url) throw new ClientError("FETCH", "the action needs a URL")
    const source = sourceOf({ el, evt }, options)
    if (!source) return
    const key = `${method} ${url}`
    let flight: Flight | undefined
    if (method !== "GET" && requestCancellation === "auto") {
      flight = begin(source, key, () => void request(method, context, url, options))
      if (!flight) return
      ;({ controller } = flight)
      ends.push(flight.end)
    } else ends.push(cancelPrevious(el, key, requestCancellation, controller))
    // A stream that is opened again and again must not outlive its element; a request that ends may.
    const isTied =
      requestCancellation === "cleanup" ||
      (requestCancellation === "auto" && options.retry === "always")
    if (isTied) ends.push(onCleanup(() => controller.abort()))
    const build = (): OutgoingRequest => untracked(() => buildRequest(method, url, options, source))
    const first = build()
    dispatch("started", el)
    isStarted = true
    // A write is sent again unchanged; a read is built again with the present signals.
    const isBuiltAgain =
      method === "GET" && options.contentType !== "form" && options.payload === undefined
    let attempts = 0
    const next = (): OutgoingRequest => (attempts++ && isBuiltAgain ? build() : first)
    const read: LivePage["read"] = (address, { isPoll, ...more }) =>
      connect({
        el,
        method,
        options: isPoll ? { ...options, retry: "error" } : options,
        request: () => ({ ...build(), url: address }),
        ...more,
      })
    const shared = canShare(first.url)
      ? await import("../streams/share.ts").catch(() => undefined)
      : undefined
    await (shared
      ? shared.share({
          el,
          url: first.url,
          signal: controller.signal,
          read,
          dispatch,
          lost,
          reconnected: reconnected,
        })
      : connect({ el, method, options, signal: controller.signal, request: next, flight }))
    if (flight && source.form) {
      await patchesSettled()
      focusInvalid(source.form, activeElement)
    }
  } catch (error) {
    report("FETCH", where, error)
  } finally {
    if (isStarted) dispatch("finished", el)
    for (const end of ends) end()
  }
}

/** The stream of a live page, which names its page, if the windows of the browser can find each other. */
function canShare(url: string): boolean {
  return (
    /[?&]_nitro=[^&]+%7E/.test(url) &&
    "locks" in navigator &&
    "BroadcastChannel" in window &&
    "any" in AbortSignal
  )
}

function cancelPrevious(
  el: Element,
  key: string,
  cancellation: FetchOptions["requestCancellation"],
  controller: AbortController,
): () => void {
  if (cancellation !== "auto" && cancellation !== "cleanup") return () => {}
  const running = underWay.get(el) ?? new Map<string, AbortController>()
  underWay.set(el, running)
  running.get(key)?.abort()
  running.set(key, controller)
  return () => {
    if (running.get(key) === controller) running.delete(key)
  }
}

for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"] as const) {
  action(method.toLowerCase(), (context, url: string, options?: FetchOptions) =>
    request(method, context, url, options),
  )
}
