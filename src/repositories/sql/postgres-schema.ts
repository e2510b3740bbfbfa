// Makes a Postgres table fit its entity: creates it, adds what can be added without guessing, else says what is wrong.
import type { EntityDefinition, FieldDefinition, FieldType } from "../../entity/index.ts"
import { NitroError } from "../../shared/errors.ts"
import type { Driver } from "./driver.ts"
import { foreignKeyName, indexName } from "./migrations/names.ts"
import { postgresDialect, quoteIdentifier as quote } from "./postgres-dialect.ts"
import { bytesText } from "./postgres-values.ts"
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

const columnTypes: Readonly<Record<FieldType, string>> = {
  // Ordered by code point, so that indexes serve the orders that are asked for, and outlive updates of the system's languages.
  string: 'text collate "C"',
  integer: "bigint",
  number: "double precision",
  boolean: "boolean",
  // No finer than a Date: `now()` in a default or a backfill gives what an entity can hold.
  date: "timestamp(3) with time zone",
  bigint: "bigint",
  bytes: "bytea",
  json: "jsonb",
}

/** Types, by their internal names, of columns that others made and that keep every value of the field. */
const fittingTypes: Readonly<Record<FieldType, readonly string[]>> = {
  string: ["text", "varchar"],
  integer: ["int8", "int4", "int2", "numeric", "float8"],
  number: ["float8", "numeric"],
  boolean: ["bool"],
  date: ["timestamptz"],
  bigint: ["int8", "numeric"],
  bytes: ["bytea"],
  json: ["jsonb", "json"],
}

interface ExistingColumn {
  readonly name: string
  readonly type: string
  /** The precision and the like behind the type, as Postgres keeps it; -1 where there is none. */
  readonly modifier: number
  readonly notNull: boolean
  /** Has a default, is an identity or is computed. */
  readonly fillsItself: boolean
}

interface ExistingTable {
  readonly oid: number
  readonly isTable: boolean
  readonly columns: ReadonlyMap<string, ExistingColumn>
  readonly indexes: readonly Index[]
  /** Columns with a foreign key. */
  readonly references: readonly string[]
}

// Any number that other programs are unlikely to use: "nitro-ts" as two 32-bit halves of its ASCII text.
const schemaLock = "1852404850, 1869426803"
export interface PrepareOptions {
  readonly find: FindDefinition
  readonly mode: SchemaMode
  /** The store's name. */
  readonly store: string
  /** Called for each table that is there, with the names of its columns that are exact. */
  readonly found: (definition: EntityDefinition, exact: ReadonlySet<string>) => void
  /** A transaction that was forgotten open holds its locks forever: after so long the wait ends with an error. */
  readonly lockTimeoutMs: number
}

/** Makes the tables fit, or compares them only. Throws `NITRO_SCHEMA_MISMATCH`. Run it in a transaction when `mode` is `sync`. */
export async function preparePostgresTables(
  driver: Driver,
  definitions: readonly EntityDefinition[],
  { find, mode, store, lockTimeoutMs, found }: PrepareOptions,
): Promise<void> {
  await checkEncoding(driver, store)
  if (mode !== "sync") {
    for (const definition of definitions) found(definition, exactColumns(await compareOnly(driver, definition, find, store)))
    return
  }
  const [before] = (await driver.get("select current_setting('lock_timeout')", [])) as [string]
  await driver.exec(`set local lock_timeout = ${lockTimeoutMs}`)
  // Processes that start together: the second finds what the first has made.
  await driver.all(`select pg_advisory_xact_lock(${schemaLock})`, [])
  for (const definition of definitions) await makeFit(driver, definition, find, store)
  // After all tables, since two may point to each other.
  for (const definition of definitions) found(definition, exactColumns(await addReferences(driver, definition, find)))
  await driver.all("select set_config('lock_timeout', $1, true)", [before])
}

