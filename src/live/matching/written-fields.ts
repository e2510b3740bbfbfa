// Latest writes per field and row: an instance that was read before them announces outdated values.
import type { EntityId } from "../../entity/store.ts"
import type { ChangedRows } from "./row-values.ts"

/** Above this many rows of a field, no instance is trusted for the field. */
export const maxWrittenRows: number = 20_000

/** A value that equals no other. */
const unknown: unique symbol = Symbol("unknown")

export class WrittenFields {
  /** The value that was announced last. */
  readonly #values = new Map<string, Map<EntityId, unknown> | typeof unknown>()

  add(id: EntityId, fields: readonly string[], { after, before }: ChangedRows): void {
    for (const field of fields) {
      const values = this.#values.get(field)
      if (values === unknown) continue
      const value = comparable(after?.at(field))
      if (values === undefined) this.#values.set(field, new Map([[id, value]]))
      else {
        // Two were announced in another order than committed, or one overwrote what it had not read: either may be stored.
        const isNext = !values.has(id) || isSame(values.get(id), before?.at(field))
        values.set(id, isNext ? value : unknown)
        if (values.size > maxWrittenRows) this.#values.set(field, unknown)
      }
    }
  }

  /** Forgets the fields after a write of many rows, which names none of them. */
  addAll(fields: readonly string[]): void {
    for (const field of fields) this.#values.set(field, unknown)
  }

  /** Whether the row had this value before a change for all that was announced. */
  agrees(id: EntityId, field: string, value: unknown): boolean {
    const values = this.#values.get(field)
    if (values === undefined) return true
    if (values === unknown) return false
    return !values.has(id) || isSame(values.get(id), value)
  }
}

/** `written` is what `comparable` returned. */
function isSame(written: unknown, value: unknown): boolean {
  return written !== unknown && written === comparable(value)
}

/** Objects are equal by content, which is not looked at. */
function comparable(value: unknown): unknown {
  if (value instanceof Date) return value.getTime()
  return typeof value === "object" && value !== null ? unknown : value
}
