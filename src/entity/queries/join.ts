// Pairs of entities of two classes: by the store where it can, else by reading both sides.

import { isFunction } from "../../shared/guards.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { bindingOf } from "../binding/binding.ts"
import type { Binding } from "../binding/bound-class.ts"
import { hydrate } from "../binding/hydrate.ts"
import { withoutScopes } from "../binding/query-scopes.ts"
import { narrowedPairs, unscoped, visiblePairs } from "../binding/scoped-rows.ts"
import { onStore } from "../binding/unit-of-work.ts"
import { columns } from "../conditions/columns.ts"
import { builtPredicate } from "../conditions/condition.ts"
import { compileOrder, compilePredicate, isFieldOperand } from "../conditions/matches.ts"
import { toOrder, wholeNumber } from "../conditions/order.ts"
import { predicateFields } from "../conditions/predicate-fields.ts"
import { toComparable } from "../contract/comparable.ts"
import { queryError } from "../contract/errors.ts"
import type { Predicate } from "../contract/predicate.ts"
import type { JoinPlan, Row } from "../contract/repository.ts"
import { Thenable } from "../contract/thenable.ts"
import { joinDefinition, joinPrefixes } from "../definition/derived.ts"
import { rowBatches } from "../relations/batches.ts"
import { prefixedLookup } from "../relations/lookup.ts"
import { lookedUp, resolvedCondition } from "../relations/resolve.ts"
import { scopeOf } from "../relations/scope-conditions.ts"
import type { EntityClass, JoinQuery } from "../types/types.ts"

// The limit for a join that runs in this process because the store cannot do it.
const maxRows = 100_000
const maxPairs = 10_000_000
const batchSize = 1000

class StoreJoin<T extends object, S extends object | undefined, V, W>
  extends Thenable<[T, S][]>
  implements JoinQuery<T, S, V, W>
{
  readonly left: EntityClass<T>
  readonly right: EntityClass<NonNullable<S>>
  readonly plan: JoinPlan

  constructor(left: EntityClass<T>, right: EntityClass<NonNullable<S>>, plan: JoinPlan) {
    super()
    this.left = left
    this.right = right
    this.plan = plan
  }

  where(condition: unknown): JoinQuery<T, S, V, W> {
    const before = this.plan.where
    const further = pairCondition(this.left, this.right, condition, this.plan.outer !== undefined)
    return this.#with({
      where: before === undefined ? further : { op: "and", of: [before, further] },
    })
  }

  orderBy(
    side: "left" | "right",
    field: string,
    direction?: "asc" | "desc",
  ): JoinQuery<T, S, V, W> {
    if (side !== "left" && side !== "right")
      throw queryError(`The side of a join is "left" or "right", not "${String(side)}".`)
    const prefixes = joinPrefixes(this.left.definition, this.right.definition)
    const order = toOrder((side === "left" ? this.left : this.right).definition, field, direction)
    return this.#with({
      orderBy: [
        ...this.plan.orderBy,
        { ...order, field: prefixes[side === "left" ? 0 : 1] + order.field },
      ],
    })
  }

  limit(limit: number): JoinQuery<T, S, V, W> {
    return this.#with({ limit: wholeNumber("limit", limit) })
  }

  offset(offset: number): JoinQuery<T, S, V, W> {
    return this.#with({ offset: wholeNumber("offset", offset) })
  }

  async first(): Promise<[T, S] | undefined> {
    const [first] = await readPairs<T, S>(this.left, this.right, {
      ...this.plan,
      limit: Math.min(1, this.plan.limit ?? 1),
    })
    return first
  }

  // biome-ignore lint/suspicious/noThenProperty: a query is awaited where its result is wanted
  override then<A = [T, S][], B = never>(
    fulfilled?: ((value: [T, S][]) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return readPairs<T, S>(this.left, this.right, this.plan).then(fulfilled, rejected)
  }

  #with(changes: Partial<JoinPlan>): JoinQuery<T, S, V, W> {
    return new StoreJoin(this.left, this.right, { ...this.plan, ...changes })
  }
}

/** `outer`: with the entities of the left side that pair with none. */
export function joinQuery<T extends object, S extends object>(
  left: EntityClass<T>,
  right: EntityClass<S>,
  build: unknown,
  outer = false,
): JoinQuery<T, S> {
  const on = pairCondition(left, right, build, outer)
  const plan: JoinPlan = {
    right: right.definition,
    orderBy: [],
    ...(outer ? { outer: on } : { where: on }),
  }
  return new StoreJoin<T, S, never, never>(left, right, plan)
}

