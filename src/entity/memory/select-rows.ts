// Groups and projections by reading rows, for stores that cannot compute them; stores must return the same results.

import { compilePredicate } from "../conditions/matches.ts"
import { compareValues, toComparable } from "../contract/comparable.ts"
import type { EntityDefinition } from "../contract/definition.ts"
import type { Aggregate, Order, SelectPlan } from "../contract/repository.ts"
import { groupDefinition } from "../definition/derived.ts"

type Values = readonly unknown[]

/** One group while it is read: the values of its fields, and what its aggregates have so far. */
interface Group {
  readonly values: Values
  readonly folds: Fold[]
}

interface Fold {
  add(value: unknown): void
  result(): unknown
}

/** Takes rows one by one, as decoded values by field, and keeps only the groups. */
export class Grouping {
  readonly #plan: SelectPlan
  readonly #outputs: EntityDefinition
  readonly #types: ReadonlyMap<string, string>
  readonly #groups = new Map<string, Group>()

  constructor(definition: EntityDefinition, plan: SelectPlan) {
    this.#plan = plan
    this.#outputs = groupDefinition(definition, plan)
    this.#types = new Map(definition.fields.map(({ name, type }) => [name, type]))
    if (plan.fields.length === 0) this.#group([])
  }

  add(read: (field: string) => unknown): void {
    const group = this.#group(this.#plan.fields.map(field => read(field) ?? null))
    this.#plan.aggregates.forEach(({ field }, index) => {
      group.folds[index]?.add(field === undefined ? true : (read(field) ?? null))
    })
  }

  #group(values: Values): Group {
    const key = values.map(keyOf).join()
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = {
        values,
        folds: this.#plan.aggregates.map(aggregate =>
          foldOf(aggregate, this.#types.get(aggregate.field ?? "") ?? ""),
        ),
      }
      this.#groups.set(key, group)
    }
    return group
  }

  /** The fields, then the aggregates of each group. */
  results(): unknown[][] {
    const { having, orderBy, fields, offset = 0, limit } = this.#plan
    const position = (field: string): number => this.#outputs.fieldByName.get(field)?.index ?? -1
    let rows = [...this.#groups.values()].map(({ values, folds }) => [
      ...values,
      ...folds.map(fold => fold.result()),
    ])
    if (having !== undefined) {
      rows = rows.filter(
        compilePredicate(having, field => {
          const index = position(field)
          return (row: Values) => row[index]
        }),
      )
    }
    const ties = fields.map((field): Order => ({ field, direction: "asc" }))
    rows.sort(
      compareAt(
        [...orderBy, ...ties].map(({ field, direction }) => ({
          index: position(field),
          direction,
        })),
      ),
    )
    return rows.slice(offset, limit === undefined ? undefined : offset + limit)
  }
}

function compareAt(
  keys: readonly { readonly index: number; readonly direction: "asc" | "desc" }[],
): (a: Values, b: Values) => number {
  return (a, b) => {
    for (const { index, direction } of keys) {
      const x = toComparable(a[index])
      const y = toComparable(b[index])
      if (x === y) continue
      const order = x === null ? 1 : y === null ? -1 : compareValues(x, y)
      if (order !== 0) return direction === "desc" ? -order : order
    }
    return 0
  }
}

/** Equal for equal values alone. */
function keyOf(value: unknown): string {
  const comparable = toComparable(value)
  return typeof comparable === "string" ? JSON.stringify(comparable) : String(comparable)
}

/** Kahan's and Babuska's way, as SQLite has it: keeps what each addition rounds off. Postgres adds decimals. */
class Sum {
  #sum = 0
  #rest = 0

  add(value: number): void {
    const sum = this.#sum + value
    this.#rest +=
      Math.abs(this.#sum) > Math.abs(value) ? this.#sum - sum + value : value - sum + this.#sum
    this.#sum = sum
  }

  get total(): number {
    // The rest of an infinite sum is none.
    return Number.isFinite(this.#sum) ? this.#sum + this.#rest : this.#sum
  }
}

function foldOf({ call }: Aggregate, type: string): Fold {
  let count = 0
  let big = 0n
  const sum = new Sum()
  let extreme: unknown = null
  const counting = (value: unknown): boolean => {
    if (value === null) return false
    count += 1
    return true
  }
  switch (call) {
    case "count":
      return { add: value => void counting(value), result: () => count }
    case "sum":
    case "avg":
      return {
        add(value) {
          if (!counting(value)) return
          if (typeof value === "bigint") big += value
          else sum.add(Number(value))
        },
        result: () => {
          if (call === "sum") return type === "bigint" ? big : sum.total
          return count === 0 ? null : (type === "bigint" ? Number(big) : sum.total) / count
        },
      }
    default:
      return {
        add(value) {
          if (!counting(value)) return
          const order =
            extreme === null ? 0 : compareValues(toComparable(value), toComparable(extreme))
          if (extreme === null || (call === "min" ? order < 0 : order > 0)) extreme = value
        },
        result: () => extreme,
      }
  }
}
