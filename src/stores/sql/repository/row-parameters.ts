// The values of rows as a database takes them: checked, and bound in the form that its driver knows.

import type { Row, Write } from "../../../entity/store.ts"
import { NitroError } from "../../../shared/errors.ts"
import type { Dialect } from "../contract/dialect.ts"
import { isStorableText, unsupported } from "../contract/parameters.ts"
import type { Column, Table } from "../table/table.ts"

export class RowParameters {
  readonly #table: Table
  readonly #dialect: Dialect
  /** The id is no column. */
  readonly #isIdLeftOut: boolean
  readonly #integers: readonly Column[]
  /** Columns whose encoded values are bound in another form. */
  readonly #bound: readonly number[]

  constructor(table: Table, dialect: Dialect, isIdLeftOut: boolean) {
    this.#table = table
    this.#dialect = dialect
    this.#isIdLeftOut = isIdLeftOut
    this.#integers = table.columns.filter(({ field }) => field.type === "integer")
    this.#bound = table.columns.flatMap(({ bind, field }) =>
      bind === undefined ? [] : [field.index],
    )
  }

  /** Of an insert. */
  ofRow(row: Row): readonly unknown[] {
    this.#checkRow(row)
    if (this.#bound.length === 0) return this.#isIdLeftOut ? row.slice(1) : row
    const parameters = row.slice()
    for (const column of this.#bound) parameters[column] = this.#bind(column, row[column])
    return this.#isIdLeftOut ? parameters.slice(1) : parameters
  }

  /** Of an insert of many: one list for each column. */
  ofRows(rows: readonly Row[]): unknown[] {
    const all = rows.map(this.#checkedRow)
    return this.#table.stored.map(({ field }, at) =>
      this.#dialect.listParameter(
        field.type,
        all.map(row => row[at]),
      ),
    )
  }

  readonly #checkedRow = (row: Row): readonly unknown[] => {
    const parameters = this.ofRow(row)
    // Not a loop over all rows: in a call this rare it would make an object for each value.
    for (const value of parameters) if (!this.#dialect.isBindable(value)) throw unsupported(value)
    return parameters
  }

  /** New values of some columns. */
  ofColumns(columns: readonly number[], values: readonly unknown[]): readonly unknown[] {
    let position = 0
    for (const index of columns) {
      const column = this.#table.columnAt(index)
      if (column.field.type === "integer") checkInteger(this.#table, column, values[position])
      position += 1
    }
    return this.#bound.length === 0
      ? values
      : columns.map((column, at) => this.#bind(column, values[at]))
  }

  #bind(column: number, value: unknown): unknown {
    const { bind } = this.#table.columnAt(column)
    return bind === undefined || value === null || value === undefined ? value : bind(value)
  }

  #checkRow(row: Row): void {
    const { columns, definition } = this.#table
    if (row.length !== columns.length) {
      throw new NitroError(
        "NITRO_VALUE_UNSUPPORTED",
        `A row of ${definition.name} has ${columns.length} values, and ${row.length} were given.`,
      )
    }
    for (const column of this.#integers) checkInteger(this.#table, column, row[column.field.index])
  }

  /** The error with the field, where one of `writes` has a value that cannot be bound. */
  nameField(writes: readonly Write[], error: NitroError): NitroError {
    const { definition, columns } = this.#table
    if (error.code !== "NITRO_VALUE_UNSUPPORTED" || typeof error.details["parameter"] !== "number")
      return error
    for (const write of writes) {
      if (write.op === "delete") continue
      const values = write.op === "insert" ? write.row : write.values
      const position = values.findIndex(value => !this.#dialect.isBindable(value))
      const name =
        columns[write.op === "insert" ? position : (write.columns[position] ?? -1)]?.field.name
      if (name === undefined) continue
      return new NitroError(error.code, `${definition.name}.${name}: ${error.message}`, {
        cause: error,
        details: {
          entity: definition.name,
          field: name,
          issues: [{ path: name, message: "cannot be stored" }],
        },
      })
    }
    return error
  }
}

/** No row has an id that cannot be stored. */
export function isStorableId(id: unknown): boolean {
  return typeof id === "string"
    ? isStorableText(id)
    : typeof id === "number" && Number.isSafeInteger(id)
}

/** Some drivers round integers beyond 2^53, others fail on every later read of the row. */
function checkInteger({ definition }: Table, { field }: Column, value: unknown): void {
  if (value === null || Number.isSafeInteger(value)) return
  throw new NitroError(
    "NITRO_VALUE_UNSUPPORTED",
    `${definition.name}.${field.name} cannot be kept: it is not a whole number within 2^53.`,
    {
      details: {
        entity: definition.name,
        field: field.name,
        issues: [{ path: field.name, message: "is not a whole number within 2^53" }],
      },
    },
  )
}
