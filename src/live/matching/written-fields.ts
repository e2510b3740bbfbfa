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
  /** False once writes were missed: a row that was not written since then may have been before. */
  #isComplete: boolean

  constructor(isComplete = true) {
    this.#isComplete = isComplete
  }

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

  /** Whether no write of the field was announced. */
  isUntouched(field: string): boolean {
    return !this.#values.has(field)
  }

  /** Writes were missed: any row may have another value by now. */
  miss(): void {
    this.#isComplete = false
    for (const [field, values] of this.#values) if (values !== unknown) this.#values.delete(field)
  }

  /** Whether the row had this value before a change for all that was announced. */
  agrees(id: EntityId, field: string, value: unknown): boolean {
    const values = this.#values.get(field)
    if (values === unknown) return false
    return values?.has(id) ? isSame(values.get(id), value) : this.#isComplete
  }
}

/** `written` is what `comparable` returned. */
function isSame(written: unknown, value: unknown): boolean {
  return written !== unknown && written === comparable(value)
}

/** Above this many characters content is too long to be kept for so many rows. */
const maxContent = 200

/** A value by which equal ones are found: objects are equal by content, which begins with a character that no text may begin with. */
function comparable(value: unknown): unknown {
  if (typeof value === "string" && value.startsWith("\0")) return unknown
  if (typeof value !== "object" || value === null) return value
  if (value instanceof Date) return value.getTime()
  const content = contentOf(value)
  return content === undefined || content.length > maxContent ? unknown : `\0${content}`
}

/** Of bytes and JSON; undefined for any other object. */
function contentOf(value: object): string | undefined {
  if (value instanceof Uint8Array)
    return value.byteLength > maxContent ? undefined : Buffer.from(value).toString("latin1")
  const isJson = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
  return isJson ? JSON.stringify(value) : undefined
}
