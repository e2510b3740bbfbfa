// Makes a SQLite table fit its entity: creates it, adds what can be added without guessing, else says what is wrong.
import type { EntityDefinition, FieldDefinition } from "../../../entity/store.ts"
import { messageOf } from "../../../shared/thrown.ts"
import { catalogRow, catalogRows } from "../contract/catalog-rows.ts"
import type { SyncDriver } from "../contract/driver.ts"
import { createIndexSql, createTableSql, referenceSql } from "../table/ddl.ts"
import { indexName } from "../table/names.ts"
import {
  type Difference,
  defaultOf,
  type FindDefinition,
  type ForeignKey,
  type Index,
  indexesOf,
  isKept,
  keyColumns,
  mismatch,
  noPrimaryKey,
  notGenerated,
  type Preparation,
  storedFields,
  type Target,
  targetOf,
} from "../table/schema-difference.ts"
import { foreignKeyModel, tableModel } from "../table/table-model.ts"
import { sqliteDialect } from "./dialect.ts"
import { compareValues } from "./stored-values.ts"
import { beyondModel, hasAutoincrement } from "./table-text.ts"

const {
  quote,
  ddl: { columnType },
} = sqliteDialect

interface ExistingColumn {
  readonly name: string
  /** In lower case. */
  readonly type: string
  readonly notNull: boolean
  readonly hasDefault: boolean
  readonly generated: boolean
}

interface ExistingTable {
  /** By name in lower case: SQLite ignores the case of ASCII letters in names. */
  readonly columns: ReadonlyMap<string, ExistingColumn>
  readonly primaryKey: readonly string[]
  readonly indexes: readonly { readonly unique: boolean; readonly columns: readonly string[] }[]
  readonly references: readonly ForeignKey[]
  readonly isView: boolean
  /** The statement that made it. */
  readonly sql: string
}

export interface SqlitePreparation extends Preparation {
  /** Called with the statement of each table that is made. */
  readonly onCreate: (definition: EntityDefinition, sql: string) => void
  /** The statement of a table that this process has made. */
  readonly madeSql: (definition: EntityDefinition) => string | undefined
}

/**
 * Makes the tables fit, or compares them only. A table that does not fit fails alone. Targets come before the tables that
 * point to them. Run it in a transaction when `mode` is `sync`.
 */
export function prepareSqliteTables(
  driver: SyncDriver,
  definitions: readonly EntityDefinition[],
  preparation: SqlitePreparation,
): void {
  const failed = new Set<EntityDefinition>()
  const find: FindDefinition = name => {
    const target = preparation.find(name)
    return target === undefined || failed.has(target) || !canBePointedTo(driver, target)
      ? undefined
      : target
  }
  for (const definition of definitions) {
    try {
      if (preparation.mode === "sync")
        inSavepoint(driver, () => makeFit(driver, definition, { ...preparation, find }))
      else compareOnly(driver, definition, { ...preparation, find })
    } catch (error) {
      failed.add(definition)
      preparation.failed(definition, error)
    }
  }
  // After all tables, since two may point to each other.
  for (const definition of definitions) {
    if (failed.has(definition)) continue
    const keeps = keptReferences(driver, definition, { ...preparation, find })
    preparation.onFit(definition, { keeps, exact: noColumns })
  }
}

const noColumns: ReadonlySet<string> = new Set()

/** A key can point to a table that will be there, with a primary key or unique index on the column. */
function canBePointedTo(driver: SyncDriver, target: EntityDefinition): boolean {
  const existing = readTable(driver, target.table)
  return existing === undefined || (!existing.isView && hasKey(existing, target))
}

function inSavepoint(driver: SyncDriver, work: () => void): void {
  driver.exec("savepoint nitro_prepare")
  try {
    work()
    driver.exec("release nitro_prepare")
  } catch (error) {
    driver.exec("rollback to nitro_prepare; release nitro_prepare")
    throw error
  }
}

function compareOnly(
  driver: SyncDriver,
  definition: EntityDefinition,
  { find, store, mode }: Preparation,
): void {
  const existing = readTable(driver, definition.table)
  if (existing === undefined)
    throw mismatch(
      definition,
      store,
      [{ problem: "the table does not exist", serious: true }],
      mode,
    )
  const serious = compare(driver, definition, existing, find).filter(
    difference => difference.serious,
  )
  if (serious.length > 0) throw mismatch(definition, store, serious, mode)
}

