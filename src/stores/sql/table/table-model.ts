// The table of an entity, as plain data.
import type { EntityDefinition, FieldDefinition } from "../../../entity/store.ts"
import type { Dialect } from "../contract/dialect.ts"
import type {
  ColumnModel,
  ForeignKeyModel,
  IndexModel,
  TableModel,
} from "../contract/schema-model.ts"
import { foreignKeyName, indexName } from "./names.ts"
import {
  type FindDefinition,
  indexesOf,
  keyColumns,
  storedFields,
  targetOf,
} from "./schema-difference.ts"

/**
 * The columns of a new table, with the defaults that the database itself needs; a migration adds those of the fields.
 * `find` gives the classes that foreign keys can point to.
 */
export function tableModel(
  definition: EntityDefinition,
  dialect: Dialect,
  find: FindDefinition,
  defaultSql: (field: FieldDefinition) => string | undefined = () => undefined,
): TableModel {
  return {
    name: definition.table,
    columns: storedFields(definition).map(field => columnModel(field, dialect, defaultSql(field))),
    primaryKey: keyColumns(definition),
    indexes: indexModels(definition, dialect),
    foreignKeys: definition.fields.flatMap(
      field => foreignKeyModel(definition, field, dialect, find) ?? [],
    ),
  }
}

export function columnModel(
  field: FieldDefinition,
  { ddl, generatedIds }: Dialect,
  defaultSql?: string,
): ColumnModel {
  const text = field.generated === "uuid" ? generatedIds.uuid : defaultSql
  return {
    name: field.column,
    type: ddl.columnType[field.type],
    nullable: field.nullable,
    ...(text === undefined ? {} : { default: text }),
    ...(field.generated === "serial" ? { serial: true } : {}),
    kind: field.type,
    ...valuesOf(field),
  }
}

/** Of an enum or of literals. */
function valuesOf({ schema, type, encrypted }: FieldDefinition): Pick<ColumnModel, "values"> {
  // Zod gives it to schemas with few values.
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

/** Each once: a plain index on columns that a unique one has already adds nothing. */
function indexModels(definition: EntityDefinition, dialect: Dialect): IndexModel[] {
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

export function foreignKeyModel(
  definition: EntityDefinition,
  field: FieldDefinition,
  dialect: Dialect,
  find: FindDefinition,
): ForeignKeyModel | undefined {
  const target = targetOf(field, find)
  return target === undefined
    ? undefined
    : {
        name: foreignKeyName(definition.table, [field.column], dialect),
        columns: [field.column],
        table: target.table,
        references: [target.column],
        onDelete: field.onDelete ?? "no action",
        // The order of the writes in a transaction does not matter.
        deferred: true,
      }
}
