// A query as an immutable value: `entity` and `plan` are public data, awaiting it reads the store.
import { toCondition } from "./columns.ts"
import { queryError, unknownFieldError } from "./errors.ts"
import { countRows, findEntities } from "./finders.ts"
import type { Predicate } from "./predicate.ts"
import type { Order, QueryPlan } from "./repository.ts"
import type { CountQuery, EntityClass, OrderBy, Query, Where } from "./types.ts"

/** See `Query` in types.ts. */
class StoreQuery<T extends object, V> implements Query<T, V> {
  readonly entity: EntityClass<T>
  readonly plan: QueryPlan

  constructor(entity: EntityClass<T>, plan: QueryPlan) {
    this.entity = entity
    this.plan = plan
  }

  where(where?: Where<V>): Query<T, V> {
    const predicate = both(this.plan.where, toCondition(this.entity.definition, where))
    return predicate === undefined ? this : this.#with({ where: predicate })
  }

  orderBy(field: OrderBy<V>, direction?: "asc" | "desc"): Query<T, V> {
    return this.#with({ orderBy: [...this.plan.orderBy, toOrder(this.entity, field, direction)] })
  }

  limit(limit: number): Query<T, V> {
    return this.#with({ limit: wholeNumber("limit", limit) })
  }

  offset(offset: number): Query<T, V> {
    return this.#with({ offset: wholeNumber("offset", offset) })
  }

  async first(): Promise<T | undefined> {
    const [first] = await findEntities(this.entity, { ...this.plan, limit: Math.min(1, this.plan.limit ?? 1) })
    return first
  }

  count(): CountQuery<T, V> {
    return new StoreCount(this)
  }

  // biome-ignore lint/suspicious/noThenProperty: a query is awaited where its result is wanted
  then<A = T[], B = never>(
    fulfilled?: ((value: T[]) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return findEntities(this.entity, this.plan).then(fulfilled, rejected)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* await findEntities(this.entity, this.plan)
  }

  #with(changes: Partial<QueryPlan>): Query<T, V> {
    return new StoreQuery(this.entity, { ...this.plan, ...changes })
  }
}

class StoreCount<T extends object, V> implements CountQuery<T, V> {
  readonly query: Query<T, V>

  constructor(query: Query<T, V>) {
    this.query = query
  }

  // biome-ignore lint/suspicious/noThenProperty: a count is awaited where its result is wanted
  then<A = number, B = never>(
    fulfilled?: ((value: number) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return countRows(this.query.entity, this.query.plan).then(fulfilled, rejected)
  }
}

/** A query from its public data, as `Todo.where(...)` makes one. */
export function queryOf<T extends object>(entity: EntityClass<T>, plan: QueryPlan = { orderBy: [] }): Query<T> {
  return new StoreQuery<T, never>(entity, plan)
}

export function isQuery(value: unknown): value is Query {
  return value instanceof StoreQuery
}

export function isCountQuery(value: unknown): value is CountQuery {
  return value instanceof StoreCount
}

function both(a: Predicate | undefined, b: Predicate | undefined): Predicate | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return { op: "and", of: [a, b] }
}

function toOrder(entity: EntityClass<object>, given: string, direction?: "asc" | "desc"): Order {
  const { definition } = entity
  const text = String(given)
  const descending = text.startsWith("-") && !definition.fieldByName.has(text)
  const name = descending ? text.slice(1) : text
  const field = definition.fieldByName.get(name)
  if (field === undefined) {
    throw unknownFieldError(definition.name, name, definition.fieldByName.keys(), `Sorting field '${name}' does not exist in the model.`)
  }
  if (field.type === "json") throw queryError(`${definition.name}.${name} holds JSON, which has no order.`)
  if (direction !== undefined && direction !== "asc" && direction !== "desc")
    throw queryError(`The direction must be "asc" or "desc", not "${String(direction)}".`)
  return { field: name, direction: direction ?? (descending ? "desc" : "asc") }
}

function wholeNumber(what: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw queryError(`The ${what} must be a whole number of 0 or more, not ${String(value)}.`)
}
