// A condition as plain data: one tree that is compiled to SQL, evaluated in memory and matched against changes.
import type { EntityDefinition } from "./definition.ts"
import type { ComparisonOperator, JsonTest, ListOperator, TextOperator } from "./operators.ts"
import type { StoredValue } from "./stored-value.ts"

/** A domain value as the entity holds it, not as a store encodes it. `undefined` never occurs. */
export type Value = string | number | bigint | boolean | Date | Uint8Array | null

/** JSON, and a value that is not there, are none. */
export function isValue(value: unknown): value is Value {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return true
    default:
      return value === null || value instanceof Date || value instanceof Uint8Array
  }
}

/** Compares with another field of the same row instead of a value. */
export interface FieldOperand {
  readonly field: string
}

/** The right side of a comparison. */
export type Operand = Value | FieldOperand | StoredValue

/** The rows of an entity class that belong to a row: those whose field `remote` equals that row's field `local`. */
export interface RelatedRows {
  /** Name of the class. */
  readonly entity: string
  readonly local: string
  readonly remote: string
  /** Of the class. Not enumerable: as JSON, a predicate is its conditions alone. */
  readonly definition: EntityDefinition
}

/** Where a value stands in JSON: text is a key of an object, a number the position in a list, from 0. */
export type JsonPath = readonly (string | number)[]
export type JsonScalar = string | number | boolean

/**
 * Semantics that every store keeps. Logic has two values: a row matches or it does not, and `not p` matches exactly the
 * rows that `p` does not. Null equals nothing but `isNull`: `eq null` means `isNull`, two null fields are not equal,
 * `ne x` includes null rows; ordering operators, `between` and text operators never match null. `in` is any of its `eq`
 * (so an empty list matches nothing, and null in the list matches null rows), `notIn` is `not in`.
 * Strings order by code point (SQLite's BINARY, Postgres' "C"), false before true. Text operators ignore the case of
 * ASCII letters only (SQLite's LIKE and lower()); `contains`, `startsWith`, `endsWith` take their text literally;
 * `like` is raw: `%` any text, `_` one code point, no escape character.
 * `some`: at least one of the related rows matches `where`, or without it, exists. Null is related to nothing.
 * `json` looks at one value inside of a JSON field. Types are kept apart: text is never equal to a number, and `lt` holds
 * between two of a kind only. A missing value is null, and so is JSON's null; objects and lists equal no value.
 */
export type Predicate =
  | { readonly op: "and" | "or"; readonly of: readonly Predicate[] }
  | { readonly op: "not"; readonly of: Predicate }
  | ValuePredicate
  | { readonly op: ListOperator; readonly field: string; readonly values: readonly Value[] }
  | { readonly op: "between"; readonly field: string; readonly from: Value; readonly to: Value }
  | { readonly op: "isNull"; readonly field: string }
  | TextPredicate
  | RelatedPredicate
  | JsonPredicate

/** A comparison with one value. */
export interface ValuePredicate {
  readonly op: ComparisonOperator
  readonly field: string
  readonly value: Operand
}

export interface TextPredicate {
  readonly op: TextOperator
  readonly field: string
  readonly value: string
}

/** Stores see it where they declare the capability `relations`; for others the entity module looks the values up. */
export interface RelatedPredicate {
  readonly op: "some"
  readonly rows: RelatedRows
  readonly where?: Predicate
}

/** Only for stores that declare the capability `jsonPaths`. `value` is absent with `isNull`, and text with text operators. */
export interface JsonPredicate {
  readonly op: "json"
  readonly field: string
  readonly path: JsonPath
  readonly test: JsonTest
  readonly value?: JsonScalar
}
