// Postgres' side of migrations.
import { postgresDialect } from "../postgres/dialect.ts"
import type { MigrationDialect } from "./dialect.ts"
import { postgresCasts } from "./postgres-casts.ts"
import { introspectPostgres } from "./postgres-introspect.ts"
import { postgresSteps } from "./postgres-steps.ts"
import { commonTokens } from "./sql-text.ts"
import { committed, rollBack, type Transaction } from "./transaction.ts"

const { blank, quotes, word } = commonTokens
const tokens = new RegExp(
  String.raw`${blank}|(?<quoted>[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|${quotes}|\$(?<tag>(?:[\p{L}_][\p{L}\p{N}_]*)?)\$[\s\S]*?(?:\$\k<tag>\$|$))|${word}`,
  "uy",
)

const typeNames: Readonly<Record<string, string>> = {
  int2: "smallint",
  int4: "integer",
  int: "integer",
  int8: "bigint",
  float4: "real",
  float8: "double precision",
  float: "double precision",
  bool: "boolean",
  timestamptz: "timestamp with time zone",
  // Entities read both the same; making one the other is the author's choice.
  "timestamp(3) with time zone": "timestamp with time zone",
  timestamp: "timestamp without time zone",
  decimal: "numeric",
  varchar: "character varying",
}

export const postgresMigrations: MigrationDialect = {
  sql: postgresDialect,
  script: { tokens, nestsComments: true, hasTriggerBodies: false },
  countTables:
    "select count(*) from pg_tables where schemaname = current_schema() and tablename = $1",
  introspect: introspectPostgres,
  steps: postgresSteps,
  canonicalType: type => typeNames[type] ?? type,
  hasBooleans: true,
  casts: postgresCasts,
  transaction: postgresTransaction,
}

// Any number that is unlikely to be locked otherwise; the schema is mixed in, so that tenants migrate side by side.
const lockClass = 0x6e_69_74_72

async function postgresTransaction<T>(database: Transaction, fn: () => Promise<T>): Promise<T> {
  await database.patiently(async () => {
    await database.exec("begin")
    try {
      // Also bounds the wait for tables: a waiting `alter table` holds up every later statement.
      await database.exec(
        `set local lock_timeout = ${Math.max(1, Math.round(database.lockTimeoutMs))}`,
      )
      await database.all(`select pg_advisory_xact_lock(${lockClass}, hashtext(current_schema()))`)
      // `alter table` refuses tables on which a deferred check waits.
      await database.exec("set constraints all immediate")
    } catch (error) {
      await rollBack(database)
      throw error
    }
  })
  return committed(database, fn)
}
