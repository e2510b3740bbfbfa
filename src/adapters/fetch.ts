// The core of every adapter: a fetch handler for our own routes that passes the rest on, in the context of its request.
import { splitUrl } from "../actions/internal.ts"
import type { NitroApp } from "../app/index.ts"
import { withApp } from "../app/internal.ts"
import { reportError } from "../shared/report.ts"
import type { MaybePromise } from "../shared/types.ts"
import { createGate } from "./gate.ts"
import { answerOfError } from "./host-errors.ts"
import type { NitroOptions } from "./nitro-options.ts"

export { createGate, type Gate, type PageRequest } from "./gate.ts"
export type { NitroOptions } from "./nitro-options.ts"

/** Answers a request by itself, or by `next` when the path is not one of ours. Without `next` the rest is 404. */
export type NitroHandler = (
  request: Request,
  next?: () => MaybePromise<Response>,
) => Promise<Response>

/**
 * Makes a fetch handler of entities: their actions, the CRUD routes of exposed ones, the browser client under `/_nitro/`, and the
 * streams of live pages. Every adapter is a translation of this function.
 *
 * ```ts
 * const handle = nitro({ entities: [expose(Todo)] })
 * const response = await handle(new Request("http://localhost/todos"))
 * ```
 */
export function nitro(options: NitroOptions): NitroHandler & NitroApp {
  const gate = createGate(options)
  return withApp<NitroHandler>(async (request, next) => {
    const { pending } = gate.app
    if (pending !== undefined) await pending
    const { path, search } = splitUrl(request.url)
    const own = gate.own(request, path, search)
    if (own !== undefined) return own
    // Hosts that mount a handler pass their environment there.
    if (typeof next !== "function") return new Response("Not found", { status: 404 })
    const page = gate.page(request, path, search)
    let response: Response
    try {
      response = await page.run(next)
    } catch (error) {
      response = answerOfError(error, request) ?? failedStream(error, page.isStream)
    }
    return page.finish(response)
  }, gate.app)
}

/** A page's script takes the status of a stream for what it is to do; any other error is the host's. */
function failedStream(error: unknown, isStream: boolean): Response {
  if (!isStream) throw error
  reportError(error, "a page's stream", "adapters")
  return new Response(null, { status: 500 })
}
