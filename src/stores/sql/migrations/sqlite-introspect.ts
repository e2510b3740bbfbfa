// Reads the schema of a SQLite database.

import { catalogRows } from "../contract/catalog-rows.ts"
import type { Dialect } from "../contract/dialect.ts"
import { beyondModel, hasAutoincrement, withoutQuotes } from "../sqlite/table-text.ts"
import { foreignKeyName } from "../table/names.ts"
import type { Executor } from "./executor.ts"
import type {
  ColumnModel,
  ForeignKeyModel,
  IndexModel,
  LiveSchema,
  OnDelete,
  TableModel,
} from "./model.ts"

type Reader = Pick<Executor, "all">

export async function introspectSqlite(executor: Reader, dialect: Dialect): Promise<LiveSchema> {
  const names = await executor.all(
    "select name, sql from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\' and sql not like 'create virtual%' order by name",
  )
  const tables: TableModel[] = []
  const beyond = new Map<string, readonly string[]>()
  for (const [name, sql] of catalogRows(names, "text", "text")) {
    tables.push(await readTable(executor, dialect, name, sql))
    beyond.set(name, beyondModel(sql))
  }
  return {
    schema: { dialect: dialect.name, tables: tables.map(table => withReferences(table, tables)) },
    beyond,
  }
}

async function readTable(
  executor: Reader,
  dialect: Dialect,
  table: string,
  sql: string,
): Promise<TableModel> {
  const columnRows = await executor.all(
    'select name, type, "notnull", dflt_value, pk from pragma_table_xinfo(?) where hidden <> 1 order by cid',
    [table],
  )
  const rows = catalogRows(columnRows, "text", "text", "number", "text?", "number")
  const keys = rows.filter(([, , , , position]) => position > 0).sort((a, b) => a[4] - b[4])
  const columns = rows.map(
    ([name, type, notNull, value, key]): ColumnModel => ({
      name,
      type: type.toLowerCase(),
      nullable: notNull === 0,
      ...(key > 0 && hasAutoincrement(sql) ? { serial: true } : {}),
      ...(value === null ? {} : { default: value }),
    }),
  )
  return {
    name: table,
    columns,
    primaryKey: keys.map(([name]) => name),
    indexes: await readIndexes(executor, table),
    foreignKeys: await readForeignKeys(executor, dialect, table, sql),
  }
}

/** Partial indexes and those on expressions promise something else, and are left alone. */
async function readIndexes(executor: Reader, table: string): Promise<IndexModel[]> {
  const list = await executor.all(
    `select name, "unique", origin from pragma_index_list(?) where partial = 0 and origin <> 'pk'`,
    [table],
  )
  const indexes: IndexModel[] = []
  for (const [name, unique, origin] of catalogRows(list, "text", "number", "text")) {
    const columns = await executor.all("select name from pragma_index_info(?) order by seqno", [
      name,
    ])
    if (columns.some(([column]) => column === null)) continue
    indexes.push({
      name,
      columns: catalogRows(columns, "text").map(([column]) => column),
      unique: unique === 1,
      ...(origin === "u" ? { constraint: true } : {}),
    })
  }
  return indexes
}

async function readForeignKeys(
  executor: Reader,
  dialect: Dialect,
  table: string,
  sql: string,
): Promise<ForeignKeyModel[]> {
  const rows = await executor.all(
    'select id, "table", "from", "to", lower(on_delete) from pragma_foreign_key_list(?) order by id, seq',
    [table],
  )
  // SQLite does not report whether a key is deferred. Our own tables say it of all of their keys or of none.
  const deferred = /deferrable\s+initially\s+deferred/i.test(withoutQuotes(sql))
  const keys = new Map<number, ForeignKeyModel>()
  for (const [id, target, column, referenced, onDelete] of catalogRows(
    rows,
    "number",
    "text",
    "text",
    "text?",
    "text",
  )) {
    const key = keys.get(id)
    const columns = [...(key?.columns ?? []), column]
    const references = [...(key?.references ?? []), ...(referenced === null ? [] : [referenced])]
    keys.set(id, {
      name: foreignKeyName(table, columns, dialect),
      columns,
      table: target,
      references,
      // SQLite gives one of the actions it knows, in lower case by the query.
      onDelete: onDelete as OnDelete,
      deferred,
    })
  }
  return [...keys.values()]
}

/** `references other` without columns means the primary key of the other table. */
function withReferences(table: TableModel, tables: readonly TableModel[]): TableModel {
  const foreignKeys = table.foreignKeys.map(key => {
    if (key.references.length > 0) return key
    const target = tables.find(other => other.name.toLowerCase() === key.table.toLowerCase())
    return { ...key, references: target?.primaryKey ?? [] }
  })
  return { ...table, foreignKeys }
}
