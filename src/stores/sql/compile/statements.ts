// Statements that are written anew for each call: groups, pairs, updates of many, and the program's own.

import { groupDefinition, joinDefinition, referredField } from "../../../entity/internal.ts"
import type {
  Aggregate,
  ColumnIncrement,
  EntityDefinition,
  Predicate,
  QueryPlan,
  SelectPlan,
} from "../../../entity/store.ts"
import { encoderOf, seenSql } from "../contract/column.ts"
import type { Dialect } from "../contract/dialect.ts"
import { factsOf, type Table, tableOf } from "../table/table.ts"
import { checkCount, type Statement } from "./compiler.ts"
import { ConditionText, orderText } from "./condition-text.ts"
import { walk } from "./predicate-walk.ts"

type TableFor = (definition: EntityDefinition) => Table

const noTable: TableFor = definition => {
  throw new Error(`A condition on ${definition.name} has no place here.`)
}

/** A statement while it is written: its placeholders and its parameters go together. */
class Writing {
  readonly parameters: unknown[]
  readonly #dialect: Dialect
  readonly #tableFor: TableFor
  #text: ConditionText

  constructor(dialect: Dialect, tableFor: TableFor, parameters: unknown[] = []) {
    this.#dialect = dialect
    this.#tableFor = tableFor
    this.parameters = parameters
    this.#text = new ConditionText(dialect, parameters.length)
  }

  where(table: Table, predicate: Predicate | undefined): string {
    if (predicate === undefined) return ""
    this.#text = new ConditionText(this.#dialect, this.parameters.length)
    const context = {
      table,
      dialect: this.#dialect,
      writer: this.#text,
      parameters: this.parameters,
      tableFor: this.#tableFor,
    }
    walk({ ...context, depth: 0, nesting: 0 }, predicate)
    return ` where ${this.#text.sql}`
  }

  value(value: unknown): string {
    this.parameters.push(value)
    return this.#dialect.placeholder(this.parameters.length)
  }

  /** Order and window. */
  end(table: Table, plan: QueryPlan): string {
    const order = plan.orderBy.map(({ field, direction }) => ({
      column: table.column(field),
      direction,
    }))
    const limit = plan.limit === undefined ? undefined : this.value(checkCount("limit", plan.limit))
    const offset =
      plan.offset === undefined ? undefined : this.value(checkCount("offset", plan.offset))
    return orderText(order, table.ties) + this.#dialect.limit(limit, offset)
  }
}

export function selectStatement(
  table: Table,
  dialect: Dialect,
  plan: SelectPlan,
  tableFor: TableFor,
): Statement {
  const writing = new Writing(dialect, tableFor)
  const columns = plan.fields.map(field => table.column(field))
  const where = writing.where(table, plan.where)
  if (!plan.groups) {
    const list = columns.map(({ field, sql }) => dialect.read(field.type, sql)).join(", ")
    const sql = `select ${list} from ${table.sql}${where}${writing.end(table, plan)}`
    return { sql, parameters: writing.parameters }
  }
  const outputs = [
    ...columns.map(column => seenSql(column)),
    ...plan.aggregates.map(aggregate => aggregateText(table, dialect, aggregate)),
  ]
  // By position: names that differ in case alone would be one column to SQLite.
  const list = outputs.map((output, index) => `${output} as c${index}`).join(", ")
  const by =
    plan.fields.length > 0 && plan.aggregates.length > 0
      ? ` group by ${columns.map(column => seenSql(column)).join(", ")}`
      : ""
  const picked = `select ${plan.aggregates.length === 0 ? "distinct " : ""}${list} from ${table.sql}${where}${by}`
  const groups = tableOf(
    groupDefinition(table.definition, plan),
    dialect,
    `(${picked}) as picked`,
    ({ index }) => `c${index}`,
    plan.fields,
  )
  const having = writing.where(groups, plan.having)
  return {
    sql: `select ${groups.selectList} from ${groups.sql}${having}${writing.end(groups, plan)}`,
    parameters: writing.parameters,
  }
}

