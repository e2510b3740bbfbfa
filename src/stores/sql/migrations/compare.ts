// Compares two schemas; renames are only those that were said.
import { isOurName } from "../table/names.ts"
import { canonicalDefault } from "./canonical.ts"
import { needsCast } from "./casts.ts"
import type { MigrationDialect } from "./dialect.ts"
import type { ColumnDifference, SchemaDifference, TableDifference } from "./difference.ts"
import {
  type ColumnModel,
  columnOf,
  type ForeignKeyModel,
  type IndexModel,
  type SchemaModel,
  type TableModel,
  tableOf,
} from "./model.ts"

export function compareSchemas(
  from: SchemaModel,
  to: SchemaModel,
  dialect: MigrationDialect,
): SchemaDifference {
  const altered = to.tables.flatMap(table => {
    const before = tableOf(from, table.name)
    const difference = before && compareTables(before, table, dialect)
    return difference === undefined || isEmpty(difference) ? [] : [difference]
  })
  return {
    created: to.tables.filter(table => tableOf(from, table.name) === undefined),
    dropped: from.tables.filter(table => tableOf(to, table.name) === undefined),
    altered,
  }
}

export function compareTables(
  from: TableModel,
  to: TableModel,
  dialect: MigrationDialect,
): TableDifference {
  const changed = to.columns.flatMap(column => {
    const before = columnOf(from, column.name)
    const difference = before && compareColumns(before, column, dialect)
    return difference &&
      (difference.type || difference.nullable || difference.default || difference.serial)
      ? [difference]
      : []
  })
  const same = indexesTheSame(from, to)
  return {
    from,
    to,
    added: to.columns.filter(column => columnOf(from, column.name) === undefined),
    dropped: from.columns.filter(column => columnOf(to, column.name) === undefined),
    changed,
    addedIndexes: to.indexes.filter(index => !same.has(indexKey(index))),
    droppedIndexes: from.indexes.filter(index => !same.has(indexKey(index))),
    renamedIndexes: renamedIndexes(from, to, same),
    renamedForeignKeys: renamedForeignKeys(from, to),
    addedForeignKeys: to.foreignKeys.filter(
      key => !from.foreignKeys.some(other => foreignKeyKey(other) === foreignKeyKey(key)),
    ),
    droppedForeignKeys: from.foreignKeys.filter(
      key => !to.foreignKeys.some(other => foreignKeyKey(other) === foreignKeyKey(key)),
    ),
    primaryKey: JSON.stringify(from.primaryKey) !== JSON.stringify(to.primaryKey),
  }
}

function compareColumns(
  from: ColumnModel,
  to: ColumnModel,
  dialect: MigrationDialect,
): ColumnDifference {
  return {
    from,
    to,
    type: needsCast(from, to, dialect),
    nullable: from.nullable !== to.nullable,
    default: canonicalDefault(from, dialect) !== canonicalDefault(to, dialect),
    serial: (from.serial ?? false) !== (to.serial ?? false),
  }
}

const indexKey = ({ columns, unique }: IndexModel): string => JSON.stringify([columns, unique])

function indexesTheSame(from: TableModel, to: TableModel): Set<string> {
  const before = new Set(from.indexes.map(indexKey))
  return new Set(to.indexes.map(indexKey).filter(key => before.has(key)))
}

function renamedIndexes(
  from: TableModel,
  to: TableModel,
  same: ReadonlySet<string>,
): { from: IndexModel; to: IndexModel }[] {
  return to.indexes.flatMap(index => {
    if (!same.has(indexKey(index))) return []
    const before = from.indexes.find(other => indexKey(other) === indexKey(index))
    const isStale =
      before !== undefined &&
      before.name !== index.name &&
      isOurName(before.name) &&
      !before.constraint
    return isStale ? [{ from: before, to: index }] : []
  })
}

function renamedForeignKeys(
  from: TableModel,
  to: TableModel,
): { from: ForeignKeyModel; to: ForeignKeyModel }[] {
  return to.foreignKeys.flatMap(key => {
    const before = from.foreignKeys.find(other => foreignKeyKey(other) === foreignKeyKey(key))
    return before !== undefined && before.name !== key.name && isOurName(before.name)
      ? [{ from: before, to: key }]
      : []
  })
}

/** Names do not count: nothing depends on them. */
function foreignKeyKey(key: ForeignKeyModel): string {
  return JSON.stringify([key.columns, key.table, key.references, key.onDelete, key.deferred])
}

function isEmpty({ from: _from, to: _to, primaryKey, ...lists }: TableDifference): boolean {
  return !primaryKey && Object.values(lists).every(list => list.length === 0)
}
