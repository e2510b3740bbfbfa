// Writes conditions, orders and windows as SQL.
import { operators } from "../../../entity/internal.ts"
import { type Column, coarseOf, seenSql } from "../contract/column.ts"
import type { Dialect, JsonCondition } from "../contract/dialect.ts"
import type { RelatedTable, ShapeWriter, Test } from "./predicate-walk.ts"

export interface ColumnOrder {
  readonly column: Column
  readonly direction: "asc" | "desc"
}

const { eq, ne, lt, lte, gt, gte } = operators
const storedOperators = {
  eqStored: eq.sql,
  ltStored: lt.sql,
  lteStored: lte.sql,
  gtStored: gt.sql,
  gteStored: gte.sql,
} as const

export class ConditionText implements ShapeWriter {
  /** The condition so far. */
  sql = ""
  readonly #dialect: Dialect
  #places: number
  readonly #groups: ("and" | "or" | "not" | "bare" | "related")[] = []
  /** The ends of the open conditions on rows of other tables. */
  readonly #ends: string[] = []

  /** `places`: how many placeholders stand before it in the statement. */
  constructor(dialect: Dialect, places = 0) {
    this.#dialect = dialect
    this.#places = places
  }

  /** The next placeholder. */
  place(): string {
    this.#places += 1
    return this.#dialect.placeholder(this.#places)
  }

  test(test: Test, column: Column, other: Column | undefined, places: number): void {
    this.sql += this.#test(test, column, other, places)
  }

  #test(test: Test, column: Column, other: Column | undefined, places: number): string {
    const { sql, ordered, field } = column
    const coarse = coarseOf(column)
    switch (test) {
      case "isNull":
        return `${sql} is null`
      case "notNull":
        return `${sql} is not null`
      case "ne":
        return coarse
          ? `(${coarse.compare("=", sql, this.place())}) is not true`
          : `${sql} ${ne.sql} ${this.place()}`
      case "inJson":
        return coarse
          ? coarse.inList(sql, this.place())
          : this.#dialect.inList(field.type, sql, this.place())
      case "inPlaces":
        return `${sql} in (${Array.from({ length: places }, () => this.place()).join(", ")})`
      case "like":
      case "likeEscaped":
        return this.#dialect.like(sql, this.place(), test === "likeEscaped")
      case "eqStored":
      case "ltStored":
      case "lteStored":
      case "gtStored":
      case "gteStored":
        return `${ordered} ${storedOperators[test]} ${this.place()}`
      default:
        if (other)
          return `${seenSql(column, ordered)} ${operators[test].sql} ${seenSql(other, other.ordered)}`
        if (coarse) return coarse.compare(operators[test].sql, sql, this.place())
        // Two columns may have different collations, and then even their equality needs an explicit one.
        return `${test === "eq" ? sql : ordered} ${operators[test].sql} ${this.place()}`
    }
  }

  constant(value: boolean): void {
    this.sql += value ? "1 = 1" : "1 = 0"
  }

  open(group: "and" | "or" | "not"): void {
    // The outermost group, and one inside of `not`, needs no additional brackets: SQLite's parser nests 100 deep at most.
    const around = this.#groups.at(-1)
    const bare =
      group !== "not" && (around === undefined || around === "not" || around === "related")
    this.#groups.push(bare ? "bare" : group)
    if (!bare) this.sql += "("
  }

  next(group: "and" | "or"): void {
    this.sql += ` ${group} `
  }

  close(): void {
    const group = this.#groups.pop()
    if (group === "bare") return
    // Not `not`: the opposite of unknown would be unknown, and a row either matches or does not.
    this.sql += group === "not" ? ") is not true" : ")"
  }

  openRelated({ table, local, remote, isConditional, isNegated }: RelatedTable): void {
    this.#groups.push("related")
    if (this.#dialect.related === "exists") {
      const has = `exists (select 1 from ${table.sql} where ${remote.sql} = ${local.qualified}`
      this.sql += `${isNegated ? "not " : ""}${has}${isConditional ? " and (" : ""}`
      this.#ends.push(isConditional ? "))" : ")")
      return
    }
    // Unknown, where either side is null, is not true.
    this.sql += `${isNegated ? "(" : ""}${local.sql} in (select ${remote.sql} from ${table.sql}${isConditional ? " where " : ""}`
    this.#ends.push(isNegated ? ")) is not true" : ")")
  }

  closeRelated(): void {
    this.#groups.pop()
    this.sql += this.#ends.pop()
  }

  json(condition: JsonCondition, column: Column): void {
    this.sql += condition.text(column, () => this.place())
  }
}

/** ` order by ...`, to where nothing can be equal any more. */
export function orderText(order: readonly ColumnOrder[], ties: readonly Column[]): string {
  const terms: ColumnOrder[] = []
  const open = new Set(ties)
  const add = (term: ColumnOrder): void => {
    // Nothing after the last tie is broken can change the order, nor can a column that was there before.
    if (ties.length > 0 && open.size === 0) return
    open.delete(term.column)
    if (!terms.some(({ column }) => column === term.column)) terms.push(term)
  }
  for (const term of order) add(term)
  for (const column of ties) add({ column, direction: "asc" })
  return terms.length === 0 ? "" : ` order by ${terms.map(orderTerm).join(", ")}`
}

// Said only where nulls can be: an index serves a plain order alone.
function orderTerm({ column, direction }: ColumnOrder): string {
  const nulls = column.field.nullable ? (direction === "asc" ? " nulls last" : " nulls first") : ""
  return `${column.ordered}${direction === "desc" ? " desc" : ""}${nulls}`
}
