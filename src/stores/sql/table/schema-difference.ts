// Compares a definition with a database's tables, for all dialects, and makes the error that lists the differences.
import type { EntityDefinition, FieldDefinition } from "../../../entity/store.ts"
import { NitroError } from "../../../shared/errors.ts"
import type { Dialect } from "../contract/dialect.ts"
import "../contract/errors.ts"

/** `sync` changes the database, `check` only compares, `none` trusts. */
export type SchemaMode = "sync" | "check" | "none"

/** Production compares, development changes. */
export function defaultSchemaMode(): SchemaMode {
  return process.env["NODE_ENV"] === "production" ? "check" : "sync"
}

/** Finds the definition of an entity of the same store, for foreign keys. */
export type FindDefinition = (entity: string) => EntityDefinition | undefined

/** A store's record of the tables it prepares. */
export interface Preparation {
  /** Undefined for a class that has no table here, or whose table cannot be pointed to. */
  readonly find: FindDefinition
  readonly mode: SchemaMode
  /** The store's name. */
  readonly store: string
  /** Called for each table that fits. */
  readonly onFit: (definition: EntityDefinition, table: FoundTable) => void
  /** Called for each reference that the database does not keep. */
  readonly missing: (definition: EntityDefinition, field: FieldDefinition, target: Target) => void
  /** Called for each class whose table does not fit; the others are prepared all the same. */
  readonly failed: (definition: EntityDefinition, error: unknown) => void
}

export interface FoundTable {
  /** Names of the fields whose references the database keeps, with the rule that the class declares. */
  readonly keeps: ReadonlySet<string>
  /** Names of the columns that hold no more than is decoded of them; a dialect without `coarse` types has none. */
  readonly exact: ReadonlySet<string>
}

/** A foreign key of one column, as a database reports it. */
export interface ForeignKey {
  readonly column: string
  readonly table: string
  readonly target: string
  /** In lower case: `no action`, `cascade`. */
  readonly onDelete: string
}

/** Whether the database keeps the reference as the field declares it: a second key with another rule would act too. */
export function isKept(
  keys: readonly ForeignKey[],
  field: FieldDefinition,
  target: Target,
  same: (a: string, b: string) => boolean,
): boolean {
  const ownKeys = keys.filter(key => same(key.column, field.column))
  return ownKeys.length > 0 && ownKeys.every(key => isDeclared(key, field, target, same))
}

function isDeclared(
  key: ForeignKey,
  field: FieldDefinition,
  target: Target,
  same: (a: string, b: string) => boolean,
): boolean {
  const rule =
    field.onDelete === undefined ? /^(no action|restrict)$/ : new RegExp(`^${field.onDelete}$`)
  return (
    same(key.column, field.column) &&
    same(key.table, target.table) &&
    same(key.target, target.column) &&
    rule.test(key.onDelete)
  )
}

/** The fields that have a column: all but a derived id. */
export function storedFields({ fields }: EntityDefinition): FieldDefinition[] {
  return fields.filter(({ derived }) => !derived)
}

/** The columns of the primary key. */
export function keyColumns({ key, fieldByName }: EntityDefinition): string[] {
  return key.map(name => fieldByName.get(name)?.column ?? name)
}

export interface Target {
  readonly table: string
  readonly column: string
}

/** The table and the column that a `ref` field points to; undefined where no single column is the key. */
export function targetOf(field: FieldDefinition, find: FindDefinition): Target | undefined {
  const target = field.references === undefined ? undefined : find(field.references)
  const [column, ...more] = target === undefined ? [] : keyColumns(target)
  return target === undefined || column === undefined || more.length > 0
    ? undefined
    : { table: target.table, column }
}

/** Says that the database does not keep a reference, so that only entities do. */
export function warnOfReference(
  store: string,
  { table }: EntityDefinition,
  { column, onDelete }: FieldDefinition,
  target: Target,
): void {
  const rule = onDelete === undefined ? "" : ` on delete ${onDelete}`
  process.emitWarning(
    `The column "${column}" of "${table}" in ${store} has no foreign key to "${target.table}"${rule}. Entities keep the rule, other programs do not. Add it by a migration.`,
    { code: "NITRO_NO_FOREIGN_KEY" },
  )
}