function pairCondition(
  left: EntityClass<object>,
  right: EntityClass<object>,
  build: unknown,
  outer: boolean,
): Predicate {
  if (!isFunction(build))
    throw queryError(
      "A join is made by a condition: (left, right) => left.categoryId.eq(right.id).",
    )
  const joined = joinDefinition(left.definition, right.definition, outer)
  const [ofLeft, ofRight] = joinPrefixes(left.definition, right.definition)
  return builtPredicate(joined, build, [
    columns(joined, ofLeft, prefixedLookup(left, ofLeft)),
    columns(joined, ofRight, prefixedLookup(right, ofRight)),
  ])
}

type RowPair = readonly [Row, Row | undefined]

async function readPairs<T extends object, S extends object | undefined>(
  left: EntityClass<T>,
  right: EntityClass<NonNullable<S>>,
  plan: JoinPlan,
): Promise<[T, S][]> {
  if (plan.limit === 0) return []
  const [a, b] = [bindingOf(left), bindingOf(right)]
  const repository = unscoped(a.repository)
  const join = a.store === b.store ? repository.join?.bind(repository) : undefined
  const pairs = await (join === undefined
    ? pairsOf(a, b, plan)
    : pairsOfStore(a, b, plan, ready => join(ready, unscoped(b.repository))))
  // The second is missing in pairs of a left join alone, whose `S` says so.
  return pairs.map(([x, y]) => [hydrate(a, x), (y && hydrate(b, y)) as S])
}

async function pairsOfStore(
  a: Binding,
  b: Binding,
  plan: JoinPlan,
  join: (plan: JoinPlan) => MaybePromise<Row[]>,
): Promise<RowPair[]> {
  const [where, outer] = await Promise.all([
    resolvedCondition(a, plan.where),
    resolvedCondition(a, plan.outer),
  ])
  const ready: JoinPlan = {
    ...plan,
    ...(where === undefined ? {} : { where }),
    ...(outer === undefined ? {} : { outer }),
  }
  const [ofLeft, ofRight] = await pairScopes(a, b)
  const seen = narrowedPairs(
    visiblePairs(ready, a.entity.definition, b.entity.definition),
    ofLeft,
    ofRight,
  )
  const rows = await onStore(a.store, () => join(seen))
  const width = a.entity.definition.fields.length
  return rows.map(
    (row): RowPair => [row.slice(0, width), row[width] === null ? undefined : row.slice(width)],
  )
}

/** The scopes of this context for each side, by the field names of the join. */
async function pairScopes(a: Binding, b: Binding): Promise<readonly [Predicate[], Predicate[]]> {
  const prefixes = joinPrefixes(a.entity.definition, b.entity.definition)
  const of = async (side: Binding, prefix: string): Promise<Predicate[]> => {
    const scope = scopeOf(side.entity, "read")
    if (scope === undefined) return []
    // A join cannot use rows related to a side that has prefixes, so they are looked up.
    return [renamed(await withoutScopes(() => lookedUp(side, scope)), name => prefix + name)]
  }
  return Promise.all([of(a, prefixes[0]), of(b, prefixes[1])])
}

/** A row with its decoded values, by the field names of the join. */
interface Side {
  readonly row: Row
  readonly values: Readonly<Record<string, unknown>>
}
type Pair = readonly [Side, Side | undefined]

/** Reads both sides and pairs them here. */
async function pairsOf(a: Binding, b: Binding, plan: JoinPlan): Promise<RowPair[]> {
  const [leftPrefix, rightPrefix] = joinPrefixes(a.entity.definition, b.entity.definition)
  const isLeft = (field: string): boolean => field.startsWith(leftPrefix)
  const [where, outer] = await Promise.all(
    [plan.where, plan.outer].map(condition =>
      condition === undefined ? undefined : lookedUp(a, condition),
    ),
  )
  const parts = partsOf(where)
  const onParts = outer === undefined ? parts : partsOf(outer)
  const ofLeft = (part: Predicate): boolean => fieldsOf(part).every(isLeft)
  const ofRight = (part: Predicate): boolean => !fieldsOf(part).some(isLeft)
  // In a left join, conditions on the right side alone decide the pairs, and never remove a left row.
  const left = await sideOf(a, leftPrefix, parts.filter(ofLeft))
  const right = await sideOf(b, rightPrefix, onParts.filter(ofRight))
  const reader = (field: string): ((pair: Pair) => unknown) => {
    const side = isLeft(field) ? 0 : 1
    return pair => pair[side]?.values[field]
  }
  const test = (condition: Predicate | undefined): ((pair: Pair) => boolean) =>
    condition === undefined ? () => true : compilePredicate<Pair>(condition, reader)
  let pairs = candidates(left, right, onParts, isLeft)
  if (outer !== undefined) pairs = withLonely(left, pairs.filter(test(outer)))
  pairs = pairs.filter(test(where))
  pairs.sort(
    compileOrder<Pair>(
      plan.orderBy,
      reader,
      joinDefinition(a.entity.definition, b.entity.definition).key,
    ),
  )
  const offset = plan.offset ?? 0
  const window = pairs.slice(offset, plan.limit === undefined ? undefined : offset + plan.limit)
  return window.map(([x, y]) => [x.row, y?.row])
}

