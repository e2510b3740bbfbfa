// `allow` rules: called before the body of a request is read; input and target are only fetched for rules that read them.
import type { EntityInstance } from "../../entity/index.ts"
import type { MaybePromise } from "../../shared/types.ts"
import type { Input } from "./action.ts"
import type { RouteDescription } from "./route-description.ts"
import type { User } from "./user.ts"

/** One request to an operation, as its rule sees it. */
export interface AllowCall<T extends EntityInstance = EntityInstance> {
  /** `"create"`, `"bulkCreate"`, or the name of an action, a command or an event. */
  readonly operation: string
  /** The route, with what its action declares: `route.permission`, `route.tags`. */
  readonly route: RouteDescription
  /** The user that `nitro({ user })` returned; undefined for a visitor. */
  readonly user: User | undefined
  /** The entity that the operation is called on; undefined for operations of a class, and where no entity has the id. */
  readonly target?: T | undefined
  /** The input of the operation, converted to the types of its schemas. */
  readonly input: Input
  readonly request: Request
}

/**
 * True lets the request through, false responds 403. A rule that reads neither `input` nor `target` decides before the
 * body is read. For a rule that does, they are fetched and the rule is called again, so a rule must have no side effects.
 */
export type AllowRule<T extends EntityInstance = EntityInstance> = (
  call: AllowCall<T>,
) => MaybePromise<boolean>

/** The arguments of a rule that take work before permission: each fetched at most once, and only when it is read. */
export interface AllowSources {
  readonly input: () => Promise<Input>
  readonly target?: (() => Promise<EntityInstance | undefined>) | undefined
}

const noInput: Input = Object.freeze({})

export async function isAllowed(
  rule: AllowRule,
  facts: Pick<AllowCall, "operation" | "route" | "user" | "request">,
  sources: AllowSources,
): Promise<boolean> {
  const fetched: { input?: Input; target?: EntityInstance | undefined } = {}
  for (;;) {
    const missing = new Set<"input" | "target">()
    const look = (name: "input" | "target"): void => {
      if (Object.hasOwn(fetched, name) || sources[name] === undefined) return
      missing.add(name)
      throw new NotFetched()
    }
    const call: AllowCall = {
      ...facts,
      get input() {
        look("input")
        return fetched.input ?? noInput
      },
      get target() {
        look("target")
        return fetched.target
      },
    }
    let verdict: unknown
    try {
      verdict = await rule(call)
    } catch (error) {
      if (missing.size === 0) throw error
    }
    // The result of a rule without a value that it read does not count, however the rule handled the error.
    if (missing.size === 0) return Boolean(verdict)
    if (missing.has("input")) fetched.input = await sources.input()
    if (missing.has("target")) fetched.target = await sources.target?.()
  }
}

class NotFetched extends Error {
  override readonly name = "NotFetched"
  constructor() {
    super("Nitro calls this rule again with the value that it looked at. Do not catch this error.")
  }
}
