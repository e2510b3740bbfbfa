// The model of a schema: plain data that is frozen beside each migration, read from a database, or made from entities.

import type { FieldType } from "../../../entity/index.ts"
import type { DialectName } from "../contract/dialect.ts"

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
  /** What the column holds for the entity. A database does not know it. */
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

/** Tables are ordered by name, columns as declared, indexes and foreign keys by their columns: equal schemas are equal text. */
export interface SchemaModel {
  readonly dialect: DialectName
  readonly tables: readonly TableModel[]
}

export interface LiveSchema {
  readonly schema: SchemaModel
  /** By table: what the model has no word for and making the table anew would lose: checks, collations, generated columns. */
  readonly beyond: ReadonlyMap<string, readonly string[]>
}

export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The same model in the order that its type promises. */
export function inOrderOfNames({ dialect, tables }: SchemaModel): SchemaModel {
  const key = (part: { columns: readonly string[]; unique?: boolean }): string =>
    JSON.stringify([part.columns, part.unique ?? false])
  const sorted = tables.map(table => ({
    ...table,
    indexes: [...table.indexes].sort((a, b) => byText(key(a), key(b))),
    foreignKeys: [...table.foreignKeys].sort((a, b) => byText(key(a), key(b))),
  }))
  return { dialect, tables: sorted.sort((a, b) => byText(a.name, b.name)) }
}

export function tableOf(schema: SchemaModel, name: string): TableModel | undefined {
  return schema.tables.find(table => table.name === name)
}

export function columnOf(table: TableModel, name: string): ColumnModel | undefined {
  return table.columns.find(column => column.name === name)
}

/** Tables so that each comes after those it points to; a circle is entered anywhere. */
export function inOrderOfReferences(tables: readonly TableModel[]): TableModel[] {
  const byName = new Map(tables.map(table => [table.name, table]))
  const ordered = new Set<TableModel>()
  const entered = new Set<TableModel>()
  const visit = (table: TableModel): void => {
    if (entered.has(table)) return
    entered.add(table)
    for (const key of table.foreignKeys) {
      const target = byName.get(key.table)
      if (target !== undefined) visit(target)
    }
    ordered.add(table)
  }
  for (const table of tables) visit(table)
  return [...ordered]
}
