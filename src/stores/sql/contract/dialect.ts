// The contract of a dialect: the differences between SQL databases, and nothing else.
import type { Encoding, FieldType, JsonPath, JsonScalar, JsonTest } from "../../../entity/store.ts"
import type { CoarseText, Column } from "./column.ts"

/** Why a database refused a statement, in words that all databases share. */
export type Failure =
  /** `constraint` is matched against the table's unique sets by `uniqueName`. */
  | { readonly kind: "duplicate"; readonly constraint: string }
  | { readonly kind: "reference" }
  /** A delete that takes more rows along, one after the other, than the database follows. */
  | { readonly kind: "longCascade" }
  /** Another process or connection holds the lock: may work later. */
  | { readonly kind: "busy" }
  /** Another transaction was in the way: running this one again from its start may work. */
  | { readonly kind: "conflict" }
  /** The place itself: missing, full, damaged, not allowed. `lost`: the connection went away while it was in use. */
  | { readonly kind: "unavailable"; readonly lost?: boolean }
  /** A write where only reading is allowed: in a transaction that reads, or on a server that only reads. */
  | { readonly kind: "readOnly" }
  /** A value does not fit its column. */
  | { readonly kind: "value" }
  /** The condition is nested too deeply, or has too many values. */
  | { readonly kind: "tooComplex" }
  | { readonly kind: "other" }

/** A condition on a value inside of a JSON column. */
export interface JsonCondition {
  /** For the placeholders, in order. */
  readonly parameters: readonly unknown[]
  /** Small numbers that distinguish its text from that of every other condition with as many of them. */
  readonly shape: readonly number[]
  /** `place` gives the next placeholder; it is called once for each parameter. */
  text(column: Column, place: () => string): string
}

/** The parts of a table's text. `table/ddl.ts` writes them. */
export interface Ddl {
  /** The type of a new column, by the type of its field. */
  readonly columnType: Readonly<Record<FieldType, string>>
  /** Follows the type of a column: `isKey` for the only column of the primary key, `isSerial` for one that counts up. */
  columnKey(isKey: boolean, isSerial: boolean): string
  /** True where a foreign key is part of its table's text, false where `alter table` adds it. */
  readonly referencesInTable: boolean
  /** The value of a field as SQL, for a default; undefined where no literal keeps it. */
  literal(type: FieldType, value: unknown): string | undefined
}

export interface Dialect {
  /** Unique among dialects: snapshots of migrations keep it. */
  readonly name: string
  readonly encoding: Encoding
  /** Quotes a table or column name; any text is safe. */
  quote(identifier: string): string
  /** How long the name of a table, column or index may be. Default: no limit. */
  readonly maxNameBytes?: number
  /** Whether names that differ only in the case of ASCII letters are the same name. */
  readonly foldsNames: boolean
  readonly ddl: Ddl
  /** Placeholder of the parameter at this position, from 1. */
  placeholder(position: number): string
  /** The text in a select list that reads a column (`column` is quoted). */
  read(type: FieldType, column: string): string
  /** Turns an encoded value into the parameter that carries it, for types where the two differ. */
  readonly bind?: { readonly [T in FieldType]?: (stored: unknown) => unknown }
  /** A bigint of a statement of the program's own as the parameter that carries it. */
  bindBigInt(value: bigint): unknown
  /** Whether the database gets exactly this encoded value. */
  isBindable(value: unknown): boolean
  /** The nearest instant that can be kept, later when `up`; the same object when it can be kept itself. Left out: all can. */
  roundDate?(date: Date, up: boolean): Date
  readonly coarse?: { readonly [T in FieldType]?: CoarseText }
  /** A column, or the placeholder of one, where it is compared or sorted by order: text goes by code point. */
  ordered(type: FieldType, column: string): string
  /** A condition that the column's value is one of a list that travels as one parameter. */
  inList(type: FieldType, column: string, placeholder: string): string
  /** That one parameter, from values as they are bound; undefined where this type's values cannot travel so: they are listed singly. */
  listParameter(type: FieldType, values: readonly unknown[]): unknown
  /** A condition on text that ignores the case of ASCII letters; `escaped`: `\` takes the next character literally. */
  like(column: string, placeholder: string, escaped: boolean): string
  /** `value` is undefined with `isNull` alone. True or false: every stored row matches, or none can. */
  json(path: JsonPath, test: JsonTest, value: JsonScalar | undefined): JsonCondition | boolean
  /**
   * How conditions read rows of another table. `in`: as a list that is worked out once and can be looked up by an index.
   * `exists`: row by row, where the database turns it into a join.
   */
  readonly related: "in" | "exists"
  /** The sum of a column as a number, rounded once and not at each addition; null of nothing. */
  total(type: FieldType, column: string): string
  /** The text of a statement with an empty list behind `before`, which ends with `in` or `not in`. */
  emptyList(before: string): string
  /** The value of a column after an increment, an error if no row could hold it. */
  add(type: FieldType, column: string, place: () => string): string
  /** The end of a query; each argument is a placeholder or undefined. */
  limit(limit: string | undefined, offset: string | undefined): string
  /** The end of a query that locks its rows; undefined if only one transaction writes at a time anyway. */
  readonly forUpdate?: string
  /**
   * Present where an error ends the transaction around it: turns an insert into one that touches no row, instead of
   * failing, where a unique value is taken.
   */
  quietInsert?(insert: string): string
  /** The insert of many rows by one statement, with one list parameter for each column. Names are quoted. `inOrder`: defaults are worked out in the order of the lists. */
  bulkInsert?(table: string, columns: readonly Column[], inOrder?: boolean): string
  /** How ids that the database fills in are declared, and how its counter gets past an id that was given. */
  readonly generatedIds: {
    /** The default of an id of the kind `uuid`, in parentheses. */
    readonly uuid: string
    /** Takes the id; absent where the database looks for the highest id itself. */
    advance?(table: string, column: string): string
  }
  /** How a duplicate's `Failure.constraint` names the unique set of these columns (unquoted). */
  uniqueName(table: string, columns: readonly string[]): string
  classify(error: unknown): Failure
}
