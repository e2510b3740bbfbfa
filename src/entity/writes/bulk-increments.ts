// Adds to numbers in the store, so that concurrent changes are not lost.

import { NitroError } from "../../shared/errors.ts"
import { isObject } from "../../shared/guards.ts"
import type { Binding } from "../binding/bound-class.ts"
import type { FieldDefinition, FieldType } from "../contract/definition.ts"
import { queryError } from "../contract/errors.ts"
import { fieldNamed } from "../contract/field-named.ts"
import type { ColumnIncrement } from "../contract/repository.ts"
import { isStorableBigInt } from "../contract/storable.ts"
import type { Values } from "../definition/mapper.ts"
import { Increment } from "../types/increment.ts"

/** The amounts to add, by field. */
export interface FieldIncrement {
  readonly field: FieldDefinition
  readonly by: number | bigint
}

/** The increments among the values to write, and the others. */
export function splitIncrements(
  { model }: Binding,
  data: unknown,
): { readonly increments: FieldIncrement[]; readonly rest: unknown } {
  const entries = isObject(data) ? Object.entries(data) : []
  if (!entries.some(([, value]) => value instanceof Increment))
    return { increments: [], rest: data }
  const increments: FieldIncrement[] = []
  const rest: Record<string, unknown> = {}
  for (const [name, value] of entries) {
    if (value instanceof Increment)
      increments.push(checked(model.defined.definition, name, value.by))
    else rest[name] = value
  }
  return { increments, rest }
}

const numeric: ReadonlySet<FieldType> = new Set<FieldType>(["integer", "number", "bigint"])

function checked(
  definition: Binding["model"]["defined"]["definition"],
  name: string,
  by: unknown,
): FieldIncrement {
  const field = fieldNamed(definition, name)
  const what = `${definition.name}.${name}`
  if (!numeric.has(field.type) || field.encrypted || field.managed) {
    throw queryError(
      `${what} cannot be incremented: it is ${field.encrypted ? "encrypted" : field.managed ? "kept by the library" : `of the type ${field.type}`}.`,
    )
  }
  const fits =
    field.type === "bigint"
      ? typeof by === "bigint"
      : field.type === "integer"
        ? Number.isSafeInteger(by)
        : Number.isFinite(by)
  if (fits && (typeof by === "number" || typeof by === "bigint")) return { field, by }
  const needed =
    field.type === "bigint" ? "a bigint" : field.type === "integer" ? "a whole number" : "a number"
  throw queryError(`${what} is incremented by ${needed}, not ${String(by)}.`)
}

/** Throws `NITRO_CAPABILITY` for a store that could lose a concurrent change between reading and writing. */
export function requireIncrements({ model, store, repository }: Binding): void {
  if (repository.updateWhere !== undefined || store.capabilities.serialTransactions === true) return
  throw new NitroError(
    "NITRO_CAPABILITY",
    `${store.name} cannot add to numbers of ${model.name} in one step.`,
    {
      fix: 'Load the entities and save them, or use a store with `updateWhere` or the capability "serialTransactions".',
      details: { entity: model.name, store: store.name, capability: "serialTransactions" },
    },
  )
}

/** As the store of `binding` takes them. */
export function toColumns(
  { mapper }: Binding,
  increments: readonly FieldIncrement[],
): ColumnIncrement[] {
  return increments.map(({ field, by }) => ({
    column: field.index,
    by: mapper.encodeAt(field.index, by),
  }))
}

/** The values after it; null stays null. Throws `NITRO_VALUE_UNSUPPORTED` for what no row could hold. */
export function addTo(values: Readonly<Values>, increments: readonly FieldIncrement[]): Values {
  const after: Values = {}
  for (const { field, by } of increments) {
    const value = values[field.name]
    if (value === null || value === undefined) continue
    // Of one type, which the field says.
    const sum =
      typeof value === "bigint" && typeof by === "bigint" ? value + by : Number(value) + Number(by)
    if (
      field.type === "integer"
        ? !Number.isSafeInteger(sum)
        : typeof sum === "bigint" && !isStorableBigInt(sum)
    ) {
      throw new NitroError(
        "NITRO_VALUE_UNSUPPORTED",
        `${field.name} cannot be incremented by ${by}: the sum is beyond what a row can hold.`,
      )
    }
    after[field.name] = sum
  }
  return after
}
