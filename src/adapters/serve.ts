// `serve(app)`: listens, says where, and ends cleanly. For hosts that speak fetch; others bring a server of their own.
import { closeSessions } from "../live/index.ts"
import { NitroError } from "../shared/errors.ts"
import { reportError } from "../shared/report.ts"
import type { MaybePromise } from "../shared/types.ts"
import "./errors.ts"

export interface ServeOptions {
  /** Default the environment variable `PORT`, else 3000. 0 chooses a free one. */
  readonly port?: number
  /** Address to listen on; default the environment variable `HOST`, else `127.0.0.1`: this machine only. */
  readonly host?: string
}

export interface RunningServer {
  /** `http://127.0.0.1:3000` */
  readonly url: string
  /** Ends the live streams, answers what is under way, then stops. */
  close(): Promise<void>
}

/** Anything with a `fetch(request)`: a Hono app, an h3 app, `{ fetch: nitro({ … }) }`. */
export interface FetchApp {
  readonly fetch: (request: Request) => MaybePromise<Response>
}

/** Milliseconds that answers under way have before the server stops anyway. */
const graceMs = 3000

/**
 * Serves `app` over HTTP/1.1 on Node and prints `listening on http://…`. SIGINT and SIGTERM end it with exit code 0.
 * Throws `NITRO_PORT_TAKEN` when the port is in use.
 */
export async function serve(app: FetchApp, options: ServeOptions = {}): Promise<RunningServer> {
  const { serve: listen } = await import("srvx/node")
  const port = options.port ?? Number(process.env["PORT"] ?? 3000)
  const hostname = options.host ?? process.env["HOST"] ?? "127.0.0.1"
  const server = listen({ fetch: request => app.fetch(request), error: answerError, port, hostname, silent: true, gracefulShutdown: false })
  try {
    await server.ready()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cause
    throw new NitroError("NITRO_PORT_TAKEN", `Port ${port} of ${hostname} is taken by another program.`, { cause })
  }
  const url = (server.url ?? `http://${hostname}:${port}`).replace(/\/$/, "")
  console.log(`listening on ${url}`)

  let closing: Promise<void> | undefined
  const close = () => (closing ??= stop())
  async function stop(): Promise<void> {
    for (const signal of signals) process.off(signal, end)
    const graceful = server.close()
    closeSessions()
    // Idle keep-alive connections would hold a graceful close for good.
    const force = setTimeout(() => void server.close(true), graceMs)
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

function answerError(error: unknown): Response {
  reportError(error, "a request that the application did not answer")
  return new Response("Something went wrong. The error was logged.", {
    status: 500,
    headers: { "content-type": "text/plain; charset=utf-8" },
  })
}
