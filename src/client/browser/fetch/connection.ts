// The life of one request: responses, streams, silence, hidden tabs, and retries with growing, jittered pauses.
import { dispatch } from "./events.ts"
import type { Flight } from "./flight.ts"
import { lost, reconnected } from "./lost.ts"
import type { FetchOptions, Method, OutgoingRequest } from "./request.ts"
import { handleResponse } from "./response.ts"

/** How one attempt ended. */
type Outcome =
  | { readonly kind: "done" | "ended" | "hidden" | "aborted" }
  | { readonly kind: "status"; readonly status: number; readonly retryAfterMs: number }
  | { readonly kind: "broken"; readonly error: unknown; readonly hasResponded: boolean }

interface Connection {
  readonly el: Element
  readonly method: Method
  readonly options: FetchOptions
  readonly signal: AbortSignal
  /** Builds the request, anew where that makes a difference, so that a reconnecting stream sends the signals of now. */
  readonly request: () => OutgoingRequest
  /** Of a write that is the only one of its form or element. */
  readonly flight?: Flight | undefined
  readonly openWhenHidden: boolean
  /** The server knows by a key that it is the same write. */
  isKeyed: boolean
  lastEventId: string
  /** Called with each id. */
  readonly onId?: (id: string) => void
  baseInterval: number
  interval: number
  attempts: number
}

const DEFAULTS = {
  retryInterval: 1000,
  retryScaler: 2,
  retryMaxWait: 30_000,
  retryMaxCount: 10,
  idleTimeout: 45_000,
}

/** Resolves when there is nothing more to come. Rejects when it is params up, with why. */
export async function connect(
  params: Pick<
    Connection,
    "el" | "method" | "options" | "signal" | "request" | "flight" | "onId"
  > & { lastEventId?: string },
): Promise<void> {
  const { options, method } = params
  const interval = options.retryInterval ?? DEFAULTS.retryInterval
  const openWhenHidden = options.openWhenHidden ?? method !== "GET"
  const connection = {
    lastEventId: "",
    ...params,
    openWhenHidden,
    isKeyed: false,
    baseInterval: interval,
    interval,
    attempts: 0,
  }
  try {
    await keepTrying(connection)
  } finally {
    reconnected(connection)
  }
}

async function keepTrying(connection: Connection): Promise<void> {
  for (;;) {
    const outcome = await attempt(connection)
    if (outcome.kind === "hidden") {
      reconnected(connection)
      await nextVisible(connection.signal)
      connection.attempts = 0
      connection.interval = connection.baseInterval
    } else if (!shouldRetry(outcome, connection)) {
      if (outcome.kind === "broken") throw outcome.error
      return
    } else await pauseBeforeRetry(outcome, connection)
    // A stream whose element went while it was down has no purpose left; a write has.
    if (connection.signal.aborted || !(connection.isKeyed || connection.el.isConnected)) return
  }
}

function shouldRetry(
  outcome: Outcome,
  { options: { retry = "auto" }, method, isKeyed }: Connection,
): boolean {
  if (retry === "never") return false
  switch (outcome.kind) {
    case "ended":
      return retry === "always"
    case "status":
      // 502 to 504 come from a proxy in front of a server that does not respond.
      return (
        outcome.status >= 400 &&
        (retry !== "auto" || (isKeyed && /^50[234]$/.test(String(outcome.status))))
      )
    case "broken":
      // The server has received a write once it begins to respond; sending it again could run it twice.
      return retry !== "auto" || method === "GET" || !outcome.hasResponded
    default:
      return false
  }
}