async function checkEncoding(driver: Driver, store: string): Promise<void> {
  const [encoding] = (await driver.get("select current_setting('server_encoding')", [])) as [string]
  if (encoding === "UTF8") return
  throw new NitroError("NITRO_STORE_UNAVAILABLE", `${store} has the encoding ${encoding}, which cannot keep all text.`, {
    fix: "Create the database anew: create database NAME encoding 'UTF8' template template0.",
  })
}

async function compareOnly(driver: Driver, definition: EntityDefinition, find: FindDefinition, store: string): Promise<ExistingTable> {
  const existing = await readTable(driver, definition.table)
  if (existing === undefined) throw mismatch(definition, store, [{ problem: "the table does not exist", serious: true }], "check")
  const serious = (await compare(driver, definition, existing, find)).filter(difference => difference.serious)
  if (serious.length > 0) throw mismatch(definition, store, serious, "check")
  return existing
}

// An instant of three digits behind the second is a Date; a decimal of 15 digits is the only one with its nearest number.
function exactColumns({ columns }: ExistingTable): Set<string> {
  const isExact = ({ type, modifier }: ExistingColumn): boolean => {
    if (type === "numeric") return modifier >= 4 && (modifier - 4) >> 16 <= 15
    return type === "timestamptz" ? modifier >= 0 && modifier <= 3 : type === "float8"
  }
  return new Set([...columns.values()].filter(isExact).map(({ name }) => name))
}

async function makeFit(driver: Driver, definition: EntityDefinition, find: FindDefinition, store: string): Promise<void> {
  checkNames(definition, store)
  const existing = await readTable(driver, definition.table)
  if (existing === undefined) return createTable(driver, definition)
  const differences = await compare(driver, definition, existing, find)
  const stuck = differences.filter(difference => difference.statement === undefined && difference.serious)
  if (stuck.length > 0 && (await isDisposable(driver, definition, existing))) {
    await driver.exec(`drop table ${quote(definition.table)}`)
    return createTable(driver, definition)
  }
  if (stuck.length > 0) throw mismatch(definition, store, stuck, "sync")
  for (const { statement, problem, column } of differences) {
    if (statement === undefined) continue
    try {
      await driver.exec(statement)
    } catch (cause) {
      if (postgresDialect.classify(cause).kind === "busy") throw cause
      const words = `${problem}, and making it failed: ${(cause as Error).message}`
      throw mismatch(definition, store, [{ ...(column ? { column } : {}), problem: words, serious: true }], "sync", cause)
    }
  }
}

/** Postgres cuts longer names without a word; two could then be one. */
function checkNames(definition: EntityDefinition, store: string): void {
  const long = [definition.table, ...storedFields(definition).map(field => field.column)].filter(name => Buffer.byteLength(name) > 63)
  if (long.length === 0) return
  const problem = `the name ${quote(long[0] as string)} has more than 63 bytes`
  throw mismatch(definition, store, [{ problem, serious: true }], "sync")
}

async function createTable(driver: Driver, definition: EntityDefinition): Promise<void> {
  const keys = keyColumns(definition)
  const columns = storedFields(definition).map(field => {
    const key = keys.length === 1 && keys[0] === field.column ? " primary key" : ""
    return `${quote(field.column)} ${columnTypes[field.type]}${key}${field.nullable ? "" : " not null"}`
  })
  await driver.exec(
    `create table ${quote(definition.table)} (\n  ${[...columns, ...(keys.length > 1 ? [`primary key (${keys.map(quote).join(", ")})`] : [])].join(",\n  ")}\n)`,
  )
  for (const index of indexesOf(definition)) await driver.exec(createIndexSql(definition, index))
}

function createIndexSql(definition: EntityDefinition, { unique, columns }: Index): string {
  const name = quote(indexName(definition.table, columns, unique, "postgres"))
  return `create ${unique ? "unique " : ""}index ${name} on ${quote(definition.table)} (${columns.map(quote).join(", ")})`
}

