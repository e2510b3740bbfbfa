// The state of one unit of work: the stores it has joined, and what its end does to memory, listeners and callbacks.
import type { OpenUnit } from "../shared/open-unit.ts"
import type { MaybePromise } from "../shared/types.ts"
import { runCallbacks } from "./commit-callbacks.ts"
import { beginOn, hasTransactions, rollbackAll } from "./joined-store.ts"
import type { OpenTransaction, Repository, Store, TransactionOptions } from "./repository.ts"

/** What follows from a write, once it is known whether the store keeps it. */
interface Consequence {
  /** Undefined: of any store. */
  readonly store: Store | undefined
  readonly run: () => void
}

/** Reads instances again after a rollback: they may hold what was taken back. */
type Reread = (instances: readonly object[]) => Promise<void>

/** How many units are open in this process. */
export const openUnits: { count: number } = { count: 0 }

export class Unit implements OpenUnit {
  readonly #parent: Unit | undefined
  readonly #options: TransactionOptions | undefined
  readonly #joined = new Map<Store, MaybePromise<OpenTransaction>>()
  /** In order: what listeners of changes get after the commit. */
  readonly #announcements: Consequence[] = []
  /** In order: callbacks of the application, which come after all announcements. */
  readonly #callbacks: (() => unknown)[] = []
  /** Put entities in memory back to what is stored, last first. */
  readonly #undo: Consequence[] = []
  /** Stores that were written to: what is read from them after that holds what a rollback takes back. */
  readonly #written = new Set<Store>()
  readonly #readAfterWrite = new Map<Store, { readonly reread: Reread; readonly instances: object[] }>()
  /** The instances read or stored in the outermost unit, by the id in their row. */
  readonly #identities: Map<Repository, Map<unknown, object>>
  #open = true

  constructor(parent: Unit | undefined, options: TransactionOptions | undefined) {
    this.#parent = parent
    this.#options = options
    this.#identities = parent === undefined ? new Map() : parent.#identities
    openUnits.count++
  }

  /** The nearest unit that has not ended: a promise left running may outlive its unit. */
  get current(): Unit | undefined {
    return this.#open ? this : this.#parent?.current
  }

  afterCommit(callback: () => unknown): void {
    this.#callbacks.push(callback)
  }

  /** `announce` runs once a write to `store` is kept. */
  announceLater(store: Store, announce: () => void): void {
    this.#announcements.push({ store, run: announce })
  }

  /** `undo` runs when a write to `store` is taken back; without a store at every rollback. */
  onRollback(store: Store | undefined, undo: () => void): void {
    this.#undo.push({ store, run: undo })
  }

  /** To be called before each write. */
  wrote(store: Store): void {
    this.#written.add(store)
  }

