// The schema model of a set of entities.
import type { EntityDefinition, FieldDefinition } from "../../../entity/store.ts"
import { NitroError } from "../../../shared/errors.ts"
import type { Dialect } from "../contract/dialect.ts"
import { storedFields } from "../table/schema-difference.ts"
import { tableModel } from "../table/table-model.ts"
import { dialectNamed } from "./dialects.ts"
import { inOrderOfNames, type SchemaModel } from "./model.ts"
import { displayName } from "./sql-text.ts"

/**
 * The tables of these entities. A field's constant default becomes the column's, so that a release which does not know
 * the column yet can go on inserting. References to entities that are not among them get no foreign key.
 * `dialect` is its name. Throws `NITRO_SCHEMA_MISMATCH` for tables that the database cannot have.
 */
export function schemaOf(definitions: readonly EntityDefinition[], dialect: string): SchemaModel {
  const { sql } = dialectNamed(dialect)
  const byName = new Map(definitions.map(definition => [definition.name, definition]))
  checkTables(definitions, sql)
  const tables = [...new Set(definitions)].map(definition =>
    tableModel(
      definition,
      sql,
      name => byName.get(name),
      field => defaultSql(definition, field, sql),
    ),
  )
  return inOrderOfNames({ dialect, tables })
}

function checkTables(
  definitions: readonly EntityDefinition[],
  { name: dialect, maxNameBytes }: Dialect,
): void {
  const owners = new Map<string, EntityDefinition>()
  for (const definition of definitions) {
    const other = owners.get(definition.table)
    if (other !== undefined && other !== definition) {
      throw new NitroError(
        "NITRO_SCHEMA_MISMATCH",
        `${other.name} and ${definition.name} have the same table ${displayName(definition.table)}.`,
        {
          fix: "Give one of them another with the option `table`.",
        },
      )
    }
    owners.set(definition.table, definition)
    if (maxNameBytes === undefined) continue
    const long = [definition.table, ...storedFields(definition).map(field => field.column)].find(
      name => Buffer.byteLength(name) > maxNameBytes,
    )
    if (long !== undefined) {
      throw new NitroError(
        "NITRO_SCHEMA_MISMATCH",
        `The name ${displayName(long)} of ${definition.name} is too long for ${dialect}, which allows ${maxNameBytes} bytes.`,
        {
          fix: "Choose a shorter name.",
        },
      )
    }
  }
}

function defaultSql(
  definition: EntityDefinition,
  field: FieldDefinition,
  { ddl }: Dialect,
): string | undefined {
  const value = constantDefault(definition, field)
  const isEndless = typeof value === "number" && !Number.isFinite(value)
  return value === undefined || isEndless ? undefined : ddl.literal(field.type, value)
}

/** The declared default when it is the same every time: not a new id, not the present time. */
function constantDefault(definition: EntityDefinition, field: FieldDefinition): unknown {
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
