// The snapshot file of a memory store: read when a table is first used, written soon after a change, whole or not at all.

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { NitroError } from "../../shared/errors.ts"
import { isObject } from "../../shared/guards.ts"
import { reportError } from "../../shared/report.ts"
import type { EntityDefinition } from "../contract/definition.ts"
import type { Row } from "../contract/repository.ts"

/** A row by field names, so that fields can come and go between two runs. */
type Saved = Readonly<Record<string, unknown>>
export interface SavedRow {
  readonly row: Row
  /** Milliseconds since 1970; Infinity: never. */
  readonly expiresAt: number
}
interface Snapshot {
  readonly tables: Record<string, readonly Saved[]>
  readonly serials?: Readonly<Record<string, number>>
}
/** The present rows of a table. */
export interface SnapshotSource {
  rows(): readonly SavedRow[]
  /** The highest serial id that a row ever had. */
  readonly lastSerial: number
}

// Many writes of one moment are one file; a prototype that is killed loses no more than this.
const delayMs = 50

export class SnapshotFile {
  readonly #path: string
  readonly #isQuiet: () => boolean
  readonly #sources = new Map<EntityDefinition, SnapshotSource>()
  /** Tables as the file has them, until a class takes them over. */
  #stored: Record<string, readonly Saved[]> | undefined
  #serials: Readonly<Record<string, number>> = {}
  #timer: NodeJS.Timeout | undefined
  readonly #atExit = (): void => this.flush()

  /** `isQuiet`: whether no transaction is open, whose rows may be taken back. */
  constructor(path: string, isQuiet: () => boolean) {
    this.#path = resolve(path)
    this.#isQuiet = isQuiet
  }

  /** The rows of a class, and from now on `source` says what they are. */
  attach(definition: EntityDefinition, source: SnapshotSource): SavedRow[] {
    this.#stored ??= this.#read()
    this.#sources.set(definition, source)
    const saved = lookUp(this.#stored, definition.table) ?? []
    return saved.map(one => ({
      row: definition.fields.map(({ name, optional, nullable, schema, type }) => {
        if (Object.hasOwn(one, name)) return revive(one[name])
        // A field that is new since then has its default, where that is a plain value.
        const fallback: unknown = optional && !nullable ? schema.safeParse(undefined).data : null
        return type === "json" && fallback !== null ? JSON.stringify(fallback) : (fallback ?? null)
      }),
      expiresAt:
        typeof one["$expiresAt"] === "number" ? one["$expiresAt"] : Number.POSITIVE_INFINITY,
    }))
  }

  /** The highest serial id that a row of the class had in an earlier process; 0 where none is known. */
  lastSerial({ table }: EntityDefinition): number {
    return lookUp(this.#serials, table) ?? 0
  }

  /** Something changed: the file follows soon. */
  touch(): void {
    if (this.#timer !== undefined) return
    process.once("exit", this.#atExit)
    this.#timer = setTimeout(() => this.flush(), delayMs).unref()
  }

  /** Writes now what changed. A transaction that is open postpones it. */
  flush(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    process.off("exit", this.#atExit)
    if (!this.#isQuiet()) {
      this.touch()
      return
    }
    try {
      this.#write()
    } catch (error) {
      reportError(error, `writing the snapshot ${this.#path}`, "entity")
    }
  }

  #read(): Record<string, readonly Saved[]> {
    let text: string
    try {
      text = readFileSync(this.#path, "utf8")
    } catch (cause) {
      if (isObject(cause) && cause["code"] === "ENOENT") return {}
      throw unreadable(this.#path, cause)
    }
    try {
      const snapshot: unknown = JSON.parse(text)
      if (!isSnapshot(snapshot)) throw new TypeError("it holds something else than tables of rows")
      this.#serials = snapshot.serials ?? {}
      return snapshot.tables
    } catch (cause) {
      throw unreadable(this.#path, cause)
    }
  }

  #write(): void {
    const tables = { ...this.#stored }
    const serials: Record<string, number> = { ...this.#serials }
    for (const [definition, source] of this.#sources) {
      if (definition.fields[0]?.generated === "serial")
        serials[definition.table] = source.lastSerial
      tables[definition.table] = source.rows().map(({ row, expiresAt }) => {
        const saved = Object.fromEntries(
          definition.fields.map(({ name, index }) => [name, plain(row[index])]),
        )
        return expiresAt === Number.POSITIVE_INFINITY ? saved : { ...saved, $expiresAt: expiresAt }
      })
    }
    mkdirSync(dirname(this.#path), { recursive: true })
    const temporary = `${this.#path}.${process.pid}.tmp`
    try {
      // Beside the file and then moved over it: a reader sees the old one or the new one, never half of it.
      writeFileSync(temporary, `${JSON.stringify({ version: 1, serials, tables }, null, 1)}\n`, {
        mode: 0o600,
        flush: true,
      })
      renameSync(temporary, this.#path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }
}

function isSnapshot(value: unknown): value is Snapshot {
  if (!isRecord(value)) return false
  const { tables, serials = {} } = value
  if (!isRecord(tables) || !isRecord(serials)) return false
  return (
    Object.values(serials).every(serial => Number.isSafeInteger(serial)) &&
    Object.values(tables).every(rows => Array.isArray(rows) && rows.every(isRecord))
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !Array.isArray(value)
}

/** A table may be called `constructor`. */
function lookUp<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined
}

/** JSON has no bigints, bytes and infinities; text never begins an object, so the two cannot be confused. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return { bigint: String(value) }
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("base64") }
  if (typeof value === "number" && !Number.isFinite(value)) return { number: String(value) }
  return value
}

function revive(value: unknown): unknown {
  if (!isObject(value)) return value
  const { bigint, bytes, number } = value
  if (bigint !== undefined) return BigInt(String(bigint))
  return bytes === undefined
    ? Number(number)
    : Uint8Array.from(Buffer.from(String(bytes), "base64"))
}

function unreadable(path: string, cause: unknown): NitroError {
  return new NitroError(
    "NITRO_SNAPSHOT",
    `The snapshot ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
    { cause },
  )
}
