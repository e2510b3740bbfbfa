// Elysia: `new Elysia().use(nitro({ entities: [Todo] }))`.
import type { NitroApp } from "../app/index.ts"
import { withApp } from "../app/internal.ts"
import type { MaybePromise } from "../shared/types.ts"
import { nitro as forFetch } from "./fetch.ts"
import { registerErrorResponses } from "./host-errors.ts"
import type { NitroOptions } from "./nitro-options.ts"

type FetchHandler = (request: Request) => MaybePromise<Response>

/** The part of an Elysia app that the adapter needs. Structural, so that no type of Elysia's is required. */
interface ElysiaApp {
  readonly wrap: (around: (handler: FetchHandler) => FetchHandler) => unknown
}

/** `app` is an Elysia app; its type has a parameter for each of what its plugins add. */
export type ElysiaPlugin = <A extends object>(app: A) => A

/**
 * A plugin for Elysia. It handles the paths of the entities before Elysia looks for a route, and passes the rest on, with the
 * context that `live` and `call` need.
 */
export function nitro(options: NitroOptions): ElysiaPlugin & NitroApp {
  const handle = forFetch(options)
  registerErrorResponses()
  const plugin: ElysiaPlugin = <A extends object>(app: A) => {
    // Elysia calls plugins with an app. Its type has a parameter for each plugin, so it is not named here.
    ;(app as A & ElysiaApp).wrap(handler => request => handle(request, () => handler(request)))
    return app
  }
  return withApp(plugin, handle)
}
