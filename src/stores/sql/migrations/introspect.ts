// The schema that a database has now.
import type { MigrationDialect } from "./dialect.ts"
import { dialectNamed } from "./dialects.ts"
import type { Executor } from "./executor.ts"
import { inOrderOfNames, type LiveSchema, type SchemaModel } from "./model.ts"

/** The table that lists applied migrations. */
export const historyTable = "nitro_migrations"

export async function introspect(executor: Executor): Promise<LiveSchema> {
  const live = await dialectNamed(executor.dialect).introspect(executor)
  const tables = live.schema.tables.filter(table => table.name !== historyTable)
  return { schema: inOrderOfNames({ dialect: live.schema.dialect, tables }), beyond: live.beyond }
}

/**
 * The same schema in the spelling of `expected`, where only the case of ASCII letters differs and the database takes
 * those names for the same.
 */
export function spelledAs(
  live: SchemaModel,
  expected: SchemaModel,
  { sql }: MigrationDialect,
): SchemaModel {
  if (!sql.foldsNames) return live
  const spelling = new Map<string, string>()
  for (const table of expected.tables) {
    spelling.set(lower(table.name), table.name)
    for (const column of table.columns)
      spelling.set(`${lower(table.name)}\0${lower(column.name)}`, column.name)
  }
  const tableName = (name: string): string => spelling.get(lower(name)) ?? name
  const columnName = (table: string, name: string): string =>
    spelling.get(`${lower(table)}\0${lower(name)}`) ?? name
  return inOrderOfNames({
    dialect: live.dialect,
    tables: live.tables.map(table => {
      const ownTables = (names: readonly string[]): string[] =>
        names.map(name => columnName(table.name, name))
      return {
        name: tableName(table.name),
        columns: table.columns.map(column => ({
          ...column,
          name: columnName(table.name, column.name),
        })),
        primaryKey: ownTables(table.primaryKey),
        indexes: table.indexes.map(index => ({ ...index, columns: ownTables(index.columns) })),
        foreignKeys: table.foreignKeys.map(key => ({
          ...key,
          columns: ownTables(key.columns),
          table: tableName(key.table),
          references: key.references.map(name => columnName(key.table, name)),
        })),
      }
    }),
  })
}

function lower(name: string): string {
  return name.replaceAll(/[A-Z]/g, letter => letter.toLowerCase())
}