/** Nothing that is there is ever dropped: what looks empty may be another program's. */
function makeFit(
  driver: SyncDriver,
  definition: EntityDefinition,
  { find, store, mode, onCreate }: SqlitePreparation,
): void {
  const existing = readTable(driver, definition.table)
  if (existing === undefined) {
    createTable(driver, definition, find)
    onCreate(definition, existingTable(driver, definition).sql)
    return
  }
  const differences = compare(driver, definition, existing, find)
  const stuck = differences.filter(
    difference => difference.statement === undefined && difference.serious,
  )
  if (stuck.length > 0)
    throw mismatch(definition, store, stuck, mode, undefined, isEmpty(driver, definition, existing))
  for (const { statement, problem, column } of differences) {
    if (statement === undefined) continue
    try {
      driver.exec(statement)
    } catch (cause) {
      throw mismatch(
        definition,
        store,
        [
          {
            ...(column ? { column } : {}),
            problem: `${problem}, and making it failed: ${messageOf(cause)}`,
            serious: true,
          },
        ],
        mode,
        cause,
      )
    }
  }
}

/** The fields whose references the database keeps, after adding the keys that are missing. */
function keptReferences(
  driver: SyncDriver,
  definition: EntityDefinition,
  preparation: SqlitePreparation,
): Set<string> {
  const keeps = new Set<string>()
  for (const field of definition.fields) {
    const target = targetOf(field, preparation.find)
    if (target === undefined) continue
    const isNow = (): boolean =>
      isKept(readTable(driver, definition.table)?.references ?? [], field, target, sameName)
    if (!isNow() && preparation.mode === "sync")
      addReference(driver, definition, field, target, preparation)
    if (isNow()) keeps.add(field.name)
    else preparation.missing(definition, field, target)
  }
  return keeps
}

/**
 * Gives a column its foreign key. SQLite takes one only with a new column, so the values move into one. A table that this process
 * made a moment ago, and that holds nothing, is made again. Left undone where anything would be lost or refused: required
 * columns, rows that point to nothing, views and triggers that use the column.
 */
