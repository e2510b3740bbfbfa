// SQLite's way from one schema to another: what `alter table` can do, and for the rest a new table with all rows copied.
import {
  columnSql,
  createIndexSql,
  createTableSql,
  quoteAll,
  quoteText,
  referenceOf,
  referenceSql,
} from "../table/ddl.ts"
import type { Context, Step } from "./dialect.ts"
import type { SchemaDifference, TableDifference } from "./difference.ts"
import type { Rename } from "./hints.ts"
import { inOrderOfReferences, type TableModel } from "./model.ts"
import { displayName, shownAll } from "./sql-text.ts"
import { backfillOf, castOf, differenceText, dropStep, renameStep, sentence } from "./steps.ts"

export function sqliteSteps(
  difference: SchemaDifference,
  renames: readonly Rename[],
  context: Context,
): Step[] {
  const byTable = new Map(difference.altered.map(altered => [altered.to.name, altered]))
  const inOrder = inOrderOfReferences(difference.altered.map(({ to }) => to))
  return [
    ...renames.map(rename => renameStep(rename, context)),
    ...inOrderOfReferences(difference.created).map(table => createStep(table, context)),
    ...inOrder.flatMap(table => {
      const altered = byTable.get(table.name)
      return altered === undefined ? [] : alterSteps(altered, context)
    }),
    ...inOrderOfReferences(difference.dropped)
      .reverse()
      .map(table => dropStep(table, context)),
  ]
}

function createStep(table: TableModel, { dialect: { sql }, hints: { direction } }: Context): Step {
  const statements = [
    createTableSql(sql, table),
    ...table.indexes.map(index => createIndexSql(sql, table.name, index)),
  ]
  return {
    direction,
    table: table.name,
    sentence: `Creates the table ${displayName(table.name)}.`,
    destructive: false,
    statements,
  }
}

function alterSteps(difference: TableDifference, context: Context): Step[] {
  return needsRebuild(difference, context)
    ? [rebuildStep(difference, context)]
    : inPlaceSteps(difference, context)
}

/** https://www.sqlite.org/lang_altertable.html, section 7: what `alter table` can not do. */
function needsRebuild(difference: TableDifference, { hints }: Context): boolean {
  const {
    from,
    to,
    added,
    dropped,
    changed,
    addedForeignKeys,
    droppedForeignKeys,
    droppedIndexes,
    primaryKey,
  } = difference
  const isNew = (column: string): boolean => added.some(({ name }) => name === column)
  // A reference can come with a new column; every other one stands in the text of the table.
  const referencesStay =
    droppedForeignKeys.length === 0 &&
    addedForeignKeys.every(({ columns }) => columns.length === 1 && columns.every(isNew))
  const addable = added.every(
    column =>
      (column.nullable || column.default !== undefined) && !to.primaryKey.includes(column.name),
  )
  const droppable = dropped.every(({ name }) => !from.primaryKey.includes(name))
  // `(1 + 1)` and the like: only constants can be added to rows that exist.
  const constants = added.every(
    column =>
      column.default === undefined || /^('|[+-]?[\d.]|x'|true|false|null)/i.test(column.default),
  )
  const isInTable = droppedIndexes.some(index => index.constraint)
  const filled = added.some(
    column => !column.nullable && hints.backfill(to.name, column.name) !== undefined,
  )
  return (
    changed.length > 0 ||
    primaryKey ||
    isInTable ||
    filled ||
    !(referencesStay && addable && droppable && constants)
  )
}

function inPlaceSteps(difference: TableDifference, context: Context): Step[] {
  const { to, added, dropped, droppedIndexes, addedIndexes, renamedIndexes } = difference
  const { direction, backfill } = context.hints
  const { sql } = context.dialect
  const { quote } = sql
  const table = quote(to.name)
  const step = (text: string, destructive: boolean, ...statements: string[]): Step => ({
    direction,
    table: to.name,
    sentence: text,
    destructive,
    statements,
  })
  const removed = [...droppedIndexes, ...renamedIndexes.map(index => index.from)]
  const fresh = [...addedIndexes, ...renamedIndexes.map(index => index.to)]
  return [
    ...removed.map(index =>
      step(
        `Drops the index on ${displayName(to.name)} (${shownAll(index.columns)}).`,
        false,
        `drop index ${quote(index.name)}`,
      ),
    ),
    ...added.map(column => {
      const reference = referenceOf(to.foreignKeys, column.name)
      const value = backfill(to.name, column.name)
      const fill =
        value === undefined ? [] : [`update ${table} set ${quote(column.name)} = ${value}`]
      const add = `alter table ${table} add column ${columnSql(sql, column)}${reference ? referenceSql(sql, reference) : ""}`
      return step(
        `Adds the column ${displayName(column.name)} to ${displayName(to.name)}.`,
        false,
        add,
        ...fill,
      )
    }),
    ...dropped.map(({ name }) =>
      step(
        `Drops the column ${displayName(name)} of ${displayName(to.name)} with its values.`,
        true,
        `alter table ${table} drop column ${quote(name)}`,
      ),
    ),
    ...fresh.map(index =>
      step(
        `Adds ${index.unique ? "a unique index" : "an index"} on ${displayName(to.name)} (${shownAll(index.columns)}).`,
        false,
        createIndexSql(sql, to.name, index),
      ),
    ),
  ]
}

