// Makes a SQLite table fit its entity: creates it, adds what can be added without guessing, else says what is wrong.
import type { EntityDefinition, FieldDefinition, FieldType } from "../../entity/index.ts"
import type { SyncDriver } from "./driver.ts"
import {
  type Difference,
  defaultOf,
  type FindDefinition,
  type Index,
  indexesOf,
  keyColumns,
  mismatch,
  noPrimaryKey,
  onDeleteSql,
  type SchemaMode,
  storedFields,
  targetOf,
} from "./schema-difference.ts"
import { sqliteDialect } from "./sqlite-dialect.ts"

const { quote, encoding } = sqliteDialect

const columnTypes: Readonly<Record<FieldType, string>> = {
  string: "text",
  integer: "integer",
  number: "real",
  boolean: "integer",
  date: "integer",
  bigint: "integer",
  bytes: "blob",
  json: "text",
}

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
  /** Columns with a foreign key. */
  readonly references: readonly string[]
  readonly isView: boolean
}

/** Throws `NITRO_SCHEMA_MISMATCH`. Run it in a transaction when `mode` is `sync`. */
export function prepareTable(
  driver: SyncDriver,
  definition: EntityDefinition,
  find: FindDefinition,
  mode: SchemaMode,
  store: string,
): void {
  const existing = readTable(driver, definition.table)
  if (existing === undefined && mode === "sync") {
    createTable(driver, definition, find)
    return
  }
  if (existing === undefined) {
    throw mismatch(definition, store, [{ problem: "the table does not exist", serious: true }], mode)
  }
  const differences = compare(driver, definition, existing, find)
  if (mode === "check") {
    const serious = differences.filter(difference => difference.serious)
    if (serious.length > 0) throw mismatch(definition, store, serious, mode)
    return
  }
  const stuck = differences.filter(difference => difference.statement === undefined && difference.serious)
  const lacksReference = differences.some(difference => !difference.serious && difference.statement === undefined)
  if ((stuck.length > 0 || lacksReference) && isDisposable(driver, definition, existing)) {
    driver.exec(`drop table ${quote(definition.table)}`)
    createTable(driver, definition, find)
    return
  }
  if (stuck.length > 0) throw mismatch(definition, store, stuck, mode)
  for (const { statement, problem, column } of differences) {
    if (statement === undefined) continue
    try {
      driver.exec(statement)
    } catch (cause) {
      throw mismatch(
        definition,
        store,
        [{ ...(column ? { column } : {}), problem: `${problem}, and making it failed: ${(cause as Error).message}`, serious: true }],
        mode,
        cause,
      )
    }
  }
}

function createTable(driver: SyncDriver, definition: EntityDefinition, find: FindDefinition): void {
  for (const statement of [createTableSql(definition, find), ...indexesOf(definition).map(index => createIndexSql(definition, index))])
    driver.exec(statement)
}

/** The statement that creates a table without its indexes. */
function createTableSql(definition: EntityDefinition, find: FindDefinition): string {
  const keys = keyColumns(definition)
  const columns = storedFields(definition).map(field => {
    const key = keys.length === 1 && keys[0] === field.column ? " primary key" : ""
    return `${quote(field.column)} ${columnTypes[field.type]}${key}${field.nullable ? "" : " not null"}${referenceSql(field, find)}`
  })
  return `create table ${quote(definition.table)} (\n  ${[...columns, ...(keys.length > 1 ? [`primary key (${keys.map(quote).join(", ")})`] : [])].join(",\n  ")}\n)`
}

// Deferred, so that the order of the writes in a transaction does not matter.
function referenceSql(field: FieldDefinition, find: FindDefinition): string {
  const target = targetOf(field, find)
  if (target === undefined) return ""
  return ` references ${quote(target.table)} (${quote(target.column)})${onDeleteSql(field)} deferrable initially deferred`
}

function createIndexSql(definition: EntityDefinition, { unique, columns }: Index): string {
  const name = quote(`${unique ? "unique" : "index"} ${definition.table}(${columns.join(", ")})`)
  return `create ${unique ? "unique " : ""}index if not exists ${name} on ${quote(definition.table)} (${columns.map(quote).join(", ")})`
}

function readTable(driver: SyncDriver, table: string): ExistingTable | undefined {
  const kind = driver.get("select type from sqlite_master where lower(name) = lower(?) and type in ('table', 'view')", [table])
  if (kind === undefined) return undefined
  const columns = new Map<string, ExistingColumn>()
  const keys: { name: string; position: number }[] = []
  const rows = driver.all('select name, lower(type), "notnull", dflt_value is not null, pk, hidden from pragma_table_xinfo(?)', [table])
  for (const [name, type, notNull, hasDefault, key, hidden] of rows as [string, string, number, number, number, number][]) {
    columns.set(name.toLowerCase(), { name, type, notNull: notNull === 1, hasDefault: hasDefault === 1, generated: hidden !== 0 })
    if (key > 0) keys.push({ name: name.toLowerCase(), position: key })
  }
  // Partial indexes cover some rows only; what they promise is less than what a declared index does.
  const indexes = driver.all('select name, "unique" from pragma_index_list(?) where partial = 0', [table]).map(([name, unique]) => ({
    unique: unique === 1,
    columns: driver.all("select name from pragma_index_info(?) order by seqno", [name]).map(([column]) => String(column).toLowerCase()),
  }))
  return {
    columns,
    primaryKey: keys.sort((a, b) => a.position - b.position).map(key => key.name),
    indexes,
    references: driver.all('select "from" from pragma_foreign_key_list(?)', [table]).map(([column]) => String(column).toLowerCase()),
    isView: kind[0] === "view",
  }
}

