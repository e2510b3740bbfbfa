// An entity definition as SQL sees it: quoted names and encoders, worked out once.
import type { EntityDefinition, FieldDefinition } from "../../entity/index.ts"
import { NitroError } from "../../shared/errors.ts"
import { suggest } from "../../shared/suggest.ts"
import type { Dialect } from "./dialect.ts"

export interface Column {
  readonly field: FieldDefinition
  /** Quoted name. */
  readonly sql: string
  /** As it is written where its order matters. */
  readonly ordered: string
  readonly encode: ((value: never) => unknown) | undefined
  /** Turns an encoded value into a parameter. */
  readonly bind: ((stored: never) => unknown) | undefined
  readonly roundDate: ((date: Date, up: boolean) => Date) | undefined
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
  const columns = definition.fields.map((field): Column => {
    const sql = dialect.quote(field.column)
    return {
      field,
      sql,
      ordered: dialect.ordered(field.type, sql),
      encode: dialect.encoding[field.type]?.encode,
      bind: dialect.bind?.[field.type],
      roundDate: dialect.roundDate,
    }
  })
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
