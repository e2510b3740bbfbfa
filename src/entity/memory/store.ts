// The store that every process has: this process's memory. Same semantics as a database, gone with the process.
import { callSiteOf } from "../../shared/call-site.ts"
import { NitroError } from "../../shared/errors.ts"
import { optionNames, refuseUnknownOptions } from "../../shared/options.ts"
import type { MaybePromise } from "../../shared/types.ts"
import type { EntityDefinition, EntityId } from "../contract/definition.ts"
import { definitionError } from "../contract/errors.ts"
import type { Predicate } from "../contract/predicate.ts"
import { realPath } from "../contract/real-path.ts"
import type {
  Capabilities,
  Encoding,
  OpenTransaction,
  QueryPlan,
  Repository,
  Row,
  Store,
  TransactionOptions,
  Write,
} from "../contract/repository.ts"
import { StoreUse } from "../contract/shared-stores.ts"
import { SnapshotFile } from "./file.ts"
import { SessionMemory } from "./sessions.ts"
import { MemoryTable } from "./table.ts"
import { MemoryTransactions } from "./transactions.ts"

export interface MemoryOptions {
  /**
   * Rows expire so many seconds after their last write, unless a save sets another time. Default: never. With `partition`: a
   * session expires when it is not used for so long; default 1800.
   */
  readonly ttlSeconds?: number
  /**
   * `"session"`: each session has separate rows and never sees another's. Adapters identify the session by a cookie, or by the
   * option `partition` of `nitro`; elsewhere by `withPartition`. Without one, using the store throws `NITRO_PARTITION`.
   */
  readonly partition?: "session"
  /** With `partition`: so many sessions are kept, and the one idle for the longest makes room for the next. Default 10000. */
  readonly maxPartitions?: number
  /**
   * Keeps a snapshot in this JSON file, for prototypes: read at the start, written (whole or not at all) within 50 ms of a
   * change and when the process exits. One process at a time. Throws `NITRO_SNAPSHOT`.
   */
  readonly file?: string
  /** How long a call waits for a transaction to end, in milliseconds. Default 30000; then `NITRO_STORE_BUSY`. */
  readonly waitTimeoutMs?: number
  /**
   * `"always"`: every write of its entities is a unit of work, with or without `unitOfWork` around it, so that hooks and recorders can
   * write along with it. Default: a write outside of a unit is one statement.
   */
  readonly unit?: "always"
}

const memoryOptions = optionNames<MemoryOptions>({
  ttlSeconds: true,
  partition: true,
  maxPartitions: true,
  file: true,
  waitTimeoutMs: true,
  unit: true,
})

// Encoded values are primitives (bytes are copied), so a copied row shares nothing with the entity it came from.
const encoding: Encoding = {
  // Databases have one zero.
  number: { encode: (value: number) => value + 0, decode: (value: number) => value },
  integer: { encode: (value: number) => value + 0, decode: (value: number) => value },
  date: { encode: (date: Date) => date.getTime(), decode: (ms: number) => new Date(ms) },
  json: { encode: encodeJson, decode: (text: string) => JSON.parse(text) },
  bytes: {
    encode: (bytes: Uint8Array) => Uint8Array.from(bytes),
    decode: (bytes: Uint8Array) => Uint8Array.from(bytes),
  },
}