  /** Whether this unit, or one around it, wrote to the store; without a store, to any. */
  hasWritten(store?: Store): boolean {
    if (store === undefined ? this.#written.size > 0 : this.#written.has(store)) return true
    return this.#parent?.current?.hasWritten(store) === true
  }

  /** After a rollback `reread` gets the instances that were read from the store after a write. */
  noteRead(store: Store, instance: object, reread: Reread): void {
    for (let unit: Unit | undefined = this; unit !== undefined; unit = unit.#parent?.current) {
      if (unit.#written.has(store)) unit.#noteRead(store, instance, reread)
    }
  }

  #noteRead(store: Store, instance: object, reread: Reread): void {
    const known = this.#readAfterWrite.get(store)
    if (known === undefined) this.#readAfterWrite.set(store, { reread, instances: [instance] })
    else known.instances.push(instance)
  }

  /** The instances of one class on one store. */
  identities(repository: Repository): Map<unknown, object> {
    let known = this.#identities.get(repository)
    if (known === undefined) {
      known = new Map()
      this.#identities.set(repository, known)
    }
    return known
  }

  /** Makes `instance` the one that is known by this id; a rollback takes that back. */
  identify(repository: Repository, id: unknown, instance: object): void {
    const known = this.identities(repository)
    const earlier = known.get(id)
    if (earlier === instance) return
    known.set(id, instance)
    this.onRollback(undefined, () => {
      if (earlier === undefined) known.delete(id)
      else known.set(id, earlier)
    })
  }

  /** The stores that this unit has joined; one around it has joined them too. */
  get stores(): Iterable<Store> {
    const parent = this.#parent?.current
    return parent === undefined ? this.#joined.keys() : new Set([...this.#joined.keys(), ...parent.stores])
  }

  run<T>(store: Store, operation: () => MaybePromise<T>): MaybePromise<T> {
    const joined = this.join(store)
    return joined instanceof Promise ? joined.then(transaction => transaction.run(operation)) : joined.run(operation)
  }

  join(store: Store): MaybePromise<OpenTransaction> {
    const known = this.#joined.get(store)
    if (known !== undefined) return known
    const outer = this.#parent?.current?.join(store)
    const options = this.#options
    const begun = outer instanceof Promise ? outer.then(opened => beginOn(store, opened, options)) : beginOn(store, outer, options)
    this.#joined.set(store, begun)
    if (begun instanceof Promise) begun.catch(ignore)
    return begun
  }

  async commit(): Promise<void> {
    this.#close()
    const joined: [store: Store, transaction: OpenTransaction][] = []
    let failed: { readonly reason: unknown } | undefined
    for (const [store, begun] of this.#joined) {
      try {
        joined.push([store, begun instanceof Promise ? await begun : begun])
      } catch (reason) {
        failed ??= { reason }
      }
    }
    if (failed) {
      // A store that could not begin wrote nothing: even if the function went on, this is not all of it.
      await rollbackAll(
        joined.map(([, transaction]) => transaction),
        failed.reason,
      )
      await this.#takeBack()
      throw failed.reason
    }
    const kept = new Set<Store>()
    for (const [index, [store, transaction]] of joined.entries()) {
      try {
        const committed = transaction.commit()
        if (committed instanceof Promise) await committed
        kept.add(store)
      } catch (error) {
        await rollbackAll(
          joined.slice(index + 1).map(([, other]) => other),
          error,
        )
        await this.#takeBack(kept)
        throw error
      }
    }
    const parent = this.#parent?.current
    if (parent) return parent.#take(this)
    for (const { run } of this.#announcements) run()
    const called = this.#callbacks.length === 0 ? undefined : runCallbacks(this.#callbacks)
    if (called !== undefined) await called
  }

  async rollback(cause: unknown): Promise<void> {
    this.#close()
    const begun = await Promise.allSettled(this.#joined.values())
    await rollbackAll(
      begun.flatMap(result => (result.status === "fulfilled" ? [result.value] : [])),
      cause,
    )
    await this.#takeBack()
  }

  /** What a nested unit leaves behind waits for this one's end. */
  #take(nested: Unit): void {
    this.#announcements.push(...nested.#announcements)
    this.#callbacks.push(...nested.#callbacks)
    this.#undo.push(...nested.#undo)
    for (const store of nested.#written) this.#written.add(store)
    for (const [store, { reread, instances }] of nested.#readAfterWrite) {
      for (const instance of instances) this.#noteRead(store, instance, reread)
    }
  }

  #close(): void {
    this.#open = false
    openUnits.count--
  }

  /** Puts memory back, except for the stores that keep what was written: those that had committed, and those without transactions. */
  async #takeBack(committed: ReadonlySet<Store> = new Set()): Promise<void> {
    const keeps = (store: Store): boolean => committed.has(store) || !hasTransactions(store)
    const isKept = ({ store }: Consequence): boolean => store !== undefined && keeps(store)
    for (const undo of [...this.#undo].reverse()) if (!isKept(undo)) undo.run()
    const parent = this.#parent?.current
    if (parent) parent.#undo.push(...this.#undo.filter(isKept))
    for (const announcement of this.#announcements.filter(isKept)) {
      if (parent) parent.#announcements.push(announcement)
      else announcement.run()
    }
    for (const [store, { reread, instances }] of this.#readAfterWrite) if (!keeps(store)) await reread(instances)
  }
}

function ignore(): void {}
