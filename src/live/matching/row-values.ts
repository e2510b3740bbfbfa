// The values of a changed row, decoded as they are read: most conditions are about few of them.
import type { Change, EntityClass } from "../../entity/index.ts"
import { type Mapper, rowsOfChange, type Values } from "../../entity/internal.ts"
import type { EntityDefinition, Row } from "../../entity/store.ts"

export interface RowValues {
  /** False for a field that the change does not carry. */
  has(field: string): boolean
  at(field: string): unknown
  /** By field, as a condition reads them. */
  readonly values: object
}

export interface ChangedRows {
  /** Absent for deletes. */
  readonly after?: RowValues | undefined
  /** Absent for creates. */
  readonly before?: RowValues | undefined
}

/** The rows of a change that was made in this process; neither of a change of many. */
export function storedRows(change: Change): ChangedRows {
  const rows = rowsOfChange(change)
  if (rows === undefined) return {}
  const { binding, row, before } = rows
  const values = (stored: Row | undefined): RowValues | undefined =>
    stored && new StoredValues(binding.entity, binding.mapper, stored)
  return { after: values(row), before: values(before) }
}

class StoredValues implements RowValues {
  readonly #definition: EntityDefinition
  readonly #mapper: Mapper
  readonly #row: Row
  #values: Values | undefined

  constructor({ definition }: EntityClass, mapper: Mapper, row: Row) {
    this.#definition = definition
    this.#mapper = mapper
    this.#row = row
  }

  has(field: string): boolean {
    return this.#definition.fieldByName.has(field)
  }

  at(field: string): unknown {
    const index = this.#definition.fieldByName.get(field)?.index
    return index === undefined ? undefined : this.#mapper.decodeAt(index, this.#row[index])
  }

  get values(): Values {
    this.#values ??= this.#mapper.decode(this.#row)
    return this.#values
  }
}
