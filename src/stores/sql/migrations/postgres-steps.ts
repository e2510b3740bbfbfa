// Postgres' way from one schema to another: every change is an `alter table`, and foreign keys stand apart.
import { postgresDialect as sql, startOfSerial } from "../postgres/dialect.ts"
import {
  addForeignKeySql,
  columnSql,
  createIndexSql,
  createTableSql,
  defaultSql,
  quoteAll,
  quoteText,
} from "../table/ddl.ts"
import type { Context, Step } from "./dialect.ts"
import type { ColumnDifference, SchemaDifference, TableDifference } from "./difference.ts"
import type { Rename } from "./hints.ts"
import {
  type ColumnModel,
  type ForeignKeyModel,
  type IndexModel,
  inOrderOfReferences,
  type TableModel,
} from "./model.ts"
import { displayName, shownAll } from "./sql-text.ts"
import { backfillOf, castOf, differenceText, dropStep, renameStep, sentence } from "./steps.ts"

const { quote } = sql

export function postgresSteps(
  difference: SchemaDifference,
  renames: readonly Rename[],
  context: Context,
): Step[] {
  const created = inOrderOfReferences(difference.created)
  const dropped = inOrderOfReferences(difference.dropped).reverse()
  const step = stepOf(context)
  return [
    ...renames.map(rename => renameStep(rename, context)),
    ...difference.altered.flatMap(({ to, droppedForeignKeys }) =>
      droppedForeignKeys.map(key => step(to.name, dropReference(to.name, key))),
    ),
    ...difference.altered.flatMap(({ to, renamedForeignKeys }) =>
      renamedForeignKeys.map(each => step(to.name, renameReference(to.name, each))),
    ),
    ...difference.altered.flatMap(altered => indexesGone(altered, context)),
    ...created.map(table => step(table.name, createTable(table))),
    ...difference.altered.flatMap(altered => columnSteps(altered, context)),
    ...created.flatMap(table =>
      table.foreignKeys.map(key => step(table.name, addReference(table.name, key))),
    ),
    ...difference.altered.flatMap(({ to, addedForeignKeys }) =>
      addedForeignKeys.map(key => step(to.name, addReference(to.name, key))),
    ),
    ...difference.altered.flatMap(altered => indexesFresh(altered, context)),
    // In a circle no order of drops works while the references are there.
    ...dropped.flatMap(table =>
      circular(table, dropped).map(key => step(table.name, dropReference(table.name, key))),
    ),
    ...dropped.map(table => dropStep(table, context)),
  ]
}

interface Part {
  readonly sentence: string
  readonly statements: readonly string[]
  readonly destructive?: boolean
}

const stepOf =
  ({ hints: { direction } }: Context) =>
  (table: string, part: Part): Step => ({ destructive: false, ...part, direction, table })

function createTable(table: TableModel): Part {
  return {
    sentence: `Creates the table ${displayName(table.name)}.`,
    statements: [
      createTableSql(sql, table),
      ...table.indexes.map(index => createIndexSql(sql, table.name, index)),
    ],
  }
}

function addReference(table: string, key: ForeignKeyModel): Part {
  return {
    sentence: `Adds a reference of ${displayName(table)} (${shownAll(key.columns)}) to ${displayName(key.table)}, on delete ${key.onDelete}.`,
    statements: [addForeignKeySql(sql, table, key)],
  }
}

function dropReference(table: string, key: ForeignKeyModel): Part {
  return {
    sentence: `Drops the reference of ${displayName(table)} (${shownAll(key.columns)}) to ${displayName(key.table)}.`,
    statements: [`alter table ${quote(table)} drop constraint ${quote(key.name)}`],
  }
}

function renameReference(
  table: string,
  { from, to }: { readonly from: ForeignKeyModel; readonly to: ForeignKeyModel },
): Part {
  return {
    sentence: `Renames the reference of ${displayName(table)} (${shownAll(to.columns)}).`,
    statements: [
      `alter table ${quote(table)} rename constraint ${quote(from.name)} to ${quote(to.name)}`,
    ],
  }
}

/** References that are still there when their target is dropped. */
function circular(table: TableModel, dropped: readonly TableModel[]): ForeignKeyModel[] {
  const later = dropped.slice(0, dropped.indexOf(table)).map(({ name }) => name)
  return table.foreignKeys.filter(key => later.includes(key.table))
}

function indexesGone(
  { to, droppedIndexes, renamedIndexes }: TableDifference,
  context: Context,
): Step[] {
  const step = stepOf(context)
  const drop = (index: IndexModel): string =>
    index.constraint
      ? `alter table ${quote(to.name)} drop constraint ${quote(index.name)}`
      : `drop index ${quote(index.name)}`
  return [
    ...droppedIndexes.map(index =>
      step(to.name, {
        sentence: `Drops the index on ${displayName(to.name)} (${shownAll(index.columns)}).`,
        statements: [drop(index)],
      }),
    ),
    ...renamedIndexes.map(index =>
      step(to.name, {
        sentence: `Renames the index on ${displayName(to.name)} (${shownAll(index.to.columns)}).`,
        statements: [`alter index ${quote(index.from.name)} rename to ${quote(index.to.name)}`],
      }),
    ),
  ]
}