function encodeJson(value: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(value)
    if (text !== undefined) return text
  } catch (cause) {
    throw new NitroError(
      "NITRO_VALUE_UNSUPPORTED",
      `A value cannot be written as JSON: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { cause },
    )
  }
  throw new NitroError("NITRO_VALUE_UNSUPPORTED", `JSON has no word for a ${typeof value}.`)
}

/** A store in this process's memory, for prototypes, tests and what may be forgotten: with transactions, unique fields and expiry. */
export function memory(options: MemoryOptions = {}): Store {
  refuseUnknownOptions("memory({ … })", options, memoryOptions)
  const { partition, ttlSeconds = 1800, maxPartitions = 10_000, file, ...others } = options
  if (partition === undefined) {
    if (options.maxPartitions !== undefined)
      throw definitionError(
        "memory({ maxPartitions }) has no partitions.",
        'Add partition: "session".',
      )
    return file === undefined
      ? new MemoryStore(options)
      : snapshotStore({ ...options, file }, callSiteOf(memory))
  }
  if (partition !== "session")
    throw definitionError(
      `memory has no partition "${String(partition)}".`,
      'The one that it has is "session".',
    )
  if (file !== undefined)
    throw definitionError(
      "Rows of sessions are not kept in a file.",
      "Leave out the file or the partition.",
    )
  return new SessionMemory(
    { ttlSeconds, maxPartitions },
    new MemoryStore(others),
    name => new MemoryStore(others, name),
  )
}

/** Every call for one file gives the same store. */
export function snapshotStore(
  { file, ttlSeconds, waitTimeoutMs, unit }: MemoryOptions & { readonly file: string },
  place: string,
): Store {
  const options = {
    ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
    ...(waitTimeoutMs === undefined ? {} : { waitTimeoutMs }),
    ...(unit === undefined ? {} : { unit }),
  }
  return StoreUse.storeOf(
    { resource: `memory:${realPath(file)}`, options, place },
    use => new MemoryStore({ ...options, file }, undefined, use),
  )
}

/** See `memory`. `partition`: whose part it is. */
export class MemoryStore implements Store {
  readonly name: string
  readonly partition?: string
  readonly unit: "always" | undefined
  readonly capabilities: Capabilities = {
    transactions: true,
    serialTransactions: true,
    durable: false,
    ttl: true,
    unique: true,
    generatedIds: true,
    forUpdate: false,
    foreignKeys: false,
    relations: true,
    jsonPaths: true,
  }
  readonly encoding: Encoding = encoding
  readonly #ttlSeconds: number | undefined
  readonly #file: SnapshotFile | undefined
  readonly #use: StoreUse | undefined
  readonly #transactions: MemoryTransactions
  // By definition and not by name: two classes of one name are two tables.
  readonly #tables = new Map<EntityDefinition, MemoryTable>()

  constructor(
    { ttlSeconds, file, waitTimeoutMs = 30_000, unit }: MemoryOptions,
    partition?: string,
    use?: StoreUse,
  ) {
    this.#use = use
    this.unit = unit
    this.#transactions = new MemoryTransactions(waitTimeoutMs)
    this.name = partition === undefined ? "memory()" : 'memory({ partition: "session" })'
    if (partition !== undefined) this.partition = partition
    this.#ttlSeconds = ttlSeconds
    this.#file =
      file === undefined ? undefined : new SnapshotFile(file, () => this.#transactions.idle)
  }

  bind(definition: EntityDefinition): Repository {
    let table = this.#tables.get(definition)
    if (table === undefined) {
      this.#use?.claim()
      table = new MemoryTable(definition, this.#ttlSeconds, related => this.#tables.get(related))
      if (this.#file !== undefined)
        table.load(this.#file.attach(definition, table), this.#file.lastSerial(definition))
      this.#tables.set(definition, table)
    }
    return new MemoryRepository(table, this.#transactions, this.#file)
  }

  begin(options?: TransactionOptions): MaybePromise<OpenTransaction> {
    return this.#transactions.begin(options)
  }

  /** Whether no transaction is open. */
  get isIdle(): boolean {
    return this.#transactions.idle
  }

  get isEmpty(): boolean {
    return [...this.#tables.values()].every(table => table.size === 0)
  }

  /** Forgets everything; a file keeps it. Of a store that is declared several times: the last call does. */
  close(): MaybePromise<void> {
    return this.#use === undefined ? this.#close() : this.#use.close(() => this.#close())
  }

  #close(): void {
    this.#file?.flush()
    for (const table of this.#tables.values()) table.clear()
  }
}

class MemoryRepository implements Repository {
  readonly #table: MemoryTable
  readonly #transactions: MemoryTransactions
  readonly #keepUndo: (undo: () => void) => void

  constructor(
    table: MemoryTable,
    transactions: MemoryTransactions,
    file: SnapshotFile | undefined,
  ) {
    this.#table = table
    this.#transactions = transactions
    // Called for each change.
    this.#keepUndo = file
      ? undo => {
          file.touch()
          transactions.keepUndo(undo)
        }
      : undo => transactions.keepUndo(undo)
  }

  get(id: EntityId): MaybePromise<Row | undefined> {
    return this.#transactions.run(() => this.#table.get(id))
  }

  find(plan: QueryPlan): MaybePromise<Row[]> {
    return this.#transactions.run(() => this.#table.find(plan))
  }

  count(plan: QueryPlan): MaybePromise<number> {
    return this.#transactions.run(() => this.#table.count(plan))
  }

  write(writes: readonly Write[]): MaybePromise<number[]> {
    return this.#transactions.run(() => this.#table.write(writes, this.#keepUndo))
  }

  deleteWhere(where: Predicate | undefined): MaybePromise<number> {
    return this.#transactions.run(() => this.#table.deleteWhere(where, this.#keepUndo))
  }
}
