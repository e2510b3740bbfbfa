// @get, @post, @put, @patch, @delete: requests from expressions, one at a time per element, method and address.
import { ClientError, describe, report } from "../errors.ts"
import { type ActionContext, action } from "../plugins.ts"
import { untracked } from "../reactive.ts"
import { connect } from "./connection.ts"
import { announce } from "./events.ts"
import { buildRequest, type FetchOptions, type Method, type OutgoingRequest } from "./request.ts"

const underWay = new WeakMap<Element, Map<string, AbortController>>()

/** Never rejects: what goes wrong is announced as events and reported in the console. */
async function request(method: Method, context: ActionContext, url: string, options: FetchOptions = {}): Promise<void> {
  const { el, evt, attribute, onCleanup } = context
  const where = `@${method.toLowerCase()}(${JSON.stringify(url)}) of ${describe(el, attribute)}`
  const { requestCancellation = "auto" } = options
  const controller = requestCancellation instanceof AbortController ? requestCancellation : new AbortController()
  const release = cancelPrevious(el, `${method} ${url}`, requestCancellation, controller)
  // A stream that is opened again and again must not outlive its element; a request that ends by itself may.
  const isTied = requestCancellation === "cleanup" || (requestCancellation === "auto" && options.retry === "always")
  const untie = isTied ? onCleanup(() => controller.abort()) : undefined
  let started = false
  try {
    if (!url) throw new ClientError("FETCH", "the action needs a URL")
    let first = untracked(() => buildRequest(method, url, options, { el, evt }))
    if (!first) return
    announce("started", el)
    started = true
    // A write is sent again as it was; a read asks with the signals of now.
    const again = method === "GET" && options.contentType !== "form" && options.payload === undefined
    const original = first
    const next = (): OutgoingRequest | undefined => {
      const built = first ?? (again ? buildRequest(method, url, options, { el, evt }) : { ...original })
      first = undefined
      return built
    }
    await connect({ el, method, options, signal: controller.signal, request: next })
  } catch (error) {
    report("FETCH", where, error)
  } finally {
    untie?.()
    release()
    if (started) announce("finished", el)
  }
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
  action(method.toLowerCase(), (context, url: string, options?: FetchOptions) => request(method, context, url, options))
}