function aggregateText(table: Table, dialect: Dialect, { call, field }: Aggregate): string {
  if (field === undefined) return "count(*)"
  const {
    sql,
    ordered,
    field: { type },
  } = table.column(field)
  switch (call) {
    case "count":
      return `count(${sql})`
    case "sum":
      return `coalesce(${type === "bigint" ? `sum(${sql})` : dialect.total(type, sql)}, 0)`
    case "avg":
      return `${dialect.total(type, sql)} / nullif(count(${sql}), 0)`
    default:
      return `${call}(${ordered})`
  }
}

/** Rows of both tables side by side, as one table; with `outer` the statement says behind it what they are paired by. */
export function joinTable(left: Table, right: Table, dialect: Dialect, outer = false): Table {
  const definition = joinDefinition(left.definition, right.definition, outer)
  const width = left.columns.length
  const columnSql = ({ index }: { readonly index: number }): string =>
    index < width ? `l.${left.columnAt(index).sql}` : `r.${right.columnAt(index - width).sql}`
  const from = `${left.sql} as l${outer ? " left join " : ", "}${right.sql} as r`
  const facts = [...factsOf(left), ...factsOf(right)]
  return tableOf(definition, dialect, from, columnSql, definition.key, { facts })
}

/** A table whose rows have the row after them that their `field` points to. Conditions and orders see the first alone. */
export function tableWithTarget(
  table: Table,
  field: string,
  target: Table,
  dialect: Dialect,
): Table {
  const on = `r.${target.column(referredField(target.definition)).sql} = l.${table.column(field).sql}`
  const sql = `${table.sql} as l left join ${target.sql} as r on ${on}`
  const columnSql = ({ index }: { readonly index: number }): string =>
    `l.${table.columnAt(index).sql}`
  const joined = tableOf(table.definition, dialect, sql, columnSql, table.definition.key, {
    facts: factsOf(table),
  })
  const targets = target.columns.map(({ field: { type, derived }, sql: name }) =>
    dialect.read(type, derived ? name : `r.${name}`),
  )
  return { ...joined, selectList: `${joined.selectList}, ${targets.join(", ")}` }
}

/** `values` and what is added as they are bound. */
export function updateStatement(
  table: Table,
  dialect: Dialect,
  where: Predicate | undefined,
  columns: readonly number[],
  values: readonly unknown[],
  increments: readonly ColumnIncrement[],
  tableFor: TableFor,
): Statement {
  const writing = new Writing(dialect, tableFor)
  const name = (index: number): string => table.columnAt(index).sql
  const set = columns.map((column, at) => `${name(column)} = ${writing.value(values[at])}`)
  for (const { column, by } of increments) {
    const { field } = table.columnAt(column)
    set.push(`${name(column)} = ${dialect.add(field.type, name(column), () => writing.value(by))}`)
  }
  const sql = `update ${table.sql} set ${set.join(", ")}${writing.where(table, where)}`
  return { sql, parameters: writing.parameters }
}

/** The program's statement as a table, so that the database finds the columns by their names. */
export function rawStatement(
  table: Table,
  dialect: Dialect,
  text: readonly string[],
  values: readonly unknown[],
): Statement {
  const writing = new Writing(dialect, noTable)
  const bound = (value: unknown): string => writing.value(bindValue(dialect, value))
  const inner = text
    .map((part, at) => {
      if (at >= values.length) return part
      const value = values[at]
      if (!Array.isArray(value)) return part + bound(value)
      return value.length === 0
        ? dialect.emptyList(part)
        : `${part}(${value.map(bound).join(", ")})`
    })
    .join("")
  // With the table's name: SQLite takes a quoted name that is no column for a text.
  const list = table.columns
    .map(({ field, sql }) => dialect.read(field.type, field.derived ? sql : `q.${sql}`))
    .join(", ")
  // On a separate line, as the statement may end with a comment.
  return {
    sql: `select ${list} from (\n${inner.replace(/;\s*$/, "")}\n) as q`,
    parameters: writing.parameters,
  }
}

function bindValue({ encoding, bind, bindBigInt }: Dialect, value: unknown): unknown {
  if (value instanceof Date) {
    const encoded = encoderOf(encoding.date)?.(value) ?? value
    return bind?.date === undefined ? encoded : bind.date(encoded)
  }
  if (typeof value === "boolean") return encoderOf(encoding.boolean)?.(value) ?? value
  if (typeof value === "bigint") return bindBigInt(value)
  return value
}
