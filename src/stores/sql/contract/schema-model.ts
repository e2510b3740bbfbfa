// A table as plain data: required by a definition, present in a database, or frozen beside a migration.
import type { FieldType } from "../../../entity/store.ts"

export type OnDelete = "no action" | "restrict" | "cascade" | "set null" | "set default"

export interface ColumnModel {
  readonly name: string
  /** As the database names it: `integer`, `timestamp with time zone`. */
  readonly type: string
  readonly nullable: boolean
  /** A SQL literal or expression. */
  readonly default?: string
  /** Counts up, from the highest number that it ever had. */
  readonly serial?: boolean
  /** All that the field takes, where its schema lists them. A database does not know it. */
  readonly values?: readonly (string | number)[]
  /** The field type of the column. A database does not know it. */
  readonly kind?: FieldType
}

export interface IndexModel {
  readonly name: string
  readonly columns: readonly string[]
  readonly unique: boolean
  /** Made by a `unique` in the table itself, so it is dropped another way. Only read from a database. */
  readonly constraint?: boolean
}

export interface ForeignKeyModel {
  readonly name: string
  readonly columns: readonly string[]
  readonly table: string
  readonly references: readonly string[]
  readonly onDelete: OnDelete
  /** Checked at the end of the transaction. */
  readonly deferred: boolean
}

export interface TableModel {
  readonly name: string
  readonly columns: readonly ColumnModel[]
  readonly primaryKey: readonly string[]
  readonly indexes: readonly IndexModel[]
  readonly foreignKeys: readonly ForeignKeyModel[]
}
