// The model that entities ask for.
import type { EntityDefinition, FieldDefinition, FieldType } from "../../../entity/index.ts"
import { NitroError } from "../../../shared/errors.ts"
import type { DialectName } from "../contract/dialect.ts"
import { postgresDialect } from "../postgres/dialect.ts"
import { sqliteDialect } from "../sqlite/dialect.ts"
import { foreignKeyName, indexName } from "../table/names.ts"
import { indexesOf, keyColumns, storedFields, targetOf } from "../table/schema-difference.ts"
import {
  type ColumnModel,
  type ForeignKeyModel,
  type IndexModel,
  inOrderOfNames,
  type OnDelete,
  type SchemaModel,
} from "./model.ts"
import { quoteText, shown } from "./sql-text.ts"

const types: Readonly<Record<DialectName, Readonly<Record<FieldType, string>>>> = {
  sqlite: {
    string: "text",
    integer: "integer",
    number: "real",
    boolean: "integer",
    date: "integer",
    bigint: "integer",
    bytes: "blob",
    json: "text",
  },
  postgres: {
    // The order of code points, in indexes too, whatever the language of the database.
    string: 'text collate "C"',
    integer: "bigint",
    number: "double precision",
    boolean: "boolean",
    date: "timestamp(3) with time zone",
    bigint: "bigint",
    bytes: "bytea",
    json: "jsonb",
  },
}

const dialects = { sqlite: sqliteDialect, postgres: postgresDialect } as const

/** What relations and field options say beyond the common definition. */
type Field = FieldDefinition & {
  /** What deleting the other row does. */
  readonly onDelete?: OnDelete
  readonly encrypted?: boolean
}

/**
 * The tables of these entities. A field's constant default becomes the column's, so that a release which does not know
 * the column yet can go on inserting. References to entities that are not among them get no foreign key.
 * Throws `NITRO_SCHEMA_MISMATCH` for tables that the database cannot have.
 */
export function schemaOf(
  definitions: readonly EntityDefinition[],
  dialect: DialectName,
): SchemaModel {
  const byName = new Map(definitions.map(definition => [definition.name, definition]))
  checkTables(definitions, dialect)
  const tables = [...new Set(definitions)].map(definition => ({
    name: definition.table,
    columns: storedFields(definition).map(field => columnOf(definition, field, dialect)),
    primaryKey: keyColumns(definition),
    indexes: indexModels(definition, dialect),
    foreignKeys: definition.fields.flatMap(field =>
      foreignKeysOf(definition, field, byName, dialect),
    ),
  }))
  return inOrderOfNames({ dialect, tables })
}

function checkTables(definitions: readonly EntityDefinition[], dialect: DialectName): void {
  const owners = new Map<string, EntityDefinition>()
  for (const definition of definitions) {
    const other = owners.get(definition.table)
    if (other !== undefined && other !== definition) {
      throw new NitroError(
        "NITRO_SCHEMA_MISMATCH",
        `${other.name} and ${definition.name} have the same table ${shown(definition.table)}.`,
        {
          fix: "Give one of them another with the option `table`.",
        },
      )
    }
    owners.set(definition.table, definition)
    // Postgres cuts longer names off without a word.
    const long = [definition.table, ...storedFields(definition).map(field => field.column)].find(
      name => Buffer.byteLength(name) > 63,
    )
    if (dialect === "postgres" && long !== undefined) {
      throw new NitroError(
        "NITRO_SCHEMA_MISMATCH",
        `Postgres has no names of more than 63 bytes, and ${definition.name} needs ${shown(long)}.`,
        {
          fix: "Choose a shorter name.",
        },
      )
    }
  }
}

