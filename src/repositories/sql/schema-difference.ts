// What the databases' schema checks share: what a definition asks for, and the error that says what does not fit.
import type { Encoding, EntityDefinition, FieldDefinition } from "../../entity/index.ts"
import { NitroError } from "../../shared/errors.ts"
import "./errors.ts"

/** `sync` changes the database, `check` only compares, `none` trusts. */
export type SchemaMode = "sync" | "check" | "none"

/** Production compares, development changes. */
export function defaultSchemaMode(): SchemaMode {
  return process.env["NODE_ENV"] === "production" ? "check" : "sync"
}

/** ` on delete cascade` and the like; nothing where the row that is pointed to cannot be deleted. */
export function onDeleteSql({ onDelete }: FieldDefinition): string {
  return onDelete === undefined ? "" : ` on delete ${onDelete}`
}

/** Finds the definition of an entity of the same store, for foreign keys. */
export type FindDefinition = (entity: string) => EntityDefinition | undefined

/** The fields that have a column: all but a derived id. */
export function storedFields({ fields }: EntityDefinition): FieldDefinition[] {
  return fields.filter(({ derived }) => !derived)
}

/** The columns of the primary key. */
export function keyColumns({ key, fieldByName }: EntityDefinition): string[] {
  return key.map(name => fieldByName.get(name)?.column ?? name)
}

/** The table and the column that a `ref` field points to; undefined where no single column is the key. */
export function targetOf(field: FieldDefinition, find: FindDefinition): { readonly table: string; readonly column: string } | undefined {
  const target = field.references === undefined ? undefined : find(field.references)
  const [column, ...more] = target === undefined ? [] : keyColumns(target)
  return target === undefined || column === undefined || more.length > 0 ? undefined : { table: target.table, column }
}

export interface Difference {
  readonly column?: string
  /** What is wrong. */
  readonly problem: string
  /** What corrects it without losing or guessing data, if anything does. */
  readonly statement?: string
  /** Wrong enough to refuse the table where nothing may be changed. */
  readonly serious: boolean
}

export function noPrimaryKey(keys: readonly string[]): Difference {
  const quoted = keys.map(column => `"${column}"`).join(", ")
  const problem = keys.length === 1 ? `column ${quoted} is not the primary key` : `the columns ${quoted} are not the primary key`
  return { ...(keys.length === 1 ? { column: keys[0] as string } : {}), problem, serious: true }
}

export interface Index {
  readonly unique: boolean
  readonly columns: readonly string[]
}

/** Declared indexes, and one for each reference: deleting a row looks for the rows that point to it. */
export function indexesOf(definition: EntityDefinition): Index[] {
  const columnOf = (name: string): string => definition.fieldByName.get(name)?.column ?? name
  const indexes: Index[] = [
    ...definition.unique.map(set => ({ unique: true, columns: set.map(columnOf) })),
    ...definition.index.map(set => ({ unique: false, columns: set.map(columnOf) })),
  ]
  for (const { references, column } of definition.fields) {
    if (references !== undefined && !indexes.some(index => index.columns[0] === column)) indexes.push({ unique: false, columns: [column] })
  }
  return indexes
}

/** The stored form of what `field` is in rows that were written before the field existed. */
export function defaultOf(definition: EntityDefinition, field: FieldDefinition, encoding: Encoding): unknown {
  const value = managedDefault(definition, field) ?? declaredDefault(field)
  if (value === undefined || value === null) return undefined
  const encode = encoding[field.type]?.encode
  return encode === undefined ? value : encode(value as never)
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
): NitroError {
  const problems = differences.map(difference => difference.problem)
  const columns = differences.flatMap(difference => (difference.column === undefined ? [] : [difference.column]))
  const fix =
    mode === "check"
      ? 'Change the table with a migration. To let the store create and extend tables by itself, give it `schema: "sync"`.'
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
