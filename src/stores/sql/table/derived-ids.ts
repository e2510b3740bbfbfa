// Ids that are made of other fields: the table has no column for them, and rows get them when they are read.
import { hasDerivedId, idFrom, partsOfId, type Row } from "../../../entity/store.ts"
import type { Dialect } from "../contract/dialect.ts"
import { isStorableText } from "../contract/parameters.ts"
import type { Table } from "./table.ts"

export class DerivedIds {
  readonly #table: Table
  readonly #decode: ReadonlyMap<string, (row: Row, offset: number) => unknown>
  readonly #first: number

  constructor(table: Table, dialect: Dialect) {
    this.#table = table
    this.#first = table.keys[0]?.field.index ?? 0
    this.#decode = new Map(
      table.keys.map(({ field: { name, type, index } }) => {
        const decode = dialect.encoding[type]?.decode
        return [
          name,
          (row, offset) =>
            decode === undefined ? row[offset + index] : decode(row[offset + index]),
        ]
      }),
    )
  }

  /** The values of the key's columns; undefined when no row has this id. */
  parameters(id: unknown): unknown[] | undefined {
    const parts = partsOfId(this.#table.definition, id)
    if (
      parts === undefined ||
      !parts.every(part => typeof part !== "string" || isStorableText(part))
    )
      return undefined
    return this.#table.keys.map(({ encode, bind }, at) => {
      const encoded = encode === undefined ? parts[at] : encode(parts[at])
      return bind === undefined ? encoded : bind(encoded)
    })
  }

  /** Puts the id into a row that was read; `offset` is where the values of this table begin. */
  fill(row: Row, offset = 0): void {
    // The right side of a join that found nothing.
    if (row[offset + this.#first] === null) return
    row[offset] = idFrom(this.#table.definition, name => this.#decode.get(name)?.(row, offset))
  }
}

export function derivedIds(table: Table, dialect: Dialect): DerivedIds | undefined {
  return hasDerivedId(table.definition) ? new DerivedIds(table, dialect) : undefined
}
