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
 * Semantics that every store keeps: null equals nothing but `isNull`; `eq null` means `isNull`; `ne x` includes null
 * rows; an empty `in` matches nothing and an empty `notIn` everything; `notIn` includes null rows; ordering operators
 * never match null; `contains`, `startsWith`, `endsWith` ignore case and take their text literally; `like` is raw (`%`, `_`).
 */
export type Predicate =
  | { readonly op: "and" | "or"; readonly of: readonly Predicate[] }
  | { readonly op: "not"; readonly of: Predicate }
  | { readonly op: ComparisonOperator; readonly field: string; readonly value: Value | FieldOperand }
  | { readonly op: "in" | "notIn"; readonly field: string; readonly values: readonly Value[] }
  | { readonly op: "between"; readonly field: string; readonly from: Value; readonly to: Value }
  | { readonly op: "isNull"; readonly field: string }
  | { readonly op: TextOperator; readonly field: string; readonly value: string }
