// Compiles queries to SQL text, once for each shape: values never become text, so few texts serve all queries.
import type { EntityDefinition, Predicate, QueryPlan, RelatedRows } from "../../../entity/store.ts"
import { NitroError } from "../../../shared/errors.ts"
import { coarseOf } from "../contract/column.ts"
import type { Dialect, JsonCondition } from "../contract/dialect.ts"
import type { Column, Table } from "../table/table.ts"
import { BoundedCache } from "./bounded-cache.ts"
import { type ColumnOrder, ConditionText, orderText } from "./condition-text.ts"
import { type RelatedTable, type ShapeWriter, type Test, walk } from "./predicate-walk.ts"
import { ShapeTree, type ShapeWalk } from "./shape-tree.ts"

/** SQL text and the values for its placeholders. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

// About a thousand shapes of usual queries.
const maxShapeSteps = 16_384

export class Compiler {
  readonly insert: string
  readonly #table: Table
  readonly #dialect: Dialect
  readonly #queries: ShapeTree = new ShapeTree(maxShapeSteps)
  readonly #updates: BoundedCache<string | number, string> = new BoundedCache<
    string | number,
    string
  >(128)
  #get: string | undefined
  #delete: string | undefined
  #deleteVersion: string | undefined
  readonly #tableFor: (definition: EntityDefinition) => Table

  /** `tableFor`: the table of another class, for conditions on related rows. */
  constructor(table: Table, dialect: Dialect, tableFor: (definition: EntityDefinition) => Table) {
    this.#tableFor = tableFor
    const { stored } = table
    const places = stored.map((_, index) => dialect.placeholder(index + 1)).join(", ")
    this.#table = table
    this.#dialect = dialect
    this.insert = `insert into ${table.sql} (${stored.map(column => column.sql).join(", ")}) values (${places})`
  }

  /** Parameters: those of the key. Written when it is first used: by then it is known what the key's columns hold. */
  get get(): string {
    this.#get ??= `select ${this.#table.selectList} from ${this.#table.sql} where ${this.#whereKey(0)}`
    return this.#get
  }

  /** Finds one row by its key; `places`: how many placeholders stand before it. */
  #whereKey(places: number): string {
    return this.#table.keys
      .map((key, at) => {
        const place = this.#dialect.placeholder(places + at + 1)
        return coarseOf(key)?.compare("=", key.sql, place) ?? `${key.sql} = ${place}`
      })
      .join(" and ")
  }

  /** Of a join, `on` is what its left and right rows are paired by. */
  find(plan: QueryPlan, on?: Predicate): Statement {
    return this.#query("find", plan, on)
  }

  count(plan: QueryPlan): Statement {
    return this.#query("count", plan)
  }

  deleteWhere(where: Predicate | undefined): Statement {
    return this.#query("delete", where === undefined ? { orderBy: [] } : { where, orderBy: [] })
  }

  /** Parameters: the values, those of the key, the version if `versioned`. */
  update(columns: readonly number[], versioned: boolean): string {
    const key = updateKey(columns, versioned)
    const cached = this.#updates.get(key)
    if (cached !== undefined) return cached
    const sql = this.#writeUpdate(columns, versioned)
    this.#updates.set(key, sql)
    return sql
  }

  /** Parameters: those of the key, the version if `versioned`. */
  delete(versioned: boolean): string {
    this.#delete ??= `delete from ${this.#table.sql} where ${this.#whereKey(0)}`
    if (!versioned) return this.#delete
    const { keys } = this.#table
    this.#deleteVersion ??= `${this.#delete} and ${this.#table.column("version").sql} = ${this.#dialect.placeholder(keys.length + 1)}`
    return this.#deleteVersion
  }

  #writeUpdate(columns: readonly number[], versioned: boolean): string {
    const { keys, sql } = this.#table
    const place = (position: number) => this.#dialect.placeholder(position)
    const set = columns
      .map((index, position) => `${this.#table.columnAt(index).sql} = ${place(position + 1)}`)
      .join(", ")
    const where = this.#whereKey(columns.length)
    const version = versioned
      ? ` and ${this.#table.column("version").sql} = ${place(columns.length + keys.length + 1)}`
      : ""
    // Nothing to set: the statement still shows whether the row exists.
    return `update ${sql} set ${set || `${keys[0]?.sql} = ${keys[0]?.sql}`} where ${where}${version}`
  }

  #query(kind: QueryKind, plan: QueryPlan, on?: Predicate): Statement {
    const parameters: unknown[] = []
    const shape = new ShapeKey(this.#queries.walk(), kind)
    this.#writePlan(shape, plan, on, parameters)
    let sql = shape.sql
    if (sql === undefined) {
      const writer = new SqlWriter(kind, this.#table, this.#dialect)
      this.#writePlan(writer, plan, on, [])
      sql = writer.finish()
      shape.sql = sql
    }
    return { sql, parameters }
  }

  #writePlan(
    writer: PlanWriter,
    plan: QueryPlan,
    on: Predicate | undefined,
    parameters: unknown[],
  ): void {
    const table = this.#table
    if (on) {
      writer.on()
      this.#walk(writer, on, parameters)
    }
    if (plan.where) {
      writer.where()
      this.#walk(writer, plan.where, parameters)
    }
    for (const { field, direction } of plan.orderBy) writer.order(table.column(field), direction)
    if (plan.limit !== undefined) parameters.push(checkCount("limit", plan.limit))
    if (plan.offset !== undefined) parameters.push(checkCount("offset", plan.offset))
    if (plan.lock !== undefined) writer.lock(plan.lock)
    writer.window(plan.limit !== undefined, plan.offset !== undefined)
  }

  #walk(writer: PlanWriter, where: Predicate, parameters: unknown[]): void {
    walk(
      {
        table: this.#table,
        dialect: this.#dialect,
        writer,
        parameters,
        tableFor: this.#tableFor,
        depth: 0,
        nesting: 0,
      },
      where,
    )
  }
}

