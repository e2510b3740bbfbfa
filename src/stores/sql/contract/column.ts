// A field of an entity as SQL sees it.
import type { FieldDefinition } from "../../../entity/store.ts"

/** Facts about a column in the database, read from its table. */
export interface ColumnFacts {
  /** Every value that it can hold is what it decodes to, and nothing more. */
  isExact?: boolean
}

export interface Column {
  readonly field: FieldDefinition
  /** Quoted name. */
  readonly sql: string
  /** With the name of its table, for conditions on rows of other tables. */
  readonly qualified: string
  /** As it is written where its order matters. */
  readonly ordered: string
  readonly encode: ((value: never) => unknown) | undefined
  /** Turns an encoded value into a parameter. */
  readonly bind: ((stored: never) => unknown) | undefined
  readonly roundDate: ((date: Date, up: boolean) => Date) | undefined
  /** Present for types whose columns may hold more than is decoded of them. */
  readonly coarse: CoarseText | undefined
  /** Shared by all descriptions of this column. */
  readonly facts: ColumnFacts
}

/** How conditions compare what is decoded of a column, where the database would compare all that it holds. */
export interface CoarseText {
  /** The column as it is decoded. `column` is quoted. */
  seen(column: string): string
  compare(operator: "=" | "<" | "<=" | ">" | ">=", column: string, place: string): string
  inList(column: string, place: string): string
}

/** Of a column that is not known to be exact. */
export function coarseOf({ coarse, facts }: Column): CoarseText | undefined {
  return facts.isExact === true ? undefined : coarse
}

/** The column as it is decoded, where it is compared with another or grouped. */
export function seenSql(column: Column, sql: string = column.sql): string {
  return coarseOf(column)?.seen(sql) ?? sql
}
