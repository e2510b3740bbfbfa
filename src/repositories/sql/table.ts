// An entity definition as SQL sees it: quoted names and encoders, worked out once.
import type { EntityDefinition, FieldDefinition } from "../../entity/index.ts"
import { NitroError } from "../../shared/errors.ts"
import { suggest } from "../../shared/suggest.ts"
import type { Dialect } from "./dialect.ts"

export interface Column {
  readonly field: FieldDefinition
  /** Quoted name. */
  readonly sql: string
  readonly encode: ((value: never) => unknown) | undefined
}

export interface Table {
  readonly definition: EntityDefinition
  /** Quoted name. */
  readonly sql: string
  /** In the order of a row. */
  readonly columns: readonly Column[]
  /** Every column as it is read, in the order of a row. */
  readonly selectList: string
  /** Throws `NITRO_UNKNOWN_FIELD`. */
  column(field: string): Column
}

export function describeTable(definition: EntityDefinition, dialect: Dialect): Table {
  const columns = definition.fields.map(field => ({
    field,
    sql: dialect.quote(field.column),
    encode: dialect.encoding[field.type]?.encode,
  }))
  const byField = new Map(columns.map(column => [column.field.name, column]))
  return {
    definition,
    sql: dialect.quote(definition.table),
    columns,
    selectList: columns.map(column => dialect.read(column.field.type, column.sql)).join(", "),
    column(field) {
      const column = byField.get(field)
      if (column) return column
      throw new NitroError("NITRO_UNKNOWN_FIELD", `${definition.name} has no field "${field}".`, {
        fix: suggest(field, byField.keys()),
        details: { entity: definition.name, field },
      })
    },
  }
}
