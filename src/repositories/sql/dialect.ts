// The contract of a dialect: the differences between SQL databases, and nothing else.
import type { Encoding, FieldType } from "../../entity/index.ts"

/** Why a database refused a statement, in words that all databases share. */
export type Failure =
  /** `constraint` is matched against the table's unique sets by `uniqueName`. */
  | { readonly kind: "duplicate"; readonly constraint: string }
  | { readonly kind: "reference" }
  /** Another process or connection holds the lock: may work later. */
  | { readonly kind: "busy" }
  /** The place itself: missing, full, damaged, not allowed. */
  | { readonly kind: "unavailable" }
  /** The condition is nested too deeply, or has too many values. */
  | { readonly kind: "tooComplex" }
  | { readonly kind: "other" }

export interface Dialect {
  readonly name: "sqlite" | "postgres"
  readonly encoding: Encoding
  /** Quotes a table or column name; any text is safe. */
  quote(identifier: string): string
  /** Placeholder of the parameter at this position, from 1. */
  placeholder(position: number): string
  /** What a select list says to read a column (`column` is quoted). */
  read(type: FieldType, column: string): string
  /** A condition that the column's value is one of a list that travels as one parameter. */
  inList(type: FieldType, column: string, placeholder: string): string
  /** That one parameter, from encoded values; undefined where this type's values cannot travel so: they are listed singly. */
  listParameter(type: FieldType, values: readonly unknown[]): unknown
  /** A condition on text that ignores the case of ASCII letters; `escaped`: `\` takes the next character literally. */
  like(column: string, placeholder: string, escaped: boolean): string
  /** The end of a query; each argument is a placeholder or undefined. */
  limit(limit: string | undefined, offset: string | undefined): string
  /** How a duplicate's `Failure.constraint` names the unique set of these columns (unquoted). */
  uniqueName(table: string, columns: readonly string[]): string
  classify(error: unknown): Failure
}
