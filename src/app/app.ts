// `App`: everything that belongs to one `nitro({...})` and not to the process.
import type {
  AppState,
  Exposure,
  RouteDescription,
  SessionOptions,
  User,
} from "../actions/index.ts"
import {
  type AppLimits,
  type AppPart,
  bulkFaults,
  describeRoute,
  type Limits,
  limitsOf,
  type Route,
  Secret,
  sessionOptionsOf,
  sessionStoreOf,
} from "../actions/internal.ts"
import type { Store } from "../entity/index.ts"
import { declareEntities } from "../entity/internal.ts"
import type { EventBus } from "../events/index.ts"
import type { PageEndHook } from "../html/internal.ts"
import { isSameUser, liveApp, openChanges } from "../live/internal.ts"
import { syncResult } from "../shared/callback.ts"
import { reportError } from "../shared/report.ts"
import { BasePath } from "./base-path.ts"
import { builtIn } from "./built-in.ts"
import type { NitroApp } from "./nitro-app.ts"
import { type Plugin, type PluginParts, type SetUpPlugin, setUpPlugins } from "./plugin.ts"
import { Start } from "./start.ts"

export interface AppOptions {
  /**
   * Prefix of everything that the app serves, `/_nitro` included, without a slash at the end: `"/shop"`. Default: the path at
   * which the host has mounted it, where the host reveals it (Express, connect, Hono), else none.
   */
  readonly basePath?: string
  /** Signs what browsers carry: the current key first, then older ones. Default: `NITRO_SECRET`. */
  readonly secret?: string | readonly string[] | undefined
  /**
   * The log of changes that live pages follow: one that several processes share shows each the changes of all. Default: a log of this
   * process alone.
   */
  readonly changes?: EventBus | undefined
  /**
   * The store of `context().session`: the database of the app, say. Default: memory of this process, which a restart empties and other
   * processes do not see.
   */
  readonly sessionStore?: Store | undefined
  /** How long a session lasts: `{ idleSeconds, maxSeconds }`. Default: a day without use, 30 days in all. */
  readonly session?: SessionOptions | undefined
  /** How much the app takes and keeps. */
  readonly limits?: Limits
  /** The plugins of the app: `plugin({ name, setup })`. The first listed comes first. */
  readonly plugins?: readonly Plugin[] | undefined
}

export class App implements AppState, NitroApp {
  readonly secret: Secret
  readonly limits: AppLimits
  readonly sessionStore: Store | undefined
  readonly session: Required<SessionOptions>
  readonly pageEnds: readonly PageEndHook[]
  routes: readonly RouteDescription[] = []
  exposures: readonly Exposure[] = []
  readonly #plugins: readonly SetUpPlugin[]
  #start: Start | undefined
  // In the order of creation: a part may use those before it until the end.
  readonly #parts = new Map<AppPart<unknown>, unknown>()
  #closing: Promise<void> | undefined
  readonly #base: BasePath

  /** Its plugins are set up; their parts are in `parts`, and the app cannot be used before `open`. */
  constructor(options: AppOptions) {
    this.#base = new BasePath(options.basePath)
    this.secret = new Secret(options.secret)
    this.limits = limitsOf(options.limits)
    this.sessionStore = sessionStoreOf(options.sessionStore)
    this.session = sessionOptionsOf(options.session)
    // Better now than at the first visitor.
    if (this.sessionStore !== undefined) this.secret.sign("start", "")
    openChanges(this, options.changes)
    this.#plugins = setUpPlugins([...builtIn, ...(options.plugins ?? [])], this)
    this.pageEnds = this.pluginParts.flatMap(({ pageEnd }) => pageEnd ?? [])
  }

  /** From now on it has these routes. Called once. */
  open(routes: readonly Route[], exposures: readonly Exposure[] = []): this {
    this.routes = routes.map(describeRoute)
    this.exposures = exposures
    // Before any of them is used: tables get their foreign keys whichever comes first.
    const entities = exposures.map(({ entity }) => entity)
    declareEntities(entities)
    this.#start = new Start(entities, () => bulkFaults(exposures))
    return this
  }

  get plugins(): readonly string[] {
    return this.#plugins.slice(builtIn.length).map(({ name }) => name)
  }

  /** The parts of each plugin, in their order, those of the library first. */
  get pluginParts(): readonly PluginParts[] {
    return this.#plugins.map(({ parts }) => parts)
  }

  get basePath(): string {
    return this.#base.path
  }

  /** Says where the host has mounted the app, and returns the path as the app spells it. @throws NITRO_BASE_PATH where it is elsewhere. */
  mountAt(path: string, isSure = true): string {
    return this.#base.mountAt(path, isSure)
  }

  get ready(): Promise<void> {
    return this.#start?.ready ?? Promise.resolve()
  }

  /** The promise that requests wait for; undefined once the check at start is over. Never rejects. */
  get pending(): Promise<void> | undefined {
    return this.#start?.pending
  }

  get isClosed(): boolean {
    return this.#closing !== undefined
  }

  part<T>(key: AppPart<T>): T {
    // Each key makes its own part, so the part under it is a `T`.
    const untyped = key as AppPart<unknown>
    if (!this.#parts.has(untyped)) this.#parts.set(untyped, key.make(this))
    // See above.
    return this.#parts.get(untyped) as T
  }

  get openStreams(): number {
    return this.part(liveApp).streams.size
  }

  endStreams(user: User | undefined | ((user: User | undefined) => boolean)): number {
    const choose =
      typeof user === "function" ? user : (other: User | undefined) => isSameUser(other, user)
    return this.part(liveApp).end(other =>
      syncResult(
        // The rule is given the users of the app.
        (choose as (user: User | undefined) => boolean)(other),
        "The rule of endStreams()",
      ),
    )
  }

  close(): Promise<void> {
    this.#start?.end()
    this.#closing ??= this.#closeParts()
    return this.#closing
  }

  async #closeParts(): Promise<void> {
    for (const { name, parts } of [...this.#plugins].reverse()) {
      try {
        await parts.close?.()
      } catch (error) {
        reportError(error, `closing the plugin "${name}"`, "app")
      }
    }
    for (const [key, part] of [...this.#parts].reverse()) {
      try {
        await key.close?.(part)
      } catch (error) {
        // The other parts must be closed all the same.
        reportError(error, `closing ${key.name}`, "app")
      }
    }
    this.#parts.clear()
  }
}

/** The host's middleware with the app's own members on it. */
export function withApp<H extends object>(middleware: H, app: NitroApp): H & NitroApp {
  // With all members of an app.
  return Object.defineProperties(middleware, {
    ready: { get: () => app.ready },
    routes: { get: () => app.routes },
    plugins: { get: () => app.plugins },
    openStreams: { get: () => app.openStreams },
    endStreams: { value: (user: Parameters<App["endStreams"]>[0]) => app.endStreams(user) },
    close: { value: () => app.close() },
  }) as H & NitroApp
}
