// `serve(app)`: listens, prints the address, and ends cleanly. For hosts that speak fetch; others bring their own server.

import type { Server, ServerResponse } from "node:http"
import { appsReady } from "../app/internal.ts"
import { mayRequestStream, StreamOwner } from "../live/internal.ts"
import { NitroError } from "../shared/errors.ts"
import { optionNames, refuseUnknownOptions } from "../shared/options.ts"
import { reportError } from "../shared/report.ts"
import { codeOf } from "../shared/thrown.ts"
import type { MaybePromise } from "../shared/types.ts"
import "./errors.ts"
import { errorResponse } from "./host-errors.ts"

export interface ServeOptions {
  /** Default the environment variable `PORT`, else 3000. 0 chooses a free one. */
  readonly port?: number
  /** Address to listen on; default the environment variable `HOST`, else `127.0.0.1`: this machine only. */
  readonly host?: string
  /** Milliseconds that pending responses have when the server closes; default 3000. Live streams end at once. */
  readonly graceMs?: number
}

const serveOptions = optionNames<ServeOptions>({ port: true, host: true, graceMs: true })

export interface RunningServer {
  /** `http://127.0.0.1:3000` */
  readonly url: string
  /** Ends the live streams, finishes pending responses, then stops. */
  close(): Promise<void>
}

/** Anything with a `fetch(request)`: a Hono app, an h3 app, `{ fetch: nitro({ … }) }`. */
export interface FetchApp {
  readonly fetch: (request: Request) => MaybePromise<Response>
}

/**
 * Serves `app` over HTTP/1.1 on Node and prints `listening on http://…`, once every app of `nitro()` is ready: in production it
 * rejects with the fault that keeps one from responding. SIGINT and SIGTERM end it with exit code 0. Throws `NITRO_PORT_TAKEN` when the
 * port is in use.
 */
export async function serve(app: FetchApp, options: ServeOptions = {}): Promise<RunningServer> {
  refuseUnknownOptions("serve(app, { … })", options, serveOptions)
  await (await import("./srvx.ts")).loadSrvx()
  const { serve: listen } = await import("srvx/node")
  await appsReady()
  const port = options.port ?? Number(process.env["PORT"] ?? 3000)
  const hostname = options.host ?? process.env["HOST"] ?? "127.0.0.1"
  const streams = new StreamOwner()
  const fetch = (request: Request): MaybePromise<Response> =>
    mayRequestStream(request.url) ? streams.run(() => app.fetch(request)) : app.fetch(request)
  const server = listen({
    fetch,
    error: respondToError,
    port,
    hostname,
    silent: true,
    gracefulShutdown: false,
  })
  // On Node, where it runs, srvx has made one by http.
  const openResponses = new OpenResponses(server.node?.server as Server)
  try {
    await server.ready()
  } catch (cause) {
    if (codeOf(cause) !== "EADDRINUSE") throw cause
    throw new NitroError(
      "NITRO_PORT_TAKEN",
      `Port ${port} of ${hostname} is taken by another program.`,
      { cause },
    )
  }
  const url = (server.url ?? `http://${hostname}:${port}`).replace(/\/$/, "")
  console.log(`listening on ${url}`)

  let closing: Promise<void> | undefined
  const close = () => (closing ??= stop())
  async function stop(): Promise<void> {
    for (const signal of signals) process.off(signal, end)
    const graceful = server.close()
    streams.end()
    // Idle connections, kept alive by browsers or opened in advance, would hold a graceful close for good.
    openResponses.onNone(() => void server.close(true))
    const force = setTimeout(() => void server.close(true), options.graceMs ?? 3000)
    await graceful.finally(() => clearTimeout(force))
  }
  function end(): void {
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  const signals = ["SIGINT", "SIGTERM"] as const
  for (const signal of signals) process.on(signal, end)
  return { url, close }
}

function respondToError(error: unknown): Response {
  const response = errorResponse(error, undefined)
  if (response !== undefined) return response
  reportError(error, "a request that the application did not respond to", "adapters")
  return new Response("Something went wrong. The error was logged.", {
    status: 500,
    headers: { "content-type": "text/plain; charset=utf-8" },
  })
}

/** Counts pending responses, to know when connections may be closed. */
class OpenResponses {
  #count = 0
  #onNone: (() => void) | undefined

  constructor(server: Pick<Server, "on">) {
    const closed = (): void => {
      this.#count--
      if (this.#count === 0) this.#onNone?.()
    }
    server.on("request", (_request: unknown, response: ServerResponse) => {
      this.#count++
      // Emitted once. A listener of `once` is wrapped for each.
      response.on("close", closed)
    })
  }

  /** Calls `listener` now if nothing is pending, and each time that the last response ended. */
  onNone(listener: () => void): void {
    this.#onNone = listener
    if (this.#count === 0) listener()
  }
}
