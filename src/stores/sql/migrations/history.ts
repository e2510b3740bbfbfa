// The migrations that a database has, and whether they are still the ones that were applied.
import { NitroError } from "../../../shared/errors.ts"
import { dialectNamed } from "./dialects.ts"
import "./errors.ts"
import type { Executor } from "./executor.ts"
import type { Migration } from "./files.ts"
import { historyTable } from "./introspect.ts"

export interface Applied {
  readonly name: string
  readonly checksum: string
  /** ISO 8601, UTC. */
  readonly appliedAt: string
}

/** In the order of their application. Empty where the table does not exist: reading changes nothing. */
export async function readHistory(executor: Executor): Promise<Applied[]> {
  const { countTables } = dialectNamed(executor.dialect)
  const [[count] = [0]] = await executor.all(countTables, [historyTable])
  if (Number(count) === 0) return []
  const rows = await executor.all(
    `select name, checksum, applied_at from ${historyTable} order by position`,
  )
  return rows.map(([name, checksum, appliedAt]) => ({
    name: String(name),
    checksum: String(checksum),
    appliedAt: String(appliedAt),
  }))
}

export async function createHistory(executor: Executor): Promise<void> {
  const { string: text, integer } = dialectNamed(executor.dialect).sql.ddl.columnType
  await executor.exec(
    `create table if not exists ${historyTable} (name ${text} primary key not null, checksum ${text} not null, applied_at ${text} not null, position ${integer} not null)`,
  )
}

export async function noteApplied(
  executor: Executor,
  { name, checksum }: Migration,
  position: number,
): Promise<void> {
  const { placeholder } = dialectNamed(executor.dialect).sql
  const row = [name, checksum, new Date().toISOString(), position]
  const values = row.map((_, index) => placeholder(index + 1)).join(", ")
  await executor.run(
    `insert into ${historyTable} (name, checksum, applied_at, position) values (${values})`,
    row,
  )
}

export async function forgetApplied(executor: Executor, { name }: Migration): Promise<void> {
  const place = dialectNamed(executor.dialect).sql.placeholder(1)
  await executor.run(`delete from ${historyTable} where name = ${place}`, [name])
}

export interface Comparison {
  /** Files that are applied, in order. */
  readonly applied: readonly Migration[]
  readonly pending: readonly Migration[]
  /** Applied, and the file changed since. */
  readonly edited: readonly string[]
  /** Applied, and there is no file. */
  readonly missing: readonly string[]
  /** Files that are not applied although a later one is. */
  readonly skipped: readonly string[]
}

export function compareHistory(
  migrations: readonly Migration[],
  history: readonly Applied[],
): Comparison {
  const byName = new Map(history.map(applied => [applied.name, applied]))
  const applied = migrations.filter(({ name }) => byName.has(name))
  const last = applied.at(-1)
  const end = last === undefined ? 0 : migrations.indexOf(last) + 1
  return {
    applied,
    pending: migrations.filter(({ name }) => !byName.has(name)),
    edited: applied
      .filter(({ name, checksum }) => byName.get(name)?.checksum !== checksum)
      .map(({ name }) => name),
    missing: history
      .filter(({ name }) => !migrations.some(migration => migration.name === name))
      .map(({ name }) => name),
    skipped: migrations.slice(0, end).flatMap(({ name }) => (byName.has(name) ? [] : [name])),
  }
}

/** Throws `NITRO_MIGRATION_EDITED`, `NITRO_MIGRATION_MISSING` and `NITRO_MIGRATION_CONFLICT`. */
export function refuseDiverged(
  { edited, missing, pending, skipped }: Comparison,
  direction: "up" | "down",
): void {
  if (edited.length > 0) {
    throw new NitroError(
      "NITRO_MIGRATION_EDITED",
      `${edited.join(", ")} changed since it was applied.`,
      {
        details: { migrations: edited },
      },
    )
  }
  // A database that is ahead of this release is no reason to stop, as long as there is nothing to do.
  if (missing.length > 0 && (pending.length > 0 || direction === "down")) {
    throw new NitroError(
      "NITRO_MIGRATION_MISSING",
      `The database has ${missing.join(", ")} applied, and there is no such file here.`,
      {
        details: { migrations: missing },
      },
    )
  }
  if (skipped.length > 0) {
    throw new NitroError(
      "NITRO_MIGRATION_CONFLICT",
      `${skipped.join(", ")} is not applied, and a later migration is.`,
      {
        details: { migrations: skipped },
      },
    )
  }
}
