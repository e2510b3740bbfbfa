// A condition as plain data: one tree that is compiled to SQL, evaluated in memory and matched against changes.

/** A domain value as the entity holds it, not as a store encodes it. `undefined` never occurs. */
export type Value = string | number | bigint | boolean | Date | Uint8Array | null

/** Compares with another field of the same row instead of a value. */
export interface FieldOperand {
  readonly field: string
}

export type ComparisonOperator = "eq" | "ne" | "lt" | "lte" | "gt" | "gte"
export type TextOperator = "contains" | "startsWith" | "endsWith" | "like"

/**
 * Semantics that every store keeps. Logic has two values: a row matches or it does not, and `not p` matches exactly the
 * rows that `p` does not. Null equals nothing but `isNull`: `eq null` means `isNull`, two null fields are not equal,
 * `ne x` includes null rows; ordering operators, `between` and text operators never match null. `in` is any of its `eq`
 * (so an empty list matches nothing, and null in the list matches null rows), `notIn` is `not in`.
 * Strings order by code point (SQLite's BINARY, Postgres' "C"), false before true. Text operators ignore the case of
 * ASCII letters only (SQLite's LIKE and lower()); `contains`, `startsWith`, `endsWith` take their text literally;
 * `like` is raw: `%` any text, `_` one code point, no escape character.
 */
export type Predicate =
  | { readonly op: "and" | "or"; readonly of: readonly Predicate[] }
  | { readonly op: "not"; readonly of: Predicate }
  | { readonly op: ComparisonOperator; readonly field: string; readonly value: Value | FieldOperand }
  | { readonly op: "in" | "notIn"; readonly field: string; readonly values: readonly Value[] }
  | { readonly op: "between"; readonly field: string; readonly from: Value; readonly to: Value }
  | { readonly op: "isNull"; readonly field: string }
  | { readonly op: TextOperator; readonly field: string; readonly value: string }
