// The state of one app, as the modules below it see it: a base path, a secret, and a place for the state of each module.

import type { Store } from "../../entity/index.ts"
import type { PageApp } from "../../html/internal.ts"
import type { MaybePromise } from "../../shared/types.ts"
import type { AppLimits } from "../contract/limits.ts"
import type { Exposure } from "../contract/route.ts"
import type { RouteDescription } from "../contract/route-description.ts"
import type { SessionOptions } from "../contract/session-options.ts"
import type { Secret } from "./secret.ts"

/** State of one module in one app: its topics, its flashes. Made at first use. */
export interface AppPart<T> {
  /** For messages. */
  readonly name: string
  make(app: AppState): T
  /** Called when the app closes, in the reverse order of creation. */
  close?(part: T): MaybePromise<void>
}

/** One app, reached through the context of a request: `currentRequest()?.app`. Two apps in one process share nothing of it. */
export interface AppState extends PageApp {
  /** Prefix of everything that the app serves, without a slash at the end: `""` or `"/app"`. Known from the first request on. */
  readonly basePath: string
  /** Every route of the app. */
  readonly routes: readonly RouteDescription[]
  /** Its entity classes, with what of each can be reached. */
  readonly exposures: readonly Exposure[]
  /** The limits of `nitro({ limits })`, and the defaults. */
  readonly limits: AppLimits
  /** Signs what browsers carry. */
  readonly secret: Secret
  /** The store of `nitro({ sessionStore })`; undefined: memory. */
  readonly sessionStore: Store | undefined
  /** The lifetime of a session, defaults included. */
  readonly session: Required<SessionOptions>
  /** True once `close` was called. */
  readonly isClosed: boolean
  /** The state of a module in this app. The key is the object itself, so declare it once, at the top of a file. */
  part<T>(key: AppPart<T>): T
}