/** One bit for each column, which costs a fifth of a text; text where columns have no order or are too many. */
function updateKey(columns: readonly number[], versioned: boolean): number | string {
  let bits = versioned ? 1 : 0
  let last = -1
  for (const column of columns) {
    if (column <= last || column > 28) return `${versioned ? "v" : ""}${columns.join()}`
    bits |= 2 << column
    last = column
  }
  return bits
}

export function checkCount(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new NitroError(
    "NITRO_QUERY",
    `${name} must be a whole number from 0, and it is ${String(value)}.`,
    { fix: `Correct ${name}.` },
  )
}

type Lock = NonNullable<QueryPlan["lock"]>
type QueryKind = "find" | "count" | "delete"

interface PlanWriter extends ShapeWriter {
  /** Comes before `where`. */
  on(): void
  where(): void
  order(column: Column, direction: "asc" | "desc"): void
  lock(lock: Lock): void
  /** The last call. */
  window(limit: boolean, offset: boolean): void
}

const kinds = { find: 0, count: 1, delete: 2 } as const
// Codes of calls without a column are small; tests and orders are counted from here on, a column apart.
const firstColumnCode = 16
const codesPerColumn = 32
const tests = {
  eq: 0,
  ne: 1,
  lt: 2,
  lte: 3,
  gt: 4,
  gte: 5,
  isNull: 6,
  notNull: 7,
  inJson: 8,
  inPlaces: 9,
  like: 10,
  likeEscaped: 11,
  eqStored: 14,
  ltStored: 15,
  lteStored: 16,
  gtStored: 17,
  gteStored: 18,
} as const
const orders = { asc: 12, desc: 13 } as const
const locks = { wait: 11, skip: 12 } as const
const groups = { and: 3, or: 4, not: 5 } as const

const relatedNumbers = new WeakMap<RelatedRows, number>()
let relatedCount = 0

function numberOf(rows: RelatedRows): number {
  let number = relatedNumbers.get(rows)
  if (number === undefined) {
    relatedCount += 1
    number = relatedCount
    relatedNumbers.set(rows, number)
  }
  return number
}

