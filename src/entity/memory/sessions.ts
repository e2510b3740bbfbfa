// Memory with separate rows for each session: one memory store each, which expires when it is not used for a while.

import type { MaybePromise } from "../../shared/types.ts"
import { definitionError } from "../contract/errors.ts"
import {
  currentPartition,
  type PartitionedStore,
  partitionError,
  registerPartitionedStore,
} from "../contract/partition.ts"
import type { Capabilities, Encoding, Repository, Store } from "../contract/repository.ts"

export interface SessionOptions {
  readonly ttlSeconds: number
  readonly maxPartitions: number
}

/** The store of one session. */
interface PartStore extends Store {
  /** Whether no transaction is open. */
  readonly isIdle: boolean
  readonly isEmpty: boolean
  close(): MaybePromise<void>
}

interface Part {
  readonly store: PartStore
  usedAt: number
}

const longestSweepMs = 60_000

export class SessionMemory implements PartitionedStore {
  readonly name = 'memory({ partition: "session" })'
  readonly capabilities: Capabilities
  readonly encoding: Encoding
  readonly #make: (partition: string) => PartStore
  readonly #ttlMs: number
  readonly #maxPartitions: number
  readonly #parts = new Map<string, Part>()
  #sweep: NodeJS.Timeout | undefined

  constructor(
    { ttlSeconds, maxPartitions }: SessionOptions,
    { capabilities, encoding }: Store,
    make: (partition: string) => PartStore,
  ) {
    if (!(ttlSeconds > 0))
      throw definitionError(
        `ttlSeconds of a session must be above 0, not ${ttlSeconds}.`,
        "Give seconds.",
      )
    if (!(Number.isSafeInteger(maxPartitions) && maxPartitions > 0))
      throw definitionError(
        `maxPartitions must be a whole number above 0, not ${maxPartitions}.`,
        "Give the number of sessions to keep.",
      )
    this.capabilities = capabilities
    this.encoding = encoding
    this.#make = make
    this.#ttlMs = ttlSeconds * 1000
    this.#maxPartitions = maxPartitions
    registerPartitionedStore(this)
  }

  partitioned(): Store {
    const partition = currentPartition()
    if (partition === undefined)
      throw partitionError(`${this.name} was used outside of any session.`)
    const now = Date.now()
    const existing = this.#parts.get(partition)
    if (existing !== undefined && this.#isAlive(existing, now)) {
      existing.usedAt = now
      return existing.store
    }
    if (existing !== undefined) this.#forget(partition, existing)
    if (this.#parts.size >= this.#maxPartitions) this.#makeRoom()
    const part = { store: this.#make(partition), usedAt: now }
    this.#parts.set(partition, part)
    this.#scheduleSweep()
    return part.store
  }

  partOf(partition: string): Store | undefined {
    return this.#parts.get(partition)?.store
  }

  bind(definition: Parameters<Store["bind"]>[0]): Repository {
    return this.partitioned().bind(definition)
  }

  /** Forgets every session. */
  close(): void {
    clearTimeout(this.#sweep)
    this.#sweep = undefined
    for (const [partition, part] of this.#parts) this.#forget(partition, part)
  }

  /** Sessions in the middle of a transaction never expire. */
  #isAlive({ store, usedAt }: Part, now: number): boolean {
    return usedAt + this.#ttlMs > now || !store.isIdle
  }

  #forget(partition: string, { store }: Part): void {
    this.#parts.delete(partition)
    void store.close()
  }

  /** The one that was idle for the longest goes; one that keeps nothing goes before any that does. */
  #makeRoom(): void {
    let oldest: readonly [string, Part] | undefined
    let rank = Number.POSITIVE_INFINITY
    for (const entry of this.#parts) {
      const [, { store, usedAt }] = entry
      const age = store.isEmpty ? usedAt - Number.MAX_SAFE_INTEGER : usedAt
      if (age >= rank || !store.isIdle) continue
      oldest = entry
      rank = age
    }
    if (oldest !== undefined) this.#forget(...oldest)
  }

  #scheduleSweep(): void {
    if (this.#sweep !== undefined) return
    // The timer must not keep a process alive that is otherwise done.
    this.#sweep = setTimeout(
      () => {
        this.#sweep = undefined
        const now = Date.now()
        for (const [partition, part] of this.#parts)
          if (!this.#isAlive(part, now)) this.#forget(partition, part)
        if (this.#parts.size > 0) this.#scheduleSweep()
      },
      Math.min(this.#ttlMs, longestSweepMs),
    ).unref()
  }
}
