// A field of an entity as SQL sees it.
import type { Codec, FieldDefinition } from "../../../entity/store.ts"

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
  readonly encode: ((value: unknown) => unknown) | undefined
  /** Turns an encoded value into a parameter. */
  readonly bind: ((stored: unknown) => unknown) | undefined
  readonly roundDate: ((date: Date, up: boolean) => Date) | undefined
  /** Present for types whose columns may hold more than is decoded of them. */
  readonly coarse: CoarseText | undefined
  /** Shared by all descriptions of this column. */
  readonly facts: ColumnFacts
}

/**
 * A codec says which values it takes, and a column has the codec of its field's type: values are compared with that type before
 * they are encoded, so the encoder meets no others.
 */
export function encoderOf(codec: Codec | undefined): ((value: unknown) => unknown) | undefined {
  // See above.
  return codec?.encode as ((value: unknown) => unknown) | undefined
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
