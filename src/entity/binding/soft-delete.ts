// Soft deletion: the repository of a class with `softDelete` as everybody sees it, without the rows that were deleted.
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

const isLive: Predicate = { op: "isNull", field: "deletedAt" }
const isGone: Predicate = { op: "not", of: isLive }

/** The store's own repository, which shows deleted rows. */
export function unscoped(repository: Repository): Repository {
  return repository instanceof LiveRows ? repository.inner : repository
}

/** Leaves deleted rows out of everything that is read, unless a plan says `deleted`. */
export function hideDeleted(inner: Repository, definition: EntityDefinition): Repository {
  return new LiveRows(inner, definition)
}

// One condition made of another again and again would be compiled again and again: stores know conditions by identity.
const scoped = {
  live: new WeakMap<Predicate, Predicate>(),
  gone: new WeakMap<Predicate, Predicate>(),
}

function scope(where: Predicate | undefined, which: "live" | "gone"): Predicate {
  const own = which === "live" ? isLive : isGone
  if (where === undefined) return own
  let known = scoped[which].get(where)
  if (known === undefined) {
    known = { op: "and", of: [where, own] }
    scoped[which].set(where, known)
  }
  return known
}

function visible<P extends QueryPlan>({ deleted, ...plan }: P): Omit<P, "deleted"> {
  return deleted === "with"
    ? plan
    : { ...plan, where: scope(plan.where, deleted === "only" ? "gone" : "live") }
}

/** The same for the pairs of a join, each side by itself: of a left join, a deleted right row pairs with nothing. */
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

class LiveRows implements Repository {
  readonly inner: Repository
  readonly #deletedAt: number
  readonly updateWhere?: NonNullable<Repository["updateWhere"]>
  readonly select?: NonNullable<Repository["select"]>
  readonly raw?: NonNullable<Repository["raw"]>

  constructor(inner: Repository, definition: EntityDefinition) {
    this.inner = inner
    this.#deletedAt = definition.fieldByName.get("deletedAt")?.index ?? -1
    // Only what the store has, because who asks looks whether it is there.
    const updateWhere = inner.updateWhere?.bind(inner)
    if (updateWhere)
      this.updateWhere = (where, ...rest) => updateWhere(scope(where, "live"), ...rest)
    const select = inner.select?.bind(inner)
    if (select) this.select = (plan: SelectPlan) => select(visible(plan) as SelectPlan)
    const raw = inner.raw?.bind(inner)
    if (raw) this.raw = raw
  }

  get(id: EntityId): MaybePromise<Row | undefined> {
    const found = this.inner.get(id)
    return found instanceof Promise ? found.then(row => this.#live(row)) : this.#live(found)
  }

  find(plan: QueryPlan): MaybePromise<Row[]> {
    return this.inner.find(visible(plan))
  }

  count(plan: QueryPlan): MaybePromise<number> {
    return this.inner.count(visible(plan))
  }

  write(writes: readonly Write[]): MaybePromise<number[]> {
    return this.inner.write(writes)
  }

  deleteWhere(where: Predicate | undefined): MaybePromise<number> {
    return this.inner.deleteWhere(scope(where, "live"))
  }

  #live(row: Row | undefined): Row | undefined {
    return row?.[this.#deletedAt] === null ? row : undefined
  }
}
