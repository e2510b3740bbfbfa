// The core of every adapter: a fetch handler for our own routes that passes the rest on, in the context of its request.
import { splitUrl } from "../actions/internal.ts"
import type { NitroApp } from "../app/index.ts"
import { withApp } from "../app/internal.ts"
import type { MaybePromise } from "../shared/types.ts"
import { notFound } from "./file.ts"
import { createGate } from "./gate.ts"
import type { NitroOptions } from "./nitro-options.ts"
import { PageRequest } from "./page-request.ts"

export { createGate, type Gate, type Incoming } from "./gate.ts"
export type { NitroOptions } from "./nitro-options.ts"
export { PageRequest } from "./page-request.ts"

/** Responds to requests for the app's paths, and calls `next` for others. Without `next` those are 404. */
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
    // Hosts that mount a handler pass their environment there.
    const route = typeof next === "function" ? next : undefined
    const { path, search } = splitUrl(request.url)
    const received = await gate.receive({ request, path, search, hasPages: route !== undefined })
    return received instanceof PageRequest ? received.respond(route ?? notFound) : received
  }, gate.app)
}
