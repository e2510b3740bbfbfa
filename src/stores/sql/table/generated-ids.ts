// Inserts of rows whose id the database fills in: it comes back with the statement, and goes into the row.
import type { Row } from "../../../entity/store.ts"
import { after, inOrder } from "../../../shared/maybe.ts"
import type { MaybePromise } from "../../../shared/types.ts"
import type { Dialect } from "../contract/dialect.ts"
import type { Driver } from "../contract/driver.ts"
import type { Table } from "./table.ts"

export class GeneratedIds {
  /** Parameters: the row without its id. */
  readonly #insert: string
  readonly #quietInsert: string | undefined
  /** One list for each column but the id. */
  readonly #bulkInsert: string | undefined
  readonly #advance: string | undefined

  constructor(
    table: Table,
    { placeholder, quote, quietInsert, bulkInsert, generatedIds }: Dialect,
  ) {
    const [id, ...others] = table.stored
    const names = others.map(({ sql }) => sql).join(", ")
    const places = others.map((_, index) => placeholder(index + 1)).join(", ")
    const insert = `insert into ${table.sql} ${others.length === 0 ? "default values" : `(${names}) values (${places})`}`
    const returning = ` returning ${id?.sql}`
    const isSerial = id?.field.generated === "serial"
    this.#insert = insert + returning
    this.#quietInsert = quietInsert === undefined ? undefined : quietInsert(insert) + returning
    // Numbers come in the order of the rows. Uuids do not show in which they came.
    this.#bulkInsert =
      isSerial && others.length > 0 && bulkInsert
        ? bulkInsert(table.sql, others, true) + returning
        : undefined
    this.#advance =
      isSerial && id !== undefined
        ? generatedIds.advance?.(quote(table.definition.table), id.field.column)
        : undefined
  }

  /** The number of rows that were written. `quiet`: none where a unique value is taken. */
  insert(
    driver: Driver,
    row: Row,
    parameters: readonly unknown[],
    quiet = false,
  ): MaybePromise<number> {
    // `quiet` is for dialects with a quiet insert.
    const sql = quiet ? (this.#quietInsert as string) : this.#insert
    // `all` and not `get`: libsql leaves a statement open after `get`, and an open one commits nothing.
    return after(driver.all(sql, parameters.slice(1)), ([first]) => {
      if (first === undefined) return 0
      row[0] = first[0]
      return 1
    })
  }

  /** To be called after rows were written with ids of the program's: later ones are higher. */
  passed(driver: Driver, rows: readonly Row[]): MaybePromise<unknown> {
    if (this.#advance === undefined) return undefined
    const highest = rows.reduce((highest, [id]) => Math.max(highest, Number(id)), 0)
    return driver.all(this.#advance, [highest])
  }

  /** Writes many rows, by one statement where all or none of them have an id. `insertAll` writes those that have one. */
  insertMany(
    driver: Driver,
    rows: readonly Row[],
    lists: () => readonly unknown[],
    insertAll: () => MaybePromise<unknown>,
    insertOne: (row: Row) => MaybePromise<number>,
  ): MaybePromise<unknown> {
    if (rows.every(([id]) => id !== null))
      return after(insertAll(), () => this.passed(driver, rows))
    if (this.#bulkInsert === undefined || rows.some(([id]) => id !== null))
      return inOrder(rows, insertOne)
    return after(driver.all(this.#bulkInsert, lists().slice(1)), inserted => {
      // The column holds whole numbers.
      const ids = inserted.map(([id]) => id as number).sort((a, b) => a - b)
      for (const [at, row] of rows.entries()) row[0] = ids[at]
    })
  }
}

export function generatedIds(table: Table, dialect: Dialect): GeneratedIds | undefined {
  return table.columns[0]?.field.generated === undefined
    ? undefined
    : new GeneratedIds(table, dialect)
}
