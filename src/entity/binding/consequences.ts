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
  readonly #announcements: Consequence[] = []
  /** In order: callbacks of the application, which come after all announcements. */
  readonly callbacks: (() => unknown)[] = []
  /** Put entities in memory back to what is stored, last first. */
  readonly #undo: Consequence[] = []
  /** Stores that were written to: what is read from them after that holds what a rollback takes back. */
  readonly #written = new Set<Store>()
  readonly #readAfterWrite = new Map<
    Store,
    { readonly reread: Reread; readonly instances: EntityRecord[] }
  >()

  announceLater(store: Store, announce: () => void): void {
    this.#announcements.push({ store, run: announce })
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
    this.#announcements.push(...nested.#announcements)
    this.callbacks.push(...nested.callbacks)
    this.#undo.push(...nested.#undo)
    for (const store of nested.#written) this.#written.add(store)
    for (const [store, { reread, instances }] of nested.#readAfterWrite) {
      for (const instance of instances) this.noteRead(store, instance, reread)
    }
  }

  announce(): void {
    for (const { run } of this.#announcements) run()
  }

  /** After a rollback: restores memory, except for stores that keep their writes. Their changes go to `outer`, or are published. */
  async takeBack(keeps: (store: Store) => boolean, outer: Consequences | undefined): Promise<void> {
    const isKept = ({ store }: Consequence): boolean => store !== undefined && keeps(store)
    for (const undo of [...this.#undo].reverse()) if (!isKept(undo)) undo.run()
    if (outer !== undefined) outer.#undo.push(...this.#undo.filter(isKept))
    for (const announcement of this.#announcements.filter(isKept)) {
      if (outer === undefined) announcement.run()
      else outer.#announcements.push(announcement)
    }
    for (const [store, { reread, instances }] of this.#readAfterWrite)
      if (!keeps(store)) await reread(instances)
  }
}
