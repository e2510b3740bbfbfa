// Compiles queries to SQL text, once for each shape: values never become text, so few texts serve all queries.
import type { Predicate, QueryPlan } from "../../entity/index.ts"
import { NitroError } from "../../shared/errors.ts"
import { BoundedCache } from "./bounded-cache.ts"
import type { Dialect } from "./dialect.ts"
import { type ShapeWriter, type Test, walk } from "./predicate-walk.ts"
import type { Column, Table } from "./table.ts"

/** SQL text and the values for its placeholders. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

// Longer keys come from conditions with dozens of members, which seldom have the same shape twice.
const longestKey = 1000

export class Compiler {
  readonly insert: string
  readonly get: string
  readonly #table: Table
  readonly #dialect: Dialect
  readonly #queries: BoundedCache<string, string> = new BoundedCache<string, string>(256)
  readonly #updates: BoundedCache<string | number, string> = new BoundedCache<string | number, string>(128)
  readonly #delete: string
  readonly #deleteVersion: string

  constructor(table: Table, dialect: Dialect) {
    const { columns, definition, selectList } = table
    const places = columns.map((_, index) => dialect.placeholder(index + 1)).join(", ")
    const id = (columns[0] as Column).sql
    const version = definition.version ? table.column("version").sql : undefined
    this.#table = table
    this.#dialect = dialect
    this.insert = `insert into ${table.sql} (${columns.map(column => column.sql).join(", ")}) values (${places})`
    this.get = `select ${selectList} from ${table.sql} where ${id} = ${dialect.placeholder(1)}`
    this.#delete = `delete from ${table.sql} where ${id} = ${dialect.placeholder(1)}`
    this.#deleteVersion = version ? `${this.#delete} and ${version} = ${dialect.placeholder(2)}` : this.#delete
  }

  find(plan: QueryPlan): Statement {
    return this.#query("find", plan)
  }

  count(plan: QueryPlan): Statement {
    return this.#query("count", plan)
  }

  deleteWhere(where: Predicate | undefined): Statement {
    return this.#query("delete", where === undefined ? { orderBy: [] } : { where, orderBy: [] })
  }

  /** Parameters: the values, the id, the version if `versioned`. */
  update(columns: readonly number[], versioned: boolean): string {
    const first = columns[0] as number
    const key = columns.length === 1 ? (versioned ? -1 - first : first) : `${versioned ? "v" : ""}${columns.join()}`
    const known = this.#updates.get(key)
    if (known !== undefined) return known
    const sql = this.#writeUpdate(columns, versioned)
    this.#updates.set(key, sql)
    return sql
  }

  /** Parameters: the id, the version if `versioned`. */
  delete(versioned: boolean): string {
    return versioned ? this.#deleteVersion : this.#delete
  }

  #writeUpdate(columns: readonly number[], versioned: boolean): string {
    const { columns: all, sql } = this.#table
    const place = (position: number) => this.#dialect.placeholder(position)
    const set = columns.map((index, position) => `${(all[index] as Column).sql} = ${place(position + 1)}`).join(", ")
    const where = `${(all[0] as Column).sql} = ${place(columns.length + 1)}`
    const version = versioned ? ` and ${this.#table.column("version").sql} = ${place(columns.length + 2)}` : ""
    // Nothing to set: the statement still tells whether the row is there.
    return `update ${sql} set ${set || `${(all[0] as Column).sql} = ${(all[0] as Column).sql}`} where ${where}${version}`
  }

  #query(kind: QueryKind, plan: QueryPlan): Statement {
    const parameters: unknown[] = []
    const key = new KeyWriter(kind)
    this.#writePlan(key, plan, parameters)
    let sql = this.#queries.get(key.text)
    if (sql === undefined) {
      const writer = new SqlWriter(kind, this.#table, this.#dialect)
      this.#writePlan(writer, plan, [])
      sql = writer.finish()
      if (key.text.length <= longestKey) this.#queries.set(key.text, sql)
    }
    return { sql, parameters }
  }

  #writePlan(writer: PlanWriter, plan: QueryPlan, parameters: unknown[]): void {
    const { table } = { table: this.#table }
    if (plan.where) {
      writer.where()
      walk({ table, dialect: this.#dialect, writer, parameters }, plan.where)
    }
    writer.order(plan.orderBy.length === 0 ? [] : plan.orderBy.map(({ field, direction }) => ({ column: table.column(field), direction })))
    if (plan.limit !== undefined) parameters.push(checkCount("limit", plan.limit))
    if (plan.offset !== undefined) parameters.push(checkCount("offset", plan.offset))
    writer.window(plan.limit !== undefined, plan.offset !== undefined)
  }
}

function checkCount(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new NitroError("NITRO_QUERY", `${name} must be a whole number from 0, and it is ${String(value)}.`, { fix: `Correct ${name}.` })
}

type QueryKind = "find" | "count" | "delete"

interface ColumnOrder {
  readonly column: Column
  readonly direction: "asc" | "desc"
}

interface PlanWriter extends ShapeWriter {
  where(): void
  order(order: readonly ColumnOrder[]): void
  window(limit: boolean, offset: boolean): void
}

/** Writes the shape as a short key. Every call adds text that no other call can add. */
class KeyWriter implements PlanWriter {
  text: string

  constructor(kind: QueryKind) {
    this.text = kind
  }

  where(): void {
    this.text += "?"
  }

  test(test: Test, column: Column, other: Column | undefined, places: number): void {
    this.text += ` ${test}${column.field.index}${other ? `:${other.field.index}` : ""}${places > 1 ? `*${places}` : ""}`
  }

  constant(value: boolean): void {
    this.text += value ? " 1" : " 0"
  }

  open(group: "and" | "or" | "not"): void {
    this.text += ` ${group}(`
  }

  next(): void {}

  close(): void {
    this.text += ")"
  }

  order(order: readonly ColumnOrder[]): void {
    for (const { column, direction } of order) this.text += `#${column.field.index}${direction}`
  }

  window(limit: boolean, offset: boolean): void {
    this.text += `${limit ? " limit" : ""}${offset ? " offset" : ""}`
  }
}

const operators = { eq: "=", lt: "<", lte: "<=", gt: ">", gte: ">=" } as const

/** Writes the same calls as SQL. */
class SqlWriter implements PlanWriter {
  readonly #kind: QueryKind
  readonly #table: Table
  readonly #dialect: Dialect
  #where = ""
  #tail = ""
  #windowed = false
  #places = 0
  readonly #groups: ("and" | "or" | "not" | "bare")[] = []

  constructor(kind: QueryKind, table: Table, dialect: Dialect) {
    this.#kind = kind
    this.#table = table
    this.#dialect = dialect
  }

  where(): void {
    this.#where = " where "
  }

  test(test: Test, { sql, field }: Column, other: Column | undefined, places: number): void {
    this.#where += this.#test(test, sql, field.type, other, places)
  }

  #test(test: Test, sql: string, type: Column["field"]["type"], other: Column | undefined, places: number): string {
    switch (test) {
      case "isNull":
        return `${sql} is null`
      case "notNull":
        return `${sql} is not null`
      case "ne":
        return `${sql} is distinct from ${this.#place()}`
      case "inJson":
        return this.#dialect.inList(type, sql, this.#place())
      case "inPlaces":
        return `${sql} in (${Array.from({ length: places }, () => this.#place()).join(", ")})`
      case "like":
      case "likeEscaped":
        return this.#dialect.like(sql, this.#place(), test === "likeEscaped")
      default:
        return `${sql} ${operators[test]} ${other ? other.sql : this.#place()}`
    }
  }

  constant(value: boolean): void {
    this.#where += value ? "1 = 1" : "1 = 0"
  }

  open(group: "and" | "or" | "not"): void {
    // The outermost group, and one inside of `not`, needs no brackets of its own: SQLite's parser nests 100 deep at most.
    const bare = this.#groups.length === 0 ? group !== "not" : this.#groups.at(-1) === "not" && group !== "not"
    this.#groups.push(bare ? "bare" : group)
    if (!bare) this.#where += "("
  }

  next(group: "and" | "or"): void {
    this.#where += ` ${group} `
  }

  close(): void {
    const group = this.#groups.pop()
    if (group === "bare") return
    // Not `not`: the opposite of unknown would be unknown, and a row either matches or does not.
    this.#where += group === "not" ? ") is not true" : ")"
  }

  order(order: readonly ColumnOrder[]): void {
    if (this.#kind !== "find") return
    const id = this.#table.columns[0] as Column
    const byId = order.findIndex(({ column }) => column === id)
    // Nothing after the id can change the order.
    const terms = byId < 0 ? [...order, { column: id, direction: "asc" as const }] : order.slice(0, byId + 1)
    this.#tail += ` order by ${terms.map(term => this.#orderTerm(term)).join(", ")}`
  }

  // Said only where nulls can be: an index serves a plain order alone.
  #orderTerm({ column, direction }: ColumnOrder): string {
    const nulls = column.field.nullable ? (direction === "asc" ? " nulls last" : " nulls first") : ""
    return `${column.sql}${direction === "desc" ? " desc" : ""}${nulls}`
  }

  window(limit: boolean, offset: boolean): void {
    this.#windowed = limit || offset
    this.#tail += this.#dialect.limit(limit ? this.#place() : undefined, offset ? this.#place() : undefined)
  }

  #place(): string {
    this.#places += 1
    return this.#dialect.placeholder(this.#places)
  }

  finish(): string {
    const { sql, selectList } = this.#table
    if (this.#kind === "find") return `select ${selectList} from ${sql}${this.#where}${this.#tail}`
    if (this.#kind === "delete") return `delete from ${sql}${this.#where}`
    if (!this.#windowed) return `select count(*) from ${sql}${this.#where}`
    return `select count(*) from (select 1 from ${sql}${this.#where}${this.#tail}) as windowed`
  }
}
