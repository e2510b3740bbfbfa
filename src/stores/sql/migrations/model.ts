// The model of a schema: plain data that is frozen beside each migration, read from a database, or made from entities.
import type { ColumnModel, TableModel } from "../contract/schema-model.ts"

export type {
  ColumnModel,
  ForeignKeyModel,
  IndexModel,
  OnDelete,
  TableModel,
} from "../contract/schema-model.ts"

/** Tables are ordered by name, columns as declared, indexes and foreign keys by their columns: equal schemas are equal text. */
export interface SchemaModel {
  /** The name of the dialect. */
  readonly dialect: string
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
