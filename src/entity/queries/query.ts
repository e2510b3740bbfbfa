// A query as an immutable value: `entity` and `plan` are public data, awaiting it reads the store.
import { toCondition } from "../conditions/columns.ts"
import { toOrder, wholeNumber } from "../conditions/order.ts"
import { queryError } from "../contract/errors.ts"
import type { Predicate } from "../contract/predicate.ts"
import type { Aggregate, QueryPlan } from "../contract/repository.ts"
import { Thenable } from "../contract/thenable.ts"
import { checkPaths } from "../relations/eager.ts"
import { relationLookup } from "../relations/lookup.ts"
import type { LockOptions } from "../types/options.ts"
import type { KeysetPage, NumberedPage } from "../types/pages.ts"
import type { SelectQuery } from "../types/select-query.ts"
import type {
  CountQuery,
  EntityClass,
  FieldValues,
  GroupOutputs,
  GroupQuery,
  OrderBy,
  Query,
} from "../types/types.ts"
import { countRows, findEntities, streamEntities } from "./finders.ts"
import { type PageRequest, pageOf } from "./page.ts"
import { aggregateOf, groupQuery, selectQuery } from "./select.ts"

/** See `Query` in types.ts. */
export class StoreQuery<T extends object, V> extends Thenable<T[]> implements Query<T, V> {
  readonly entity: EntityClass<T>
  readonly plan: QueryPlan

  constructor(entity: EntityClass<T>, plan: QueryPlan) {
    super()
    this.entity = entity
    this.plan = plan
  }

  where(where?: unknown): Query<T, V> {
    const predicate = both(
      this.plan.where,
      toCondition(this.entity.definition, where, false, relationLookup(this.entity)),
    )
    return predicate === undefined ? this : this.#with({ where: predicate })
  }

  orderBy(field: OrderBy<V>, direction?: "asc" | "desc"): Query<T, V> {
    return this.#with({
      orderBy: [...this.plan.orderBy, toOrder(this.entity.definition, field, direction)],
    })
  }

  limit(limit: number): Query<T, V> {
    return this.#with({ limit: wholeNumber("limit", limit) })
  }

  offset(offset: number): Query<T, V> {
    return this.#with({ offset: wholeNumber("offset", offset) })
  }

  with(...paths: readonly string[]): Query<T, V> {
    checkPaths(this.entity, paths)
    return this.#with({ with: [...(this.plan.with ?? []), ...paths] })
  }

  withDeleted(): Query<T, V> {
    return this.#with({ deleted: softDeleted(this.entity, "with") })
  }

  onlyDeleted(): Query<T, V> {
    return this.#with({ deleted: softDeleted(this.entity, "only") })
  }

  forUpdate({ skipLocked = false }: LockOptions = {}): Query<T, V> {
    return this.#with({ lock: skipLocked ? "skip" : "wait" })
  }

  async first(): Promise<T | undefined> {
    const [first] = await findEntities(this.entity, {
      ...this.plan,
      limit: Math.min(1, this.plan.limit ?? 1),
    })
    return first
  }

  count(): CountQuery<T, V> {
    return new StoreCount(this)
  }

  // biome-ignore lint/suspicious/noThenProperty: a query is awaited where its result is wanted
  override then<A = T[], B = never>(
    fulfilled?: ((value: T[]) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return findEntities(this.entity, this.plan).then(fulfilled, rejected)
  }

  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return this.stream()
  }

  stream({
    batchSize = 500,
  }: {
    readonly batchSize?: number
  } = {}): AsyncGenerator<T, void, undefined> {
    return streamEntities(this.entity, this.plan, wholeNumber("batchSize", batchSize, 1))
  }

  async exists(): Promise<boolean> {
    return (
      (await countRows(this.entity, { ...this.plan, limit: Math.min(1, this.plan.limit ?? 1) })) > 0
    )
  }

  page(request: { readonly size: number; readonly number: number }): Promise<NumberedPage<T>>
  page(request: {
    readonly size: number
    readonly after?: string | undefined
  }): Promise<KeysetPage<T>>
  page(request: PageRequest): Promise<NumberedPage<T> | KeysetPage<T>> {
    return pageOf(this.entity, this.plan, request)
  }

  select(...fields: string[]): SelectQuery<never, OrderBy<V>> {
    return selectQuery(this.entity, this.plan, fields)
  }

  sum(field: string): Promise<never> {
    return this.#aggregate("sum", field)
  }

  avg(field: string): Promise<number | null> {
    return this.#aggregate("avg", field)
  }

  min(field: string): Promise<never> {
    return this.#aggregate("min", field)
  }

  max(field: string): Promise<never> {
    return this.#aggregate("max", field)
  }

  /** The result is what `Query` says of the field: its own type, or a number. */
  #aggregate(call: Aggregate["call"], field: string): Promise<never> {
    // See above.
    return aggregateOf(this.entity, this.plan, call, field) as Promise<never>
  }

  groupBy(fields: string | readonly string[], outputs: GroupOutputs<V>): GroupQuery<never> {
    return groupQuery(this.entity, this.plan, fields, outputs)
  }

  #with(changes: Partial<QueryPlan>): Query<T, V> {
    return new StoreQuery(this.entity, { ...this.plan, ...changes })
  }
}

class StoreCount<T extends object, V> extends Thenable<number> implements CountQuery<T, V> {
  readonly query: Query<T, V>

  constructor(query: Query<T, V>) {
    super()
    this.query = query
  }

  // biome-ignore lint/suspicious/noThenProperty: a count is awaited where its result is wanted
  override then<A = number, B = never>(
    fulfilled?: ((value: number) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return countRows(this.query.entity, this.query.plan).then(fulfilled, rejected)
  }
}

/** A query from its public data, as `Todo.where(...)` makes one. */
export function queryOf<T extends object>(
  entity: EntityClass<T>,
  plan: QueryPlan = { orderBy: [] },
): StoreQuery<T, FieldValues<T>> {
  // The values of any instances are those of its class.
  return new StoreQuery<T, FieldValues<T>>(entity, plan)
}

export function isQuery(value: unknown): value is Query {
  return value instanceof StoreQuery
}

export function isCountQuery(value: unknown): value is CountQuery {
  return value instanceof StoreCount
}

function softDeleted<W>({ definition }: EntityClass<object>, which: W): W {
  if (definition.softDelete) return which
  throw queryError(`${definition.name} keeps no deleted entities.`, "Declare it: softDelete: true.")
}

function both(a: Predicate | undefined, b: Predicate | undefined): Predicate | undefined {
  if (a === undefined || b === undefined) return a ?? b
  // A chain of a thousand is one group.
  return { op: "and", of: a.op === "and" ? [...a.of, b] : [a, b] }
}
