// Steps and parts of steps that all dialects share.
import type { FieldType } from "../../../entity/store.ts"
import { NitroError } from "../../../shared/errors.ts"
import { castSql } from "./casts.ts"
import type { Context, MigrationDialect, Step } from "./dialect.ts"
import type { ColumnDifference } from "./difference.ts"
import "./errors.ts"
import type { Rename } from "./hints.ts"
import type { ColumnModel, TableModel } from "./model.ts"
import { displayName } from "./sql-text.ts"

export function renameStep(
  { table, from, to }: Rename,
  {
    dialect: {
      sql: { quote },
    },
    hints: { direction },
  }: Context,
): Step {
  const clause =
    table === undefined ? `rename to ${quote(to)}` : `rename column ${quote(from)} to ${quote(to)}`
  const what =
    table === undefined
      ? `the table ${displayName(from)}`
      : `the column ${displayName(from)} of ${displayName(table)}`
  return {
    direction,
    table: table ?? to,
    sentence: `Renames ${what} to ${displayName(to)}.`,
    destructive: false,
    statements: [`alter table ${quote(table ?? from)} ${clause}`],
  }
}

export function dropStep(
  table: TableModel,
  {
    dialect: {
      sql: { quote },
    },
    hints: { direction },
  }: Context,
): Step {
  return {
    direction,
    table: table.name,
    sentence: `Drops the table ${displayName(table.name)} with all of its rows.`,
    destructive: true,
    statements: [`drop table ${quote(table.name)}`],
  }
}

/** The value for existing rows of a column that is new and required, or was nullable. Throws `NITRO_MIGRATION_BACKFILL`. */
export function backfillOf(
  table: TableModel,
  column: ColumnModel,
  { dialect, hints }: Context,
): string {
  const value = hints.backfill(table.name, column.name) ?? column.default
  if (value !== undefined) return value
  // The way down brings back a column whose values are gone; a required one gets something.
  if (hints.direction === "down") return emptyValue(column, dialect)
  const name = `${table.name}.${column.name}`
  throw new NitroError(
    "NITRO_MIGRATION_BACKFILL",
    `The column ${displayName(name)} is required and has no default: rows that exist have no value for it.`,
    {
      fix: `Give the field a default, or make it nullable, or say what old rows get, as SQL: backfill: { ${displayName(name)}: "..." }.`,
      details: { table: table.name, column: column.name },
    },
  )
}

function emptyValue({ kind, type }: ColumnModel, { sql }: MigrationDialect): string {
  const value = kind === undefined ? undefined : sql.ddl.literal(kind, emptyValues[kind])
  return value ?? (/text|char/i.test(type) ? "''" : "0")
}

const emptyValues: Readonly<Record<FieldType, unknown>> = {
  string: "",
  integer: 0,
  number: 0,
  boolean: false,
  date: new Date(0),
  bigint: 0n,
  bytes: new Uint8Array(),
  json: null,
}

/** The expression for the values in the new type. Throws `NITRO_MIGRATION_CAST`. */
export function castOf(
  table: TableModel,
  { from, to }: ColumnDifference,
  { dialect, hints }: Context,
): string {
  const value =
    hints.cast(table.name, to.name) ?? castSql(from, to, dialect.sql.quote(to.name), dialect)
  if (value !== undefined) return value
  const name = `${table.name}.${to.name}`
  const kinds = `${from.kind ?? from.type} to ${to.kind ?? to.type}`
  throw new NitroError(
    "NITRO_MIGRATION_CAST",
    `The column ${displayName(name)} changes from ${kinds}, and the way ${hints.direction} has no cast for that.`,
    {
      fix: `Say how, as SQL: casts: { ${displayName(name)}: { up: "...", down: "..." } }.`,
      details: { table: table.name, column: to.name, direction: hints.direction },
    },
  )
}

/** The changes of columns, as the parts of a sentence. */
export function differenceText({
  from,
  to,
  type,
  nullable,
  serial,
  default: changesDefault,
}: ColumnDifference): string {
  const parts = [
    ...(type ? [`from ${from.kind ?? from.type} to ${to.kind ?? to.type}`] : []),
    ...(nullable ? [to.nullable ? "so that it may be null" : "so that it is required"] : []),
    ...(serial ? [to.serial ? "so that it counts up" : "so that it no longer counts up"] : []),
    ...(changesDefault
      ? [
          to.default === undefined
            ? "to have no default"
            : `to have the default ${to.default.replaceAll(/\s+/g, " ")}`,
        ]
      : []),
  ]
  return `changes ${displayName(to.name)} ${parts.join(", ")}`
}

export function sentence(parts: readonly string[]): string {
  const text = parts.join("; ")
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