function compare(driver: SyncDriver, definition: EntityDefinition, existing: ExistingTable, find: FindDefinition): Difference[] {
  const differences: Difference[] = []
  const declared = new Set(definition.fields.map(field => field.column.toLowerCase()))
  for (const field of storedFields(definition)) {
    const column = existing.columns.get(field.column.toLowerCase())
    if (column === undefined) differences.push(missingColumn(definition, field, find))
    else differences.push(...compareColumn(driver, definition, field, column))
  }
  if (existing.isView) return differences
  for (const column of existing.columns.values()) {
    if (!column.notNull || column.hasDefault || column.generated || declared.has(column.name.toLowerCase())) continue
    differences.push({
      column: column.name,
      problem: `column "${column.name}" needs a value and is not a field of ${definition.name}`,
      serious: true,
    })
  }
  const keys = keyColumns(definition).map(column => column.toLowerCase())
  const isKey = (columns: readonly string[]): boolean => columns.length === keys.length && keys.every(column => columns.includes(column))
  if (!isKey(existing.primaryKey) && !existing.indexes.some(index => index.unique && isKey(index.columns)))
    differences.push(noPrimaryKey(keys))
  for (const index of indexesOf(definition)) {
    const wanted = index.columns.map(column => column.toLowerCase()).join()
    if (existing.indexes.some(each => each.columns.join() === wanted && (each.unique || !index.unique))) continue
    const kind = index.unique ? "a unique index" : "an index"
    differences.push({
      problem: `${kind} on ${index.columns.map(quote).join(", ")} is missing`,
      statement: createIndexSql(definition, index),
      serious: index.unique,
    })
  }
  for (const field of definition.fields) {
    if (referenceSql(field, find) === "" || existing.references.includes(field.column.toLowerCase())) continue
    if (existing.columns.has(field.column.toLowerCase()))
      differences.push({ column: field.column, problem: `column "${field.column}" has no foreign key`, serious: false })
  }
  return differences
}

function missingColumn(definition: EntityDefinition, field: FieldDefinition, find: FindDefinition): Difference {
  const head = `alter table ${quote(definition.table)} add column ${quote(field.column)} ${columnTypes[field.type]}`
  const column = field.column
  if (field.nullable)
    return { column, problem: `column "${column}" is missing`, statement: `${head}${referenceSql(field, find)}`, serious: true }
  const value = defaultOf(definition, field, encoding)
  if (value === undefined)
    return { column, problem: `column "${column}" is missing, and ${field.name} is required and has no default`, serious: true }
  // SQLite adds no reference to a column with a default while foreign keys are on.
  return { column, problem: `column "${column}" is missing`, statement: `${head} not null default ${literal(value)}`, serious: true }
}

function literal(value: unknown): string {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : value > 0 ? "9e999" : "-9e999"
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString("hex")}'`
  return `'${String(value).replaceAll("'", "''")}'`
}

function compareColumn(driver: SyncDriver, definition: EntityDefinition, field: FieldDefinition, column: ExistingColumn): Difference[] {
  const differences: Difference[] = []
  const wanted = columnTypes[field.type]
  if (!fits(wanted, affinity(column.type))) {
    differences.push({
      column: column.name,
      problem: `column "${column.name}" is ${column.type || "of no type"}, and ${field.name} is kept as ${wanted}`,
      serious: true,
    })
  }
  if (field.nullable && column.notNull) {
    differences.push({ column: column.name, problem: `column "${column.name}" refuses null, and ${field.name} may be null`, serious: true })
  }
  if (!field.nullable && !column.notNull) {
    const [nulls] = driver.get(`select count(*) from ${quote(definition.table)} where ${quote(column.name)} is null`, []) ?? [0]
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
function fits(wanted: string, found: Affinity): boolean {
  if (wanted === "text" || wanted === "blob") return wanted === found
  return found !== "text" && found !== "blob"
}

/** Holds no row, and nothing else that making it anew would lose. */
function isDisposable(driver: SyncDriver, definition: EntityDefinition, existing: ExistingTable): boolean {
  if (existing.isView) return false
  const table = quote(definition.table)
  const [rows] = driver.get(`select exists (select 1 from ${table})`, []) as [number]
  const [triggers] = driver.get("select count(*) from sqlite_master where type = 'trigger' and lower(tbl_name) = lower(?)", [
    definition.table,
  ]) as [number]
  return rows === 0 && triggers === 0
}
