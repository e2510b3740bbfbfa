// A plugin: what joins an app from outside, through the seams that the app itself uses.
import type { OperationMiddleware, RequestContext, User } from "../actions/index.ts"
import type { Route } from "../actions/internal.ts"
import type { QueryScope } from "../entity/index.ts"
import type { PageEndHook } from "../html/internal.ts"
import { isThenable } from "../shared/callback.ts"
import { NitroError } from "../shared/errors.ts"
import { optionNames, refuseUnknownOptions } from "../shared/options.ts"
import type { MaybePromise } from "../shared/types.ts"
import type { NitroApp } from "./nitro-app.ts"
import "./errors.ts"

/** The parts that a plugin adds to an app. Everything is optional; of several plugins the first listed comes first. */
export interface PluginParts {
  /** Further routes, as `commands([...])` and `queries([...])` of `nitro-ts/cqrs` make them. */
  readonly routes?: readonly (readonly Route[])[]
  /**
   * Called with the context of each request, of the app's own routes and of the host's pages, before anything else of it runs. It
   * may return the user, `{ user }`, in place of the one that `nitro({ user })` found, and keep data in `context.extras`. An
   * error fails the request.
   */
  readonly context?: (
    context: RequestContext,
  ) => MaybePromise<{ readonly user?: User | undefined } | undefined>
  /** The rows that a request may see and write: called once for each, when the user is known. */
  readonly scopes?: (context: RequestContext) => readonly QueryScope[]
  /**
   * Runs around the requests to the app's own routes, the first plugin outermost: returns the result of `next()`, or another
   * response. An error fails the request.
   */
  readonly around?: (
    context: RequestContext,
    next: () => Promise<Response>,
  ) => MaybePromise<Response>
  /** Gives what stands at the end of each page, in the context of its request: an alert, a banner, a script. */
  readonly pageEnd?: PageEndHook
  /** Runs around each operation, as `nitro({ middleware })` does, with its input and inside of its unit of work. */
  readonly middleware?: OperationMiddleware
  /** Called when the app closes, the last plugin first. */
  readonly close?: () => MaybePromise<void>
}

export interface Plugin {
  /** Once per app: `"rate-limit"`. */
  readonly name: string
  /** Called once, while `nitro()` makes the app. `app.routes` is there when `app.ready` is. */
  setup(app: NitroApp): PluginParts | undefined
}

const parts = optionNames<PluginParts>({
  routes: true,
  context: true,
  scopes: true,
  around: true,
  middleware: true,
  pageEnd: true,
  close: true,
})
const members = optionNames<Plugin>({ name: true, setup: true })

/**
 * A plugin for `nitro({ plugins: [...] })`.
 *
 * ```ts
 * const tenants = plugin({
 *   name: "tenants",
 *   setup: () => ({ scopes: ({ user }) => [scope(Order, { tenant: tenantOf(user) })] }),
 * })
 * ```
 */
export function plugin(definition: Plugin): Plugin {
  refuseUnknownOptions("plugin({ … })", definition, members)
  const { name, setup } = definition
  if (typeof name !== "string" || name === "" || typeof setup !== "function")
    throw pluginError(
      "A plugin needs a name and a function setup.",
      'plugin({ name: "audit", setup(app) { … } })',
    )
  return definition
}

/** The plugins of one app, with what each of them added. */
export interface SetUpPlugin {
  readonly name: string
  readonly parts: PluginParts
}

/** Sets all of them up, in their order. @throws NITRO_PLUGIN */
export function setUpPlugins(plugins: readonly Plugin[], app: NitroApp): readonly SetUpPlugin[] {
  const names = new Set<string>()
  for (const { name } of plugins) {
    if (names.has(name))
      throw pluginError(`Two plugins are called "${name}".`, "List each plugin once.")
    names.add(name)
  }
  return plugins.map(({ name, setup }) => {
    const result: unknown = setup(app) ?? {}
    if (isThenable(result)) {
      Promise.resolve(result).catch(() => undefined)
      throw pluginError(
        `The setup of the plugin "${name}" is async, but an app is created synchronously.`,
        "Wait in `context`, or for what `setup` began before the first request needs it.",
      )
    }
    refuseUnknownOptions(`The setup of the plugin "${name}"`, result, parts)
    // The line above refused other names; each part is checked where it is used.
    return { name, parts: result as PluginParts }
  })
}

function pluginError(message: string, fix: string): NitroError {
  return new NitroError("NITRO_PLUGIN", message, { fix })
}