/** Adds the foreign keys that are missing, where all rows keep them. */
async function addReferences(driver: Driver, definition: EntityDefinition, find: FindDefinition): Promise<ExistingTable> {
  const existing = (await readTable(driver, definition.table)) as ExistingTable
  if (!existing.isTable) return existing
  for (const field of definition.fields) {
    const { column } = field
    const target = targetOf(field, find)
    if (target === undefined || existing.references.includes(column) || (await readTable(driver, target.table))?.isTable !== true) continue
    const id = quote(target.column)
    const [from, to] = [`${quote(definition.table)} as child`, `${quote(target.table)} as parent`]
    const isKept = `select 1 from ${to} where parent.${id} = child.${quote(column)}`
    const orphan = await driver.get(`select 1 from ${from} where child.${quote(column)} is not null and not exists (${isKept}) limit 1`, [])
    if (orphan !== undefined) continue
    const name = quote(foreignKeyName(definition.table, [column], "postgres"))
    const key = `foreign key (${quote(column)}) references ${quote(target.table)} (${id})${onDeleteSql(field)} deferrable initially deferred`
    await driver.exec(`alter table ${quote(definition.table)} add constraint ${name} ${key}`)
  }
  return existing
}

async function readTable(driver: Driver, table: string): Promise<ExistingTable | undefined> {
  const found = await driver.get("select c.oid::bigint, c.relkind in ('r', 'p') from pg_class c where c.oid = to_regclass($1)", [
    quote(table),
  ])
  if (found === undefined) return undefined
  const [oid, isTable] = found as [number, boolean]
  const columns = await driver.all(
    `select a.attname::text, coalesce(base.typname, type.typname)::text, coalesce(nullif(a.atttypmod, -1), type.typtypmod),
       a.attnotnull, a.atthasdef or a.attidentity <> ''
     from pg_attribute a join pg_type type on type.oid = a.atttypid left join pg_type base on base.oid = type.typbasetype
     where a.attrelid = $1::bigint and a.attnum > 0 and not a.attisdropped`,
    [oid],
  )
  // Indexes of some rows, of expressions, and those that failed to be made promise less than a declared one does.
  const indexes = await driver.all(
    `select i.indisunique, to_json(array(
       select a.attname::text from unnest(i.indkey::int2[]) with ordinality as key(attnum, position)
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = key.attnum
       where key.position <= i.indnkeyatts order by key.position))::text
     from pg_index i where i.indrelid = $1::bigint and i.indisvalid and i.indpred is null and i.indexprs is null`,
    [oid],
  )
  const references = await driver.all(
    `select a.attname::text from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
     where c.contype = 'f' and c.conrelid = $1::bigint and cardinality(c.conkey) = 1`,
    [oid],
  )
  return {
    oid,
    isTable,
    columns: new Map(
      (columns as [string, string, number, boolean, boolean][]).map(([name, type, modifier, notNull, fillsItself]) => [
        name,
        { name, type, modifier, notNull, fillsItself },
      ]),
    ),
    indexes: (indexes as [boolean, string][]).map(([unique, names]) => ({ unique, columns: JSON.parse(names) as string[] })),
    references: references.map(([name]) => String(name)),
  }
}

