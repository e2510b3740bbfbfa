// Restores the parts that SQLite drops with a rebuilt table: its triggers, and indexes and columns that no migration made.
import { NitroError } from "../../../shared/errors.ts"
import "./errors.ts"
import { messageOf } from "../../../shared/thrown.ts"
import { catalogRows } from "../contract/catalog-rows.ts"
import type { Dialect } from "../contract/dialect.ts"
import { beyondModel, hasAutoincrement } from "../sqlite/table-text.ts"
import type { Keeper } from "./dialect.ts"
import type { Executor } from "./executor.ts"
import { columnOf, type LiveSchema, type SchemaModel, tableOf } from "./model.ts"
import { displayName, type Statement } from "./sql-text.ts"
import { introspectSqlite } from "./sqlite-introspect.ts"

interface Rebuild {
  readonly table: string
  /** The statement that makes the new table. */
  readonly create: string
}

const name = String.raw`("[^"]*(?:""[^"]*)*"|\x60[^\x60]*(?:\x60\x60[^\x60]*)*\x60|\[[^\]]*\]|[^\s"'(;]+)`
const dropTable = new RegExp(String.raw`^drop\s+table\s+(?:if\s+exists\s+)?${name}\s*$`, "iu")
const renameTable = new RegExp(
  String.raw`^alter\s+table\s+${name}\s+rename\s+to\s+${name}\s*$`,
  "iu",
)
const createTable = new RegExp(String.raw`^create\s+table\s+${name}`, "iu")

/** The table that a statement drops. */
export function droppedTable(sql: string): string | undefined {
  return nameIn(dropTable.exec(sql)?.[1])
}

/** Tables that are dropped and come back under their name. */
export function rebuildsOf(statements: readonly Statement[]): Rebuild[] {
  return statements.flatMap(({ sql }, at) => {
    const table = droppedTable(sql)
    if (table === undefined) return []
    for (const { sql: later } of statements.slice(at + 1)) {
      const [, from, to] = renameTable.exec(later) ?? []
      if (nameIn(to) !== table) continue
      const create = statements
        .slice(0, at)
        .find(each => nameIn(createTable.exec(each.sql)?.[1]) === nameIn(from))
      return [{ table, create: create?.sql ?? "" }]
    }
    return []
  })
}

function nameIn(written: string | undefined): string | undefined {
  if (written === undefined) return undefined
  const mark = written.charAt(0)
  if (mark === "[") return written.slice(1, -1)
  return mark === '"' || mark === "`" ? written.slice(1, -1).replaceAll(mark + mark, mark) : written
}

/** Throws `NITRO_MIGRATION_DRIFT` where a table has what its new form does not mention. */
export async function keeperOf(
  executor: Executor,
  statements: readonly Statement[],
  before: SchemaModel,
  migration: string,
  dialect: Dialect,
): Promise<Keeper> {
  const rebuilds = rebuildsOf(statements)
  if (rebuilds.length > 0) {
    const live = await introspectSqlite(executor, dialect)
    refuseLosses(rebuilds, live, before, migration, dialect)
  }
  return new TableKeeper(executor, rebuilds, before)
}

function refuseLosses(
  rebuilds: readonly Rebuild[],
  live: LiveSchema,
  before: SchemaModel,
  migration: string,
  { quote }: Dialect,
): void {
  for (const { table, create } of rebuilds) {
    const model = tableOf(before, table)
    const columns = (tableOf(live.schema, table)?.columns ?? []).filter(
      column => model && !columnOf(model, column.name) && !create.includes(quote(column.name)),
    )
    const features = (live.beyond.get(table) ?? []).filter(
      feature => !beyondModel(create).includes(feature),
    )
    const counts = (tableOf(live.schema, table)?.columns ?? []).some(
      ({ name, serial }) => serial && !(model && columnOf(model, name)?.serial),
    )
    if (counts && !hasAutoincrement(create)) features.push("autoincrement")
    const losses = [...columns.map(column => `the column ${displayName(column.name)}`), ...features]
    if (losses.length === 0) continue
    throw new NitroError(
      "NITRO_MIGRATION_DRIFT",
      `${migration} makes the table ${displayName(table)} anew, which would lose ${losses.join(", ")}: no migration made that.`,
      {
        fix: "Write it into the new table of that migration, or remove it from the database first.",
        details: { table, losses },
      },
    )
  }
}

interface Kept {
  readonly kind: string
  readonly name: string
  readonly table: string
  readonly sql: string
}

/** Remembers what goes with a table that is made anew, and puts back what no statement did. */
class TableKeeper implements Keeper {
  readonly #executor: Executor
  readonly #managed: ReadonlySet<string>
  readonly #rebuilt: ReadonlySet<string | undefined>
  readonly #kept: Kept[] = []

  constructor(executor: Executor, rebuilds: readonly Rebuild[], before: SchemaModel) {
    this.#executor = executor
    this.#rebuilt = new Set(rebuilds.map(({ table }) => table))
    this.#managed = new Set(before.tables.flatMap(table => table.indexes.map(index => index.name)))
  }

  async beforeStatement(sql: string): Promise<void> {
    const table = this.#rebuilt.size === 0 ? undefined : droppedTable(sql)
    if (table === undefined || !this.#rebuilt.has(table)) return
    const rows = await this.#executor.all(
      "select type, name, tbl_name, sql from sqlite_master where lower(tbl_name) = lower(?) and type in ('trigger', 'index') and sql is not null",
      [table],
    )
    this.#kept.push(
      ...catalogRows(rows, "text", "text", "text", "text")
        .map(([kind, name, table, sql]) => ({ kind, name, table, sql }))
        .filter(object => !this.#managed.has(object.name)),
    )
  }

  async putBack(): Promise<void> {
    for (const { kind, name, table, sql } of this.#kept) {
      const [[count] = [0]] = await this.#executor.all(
        "select count(*) from sqlite_master where type = ? and name = ?",
        [kind, name],
      )
      if (count !== 0) continue
      try {
        await this.#executor.exec(sql)
      } catch (cause) {
        throw new NitroError(
          "NITRO_MIGRATION_FAILED",
          `The ${kind} ${displayName(name)} of ${displayName(table)} cannot be put back: ${messageOf(cause)}.`,
          {
            fix: `Drop the ${kind} in this migration, before the table is made anew, or change it there.`,
            details: { [kind]: name, table },
            cause,
          },
        )
      }
    }
  }
}
