// Reports errors that have no caller to receive them: a listener that threw, a 500, a broken stream.
import { channel } from "node:diagnostics_channel"
import { currentRequestId, requestIdOf } from "./request-id.ts"

/** On `nitro:error`, from every module. */
export interface ErrorMessage {
  /** The module that caught it: `actions`, `events`, `live`. */
  readonly module: string
  /** The work that failed, for people: `Todo.toggle`, `the handler "mail" of the event "order.placed"`. */
  readonly where: string
  readonly error: unknown
  /** Of the request that the work belongs to, as its client got it in `X-Request-Id`. */
  readonly requestId: string | undefined
  /** Machine-readable parts of `where`, such as `event` and `handler`. */
  readonly details: Readonly<Record<string, unknown>>
}

const errors = channel("nitro:error")
const none: ErrorMessage["details"] = Object.freeze({})

/** Publishes the error on `nitro:error`. Without a subscriber it is printed to stderr, so that nothing fails in silence. Never throws. */
export function reportError(
  error: unknown,
  where: string,
  module: string,
  details: ErrorMessage["details"] = none,
): void {
  if (!publishError(error, where, module, details)) printError(error, where)
}

/** False without a subscriber. */
export function publishError(
  error: unknown,
  where: string,
  module: string,
  details: ErrorMessage["details"] = none,
): boolean {
  if (!errors.hasSubscribers) return false
  const requestId = currentRequestId() ?? requestIdOf(error)
  const message: ErrorMessage = { module, where, error, requestId, details }
  errors.publish(message)
  return true
}

export function printError(error: unknown, where: string): void {
  const id = currentRequestId() ?? requestIdOf(error)
  console.error(`[nitro-ts] ${where}${id === undefined ? "" : ` (request ${id})`}:`, error)
}