/** The pairs, and each row of the left side that is in none. */
function withLonely(left: readonly Side[], pairs: readonly Pair[]): Pair[] {
  const paired = new Set(pairs.map(([side]) => side))
  return [
    ...pairs,
    ...left.filter(side => !paired.has(side)).map((side): Pair => [side, undefined]),
  ]
}

/** The conditions that must all hold. */
function partsOf(predicate: Predicate | undefined): Predicate[] {
  if (predicate === undefined) return []
  return predicate.op === "and" ? predicate.of.flatMap(partsOf) : [predicate]
}

function fieldsOf(predicate: Predicate): string[] {
  return [...predicateFields(predicate)]
}

function looksIntoJson(predicate: Predicate): boolean {
  if (predicate.op === "and" || predicate.op === "or") return predicate.of.some(looksIntoJson)
  return predicate.op === "not" ? looksIntoJson(predicate.of) : predicate.op === "json"
}

/** Rows of this side that match the conditions on it alone; they are tested on the pairs again. */
async function sideOf(
  binding: Binding,
  prefix: string,
  parts: readonly Predicate[],
): Promise<Side[]> {
  const { entity, mapper, store } = binding
  const readable =
    store.capabilities.jsonPaths === true ? parts : parts.filter(part => !looksIntoJson(part))
  const where: Predicate = { op: "and", of: readable.map(part => withoutPrefix(part, prefix)) }
  const sides: Side[] = []
  for await (const rows of rowBatches(entity, { where, orderBy: [] }, batchSize)) {
    for (const row of rows) {
      const values = Object.fromEntries(
        entity.definition.fields.map(({ name, index }) => [
          prefix + name,
          mapper.decodeAt(index, row[index]),
        ]),
      )
      sides.push({ row, values })
    }
    if (sides.length > maxRows) {
      throw queryError(
        `A join would read more than ${maxRows} ${entity.definition.plural}, as ${binding.store.name} cannot compute it.`,
        "Narrow it by a condition, or keep both classes in one SQL store.",
      )
    }
  }
  return sides
}

function withoutPrefix(predicate: Predicate, prefix: string): Predicate {
  return renamed(predicate, name => name.slice(prefix.length))
}

/** The same condition of other fields. It uses no related rows. */
function renamed(predicate: Predicate, rename: (field: string) => string): Predicate {
  switch (predicate.op) {
    case "and":
    case "or":
      return { op: predicate.op, of: predicate.of.map(part => renamed(part, rename)) }
    case "not":
      return { op: "not", of: renamed(predicate.of, rename) }
    case "some":
      return predicate
    case "eq":
    case "ne":
    case "lt":
    case "lte":
    case "gt":
    case "gte": {
      const { value } = predicate
      return {
        ...predicate,
        field: rename(predicate.field),
        value: isFieldOperand(value) ? { field: rename(value.field) } : value,
      }
    }
    default:
      return { ...predicate, field: rename(predicate.field) }
  }
}

/** The pairs that may match: by a hash of the fields that must be equal, else all. */
function candidates(
  left: readonly Side[],
  right: readonly Side[],
  parts: readonly Predicate[],
  isLeft: (field: string) => boolean,
): Pair[] {
  for (const part of parts) {
    if (
      part.op !== "eq" ||
      !isFieldOperand(part.value) ||
      isLeft(part.field) === isLeft(part.value.field)
    )
      continue
    const [ofLeft, ofRight] = isLeft(part.field)
      ? [part.field, part.value.field]
      : [part.value.field, part.field]
    const byValue = new Map<unknown, Side[]>()
    for (const side of right) {
      const key = toComparable(side.values[ofRight])
      const same = byValue.get(key)
      if (same === undefined) byValue.set(key, [side])
      else same.push(side)
    }
    return left.flatMap(side =>
      (byValue.get(toComparable(side.values[ofLeft])) ?? []).map((other): Pair => [side, other]),
    )
  }
  if (left.length * right.length > maxPairs) {
    throw queryError(
      `A join would compare ${left.length * right.length} pairs.`,
      "Join by fields that are equal, or narrow it by a condition.",
    )
  }
  return left.flatMap(side => right.map((other): Pair => [side, other]))
}
