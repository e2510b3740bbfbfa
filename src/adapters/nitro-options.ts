// The options of `nitro({ … })`.

import type { User } from "../actions/index.ts"
import type { DispatcherOptions } from "../actions/internal.ts"
import type { AppOptions } from "../app/index.ts"
import { optionNames } from "../shared/options.ts"
import type { MaybePromise } from "../shared/types.ts"

export interface NitroOptions extends DispatcherOptions, AppOptions {
  /** Folders of files that the app serves: `assets({ directory: "public" })` of `nitro-ts/assets`. */
  readonly assets?: AssetFolder | readonly AssetFolder[] | undefined
  /**
   * Whose rows partitioned stores show to a request: the id of the user who is logged in, say. Default, and where it gives
   * undefined: the browser session, by a cookie that is set once such a store exists. A partition that is there already, by
   * `withPartition` around the handler, stays.
   */
  readonly partition?: (request: Request) => string | undefined
  /** The language of a request, `context().locale`. Default, and where it gives undefined: by its header `Accept-Language`. */
  readonly locale?: (request: Request) => string | undefined
  /** Returns the user of a request: `context().user`, the second argument of an action, and `allow`. May be async; undefined for a visitor. */
  readonly user?: (request: Request) => MaybePromise<User | undefined>
}

export const nitroOptions: ReadonlySet<string> = optionNames<NitroOptions>({
  entities: true,
  routes: true,
  basePath: true,
  deadlineMs: true,
  idempotency: true,
  trustedOrigins: true,
  middleware: true,
  limits: true,
  changes: true,
  clientAddress: true,
  secret: true,
  sessionStore: true,
  session: true,
  assets: true,
  partition: true,
  user: true,
  locale: true,
  plugins: true,
})

/** The part of a folder of assets that serves files; all of it is in `nitro-ts/assets`. */
interface AssetFolder {
  readonly path: string
  respond(request: Request, path: string): Promise<Response> | undefined
}
