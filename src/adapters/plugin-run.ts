// Runs the plugins of an app for each request, as one function for each seam; undefined where no plugin has it.
import type { OperationMiddleware, RequestContext } from "../actions/index.ts"
import type { Route } from "../actions/internal.ts"
import type { PluginParts } from "../app/index.ts"
import { withScopes } from "../entity/index.ts"
import { isThenable } from "../shared/callback.ts"
import { beforeDeadline } from "../shared/deadline.ts"
import type { MaybePromise } from "../shared/types.ts"
import type { OpenContext } from "./open-context.ts"

export interface JoinedPlugins {
  /** Whether any code of theirs runs before a route does. */
  readonly mayFail: boolean
  readonly routes: readonly (readonly Route[])[]
  readonly middleware: readonly OperationMiddleware[]
  /** `fn` as it runs in the context that the plugins complete, and in their scopes. */
  readonly inContext: (<T>(context: OpenContext, fn: () => T) => () => T) | undefined
  readonly around:
    | ((context: RequestContext, dispatch: () => Promise<Response>) => () => Promise<Response>)
    | undefined
}

export function joined(parts: readonly PluginParts[], deadlineMs: number): JoinedPlugins {
  const contexts = parts.flatMap(({ context }) => context ?? [])
  const scopes = parts.flatMap(part => part.scopes ?? [])
  const arounds = parts.flatMap(({ around }) => around ?? [])
  const scoped =
    <T>(context: RequestContext, fn: () => T) =>
    (): T =>
      scopes.length === 0
        ? fn()
        : // It returns a promise where T is one, else the value.
          (withScopes(
            scopes.flatMap(scope => scope(context)),
            fn,
          ) as T)
  return {
    mayFail: contexts.length + scopes.length + arounds.length > 0,
    routes: parts.flatMap(({ routes }) => routes ?? []),
    middleware: parts.flatMap(({ middleware }) => middleware ?? []),
    inContext:
      contexts.length + scopes.length === 0
        ? undefined
        : <T>(context: OpenContext, fn: () => T) =>
            () => {
              const completed = complete(context, contexts)
              if (!(completed instanceof Promise)) return scoped(context, fn)()
              // The gate awaits it where `context` may wait.
              return beforeDeadline(completed, deadlineMs, "The context of plugins").then(
                scoped(context, fn),
              ) as T
            },
    around:
      arounds.length === 0
        ? undefined
        : (context, dispatch) =>
            arounds.reduceRight<() => Promise<Response>>(
              (next, around) => async () => around(context, next),
              dispatch,
            ),
  }
}

type ContextPart = NonNullable<PluginParts["context"]>

/** Each sees what those before it said of the user. */
function complete(context: OpenContext, plugins: readonly ContextPart[]): MaybePromise<void> {
  for (const [index, plugin] of plugins.entries()) {
    const addition = plugin(context)
    if (isThenable(addition))
      return Promise.resolve(addition).then(resolved => {
        take(context, resolved)
        return complete(context, plugins.slice(index + 1))
      })
    take(context, addition)
  }
}

function take(context: OpenContext, addition: Awaited<ReturnType<ContextPart>>): void {
  if (addition !== undefined && "user" in addition) context.user = addition.user
}
