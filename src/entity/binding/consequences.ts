// Consequences of the writes of a unit of work, kept until its end is known.

import type { Store } from "../contract/repository.ts"
import type { EntityRecord } from "./record.ts"

interface Consequence {
  /** Undefined: of any store. */
  readonly store: Store | undefined
  readonly run: () => void
}

/** Reads instances again after a rollback: they may hold what was taken back. */
export type Reread = (instances: readonly EntityRecord[]) => Promise<void>

export class Consequences {
  /** In order: what listeners of changes get. */
  readonly #publications: Consequence[] = []
  /** In order: callbacks of the application, which come after all publications. */
  readonly callbacks: (() => unknown)[] = []
  /** Put entities in memory back to what is stored, last first. */
  readonly #undo: Consequence[] = []
  /** Stores that were written to: what is read from them after that holds what a rollback takes back. */
  readonly #written = new Set<Store>()
  readonly #readAfterWrite = new Map<
    Store,
    { readonly reread: Reread; readonly instances: EntityRecord[] }
  >()

  publishLater(store: Store, publish: () => void): void {
    this.#publications.push({ store, run: publish })
  }

  onRollback(store: Store | undefined, undo: () => void): void {
    this.#undo.push({ store, run: undo })
  }

  wrote(store: Store): void {
    this.#written.add(store)
  }

  hasWritten(store: Store | undefined): boolean {
    return store === undefined ? this.#written.size > 0 : this.#written.has(store)
  }

  noteRead(store: Store, instance: EntityRecord, reread: Reread): void {
    const before = this.#readAfterWrite.get(store)
    if (before === undefined) this.#readAfterWrite.set(store, { reread, instances: [instance] })
    else before.instances.push(instance)
  }

  /** Those of a nested unit that has committed. */
  take(nested: Consequences): void {
    this.#publications.push(...nested.#publications)
    this.callbacks.push(...nested.callbacks)
    this.#undo.push(...nested.#undo)
    for (const store of nested.#written) this.#written.add(store)
    for (const [store, { reread, instances }] of nested.#readAfterWrite) {
      for (const instance of instances) this.noteRead(store, instance, reread)
    }
  }

  publish(): void {
    for (const { run } of this.#publications) run()
  }

  /** After a rollback: restores memory, except for stores that keep their writes. Their changes go to `outer`, or are published. */
  async takeBack(keeps: (store: Store) => boolean, outer: Consequences | undefined): Promise<void> {
    const isKept = ({ store }: Consequence): boolean => store !== undefined && keeps(store)
    for (const undo of [...this.#undo].reverse()) if (!isKept(undo)) undo.run()
    if (outer !== undefined) outer.#undo.push(...this.#undo.filter(isKept))
    for (const publication of this.#publications.filter(isKept)) {
      if (outer === undefined) publication.run()
      else outer.#publications.push(publication)
    }
    for (const [store, { reread, instances }] of this.#readAfterWrite)
      if (!keeps(store)) await reread(instances)
  }
}
