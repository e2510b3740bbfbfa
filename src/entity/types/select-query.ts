// Queries for some fields, as plain objects.

import type { SelectPlan } from "../contract/repository.ts"
import type { Awaitable } from "../contract/thenable.ts"

/**
 * Plain objects with some fields of the entities of a query; an immutable value, read when awaited. `O` are the orders that it
 * takes: the names themselves, because compilers before TypeScript 7 infer another variance for a condition on the fields.
 */
export interface SelectQuery<R, in O extends string = never> extends Awaitable<R[]> {
  readonly plan: SelectPlan
  /** Each combination of values once, ordered by them unless `orderBy` says otherwise. */
  distinct(): SelectQuery<R, O>
  orderBy(field: O, direction?: "asc" | "desc"): SelectQuery<R, O>
  limit(limit: number): SelectQuery<R, O>
  offset(offset: number): SelectQuery<R, O>
  first(): Promise<R | undefined>
}
