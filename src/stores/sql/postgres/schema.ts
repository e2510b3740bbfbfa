// Makes a Postgres table fit its entity: creates it, adds what can be added without guessing, else says what is wrong.
import type { EntityDefinition, FieldDefinition, FieldType } from "../../../entity/store.ts"
import { NitroError } from "../../../shared/errors.ts"
import { messageOf } from "../../../shared/thrown.ts"
import { catalogNames, catalogRow, catalogRows } from "../contract/catalog-rows.ts"
import type { Driver } from "../contract/driver.ts"
import { addForeignKeySql, createIndexSql, createTableSql } from "../table/ddl.ts"
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
import { postgresDialect, quoteIdentifier as quote, startOfSerial } from "./dialect.ts"

const { columnType } = postgresDialect.ddl

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
  readonly references: readonly ForeignKey[]
}

// Any number that other programs are unlikely to use: "nitro-ts" as two 32-bit halves of its ASCII text.
const schemaLock = "1852404850, 1869426803"
export interface PostgresPreparation extends Preparation {
  /** A transaction that was forgotten open holds its locks forever: after so long the wait ends with an error. */
  readonly lockTimeoutMs: number
}

/**
 * Makes the tables fit, or compares them only. A table that does not fit fails alone. Run it in a transaction when `mode` is
 * `sync`.
 */
export async function preparePostgresTables(
  driver: Driver,
  definitions: readonly EntityDefinition[],
  preparation: PostgresPreparation,
): Promise<void> {
  await checkEncoding(driver, preparation.store)
  if (preparation.mode !== "sync") return prepareAll(driver, definitions, preparation)
  const lockTimeout = await driver.get("select current_setting('lock_timeout')", [])
  const [before] = catalogRow(lockTimeout, "text")
  await driver.exec(`set local lock_timeout = ${preparation.lockTimeoutMs}`)
  // Processes that start together: the second finds what the first has made.
  await driver.all(`select pg_advisory_xact_lock(${schemaLock})`, [])
  await prepareAll(driver, definitions, preparation)
  await driver.all("select set_config('lock_timeout', $1, true)", [before])
}

async function prepareAll(
  driver: Driver,
  definitions: readonly EntityDefinition[],
  preparation: Preparation,
): Promise<void> {
  const isSync = preparation.mode === "sync"
  const fitting: EntityDefinition[] = []
  for (const definition of definitions) {
    try {
      if (isSync) await inSavepoint(driver, () => makeFit(driver, definition, preparation))
      else await compareOnly(driver, definition, preparation)
      fitting.push(definition)
    } catch (error) {
      preparation.failed(definition, error)
    }
  }
  // After all tables, since two may point to each other.
  for (const definition of fitting) {
    const { keeps, table } = await keptReferences(driver, definition, preparation)
    preparation.onFit(definition, { keeps, exact: exactColumns(table) })
  }
}

/** After an error a transaction takes no more statements. */
async function inSavepoint(driver: Driver, work: () => Promise<void>): Promise<void> {
  await driver.exec("savepoint nitro_prepare")
  try {
    await work()
    await driver.exec("release savepoint nitro_prepare")
  } catch (error) {
    await driver.exec("rollback to savepoint nitro_prepare; release savepoint nitro_prepare")
    throw error
  }
}

async function checkEncoding(driver: Driver, store: string): Promise<void> {
  const setting = await driver.get("select current_setting('server_encoding')", [])
  const [encoding] = catalogRow(setting, "text")
  if (encoding === "UTF8") return
  throw new NitroError(
    "NITRO_STORE_UNAVAILABLE",
    `${store} has the encoding ${encoding}, which cannot keep all text.`,
    {
      fix: "Create the database anew: create database NAME encoding 'UTF8' template template0.",
    },
  )
}

async function compareOnly(
  driver: Driver,
  definition: EntityDefinition,
  { store }: Preparation,
): Promise<void> {
  const existing = await readTable(driver, definition.table)
  if (existing === undefined)
    throw mismatch(
      definition,
      store,
      [{ problem: "the table does not exist", serious: true }],
      "check",
    )
  const serious = (await compare(driver, definition, existing)).filter(
    difference => difference.serious,
  )
  if (serious.length > 0) throw mismatch(definition, store, serious, "check")
}

// An instant of three digits behind the second is a Date; a decimal of 15 digits is the only one with its nearest number.
function exactColumns({ columns }: ExistingTable): Set<string> {
  const isExact = ({ type, modifier }: ExistingColumn): boolean => {
    if (type === "numeric") return modifier >= 4 && (modifier - 4) >> 16 <= 15
    return type === "timestamptz" ? modifier >= 0 && modifier <= 3 : type === "float8"
  }
  return new Set([...columns.values()].filter(isExact).map(({ name }) => name))
}