function indexesFresh({ to, addedIndexes }: TableDifference, context: Context): Step[] {
  return addedIndexes.map(index =>
    stepOf(context)(to.name, {
      sentence: `Adds ${index.unique ? "a unique index" : "an index"} on ${displayName(to.name)} (${shownAll(index.columns)}).`,
      statements: [createIndexSql(sql, to.name, index)],
    }),
  )
}

/** Columns come first, then what is computed from the old ones, then those go. */
function columnSteps(difference: TableDifference, context: Context): Step[] {
  const { to, added, dropped, changed, primaryKey } = difference
  const step = stepOf(context)
  const table = `alter table ${quote(to.name)}`
  return [
    ...added.map(column => step(to.name, addColumn(to, column, context))),
    ...changed.map(each =>
      step(to.name, {
        sentence: sentence([`${differenceText(each)} in ${displayName(to.name)}`]),
        statements: changeColumn(to, each, context),
      }),
    ),
    ...(primaryKey ? [step(to.name, changeKey(difference))] : []),
    ...dropped.map(({ name }) =>
      step(to.name, {
        sentence: `Drops the column ${displayName(name)} of ${displayName(to.name)} with its values.`,
        statements: [`${table} drop column ${quote(name)}`],
        destructive: true,
      }),
    ),
  ]
}

function addColumn(to: TableModel, column: ColumnModel, context: Context): Part {
  const table = quote(to.name)
  const name = quote(column.name)
  const text = `Adds the column ${displayName(column.name)} to ${displayName(to.name)}.`
  const oldRowValue = context.hints.backfill(to.name, column.name)
  const fill = (value: string): string => `update ${table} set ${name} = ${value}`
  if (column.serial && oldRowValue === undefined) {
    return {
      sentence: text,
      statements: [`alter table ${table} add column ${columnSql(sql, column)}`],
    }
  }
  if (column.nullable || column.default !== undefined) {
    const add = `alter table ${table} add column ${columnSql(sql, column)}`
    return {
      sentence: text,
      statements: oldRowValue === undefined ? [add] : [add, fill(oldRowValue)],
    }
  }
  const add = `alter table ${table} add column ${columnSql(sql, { ...column, nullable: true, serial: false })}`
  const statements = [
    add,
    fill(backfillOf(to, column, context)),
    `alter table ${table} alter column ${name} set not null`,
  ]
  return { sentence: text, statements }
}

function changeColumn(to: TableModel, difference: ColumnDifference, context: Context): string[] {
  const table = quote(to.name)
  const name = quote(difference.to.name)
  const alter = `alter table ${table} alter column ${name}`
  const { from, to: column, type, nullable, serial } = difference
  // A default does not always have a cast to the new type, so it goes first and comes back.
  const resetsDefault = difference.default || (type && from.default !== undefined)
  return [
    // The counter of a column may be an identity or a sequence.
    ...(serial && from.serial ? [`${alter} drop identity if exists`, `${alter} drop default`] : []),
    ...(resetsDefault && from.default !== undefined ? [`${alter} drop default`] : []),
    ...(type ? [`${alter} type ${column.type} using ${castOf(to, difference, context)}`] : []),
    ...(resetsDefault && column.default !== undefined ? [`${alter} set${defaultSql(column)}`] : []),
    ...(serial && column.serial
      ? [
          `${alter} add${sql.ddl.columnKey(false, true)}`,
          `select setval(${startOfSerial(to.name, column.name)}) from ${table}`,
        ]
      : []),
    ...(nullable && column.nullable ? [`${alter} drop not null`] : []),
    ...(nullable && !column.nullable
      ? [
          `update ${table} set ${name} = ${backfillOf(to, column, context)} where ${name} is null`,
          `${alter} set not null`,
        ]
      : []),
  ]
}

function changeKey({ from, to }: TableDifference): Part {
  const table = quote(to.name)
  const add =
    to.primaryKey.length === 0
      ? []
      : [`alter table ${table} add primary key (${quoteAll(sql, to.primaryKey)})`]
  const statements = [...(from.primaryKey.length === 0 ? [] : [dropKeySql(to.name)]), ...add]
  return {
    sentence: `Makes (${shownAll(to.primaryKey)}) the primary key of ${displayName(to.name)}.`,
    statements,
  }
}

/** The constraint may still be called after the table's former name, so it is looked up. */
function dropKeySql(table: string): string {
  const find = `select conname from pg_constraint where conrelid = ${quoteText(quote(table))}::regclass and contype = 'p'`
  const body = `begin execute format('alter table %s drop constraint %I', ${quoteText(quote(table))}, (${find})); end`
  return `do ${quoteText(body)}`
}
