// An entity definition as SQL sees it: quoted names and encoders, worked out once.
import type { EntityDefinition, FieldDefinition } from "../../../entity/store.ts"
import { NitroError } from "../../../shared/errors.ts"
import { suggest } from "../../../shared/suggest.ts"
import { type Column, type ColumnFacts, encoderOf } from "../contract/column.ts"
import type { Dialect } from "../contract/dialect.ts"

export type { Column } from "../contract/column.ts"

export interface Table {
  readonly definition: EntityDefinition
  /** Quoted name. */
  readonly sql: string
  /** In the order of a row. */
  readonly columns: readonly Column[]
  /** Every column as it is read, in the order of a row. */
  readonly selectList: string
  /** The columns of the key, by which one row is found. */
  readonly keys: readonly Column[]
  /** The columns that a row is written to: all but a derived id. */
  readonly stored: readonly Column[]
  /** The columns that break the ties of an order: no two rows are alike in these. */
  readonly ties: readonly Column[]
  /** Throws `NITRO_UNKNOWN_FIELD`. */
  column(field: string): Column
  /** By its place in a row. */
  columnAt(index: number): Column
}

export function describeTable(definition: EntityDefinition, dialect: Dialect): Table {
  const table = dialect.quote(definition.table)
  return tableOf(definition, dialect, table, field => dialect.quote(field.column), definition.key, {
    qualifier: `${table}.`,
  })
}

/** The facts of the columns of a table, for other descriptions of it. */
export function factsOf({ columns }: Table): ColumnFacts[] {
  return columns.map(({ facts }) => facts)
}

const aliases = new WeakMap<Table, Table[]>()

/** The table under a name that no other has which a condition nests it in: `depth` counts from 1. */
export function nestedTable(table: Table, dialect: Dialect, depth: number): Table {
  let cached = aliases.get(table)
  if (cached === undefined) {
    cached = []
    aliases.set(table, cached)
  }
  let nested = cached[depth]
  if (nested === undefined) {
    const alias = `t${depth}`
    const { definition } = table
    const columnSql = (field: FieldDefinition): string => `${alias}.${dialect.quote(field.column)}`
    nested = tableOf(definition, dialect, `${table.sql} as ${alias}`, columnSql, definition.key, {
      facts: factsOf(table),
    })
    cached[depth] = nested
  }
  return nested
}

export interface TableOptions {
  /** Distinguishes its columns from those of other tables, where their names do not. */
  readonly qualifier?: string
  /** Facts about the columns, in the order of the fields; default: none yet. */
  readonly facts?: readonly ColumnFacts[]
}

/** Anything that rows are read from: `sql` stands behind `from`, `columnSql` says how each field is named there. */
export function tableOf(
  definition: EntityDefinition,
  dialect: Dialect,
  sql: string,
  columnSql: (field: FieldDefinition) => string,
  ties: readonly string[],
  { qualifier = "", facts = [] }: TableOptions = {},
): Table {
  const columns = definition.fields.map((field): Column => {
    const name = field.derived ? "null" : columnSql(field)
    return {
      field,
      sql: name,
      qualified: qualifier + name,
      ordered: dialect.ordered(field.type, name),
      encode: encoderOf(dialect.encoding[field.type]),
      bind: dialect.bind?.[field.type],
      roundDate: dialect.roundDate,
      coarse: field.derived ? undefined : dialect.coarse?.[field.type],
      facts: facts[field.index] ?? {},
    }
  })
  const byField = new Map(columns.map(column => [column.field.name, column]))
  const column = (field: string): Column => {
    const cached = byField.get(field)
    if (cached) return cached
    throw new NitroError("NITRO_UNKNOWN_FIELD", `${definition.name} has no field "${field}".`, {
      fix: suggest(field, byField.keys()),
      details: { entity: definition.name, field },
    })
  }
  return {
    definition,
    sql,
    columns,
    selectList: columns.map(({ field, sql: name }) => dialect.read(field.type, name)).join(", "),
    keys: definition.key.map(column),
    stored: columns.filter(({ field }) => !field.derived),
    ties: ties.map(column),
    column,
    columnAt(index) {
      const match = columns[index]
      if (match !== undefined) return match
      throw new RangeError(`${definition.name} has no field at place ${index}.`)
    },
  }
}
