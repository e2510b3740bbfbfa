// The options of sessions: how long one lasts, and the store that keeps them.
import type { Store } from "../../entity/index.ts"
import { NitroError } from "../../shared/errors.ts"
import { optionNames, refuseUnknownOptions } from "../../shared/options.ts"
import "./errors.ts"

/** The lifetime of a session. */
export interface SessionOptions {
  /** Seconds after the last request that read the session until it ends. Default 86400, a day. */
  readonly idleSeconds?: number
  /** Seconds after its begin until it ends, used or not. Default 2592000, 30 days. */
  readonly maxSeconds?: number
}

const optionsOf = optionNames<SessionOptions>({ idleSeconds: true, maxSeconds: true })

/** The lifetime with its defaults. @throws NITRO_SESSION_OPTION, NITRO_UNKNOWN_OPTION */
export function sessionOptionsOf(options: SessionOptions = {}): Required<SessionOptions> {
  refuseUnknownOptions("nitro({ session: { … } })", options, optionsOf)
  const { idleSeconds = 86_400, maxSeconds = 2_592_000 } = options
  for (const [name, value] of Object.entries({ idleSeconds, maxSeconds }))
    if (!(Number.isSafeInteger(value) && value >= 1))
      throw new NitroError(
        "NITRO_SESSION_OPTION",
        `The option ${name} of a session is ${String(value)}, which is not a whole number of seconds of at least 1.`,
      )
  return { idleSeconds, maxSeconds }
}

/** @throws NITRO_SESSION_OPTION for what is no store */
export function sessionStoreOf(store: Store | undefined): Store | undefined {
  // A caller without types may pass anything.
  if (store === undefined || typeof (store as Partial<Store> | null)?.bind === "function")
    return store
  throw new NitroError("NITRO_SESSION_OPTION", "The sessionStore of nitro() is no store.")
}