/** Turns the calls into the codes of a shape. Each call's codes determine how many codes follow, so no two shapes are alike. */
class ShapeKey implements PlanWriter {
  readonly #walk: ShapeWalk

  constructor(walk: ShapeWalk, kind: QueryKind) {
    this.#walk = walk
    walk.step(kinds[kind])
  }

  get sql(): string | undefined {
    return this.#walk.value
  }

  set sql(sql: string) {
    this.#walk.value = sql
  }

  on(): void {
    this.#walk.step(6)
  }

  where(): void {
    this.#walk.step(0)
  }

  test(test: Test, column: Column, other: Column | undefined, places: number): void {
    this.#walk.step(firstColumnCode + column.field.index * codesPerColumn + tests[test])
    // Negative: the other column; else the number of parameters.
    this.#walk.step(other === undefined ? places : -1 - other.field.index)
  }

  constant(value: boolean): void {
    this.#walk.step(value ? 1 : 2)
  }

  open(group: "and" | "or" | "not"): void {
    this.#walk.step(groups[group])
  }

  next(): void {}

  close(): void {
    this.#walk.step(6)
  }

  openRelated({ rows, isConditional, isNegated }: RelatedTable): void {
    this.#walk.step(isNegated ? 13 : 12)
    this.#walk.step(numberOf(rows) * 2 + (isConditional ? 1 : 0))
  }

  closeRelated(): void {
    this.#walk.step(14)
  }

  json({ shape }: JsonCondition, { field }: Column): void {
    this.#walk.step(15)
    this.#walk.step(field.index)
    this.#walk.step(shape.length)
    for (const code of shape) this.#walk.step(code)
  }

  order(column: Column, direction: "asc" | "desc"): void {
    this.#walk.step(firstColumnCode + column.field.index * codesPerColumn + orders[direction])
  }

  lock(lock: Lock): void {
    this.#walk.step(locks[lock])
  }

  window(limit: boolean, offset: boolean): void {
    this.#walk.step(7 + (limit ? 1 : 0) + (offset ? 2 : 0))
  }
}

/** Writes the same calls as SQL. */
class SqlWriter extends ConditionText implements PlanWriter {
  readonly #kind: QueryKind
  readonly #table: Table
  readonly #dialect: Dialect
  #limit = ""
  #windowed = false
  #lock = ""
  #on = ""
  #part: "on" | "where" | undefined
  readonly #order: ColumnOrder[] = []

  constructor(kind: QueryKind, table: Table, dialect: Dialect) {
    super(dialect)
    this.#kind = kind
    this.#table = table
    this.#dialect = dialect
  }

  on(): void {
    this.#part = "on"
  }

  where(): void {
    this.#endOn()
    this.#part = "where"
  }

  #endOn(): void {
    if (this.#part !== "on") return
    this.#on = ` on ${this.sql}`
    this.sql = ""
    this.#part = undefined
  }

  order(column: Column, direction: "asc" | "desc"): void {
    this.#order.push({ column, direction })
  }

  lock(lock: Lock): void {
    const { forUpdate = "" } = this.#dialect
    this.#lock = lock === "skip" ? `${forUpdate} skip locked` : forUpdate
  }

  window(limit: boolean, offset: boolean): void {
    this.#windowed = limit || offset
    this.#limit = this.#dialect.limit(
      limit ? this.place() : undefined,
      offset ? this.place() : undefined,
    )
  }

  finish(): string {
    this.#endOn()
    const { selectList, ties } = this.#table
    const sql = this.#table.sql + this.#on
    const where = this.#part === "where" ? ` where ${this.sql}` : ""
    if (this.#kind === "find")
      return `select ${selectList} from ${sql}${where}${orderText(this.#order, ties)}${this.#limit}${this.#lock}`
    if (this.#kind === "delete") return `delete from ${sql}${where}`
    if (!this.#windowed) return `select count(*) from ${sql}${where}`
    return `select count(*) from (select 1 from ${sql}${where}${this.#limit}) as windowed`
  }
}