async function attempt(connection: Connection): Promise<Outcome> {
  const { signal, el, options } = connection
  if (signal.aborted) return { kind: "aborted" }
  const request = connection.request()
  connection.isKeyed = "Idempotency-Key" in request.init.headers
  const controller = new AbortController()
  const closed = new AbortController()
  const abort = (): void => controller.abort()
  signal.addEventListener("abort", abort, { signal: closed.signal })
  let hidden = false
  if (!connection.openWhenHidden) {
    const onHidden = (): void => {
      if (!document.hidden) return
      hidden = true
      abort()
    }
    document.addEventListener("visibilitychange", onHidden, { signal: closed.signal })
  }
  const watchdog = silenceWatchdog(options, abort)
  let hasResponded = false
  try {
    if (connection.lastEventId) request.init.headers["last-event-id"] = connection.lastEventId
    const response = await fetch(request.url, { ...request.init, signal: controller.signal })
    // The response to a key may be requested again, until a part of a response without an end was handled.
    hasResponded = !connection.isKeyed
    if (!response.ok) {
      if (response.status >= 400) dispatch("error", el, { status: String(response.status) })
      return {
        kind: "status",
        status: response.status,
        retryAfterMs: Number(response.headers.get("retry-after") ?? 0) * 1000 || 0,
      }
    }
    reconnected(connection)
    connection.flight?.responded()
    if (connection.attempts) {
      dispatch("reconnected", el)
      for (const wake of sleeping) wake()
    }
    watchdog.alive()
    const isStream = await handleResponse(response, el, {
      alive() {
        hasResponded ||= !response.headers.has("content-length")
        connection.attempts = 0
        connection.interval = connection.baseInterval
        watchdog.alive()
      },
      id(id) {
        connection.lastEventId = id
        connection.onId?.(id)
      },
      retry(milliseconds) {
        connection.baseInterval = milliseconds
        connection.interval = milliseconds
      },
    })
    return { kind: isStream ? "ended" : "done" }
  } catch (error) {
    if (signal.aborted) return { kind: "aborted" }
    if (hidden) return { kind: "hidden" }
    return { kind: "broken", error: watchdog.fired() ?? error, hasResponded: hasResponded }
  } finally {
    closed.abort()
    watchdog.stop()
    controller.abort()
  }
}

function silenceWatchdog(
  options: FetchOptions,
  abort: () => void,
): { alive(): void; stop(): void; fired(): Error | undefined } {
  const limitMs = options.idleTimeout ?? (options.retry === "always" ? DEFAULTS.idleTimeout : 0)
  let timer: number | undefined
  let error: Error | undefined
  return {
    alive() {
      clearTimeout(timer)
      if (!limitMs) return
      timer = window.setTimeout(() => {
        error = new Error(`the stream was silent for ${limitMs} ms`)
        abort()
      }, limitMs)
    },
    stop: () => clearTimeout(timer),
    fired: () => error,
  }
}

async function pauseBeforeRetry(outcome: Outcome, connection: Connection): Promise<void> {
  const { options, el, signal } = connection
  const message =
    outcome.kind === "broken"
      ? String(outcome.error)
      : outcome.kind === "status"
        ? `status ${outcome.status}`
        : "the stream ended"
  const { flight, isKeyed } = connection
  if (flight) flight.state = "lost"
  if (isKeyed || options.retry === "always") lost(connection, isKeyed ? 0 : 1000)
  const byDefault = isKeyed && outcome.kind === "broken" ? Infinity : DEFAULTS.retryMaxCount
  if (connection.attempts++ >= (options.retryMaxCount ?? byDefault)) {
    dispatch("retries-failed", el)
    throw new Error(`gave up after ${connection.attempts - 1} retries: ${message}`)
  }
  dispatch("retrying", el, { message })
  // Half to one and a half of the interval: thousands of pages do not come back to a new server in the same moment.
  const waitMs = connection.interval * (0.5 + Math.random())
  connection.interval = Math.min(
    connection.interval * (options.retryScaler ?? DEFAULTS.retryScaler),
    options.retryMaxWait ?? DEFAULTS.retryMaxWait,
  )
  await pause(Math.max(waitMs, outcome.kind === "status" ? outcome.retryAfterMs : 0), signal)
  if (!connection.openWhenHidden && document.hidden) await nextVisible(signal)
}

/** Requests that wait to retry once another request got through. */
const sleeping = new Set<() => void>()

/** Waits, but not longer than until the network, the server or the tab comes back. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const over = new AbortController()
    const finish = (): void => {
      over.abort()
      clearTimeout(timer)
      sleeping.delete(finish)
      resolve()
    }
    sleeping.add(finish)
    const timer = setTimeout(finish, milliseconds)
    window.addEventListener("online", finish, { signal: over.signal })
    document.addEventListener("visibilitychange", () => document.hidden || finish(), {
      signal: over.signal,
    })
    signal.addEventListener("abort", finish, { signal: over.signal })
  })
}

function nextVisible(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const over = new AbortController()
    const check = (): void => {
      if (document.hidden && !signal.aborted) return
      over.abort()
      resolve()
    }
    document.addEventListener("visibilitychange", check, { signal: over.signal })
    signal.addEventListener("abort", check, { signal: over.signal })
    check()
  })
}
