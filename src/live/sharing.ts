// Decides which functions render for many pages at once, and in which context: shared output must not depend on the user.
import { AsyncLocalStorage } from "node:async_hooks"
import { currentRequest, type RequestContext } from "../actions/index.ts"
import { VisitorSession, withRequest } from "../actions/internal.ts"
import { type EntityClass, type QueryScope, withPartition, withStores } from "../entity/index.ts"
import { currentScopes, inScopes, ScopeSet, scopeOf, storeOf } from "../entity/internal.ts"
import { isSameUser } from "./same-user.ts"

/** A shared view read something of the request: each page needs a separate one. */
export class PersonalView extends Error {}

/** Runs a function in an async context. */
export type RunIn = <T>(run: () => T) => T
type Item = (...args: never[]) => unknown

// The number of the only request that used a function; else what was found out about it.
const uses = new WeakMap<Item, number | "shared" | "personal">()

/**
 * Whether pages may share what `item` renders. A function that two requests use is declared outside of both, so it can know
 * nothing of either. One that a single request used may be made inside of it: it renders in that request's context.
 */
export function isSharedItem(item: Item, requestNumber: number): boolean {
  const use = uses.get(item)
  if (use === undefined) uses.set(item, requestNumber)
  else if (typeof use === "number" && use !== requestNumber) uses.set(item, "shared")
  return uses.get(item) === "shared"
}

/** Its output depends on the user after all, as by an AsyncLocalStorage: from now on each page renders it in its own context. */
export function markPersonal(item: Item): void {
  uses.set(item, "personal")
}

/** The async context of this call, for what belongs to one page. */
export function ownContext(): RunIn {
  return AsyncLocalStorage.snapshot()
}

// Before any request, so that nothing of one can reach another's page.
const neutral: RunIn = AsyncLocalStorage.snapshot()

/** The parts of a request that a shared render may read. `user` is called at each read. */
export interface SharedRequest {
  readonly path: string
  readonly search: string
  readonly user: () => RequestContext["user"]
}

/**
 * A context outside of all requests, with the app, stores and partition of this one. `onRead` is called when a render looks at
 * what of the request is not in `readable`.
 */
export function sharedContext(
  entities: readonly EntityClass[],
  onRead: () => void,
  readable?: SharedRequest,
): RunIn {
  const stores = Object.fromEntries(
    entities.map(entity => [entity.definition.name, storeOf(entity)]),
  )
  // Only if it shows rows of a session, which no other session shares then.
  const partition = Object.values(stores).find(store => store.partition !== undefined)?.partition
  // Views are rendered inside of a request, or of a context made like one.
  const context = watched(currentRequest() as RequestContext, onRead, readable)
  const scopes = sharedScopes(entities, onRead)
  const capture = () => AsyncLocalStorage.snapshot()
  const inPartition = partition === undefined ? capture : () => withPartition(partition, capture)
  return neutral(() =>
    withRequest(context, () => withStores(stores, () => inScopes(scopes, inPartition))),
  )
}

/** The rows of these classes that all sharing pages may see. Of any other class each may see something else. */
function sharedScopes(entities: readonly EntityClass[], onRead: () => void): ScopeSet | undefined {
  if (currentScopes() === undefined) return undefined
  const none: QueryScope = () => {
    onRead()
    return false
  }
  const scopes = new ScopeSet([none])
  for (const entity of entities)
    scopes.conditions.set(entity, new Map([["read", scopeOf(entity, "read")]]))
  return scopes
}

const noSignals: RequestContext["signals"] = Promise.resolve(Object.freeze({}))

/** A context without the members that differ from request to request. */
function watched(
  { app, basePath }: RequestContext,
  onRead: () => void,
  readable: SharedRequest | undefined,
): RequestContext {
  const nothing = <T>(value: T): T => {
    onRead()
    return value
  }
  return {
    app,
    basePath,
    // A stream never has one, and every form looks for it.
    flash: undefined,
    extras: new Map(),
    get user() {
      return readable ? readable.user() : nothing(undefined)
    },
    get request() {
      return nothing(new Request("http://live.invalid/"))
    },
    get session() {
      return nothing(new VisitorSession(app, undefined, "read-only"))
    },
    get requestId() {
      return nothing("")
    },
    get locale() {
      return nothing("en")
    },
    // A stream sends none.
    signals: noSignals,
    get path() {
      return readable?.path ?? nothing("/")
    },
    get search() {
      return readable?.search ?? nothing("")
    },
  }
}

/** The users of a view that pages share by a key. Its content may depend on the user while there is only one. */
export class SharedUser {
  /** As the latest page has it: a role may be another since the first came. */
  #user: RequestContext["user"]
  #isRead = false
  #isOne = true

  constructor(user: RequestContext["user"]) {
    this.#user = user
  }

  /** False where the page needs a separate view, because the content has read another user. */
  admits(user: RequestContext["user"]): boolean {
    if (isSameUser(user, this.#user)) {
      this.#user = user
      return true
    }
    if (!this.#isRead) this.#isOne = false
    return !this.#isRead
  }

  /** The user; calls `refuse` where that is not the same for all. */
  read(refuse: () => void): RequestContext["user"] {
    if (!this.#isOne) {
      refuse()
      return undefined
    }
    this.#isRead = true
    return this.#user
  }
}