function addReference(
  driver: SyncDriver,
  definition: EntityDefinition,
  field: FieldDefinition,
  target: Target,
  { find, madeSql, onCreate }: SqlitePreparation,
): void {
  const existing = readTable(driver, definition.table)
  const column = existing?.columns.get(field.column.toLowerCase())
  if (existing === undefined || column === undefined || existing.isView) return
  // A counter would begin again.
  const isCounted =
    hasAutoincrement(existing.sql) &&
    driver.get("select 1 from sqlite_sequence where name = ?", [definition.table]) !== undefined
  if (
    existing.sql === madeSql(definition) &&
    !isCounted &&
    isEmpty(driver, definition, existing) &&
    !isUsed(driver, definition)
  ) {
    driver.exec(`drop table ${quote(definition.table)}`)
    createTable(driver, definition, find)
    onCreate(definition, existingTable(driver, definition).sql)
    return
  }
  if (!field.nullable || column.generated || column.hasDefault) return
  // A reference with another rule belongs to another class.
  if (existing.references.some(key => sameName(key.column, field.column))) return
  if (
    existing.primaryKey.includes(field.column.toLowerCase()) ||
    beyondModel(existing.sql).length > 0
  )
    return
  const [table, name, moved] = [
    quote(definition.table),
    quote(column.name),
    quote(`${column.name} `),
  ]
  const points = `select 1 from ${quote(target.table)} parent where parent.${quote(target.column)} = child.${name}`
  if (
    driver.get(
      `select 1 from ${table} child where ${name} is not null and not exists (${points}) limit 1`,
      [],
    ) !== undefined
  )
    return
  const listed = driver.all(
    "select name, sql from sqlite_master where type = 'index' and lower(tbl_name) = lower(?) and sql is not null and name in (select i.name from pragma_index_list(?) i, pragma_index_info(i.name) c where lower(c.name) = lower(?))",
    [definition.table, definition.table, column.name],
  )
  const indexes = catalogRows(listed, "text", "text")
  try {
    inSavepoint(driver, () => {
      for (const [index] of indexes) driver.exec(`drop index ${quote(index)}`)
      driver.exec(
        `alter table ${table} add column ${moved} ${column.type}${referenceText(definition, field, find)}`,
      )
      driver.exec(`update ${table} set ${moved} = ${name}`)
      driver.exec(`alter table ${table} drop column ${name}`)
      driver.exec(`alter table ${table} rename column ${moved} to ${name}`)
      for (const [, sql] of indexes) driver.exec(sql)
    })
  } catch {
    // Something else uses the column. Entities keep the rule.
  }
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function createTable(driver: SyncDriver, definition: EntityDefinition, find: FindDefinition): void {
  driver.exec(createTableSql(sqliteDialect, tableModel(definition, sqliteDialect, find)))
  for (const index of indexesOf(definition)) driver.exec(indexSql(definition, index))
}

/** ` references ...` behind a column; nothing where no single column is the key of what it points to. */
function referenceText(
  definition: EntityDefinition,
  field: FieldDefinition,
  find: FindDefinition,
): string {
  const key = foreignKeyModel(definition, field, sqliteDialect, find)
  return key === undefined ? "" : referenceSql(sqliteDialect, key)
}

function indexSql({ table }: EntityDefinition, { unique, columns }: Index): string {
  const name = indexName(table, columns, unique, sqliteDialect)
  return createIndexSql(sqliteDialect, table, { name, columns, unique }, true)
}

function existingTable(driver: SyncDriver, { table }: EntityDefinition): ExistingTable {
  const existing = readTable(driver, table)
  if (existing !== undefined) return existing
  throw new Error(`The table ${quote(table)} was made and is gone.`)
}

function readTable(driver: SyncDriver, table: string): ExistingTable | undefined {
  const orphan = driver.get(
    "select type, sql from sqlite_master where lower(name) = lower(?) and type in ('table', 'view')",
    [table],
  )
  if (orphan === undefined) return undefined
  const columns = new Map<string, ExistingColumn>()
  const keys: { name: string; position: number }[] = []
  const rows = driver.all(
    'select name, lower(type), "notnull", dflt_value is not null, pk, hidden from pragma_table_xinfo(?)',
    [table],
  )
  for (const [name, type, notNull, hasDefault, key, hidden] of catalogRows(
    rows,
    "text",
    "text",
    "number",
    "number",
    "number",
    "number",
  )) {
    columns.set(name.toLowerCase(), {
      name,
      type,
      notNull: notNull === 1,
      hasDefault: hasDefault === 1,
      generated: hidden !== 0,
    })
    if (key > 0) keys.push({ name: name.toLowerCase(), position: key })
  }
  // Partial indexes cover some rows only; what they promise is less than what a declared index does.
  const indexes = driver
    .all('select name, "unique" from pragma_index_list(?) where partial = 0', [table])
    .map(([name, unique]) => ({
      unique: unique === 1,
      columns: driver
        .all("select name from pragma_index_info(?) order by seqno", [name])
        .map(([column]) => String(column).toLowerCase()),
    }))
  return {
    columns,
    primaryKey: keys.sort((a, b) => a.position - b.position).map(key => key.name),
    indexes,
    references: readReferences(driver, table),
    isView: orphan[0] === "view",
    sql: String(orphan[1]),
  }
}

/** Keys of one column. One that names no column points to the primary key, where there is a table that has one. */
function readReferences(driver: SyncDriver, table: string): ForeignKey[] {
  const rows = driver.all(
    `select k."from", k."table", coalesce(k."to", (select p.name from pragma_table_info(k."table") p where p.pk = 1)), lower(k.on_delete)
     from pragma_foreign_key_list(?) k where (select count(*) from pragma_foreign_key_list(?) other where other.id = k.id) = 1`,
    [table, table],
  )
  return catalogRows(rows, "text", "text", "text?", "text").flatMap(
    ([column, referenced, target, onDelete]) =>
      target === null ? [] : [{ column, table: referenced, target, onDelete }],
  )
}

function hasKey({ primaryKey, indexes }: ExistingTable, definition: EntityDefinition): boolean {
  const keys = keyColumns(definition).map(column => column.toLowerCase())
  const isKey = (columns: readonly string[]): boolean =>
    columns.length === keys.length && keys.every(column => columns.includes(column))
  return isKey(primaryKey) || indexes.some(index => index.unique && isKey(index.columns))
}

function compare(
  driver: SyncDriver,
  definition: EntityDefinition,
  existing: ExistingTable,
  find: FindDefinition,
): Difference[] {
  const differences: Difference[] = []
  const declared = new Set(definition.fields.map(field => field.column.toLowerCase()))
  for (const field of storedFields(definition)) {
    const column = existing.columns.get(field.column.toLowerCase())
    if (column === undefined) differences.push(missingColumn(definition, field, find))
    else differences.push(...compareColumn(driver, definition, field, column))
  }
  // Of a column whose type does not fit, that is said already.
  const typeOf = ({ column, type }: FieldDefinition): string | undefined => {
    const declared = existing.columns.get(column.toLowerCase())?.type
    return declared !== undefined && fits(columnType[type], affinity(declared))
      ? declared
      : undefined
  }
  differences.push(...compareValues(driver, definition, typeOf, field => columnType[field.type]))
  if (existing.isView) return differences
  for (const column of existing.columns.values()) {
    if (
      !column.notNull ||
      column.hasDefault ||
      column.generated ||
      declared.has(column.name.toLowerCase())
    )
      continue
    differences.push({
      column: column.name,
      problem: `column "${column.name}" needs a value and is not a field of ${definition.name}`,
      serious: true,
    })
  }
  if (!hasKey(existing, definition)) differences.push(noPrimaryKey(keyColumns(definition)))
  differences.push(...compareGenerated(definition, existing))
  for (const index of indexesOf(definition)) {
    const columnList = index.columns.map(column => column.toLowerCase()).join()
    if (
      existing.indexes.some(
        each => each.columns.join() === columnList && (each.unique || !index.unique),
      )
    )
      continue
    const kind = index.unique ? "a unique index" : "an index"
    differences.push({
      problem: `${kind} on ${index.columns.map(quote).join(", ")} is missing`,
      statement: indexSql(definition, index),
      serious: index.unique,
    })
  }
  return differences
}

/** SQLite changes neither in place. */
function compareGenerated(
  definition: EntityDefinition,
  { columns, sql }: ExistingTable,
): Difference[] {
  const [id] = definition.fields
  if (id === undefined) return []
  const { column, generated } = id
  if (generated === "serial" && !hasAutoincrement(sql))
    return [notGenerated(column, "autoincrement")]
  return generated === "uuid" && columns.get(column.toLowerCase())?.hasDefault !== true
    ? [notGenerated(column, "default")]
    : []
}

function missingColumn(
  definition: EntityDefinition,
  field: FieldDefinition,
  find: FindDefinition,
): Difference {
  const head = `alter table ${quote(definition.table)} add column ${quote(field.column)} ${columnType[field.type]}`
  const column = field.column
  if (field.nullable)
    return {
      column,
      problem: `column "${column}" is missing`,
      statement: `${head}${referenceText(definition, field, find)}`,
      serious: true,
    }
  const value = defaultOf(definition, field, sqliteDialect)
  if (value === undefined)
    return {
      column,
      problem: `column "${column}" is missing, and ${field.name} is required and has no default`,
      serious: true,
    }
  // SQLite adds no reference to a column with a default while foreign keys are on.
  return {
    column,
    problem: `column "${column}" is missing`,
    statement: `${head} not null default ${value}`,
    serious: true,
  }
}

function compareColumn(
  driver: SyncDriver,
  definition: EntityDefinition,
  field: FieldDefinition,
  column: ExistingColumn,
): Difference[] {
  const differences: Difference[] = []
  const expected = columnType[field.type]
  if (!fits(expected, affinity(column.type))) {
    differences.push({
      column: column.name,
      problem: `column "${column.name}" is ${column.type || "of no type"}, and ${field.name} is kept as ${expected}`,
      serious: true,
    })
  }
  if (field.nullable && column.notNull) {
    differences.push({
      column: column.name,
      problem: `column "${column.name}" refuses null, and ${field.name} may be null`,
      serious: true,
    })
  }
  if (!field.nullable && !column.notNull) {
    const [nulls] = driver.get(
      `select count(*) from ${quote(definition.table)} where ${quote(column.name)} is null`,
      [],
    ) ?? [0]
    if (nulls !== 0)
      differences.push({
        column: column.name,
        problem: `column "${column.name}" is null in ${nulls} rows, and ${field.name} may not be null`,
        serious: true,
      })
  }
  return differences
}

type Affinity = "integer" | "text" | "blob" | "real" | "numeric"

/** https://www.sqlite.org/datatype3.html, section 3.1. */
function affinity(declared: string): Affinity {
  if (declared.includes("int")) return "integer"
  if (/char|clob|text/.test(declared)) return "text"
  if (declared === "" || declared.includes("blob")) return "blob"
  return /real|floa|doub/.test(declared) ? "real" : "numeric"
}

/** Numbers of all kinds fit all numeric columns: SQLite keeps whole numbers and fractions in any of them. */
function fits(expected: string, actual: Affinity): boolean {
  if (expected === "text" || expected === "blob") return expected === actual
  return actual !== "text" && actual !== "blob"
}

function isEmpty(
  driver: SyncDriver,
  definition: EntityDefinition,
  { isView }: ExistingTable,
): boolean {
  if (isView) return false
  const row = driver.get(`select exists (select 1 from ${quote(definition.table)})`, [])
  const [rows] = catalogRow(row, "number")
  return rows === 0
}

/** Whether the table has a trigger, view or index of another origin that would be dropped with it. */
function isUsed(driver: SyncDriver, definition: EntityDefinition): boolean {
  const { table } = definition
  const ownIndexes = indexesOf(definition).map(({ unique, columns }) =>
    indexName(table, columns, unique, sqliteDialect),
  )
  const others = driver.all(
    `select name from sqlite_master where sql is not null and (type in ('trigger', 'index') and lower(tbl_name) = lower(?)
     or type in ('trigger', 'view') and instr(lower(sql), lower(?)) > 0)`,
    [table, table],
  )
  return others.some(([name]) => !ownIndexes.includes(String(name)))
}
