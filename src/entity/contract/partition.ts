// The partition of the running code, for stores that keep separate rows for each session: set from outside for all code inside.
import { AsyncVariable } from "../../shared/async-variable.ts"
import { NitroError } from "../../shared/errors.ts"
import { type Started, started } from "../../shared/maybe.ts"
import type { Store } from "./repository.ts"

const partitions = new AsyncVariable<string>()

/**
 * Runs `fn` in a partition: stores as `memory({ partition: "session" })` show it the rows of this partition alone. Adapters do it for
 * each request; jobs and tests do it themselves. Inside of another call the inner one wins. A query that `fn` returns is
 * read inside.
 */
export function withPartition<T>(partition: string, fn: () => T): Started<T> {
  if (typeof partition !== "string" || partition === "")
    throw partitionError("A partition has to be text that is not empty.")
  return partitions.run(partition, () => started(fn()))
}

/** The partition of this async context. */
export function currentPartition(): string | undefined {
  return partitions.get()
}

export function partitionError(message: string): NitroError {
  return new NitroError("NITRO_PARTITION", message)
}

/** A store with a part for each partition. */
export interface PartitionedStore extends Store {
  partitioned(): Store
  /** The part of a partition, if it has one. */
  partOf(partition: string): Store | undefined
}

const partitionedStores = new Set<WeakRef<PartitionedStore>>()

export function registerPartitionedStore(store: PartitionedStore): void {
  partitionedStores.add(new WeakRef(store))
}

/** Whether any store needs the partition: a request need not find it otherwise. */
export function hasPartitionedStores(): boolean {
  for (const ref of partitionedStores) {
    if (ref.deref() !== undefined) return true
    partitionedStores.delete(ref)
  }
  return false
}

/** The parts of the present partition. */
export function partsHere(): Store[] {
  const partition = currentPartition()
  if (partition === undefined) return []
  return [...partitionedStores].flatMap(ref => ref.deref()?.partOf(partition) ?? [])
}