export interface Difference {
  readonly column?: string
  /** The difference. */
  readonly problem: string
  /** The statement that corrects it without losing or guessing data, if there is one. */
  readonly statement?: string
  /** The fix, if it differs from the general one. */
  readonly fix?: string
  /** Wrong enough to refuse the table where nothing may be changed. */
  readonly serious: boolean
}

export function noPrimaryKey(keys: readonly string[]): Difference {
  const quoted = keys.map(column => `"${column}"`).join(", ")
  const problem =
    keys.length === 1
      ? `column ${quoted} is not the primary key`
      : `the columns ${quoted} are not the primary key`
  return { ...(keys.length === 1 ? { column: keys.join() } : {}), problem, serious: true }
}

/** The id of a class with `serial()` or `generated()` needs help of its column; `statement` adds it. */
export function notGenerated(column: string, lacks: string, statement?: string): Difference {
  const problem = `column "${column}" has no ${lacks}, so the database does not fill in ids`
  return { column, problem, ...(statement === undefined ? {} : { statement }), serious: true }
}

export interface Index {
  readonly unique: boolean
  readonly columns: readonly string[]
}

/** Declared indexes, and one for each reference that leads neither one of them nor the key: deleting a row looks for the rows that point to it. */
export function indexesOf(definition: EntityDefinition): Index[] {
  const columnOf = (name: string): string => definition.fieldByName.get(name)?.column ?? name
  const indexes: Index[] = [
    ...definition.unique.map(set => ({ unique: true, columns: set.map(columnOf) })),
    ...definition.index.map(set => ({ unique: false, columns: set.map(columnOf) })),
  ]
  const [leadsKey] = keyColumns(definition)
  for (const { references, column } of definition.fields) {
    const isLed = column === leadsKey || indexes.some(index => index.columns[0] === column)
    if (references !== undefined && !isLed) indexes.push({ unique: false, columns: [column] })
  }
  return indexes
}

/** The SQL of what `field` is in rows that were written before the field existed. */
export function defaultOf(
  definition: EntityDefinition,
  field: FieldDefinition,
  { ddl }: Dialect,
): string | undefined {
  const value = managedDefault(definition, field) ?? declaredDefault(field)
  return value === undefined || value === null ? undefined : ddl.literal(field.type, value)
}

function managedDefault(definition: EntityDefinition, field: FieldDefinition): unknown {
  if (!field.managed) return undefined
  if (definition.timestamps && field.type === "date") return new Date()
  return definition.version && field.name === "version" ? 1 : undefined
}

function declaredDefault(field: FieldDefinition): unknown {
  if (!field.optional) return undefined
  const parsed = field.schema.safeParse(undefined)
  return parsed.success ? parsed.data : undefined
}

export function mismatch(
  definition: EntityDefinition,
  store: string,
  differences: readonly Difference[],
  mode: SchemaMode,
  cause?: unknown,
  /** Whether the table holds no row. */
  isEmpty = false,
): NitroError {
  const problems = differences.map(difference => difference.problem)
  const columns = differences.flatMap(difference =>
    difference.column === undefined ? [] : [difference.column],
  )
  const fixes = differences.flatMap(difference => difference.fix ?? [])
  const fix =
    fixes.length > 0
      ? fixes.join(" ")
      : mode === "check"
        ? 'Change the table with a migration. To let the store create and extend tables automatically, give it `schema: "sync"`.'
        : isEmpty
          ? `Change the table. It has no rows: if nothing else needs it, drop table "${definition.table}", and the store makes it anew.`
          : "Give a new field a default or make it nullable, so that old rows can keep their place; or change the table yourself; or, if the data may go, delete it and the table."
  return new NitroError(
    "NITRO_SCHEMA_MISMATCH",
    `The table "${definition.table}" in ${store} does not fit ${definition.name}: ${problems.join("; ")}.`,
    {
      fix,
      details: { table: definition.table, entity: definition.name, columns, problems },
      ...(cause === undefined ? {} : { cause }),
    },
  )
}
