// SQLite's side of migrations, and that of any dialect on a SQLite database.

import { catalogRows } from "../contract/catalog-rows.ts"
import type { Dialect } from "../contract/dialect.ts"
import { sqliteDialect } from "../sqlite/dialect.ts"
import type { Dangling, MigrationDialect } from "./dialect.ts"
import type { Executor } from "./executor.ts"
import { keeperOf } from "./rebuild.ts"
import { commonTokens } from "./sql-text.ts"
import { sqliteCasts } from "./sqlite-casts.ts"
import { introspectSqlite } from "./sqlite-introspect.ts"
import { sqliteSteps } from "./sqlite-steps.ts"
import { committed, type Transaction } from "./transaction.ts"

const { blank, quotes, word } = commonTokens
const tokens = new RegExp(
  String.raw`${blank}|(?<block>\/\*[\s\S]*?(?:\*\/|$))|(?<quoted>${quotes}|\x60[^\x60]*(?:\x60\x60[^\x60]*)*(?:\x60|$)|\[[^\]]*(?:\]|$))|${word}`,
  "uy",
)

export function migrationsOnSqlite(sql: Dialect): MigrationDialect {
  return {
    sql,
    script: { tokens, nestsComments: false, hasTriggerBodies: true },
    countTables: "select count(*) from sqlite_master where type = 'table' and name = ?",
    introspect: reader => introspectSqlite(reader, sql),
    steps: sqliteSteps,
    canonicalType: type => type,
    hasBooleans: false,
    casts: sqliteCasts,
    transaction: sqliteTransaction,
    keeper: (executor, statements, before, migration) =>
      keeperOf(executor, statements, before, migration, sql),
    dangling,
  }
}

export const sqliteMigrations: MigrationDialect = migrationsOnSqlite(sqliteDialect)

/**
 * Dropping a table deletes its rows, and with foreign keys on that would cascade into other tables. SQLite ignores the
 * switch inside of a transaction, so it is set around it.
 */
async function sqliteTransaction<T>(database: Transaction, fn: () => Promise<T>): Promise<T> {
  const [[before] = [0]] = await database.all("pragma foreign_keys")
  await database.exec("pragma foreign_keys = off")
  try {
    await database.patiently(() => database.exec("begin immediate"))
    return await committed(database, fn)
  } finally {
    await database.exec(
      `pragma legacy_alter_table = off; pragma foreign_keys = ${before === 1 ? "on" : "off"}`,
    )
  }
}

/** With foreign keys off nothing was checked on the way. */
async function dangling(executor: Executor): Promise<Dangling[]> {
  const rows = await executor.all(
    'select "table", parent, count(*) from pragma_foreign_key_check group by 1, 2',
  )
  return catalogRows(rows, "text", "text", "number").map(([table, parent, count]) => ({
    table,
    parent,
    rows: count,
  }))
}
