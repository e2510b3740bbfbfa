// Where errors go that no caller can be told of: a listener that threw, a 500, a stream that broke.
import { channel } from "node:diagnostics_channel"

const errors = channel("nitro:error")

/**
 * Publishes `{ error, where }` on the diagnostics channel `nitro:error`; with no subscriber it is printed to stderr, so
 * that nothing fails in silence. Never throws.
 */
export function reportError(error: unknown, where: string): void {
  if (errors.hasSubscribers) errors.publish({ error, where })
  else console.error(`[nitro-ts] ${where}:`, error)
}
