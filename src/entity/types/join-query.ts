// Queries for pairs of entities.

import type { Condition } from "../conditions/condition.ts"
import type { JoinPlan } from "../contract/repository.ts"
import type { Awaitable } from "../contract/thenable.ts"
import type { Columns, OrderBy } from "./types.ts"

/** Pairs of entities of two classes; an immutable value, read when awaited. Ordered by their ids unless `orderBy` says otherwise. */
export interface JoinQuery<T extends object, S extends object | undefined, V = never, W = never>
  extends Awaitable<[T, S][]> {
  readonly plan: JoinPlan
  /** Of a left join, the fields of a missing entity are null. */
  where(
    condition: (left: Columns<V, T>, right: Columns<W, NonNullable<S>>) => Condition,
  ): JoinQuery<T, S, V, W>
  /** `"left"` orders by a field of the first class, `"right"` of the second. */
  orderBy(side: "left", field: OrderBy<V>, direction?: "asc" | "desc"): JoinQuery<T, S, V, W>
  orderBy(side: "right", field: OrderBy<W>, direction?: "asc" | "desc"): JoinQuery<T, S, V, W>
  limit(limit: number): JoinQuery<T, S, V, W>
  offset(offset: number): JoinQuery<T, S, V, W>
  first(): Promise<[T, S] | undefined>
}
