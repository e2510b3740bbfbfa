// Runs one part of one migration, all or nothing, and notes it.
import { NitroError } from "../../../shared/errors.ts"
import { dialectNamed } from "./dialects.ts"
import { driftOf } from "./drift.ts"
import "./errors.ts"
import { messageOf } from "../../../shared/thrown.ts"
import type { Executor } from "./executor.ts"
import type { Migration } from "./files.ts"
import {
  compareHistory,
  createHistory,
  forgetApplied,
  noteApplied,
  readHistory,
  refuseDiverged,
} from "./history.ts"
import { introspect } from "./introspect.ts"
import type { SchemaModel } from "./model.ts"
import { droppedTable, rebuildsOf } from "./rebuild.ts"
import { displayName, type Statement } from "./sql-text.ts"

export interface RunOptions {
  readonly migrations: readonly Migration[]
  readonly migration: Migration
  readonly direction: "up" | "down"
}

export interface RunResult {
  /** False when another process had done it meanwhile. */
  readonly ran: boolean
  /** Where the database is now other than the snapshot says, because the file was changed by hand. */
  readonly warnings: readonly string[]
}

/** Throws `NITRO_MIGRATION_FAILED`, `NITRO_MIGRATION_DRIFT` and `NITRO_MIGRATION_LOCKED`; then nothing of it is kept. */
export async function runMigration(
  executor: Executor,
  { migrations, migration, direction }: RunOptions,
): Promise<RunResult> {
  return executor.transaction(async () => {
    await createHistory(executor)
    // Read again behind the lock: another process may have been here since.
    const history = await readHistory(executor)
    const isApplied = history.some(({ name }) => name === migration.name)
    if (isApplied === (direction === "up")) return { ran: false, warnings: [] }
    refuseDiverged(compareHistory(migrations, history), direction)
    const previous = schemaBefore(migrations, migration)
    const [before, after] =
      direction === "up" ? [previous, migration.schema] : [migration.schema, previous]
    await runStatements(executor, migration, migration[direction], before)
    await refuseDangling(executor, migration)
    if (direction === "up") await noteApplied(executor, migration, history.length)
    else await forgetApplied(executor, migration)
    const live = await introspect(executor)
    return {
      ran: true,
      warnings: driftOf(live, after).map(({ problem }) => `After ${migration.name}: ${problem}`),
    }
  })
}

function schemaBefore(migrations: readonly Migration[], { after, schema }: Migration): SchemaModel {
  return (
    migrations.find(({ name }) => name === after)?.schema ?? { dialect: schema.dialect, tables: [] }
  )
}

async function runStatements(
  executor: Executor,
  migration: Migration,
  statements: readonly Statement[],
  before: SchemaModel,
): Promise<void> {
  const dialect = dialectNamed(executor.dialect)
  const keeper = await dialect.keeper?.(executor, statements, before, migration.name)
  for (const statement of statements) {
    await keeper?.beforeStatement(statement.sql)
    try {
      await executor.exec(statement.sql)
    } catch (cause) {
      throw failed(migration, statement, cause)
    }
  }
  await keeper?.putBack()
}

async function refuseDangling(executor: Executor, { name }: Migration): Promise<void> {
  const violations = (await dialectNamed(executor.dialect).dangling?.(executor)) ?? []
  if (violations.length === 0) return
  const places = violations.map(
    ({ table, parent, rows }) => `${rows} of ${displayName(table)} to ${displayName(parent)}`,
  )
  throw new NitroError(
    "NITRO_MIGRATION_FAILED",
    `${name} leaves rows that point to rows which do not exist: ${places.join(", ")}. Nothing of it was kept.`,
    {
      fix: "Delete or correct those rows in the migration, or give them another value.",
      details: { migration: name, violations },
    },
  )
}

function failed({ name, file }: Migration, { sql, line }: Statement, cause: unknown): NitroError {
  const reason = messageOf(cause)
  const details = { migration: name, file, line, statement: sql }
  if (cause instanceof NitroError)
    return new NitroError(cause.code, `${name} stopped at ${file}:${line}: ${reason}`, {
      cause,
      details,
    })
  return new NitroError(
    "NITRO_MIGRATION_FAILED",
    `${name} failed at ${file}:${line}: ${reason}. Nothing of it was kept.`,
    {
      cause,
      details,
    },
  )
}

/** One statement or group of a file that loses data, as a sentence. */
export interface Loss {
  readonly migration: string
  readonly sentence: string
}

const losing = /^(truncate|delete)\b|^alter\s+table\b[\s\S]*\bdrop\s+column\b/i

/** By the comments that were written with the steps, and for SQL written by hand by its words. */
export function lossesOf({ name, ...parts }: Migration, direction: "up" | "down"): Loss[] {
  const statements = parts[direction]
  const rebuilt = new Set(rebuildsOf(statements).map(({ table }) => table))
  return statements.flatMap(({ sql, comments }) => {
    const texts = comments
      .filter(comment => /^destructive:/i.test(comment))
      .map(comment => comment.slice("destructive:".length).trim())
    if (texts.length > 0) return [{ migration: name, sentence: texts.join(" ") }]
    const dropped = droppedTable(sql)
    if ((dropped !== undefined && !rebuilt.has(dropped)) || losing.test(sql))
      return [{ migration: name, sentence: sql.slice(0, 200) }]
    return []
  })
}