async function compare(driver: Driver, definition: EntityDefinition, existing: ExistingTable, find: FindDefinition): Promise<Difference[]> {
  const differences: Difference[] = []
  const declared = new Set(definition.fields.map(field => field.column))
  for (const field of storedFields(definition)) {
    const column = existing.columns.get(field.column)
    if (column === undefined) differences.push(missingColumn(definition, field))
    else differences.push(...(await compareColumn(driver, definition, field, column)))
  }
  if (!existing.isTable) return differences
  for (const { name, notNull, fillsItself } of existing.columns.values()) {
    if (!notNull || fillsItself || declared.has(name)) continue
    differences.push({ column: name, problem: `column "${name}" needs a value and is not a field of ${definition.name}`, serious: true })
  }
  const keys = keyColumns(definition)
  const isKey = ({ unique, columns }: Index): boolean =>
    unique && columns.length === keys.length && keys.every(column => columns.includes(column))
  if (!existing.indexes.some(isKey)) differences.push(noPrimaryKey(keys))
  for (const index of indexesOf(definition)) {
    const wanted = JSON.stringify(index.columns)
    if (existing.indexes.some(each => JSON.stringify(each.columns) === wanted && (each.unique || !index.unique))) continue
    differences.push({
      problem: `${index.unique ? "a unique index" : "an index"} on ${index.columns.map(quote).join(", ")} is missing`,
      statement: createIndexSql(definition, index),
      serious: index.unique,
    })
  }
  for (const field of definition.fields) {
    const { column } = field
    if (targetOf(field, find) === undefined || existing.references.includes(column)) continue
    differences.push({ column, problem: `column "${column}" has no foreign key`, serious: false })
  }
  return differences
}

function missingColumn(definition: EntityDefinition, field: FieldDefinition): Difference {
  const { column } = field
  const head = `alter table ${quote(definition.table)} add column ${quote(column)} ${columnTypes[field.type]}`
  if (field.nullable) return { column, problem: `column "${column}" is missing`, statement: head, serious: true }
  const value = defaultOf(definition, field, postgresDialect.encoding)
  if (value === undefined)
    return { column, problem: `column "${column}" is missing, and ${field.name} is required and has no default`, serious: true }
  const statement = `${head} not null default ${literal(field.type, value)}`
  return { column, problem: `column "${column}" is missing`, statement, serious: true }
}

function literal(type: FieldType, encoded: unknown): string {
  const bind = postgresDialect.bind?.[type]
  const value = bind === undefined ? encoded : bind(encoded as never)
  const text = value instanceof Uint8Array ? bytesText(value) : String(value)
  return `'${text.replaceAll("'", "''")}'`
}

async function compareColumn(
  driver: Driver,
  definition: EntityDefinition,
  field: FieldDefinition,
  column: ExistingColumn,
): Promise<Difference[]> {
  const differences: Difference[] = []
  const { name } = column
  if (!fittingTypes[field.type].includes(column.type)) {
    const problem = `column "${name}" is ${column.type}, and ${field.name} is kept as ${columnTypes[field.type]}`
    differences.push({ column: name, problem, serious: true })
  }
  if (field.nullable && column.notNull)
    differences.push({ column: name, problem: `column "${name}" refuses null, and ${field.name} may be null`, serious: true })
  if (!field.nullable && !column.notNull) {
    const isNull = `from ${quote(definition.table)} where ${quote(name)} is null`
    const [nulls] = (await driver.get(`select count(*) ${isNull}`, [])) as [number]
    const problem = `column "${name}" is null in ${nulls} rows, and ${field.name} may not be null`
    if (nulls !== 0) differences.push({ column: name, problem, serious: true })
  }
  return differences
}

/** Holds no row, and nothing else that making it anew would lose. */
async function isDisposable(driver: Driver, definition: EntityDefinition, existing: ExistingTable): Promise<boolean> {
  if (!existing.isTable) return false
  // Nobody writes a first row between this look and the end of the transaction.
  await driver.exec(`lock table ${quote(definition.table)} in access exclusive mode`)
  const [isUsed] = (await driver.get(
    `select exists (select 1 from ${quote(definition.table)})
       or exists (select 1 from pg_trigger where tgrelid = $1::bigint and not tgisinternal)
       or exists (select 1 from pg_constraint where contype = 'f' and confrelid = $1::bigint and conrelid <> confrelid)
       or exists (select 1 from pg_depend d join pg_rewrite r on r.oid = d.objid where d.classid = 'pg_rewrite'::regclass and d.refobjid = $1::bigint)`,
    [existing.oid],
  )) as [boolean]
  return !isUsed
}