function columnOf(
  definition: EntityDefinition,
  field: FieldDefinition,
  dialect: DialectName,
): ColumnModel {
  const value = constantDefault(definition, field)
  const constant = value === undefined ? undefined : defaultSql(field.type, value, dialect)
  const text = field.generated === "uuid" ? dialects[dialect].generatedIds.uuid : constant
  return {
    name: field.column,
    type: types[dialect][field.type],
    nullable: field.nullable,
    ...(text === undefined ? {} : { default: text }),
    ...(field.generated === "serial" ? { serial: true } : {}),
    kind: field.type,
    ...valuesOf(field),
  }
}

/** Of an enum or of literals. */
function valuesOf({ schema, type, encrypted }: Field): Pick<ColumnModel, "values"> {
  const { values } = schema._zod as { readonly values?: ReadonlySet<unknown> }
  if (
    values === undefined ||
    encrypted ||
    !(type === "string" || type === "integer" || type === "number")
  )
    return {}
  return {
    values: [...values].filter(
      (value): value is string | number => typeof value === "string" || typeof value === "number",
    ),
  }
}

/** The declared default when it is the same every time: not a new id, not the present time. */
function constantDefault(definition: EntityDefinition, field: Field): unknown {
  // The database would write it in plain text.
  if (field.encrypted) return undefined
  if (field.managed) return definition.version && field.name === "version" ? 1 : undefined
  if (!field.optional) return undefined
  const [first, second] = [parsed(field), parsed(field)]
  if (
    first === undefined ||
    first === null ||
    JSON.stringify(plain(first)) !== JSON.stringify(plain(second))
  )
    return undefined
  // Two readings of the clock can be equal.
  const time =
    first instanceof Date ? first.getTime() : typeof first === "number" ? first : undefined
  return time !== undefined && Math.abs(time - Date.now()) < 60_000 ? undefined : first
}

function parsed(field: FieldDefinition): unknown {
  try {
    const result = field.schema.safeParse(undefined)
    return result.success ? result.data : undefined
  } catch {
    // A schema with async checks: its default is known to the entity alone.
    return undefined
  }
}

function plain(value: unknown): unknown {
  return typeof value === "bigint"
    ? String(value)
    : value instanceof Uint8Array
      ? [...value]
      : value
}

function defaultSql(type: FieldType, value: unknown, dialect: DialectName): string | undefined {
  switch (type) {
    case "string":
      return typeof value === "string" && !value.includes("\0") ? quoteText(value) : undefined
    case "integer":
    case "number":
    case "bigint":
      return typeof value === "bigint" || Number.isFinite(value) ? String(value) : undefined
    case "boolean":
      return dialect === "sqlite" ? String(Number(value)) : String(value)
    case "json":
      return quoteText(JSON.stringify(value))
    case "date":
      if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined
      return dialect === "sqlite"
        ? String(sqliteDialect.encoding.date?.encode(value as never))
        : quoteText(value.toISOString())
    case "bytes": {
      const hex = Buffer.from(value as Uint8Array).toString("hex")
      return dialect === "sqlite" ? `x'${hex}'` : `'\\x${hex}'`
    }
  }
}

/** Each once: a plain index on columns that a unique one has already adds nothing. */
function indexModels(definition: EntityDefinition, dialect: DialectName): IndexModel[] {
  const models = new Map<string, IndexModel>()
  // Unique ones come first.
  for (const { unique, columns } of indexesOf(definition)) {
    const key = JSON.stringify(columns)
    if (!models.has(key))
      models.set(key, {
        name: indexName(definition.table, columns, unique, dialect),
        columns,
        unique,
      })
  }
  return [...models.values()]
}

function foreignKeysOf(
  definition: EntityDefinition,
  field: Field,
  byName: ReadonlyMap<string, EntityDefinition>,
  dialect: DialectName,
): ForeignKeyModel[] {
  const target = targetOf(field, name => byName.get(name))
  if (target === undefined) return []
  return [
    {
      name: foreignKeyName(definition.table, [field.column], dialect),
      columns: [field.column],
      table: target.table,
      references: [target.column],
      onDelete: field.onDelete ?? "no action",
      // The order of the writes in a transaction does not matter.
      deferred: true,
    },
  ]
}
