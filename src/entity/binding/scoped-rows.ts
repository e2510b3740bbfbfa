// The repository of a class as its context sees it: without the rows that were deleted softly, and within the scopes.
import { after } from "../../shared/maybe.ts"
import type { MaybePromise } from "../../shared/types.ts"
import type { EntityDefinition, EntityId } from "../contract/definition.ts"
import type { Predicate } from "../contract/predicate.ts"
import type {
  JoinPlan,
  QueryPlan,
  Repository,
  Row,
  SelectPlan,
  Write,
} from "../contract/repository.ts"
import { joinPrefixes } from "../definition/derived.ts"
import type { EntityClass } from "../types/types.ts"
import { currentScopes, type ScopeOperation, scopeCondition } from "./query-scopes.ts"

const isLive: Predicate = { op: "isNull", field: "deletedAt" }
const isGone: Predicate = { op: "not", of: isLive }

/** The store's own repository, which shows every row. */
export function unscoped(repository: Repository): Repository {
  return repository instanceof ScopedRows ? repository.inner : repository
}

/** The rows that the context lets an operation touch, deleted rows included. */
export function withDeleted(repository: Repository, operation: ScopeOperation): Repository {
  return repository instanceof ScopedRows
    ? new ScopedRows(repository.inner, { ...repository.of, isSoft: false, operation })
    : repository
}

/** The rows that the context lets an operation touch. */
export function touchable(repository: Repository, operation: ScopeOperation): Repository {
  return repository instanceof ScopedRows && currentScopes() !== undefined
    ? new ScopedRows(repository.inner, { ...repository.of, operation })
    : repository
}

/** The repository of `entity` for all other code. `whereId` finds the row with an id as it is stored. */
export function scopedRows(
  inner: Repository,
  entity: EntityClass,
  whereId: (id: EntityId) => Predicate,
): Repository {
  return new ScopedRows(inner, {
    entity,
    whereId,
    isSoft: entity.definition.softDelete === true,
    operation: "read",
  })
}

// One condition made of another again and again would be compiled again and again: stores know conditions by identity.
const seen = {
  live: new WeakMap<Predicate, Predicate>(),
  gone: new WeakMap<Predicate, Predicate>(),
}

function seenOf(where: Predicate | undefined, which: "live" | "gone"): Predicate {
  const stateFilter = which === "live" ? isLive : isGone
  if (where === undefined) return stateFilter
  let cached = seen[which].get(where)
  if (cached === undefined) {
    cached = { op: "and", of: [where, stateFilter] }
    seen[which].set(where, cached)
  }
  return cached
}

function visible<P extends QueryPlan>({ deleted, ...plan }: P): Omit<P, "deleted"> {
  return deleted === "with"
    ? plan
    : { ...plan, where: seenOf(plan.where, deleted === "only" ? "gone" : "live") }
}

/** The same for the pairs of a join, each side separately: of a left join, a deleted right row pairs with nothing. */
export function visiblePairs(
  plan: JoinPlan,
  left: EntityDefinition,
  right: EntityDefinition,
): JoinPlan {
  const [leftPrefix, rightPrefix] = joinPrefixes(left, right)
  const ofLeft: Predicate[] = left.softDelete
    ? [{ op: "isNull", field: `${leftPrefix}deletedAt` }]
    : []
  const ofRight: Predicate[] = right.softDelete
    ? [{ op: "isNull", field: `${rightPrefix}deletedAt` }]
    : []
  return narrowedPairs(plan, ofLeft, ofRight)
}

/** The pairs of which each side fits its conditions; of a left join, a right row that does not fit pairs with nothing. */
export function narrowedPairs(
  plan: JoinPlan,
  ofLeft: readonly Predicate[],
  ofRight: readonly Predicate[],
): JoinPlan {
  const { where, outer } = plan
  if (outer === undefined)
    return ofLeft.length + ofRight.length === 0
      ? plan
      : { ...plan, where: all(where, [...ofLeft, ...ofRight]) }
  return {
    ...plan,
    ...(ofLeft.length === 0 ? {} : { where: all(where, ofLeft) }),
    ...(ofRight.length === 0 ? {} : { outer: all(outer, ofRight) }),
  }
}

function all(where: Predicate | undefined, parts: readonly Predicate[]): Predicate {
  return { op: "and", of: where === undefined ? parts : [where, ...parts] }
}

/** Both conditions; undefined: every row. */
export function both(a: Predicate | undefined, b: Predicate | undefined): Predicate | undefined {
  if (a === undefined) return b
  return b === undefined ? a : further(a, b)
}

/** The condition where there is one, and a further one. */
function further(where: Predicate | undefined, more: Predicate): Predicate {
  return where === undefined ? more : { op: "and", of: [where, more] }
}

function narrowed<P extends QueryPlan>(plan: P, where: Predicate | undefined): P {
  return where === undefined ? plan : { ...plan, where: further(plan.where, where) }
}