/** Nothing that is there is ever dropped: what looks empty may be another program's. */
async function makeFit(
  driver: Driver,
  definition: EntityDefinition,
  preparation: Preparation,
): Promise<void> {
  const { store } = preparation
  checkNames(definition, store)
  const existing = await readTable(driver, definition.table)
  if (existing === undefined) return createTable(driver, definition, preparation)
  const differences = await compare(driver, definition, existing)
  const stuck = differences.filter(
    difference => difference.statement === undefined && difference.serious,
  )
  if (stuck.length > 0)
    throw mismatch(
      definition,
      store,
      stuck,
      "sync",
      undefined,
      await isEmpty(driver, definition, existing),
    )
  for (const { statement, problem, column } of differences) {
    if (statement === undefined) continue
    try {
      await driver.exec(statement)
    } catch (cause) {
      if (postgresDialect.classify(cause).kind === "busy") throw cause
      const words = `${problem}, and making it failed: ${messageOf(cause)}`
      throw mismatch(
        definition,
        store,
        [{ ...(column ? { column } : {}), problem: words, serious: true }],
        "sync",
        cause,
      )
    }
  }
}

/** Postgres cuts longer names without a word; two could then be one. */
function checkNames(definition: EntityDefinition, store: string): void {
  const long = [definition.table, ...storedFields(definition).map(field => field.column)].filter(
    name => Buffer.byteLength(name) > 63,
  )
  const [first] = long
  if (first === undefined) return
  const problem = `the name ${quote(first)} has more than 63 bytes`
  const fix = `Rename the field, or give the class another table: Entity("${definition.name}", {...}, { table: "..." }).`
  throw mismatch(definition, store, [{ problem, fix, serious: true }], "sync")
}

async function createTable(
  driver: Driver,
  definition: EntityDefinition,
  { find }: Preparation,
): Promise<void> {
  await driver.exec(createTableSql(postgresDialect, tableModel(definition, postgresDialect, find)))
  for (const index of indexesOf(definition)) await driver.exec(indexSql(definition, index))
}

/** Makes a column of a table with rows fill itself in. */
function addGenerated({ table }: EntityDefinition, { column, generated }: FieldDefinition): string {
  const [of, name] = [quote(table), quote(column)]
  const alter = `alter table ${of} alter column ${name}`
  if (generated === "uuid") return `${alter} set default ${postgresDialect.generatedIds.uuid}`
  return `${alter} add${postgresDialect.ddl.columnKey(false, true)}; select setval(${startOfSerial(table, column)}) from ${of}`
}

function indexSql({ table }: EntityDefinition, { unique, columns }: Index): string {
  const name = indexName(table, columns, unique, postgresDialect)
  return createIndexSql(postgresDialect, table, { name, columns, unique })
}

/** The fields whose references the database keeps, after adding the keys that are missing. */
async function keptReferences(
  driver: Driver,
  definition: EntityDefinition,
  { find, mode, missing }: Preparation,
): Promise<{ readonly keeps: Set<string>; readonly table: ExistingTable }> {
  const keeps = new Set<string>()
  let table = await existingTable(driver, definition)
  for (const field of definition.fields) {
    const target = targetOf(field, find)
    if (target === undefined) continue
    const isNow = (): boolean => isKept(table.references, field, target, isSame)
    if (
      !isNow() &&
      mode === "sync" &&
      (await addReference(driver, definition, table, field, target, find))
    ) {
      table = await existingTable(driver, definition)
    }
    if (isNow()) keeps.add(field.name)
    else missing(definition, field, target)
  }
  return { keeps, table }
}

/** Gives a column its foreign key, where all rows keep it. False when the database refuses. */
async function addReference(
  driver: Driver,
  definition: EntityDefinition,
  { isTable, references }: ExistingTable,
  field: FieldDefinition,
  target: Target,
  find: FindDefinition,
): Promise<boolean> {
  const { column } = field
  // A reference with another rule belongs to another class.
  if (!isTable || references.some(key => key.column === column)) return false
  if ((await readTable(driver, target.table))?.isTable !== true) return false
  const key = foreignKeyModel(definition, field, postgresDialect, find)
  if (key === undefined) return false
  const id = quote(target.column)
  const [from, to] = [`${quote(definition.table)} as child`, `${quote(target.table)} as parent`]
  const parentRow = `select 1 from ${to} where parent.${id} = child.${quote(column)}`
  try {
    await inSavepoint(driver, async () => {
      const orphan = await driver.get(
        `select 1 from ${from} where child.${quote(column)} is not null and not exists (${parentRow}) limit 1`,
        [],
      )
      if (orphan !== undefined) throw new Error("A row points to nothing.")
      await driver.exec(addForeignKeySql(postgresDialect, definition.table, key))
    })
    return true
  } catch {
    // Rows that point to nothing, or a target without a key. Entities keep the rule.
    return false
  }
}

function isSame(a: string, b: string): boolean {
  return a === b
}