/** https://www.sqlite.org/lang_altertable.html, section 7, "the 12-step procedure"; the rest of it stands in the runner. */
function rebuildStep(difference: TableDifference, context: Context): Step {
  const { from, to, added, dropped, changed } = difference
  const { sql } = context.dialect
  const { quote } = sql
  const passing = `nitro_new_${to.name}`
  const copied = to.columns.flatMap(column => {
    const altered = changed.find(each => each.to.name === column.name)
    if (added.some(({ name }) => name === column.name)) {
      const oldRowValue = context.hints.backfill(to.name, column.name)
      if (
        oldRowValue === undefined &&
        (column.nullable || column.serial || column.default !== undefined)
      )
        return []
      return [{ column: column.name, value: backfillOf(to, column, context) }]
    }
    const value = altered?.type ? castOf(to, altered, context) : quote(column.name)
    if (!altered?.nullable || column.nullable) return [{ column: column.name, value }]
    return [
      { column: column.name, value: `coalesce(${value}, ${backfillOf(to, column, context)})` },
    ]
  })
  const parts = [
    ...added.map(({ name }) => `adds ${displayName(name)}`),
    ...changed.map(differenceText),
    ...dropped.map(({ name }) => `drops ${displayName(name)} with its values`),
    ...referenceParts(difference),
    ...(difference.primaryKey ? [`makes (${shownAll(to.primaryKey)}) the primary key`] : []),
  ]
  const statements = [
    createTableSql(sql, to, passing),
    `insert into ${quote(passing)} (${quoteAll(
      sql,
      copied.map(({ column }) => column),
    )})\n  select ${copied.map(({ value }) => value).join(",\n    ")}\n  from ${quote(from.name)}`,
    ...counterOf(difference, passing),
    `drop table ${quote(from.name)}`,
    // Else SQLite looks at views and triggers that name a table which is not there for a moment.
    "pragma legacy_alter_table = on",
    `alter table ${quote(passing)} rename to ${quote(to.name)}`,
    "pragma legacy_alter_table = off",
    ...to.indexes.map(index => createIndexSql(sql, to.name, index)),
  ]
  return {
    direction: context.hints.direction,
    table: to.name,
    sentence: sentence([
      `makes the table ${displayName(to.name)} anew and copies its rows`,
      ...parts,
    ]),
    destructive: dropped.length > 0,
    statements,
  }
}

/** The number that a new table counts on from: that of the old one, whose newest rows may be gone. */
function counterOf({ from, to }: TableDifference, passing: string): string[] {
  if (![from, to].every(({ columns }) => columns.some(({ serial }) => serial))) return []
  const [old, fresh] = [quoteText(from.name), quoteText(passing)]
  return [
    `update sqlite_sequence set seq = max(seq, coalesce((select seq from sqlite_sequence where name = ${old}), 0)) where name = ${fresh}`,
    `insert into sqlite_sequence (name, seq) select ${fresh}, seq from sqlite_sequence where name = ${old} and not exists (select 1 from sqlite_sequence where name = ${fresh})`,
  ]
}

function referenceParts({ addedForeignKeys, droppedForeignKeys }: TableDifference): string[] {
  return [
    ...droppedForeignKeys.map(
      key => `drops the reference of (${shownAll(key.columns)}) to ${displayName(key.table)}`,
    ),
    ...addedForeignKeys.map(
      key =>
        `adds a reference of (${shownAll(key.columns)}) to ${displayName(key.table)}, on delete ${key.onDelete}`,
    ),
  ]
}