interface ScopedOptions {
  readonly entity: EntityClass
  readonly whereId: (id: EntityId) => Predicate
  /** Leaves deleted rows out, unless a plan says `deleted`. */
  readonly isSoft: boolean
  /** The scopes that apply to reads; writes use those of their operation. */
  readonly operation: ScopeOperation
}

class ScopedRows implements Repository {
  readonly inner: Repository
  readonly of: ScopedOptions
  readonly #isSoft: boolean
  readonly #deletedAt: number
  readonly updateWhere?: NonNullable<Repository["updateWhere"]>
  readonly select?: NonNullable<Repository["select"]>
  readonly findWithTarget?: NonNullable<Repository["findWithTarget"]>
  readonly raw?: NonNullable<Repository["raw"]>

  constructor(inner: Repository, options: ScopedOptions) {
    this.inner = inner
    this.of = options
    this.#isSoft = options.isSoft
    this.#deletedAt = options.entity.definition.fieldByName.get("deletedAt")?.index ?? -1
    // Only methods that the store has, because callers check whether they exist.
    const updateWhere = inner.updateWhere?.bind(inner)
    if (updateWhere) {
      // A constant first: V8 makes a function that is written behind `this.property =` in its old space, and one is made per write.
      const scoped: typeof updateWhere = (where, ...rest) =>
        this.#where(this.#updating, where, narrow => updateWhere(narrow, ...rest))
      this.updateWhere = scoped
    }
    const select = inner.select?.bind(inner)
    if (select) {
      const scoped: typeof select = plan =>
        this.#plan<SelectPlan, Row[]>(plan, narrow => select(narrow))
      this.select = scoped
    }
    const findWithTarget = inner.findWithTarget?.bind(inner)
    // A target that was deleted, or is out of scope, would be read along: callers check the target's class.
    if (findWithTarget && !this.#isSoft) {
      const scoped: typeof findWithTarget = (plan, field, target) =>
        this.#plan(plan, narrow => findWithTarget(narrow, field, unscoped(target)))
      this.findWithTarget = scoped
    }
    const raw = inner.raw?.bind(inner)
    if (raw) this.raw = raw
  }

  get(id: EntityId): MaybePromise<Row | undefined> {
    if (currentScopes() === undefined) {
      const reading = this.inner.get(id)
      if (!this.#isSoft) return reading
      return reading instanceof Promise ? reading.then(row => this.#live(row)) : this.#live(reading)
    }
    return after(scopeCondition(this.of.entity, this.of.operation), where => {
      if (where === undefined) return after(this.inner.get(id), row => this.#live(row))
      const plan = { where: further(this.of.whereId(id), where), orderBy: [], limit: 1 }
      return after(this.inner.find(this.#isSoft ? visible(plan) : plan), ([row]) => row)
    })
  }

  find(plan: QueryPlan): MaybePromise<Row[]> {
    return this.#plan(plan, narrow => this.inner.find(narrow))
  }

  count(plan: QueryPlan): MaybePromise<number> {
    return this.#plan(plan, narrow => this.inner.count(narrow))
  }

  write(writes: readonly Write[]): MaybePromise<number[]> {
    if (currentScopes() === undefined || writes.every(({ op }) => op === "insert"))
      return this.inner.write(writes)
    return after(scopeCondition(this.of.entity, this.#updating), ofUpdates =>
      after(scopeCondition(this.of.entity, "delete"), ofDeletes =>
        this.inner.write(
          writes.map((write): Write => {
            if (write.op === "insert") return write
            const where = write.op === "update" ? ofUpdates : ofDeletes
            return where === undefined ? write : { ...write, where: further(write.where, where) }
          }),
        ),
      ),
    )
  }

  deleteWhere(where: Predicate | undefined): MaybePromise<number> {
    return this.#where("delete", where, narrow => this.inner.deleteWhere(narrow))
  }

  /** A soft deletion is an update to the store, and a deletion to the scopes. */
  get #updating(): ScopeOperation {
    return this.of.operation === "delete" ? "delete" : "update"
  }

  #plan<P extends QueryPlan, R>(source: P, run: (plan: P) => MaybePromise<R>): MaybePromise<R> {
    // Without `deleted` it is the plan that stores take.
    const plan = this.#isSoft ? (visible(source) as P) : source
    return currentScopes() === undefined
      ? run(plan)
      : after(scopeCondition(this.of.entity, this.of.operation), where =>
          run(narrowed(plan, where)),
        )
  }

  #where<R>(
    operation: ScopeOperation,
    condition: Predicate | undefined,
    run: (where: Predicate | undefined) => MaybePromise<R>,
  ): MaybePromise<R> {
    const where = this.#isSoft ? seenOf(condition, "live") : condition
    return currentScopes() === undefined
      ? run(where)
      : after(scopeCondition(this.of.entity, operation), scope => run(both(where, scope)))
  }

  #live(row: Row | undefined): Row | undefined {
    return !this.#isSoft || row?.[this.#deletedAt] === null ? row : undefined
  }
}