async function existingTable(driver: Driver, { table }: EntityDefinition): Promise<ExistingTable> {
  const existing = await readTable(driver, table)
  if (existing !== undefined) return existing
  throw new Error(`The table ${quote(table)} was made and is gone.`)
}

async function readTable(driver: Driver, table: string): Promise<ExistingTable | undefined> {
  const orphan = await driver.get(
    "select c.oid::bigint, c.relkind in ('r', 'p') from pg_class c where c.oid = to_regclass($1)",
    [quote(table)],
  )
  if (orphan === undefined) return undefined
  const [oid, isTable] = catalogRow(orphan, "number", "boolean")
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
    `select a.attname::text, t.relname::text, k.attname::text,
       case c.confdeltype when 'c' then 'cascade' when 'n' then 'set null' when 'd' then 'set default' when 'r' then 'restrict' else 'no action' end
     from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1] join pg_class t on t.oid = c.confrelid
       join pg_attribute k on k.attrelid = c.confrelid and k.attnum = c.confkey[1]
     where c.contype = 'f' and c.conrelid = $1::bigint and cardinality(c.conkey) = 1 and c.convalidated`,
    [oid],
  )
  return {
    oid,
    isTable,
    columns: new Map(
      catalogRows(columns, "text", "text", "number", "boolean", "boolean").map(
        ([name, type, modifier, notNull, fillsItself]) => [
          name,
          { name, type, modifier, notNull, fillsItself },
        ],
      ),
    ),
    indexes: catalogRows(indexes, "boolean", "text").map(([unique, names]) => ({
      unique,
      columns: catalogNames(names),
    })),
    references: catalogRows(references, "text", "text", "text", "text").map(
      ([column, table, target, onDelete]) => {
        return { column, table, target, onDelete }
      },
    ),
  }
}

async function compare(
  driver: Driver,
  definition: EntityDefinition,
  existing: ExistingTable,
): Promise<Difference[]> {
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
    differences.push({
      column: name,
      problem: `column "${name}" needs a value and is not a field of ${definition.name}`,
      serious: true,
    })
  }
  const keys = keyColumns(definition)
  const isKey = ({ unique, columns }: Index): boolean =>
    unique && columns.length === keys.length && keys.every(column => columns.includes(column))
  if (!existing.indexes.some(isKey)) differences.push(noPrimaryKey(keys))
  const [id] = definition.fields
  if (id?.generated !== undefined && existing.columns.get(id.column)?.fillsItself === false)
    differences.push(
      notGenerated(
        id.column,
        id.generated === "serial" ? "identity" : "default",
        addGenerated(definition, id),
      ),
    )
  for (const index of indexesOf(definition)) {
    const columnList = JSON.stringify(index.columns)
    if (
      existing.indexes.some(
        each => JSON.stringify(each.columns) === columnList && (each.unique || !index.unique),
      )
    )
      continue
    differences.push({
      problem: `${index.unique ? "a unique index" : "an index"} on ${index.columns.map(quote).join(", ")} is missing`,
      statement: indexSql(definition, index),
      serious: index.unique,
    })
  }
  return differences
}

function missingColumn(definition: EntityDefinition, field: FieldDefinition): Difference {
  const { column } = field
  const head = `alter table ${quote(definition.table)} add column ${quote(column)} ${columnType[field.type]}`
  if (field.nullable)
    return { column, problem: `column "${column}" is missing`, statement: head, serious: true }
  const value = defaultOf(definition, field, postgresDialect)
  if (value === undefined)
    return {
      column,
      problem: `column "${column}" is missing, and ${field.name} is required and has no default`,
      serious: true,
    }
  const statement = `${head} not null default ${value}`
  return { column, problem: `column "${column}" is missing`, statement, serious: true }
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
    const problem = `column "${name}" is ${column.type}, and ${field.name} is kept as ${columnType[field.type]}`
    differences.push({ column: name, problem, serious: true })
  }
  if (field.nullable && column.notNull)
    differences.push({
      column: name,
      problem: `column "${name}" refuses null, and ${field.name} may be null`,
      serious: true,
    })
  if (!field.nullable && !column.notNull) {
    const isNull = `from ${quote(definition.table)} where ${quote(name)} is null`
    const [nulls] = catalogRow(await driver.get(`select count(*) ${isNull}`, []), "number")
    const problem = `column "${name}" is null in ${nulls} rows, and ${field.name} may not be null`
    if (nulls !== 0) differences.push({ column: name, problem, serious: true })
  }
  return differences
}

async function isEmpty(
  driver: Driver,
  definition: EntityDefinition,
  { isTable }: ExistingTable,
): Promise<boolean> {
  if (!isTable) return false
  const row = await driver.get(`select exists (select 1 from ${quote(definition.table)})`, [])
  const [isUsed] = catalogRow(row, "boolean")
  return !isUsed
}
