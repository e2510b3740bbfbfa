// One unit of work from its beginning to its end: the stores that it joins, the units nested in it, commit and rollback.

import { isThenable } from "../../shared/callback.ts"
import { NitroError } from "../../shared/errors.ts"
import { after } from "../../shared/maybe.ts"
import type { OpenUnit } from "../../shared/open-unit.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { runCallbacks } from "./commit-callbacks.ts"
import { Consequences, type Reread } from "./consequences.ts"
import type { EntityRecord } from "./record.ts"
import "../contract/errors.ts"
import type {
  Isolation,
  OpenTransaction,
  Repository,
  Store,
  TransactionOptions,
} from "../contract/repository.ts"
import { beginOn, hasTransactions, rollbackAll } from "./joined-store.ts"
import { withoutScopes } from "./query-scopes.ts"

/** How many units are open in this process, those included that were rolled back and whose work may still be running. */
export const openUnits: { count: number } = { count: 0 }

const abandoned = new FinalizationRegistry<undefined>(() => {
  openUnits.count--
})

export interface UnitSettings {
  readonly name: string
  readonly isolation?: Isolation | undefined
}

export class Unit implements OpenUnit {
  readonly name: string
  readonly parent: Unit | undefined
  readonly consequences: Consequences = new Consequences()
  readonly #transactionOptions: TransactionOptions
  readonly #joined = new Map<Store, MaybePromise<OpenTransaction>>()
  /** Run when a store is joined, inside of its transaction and before anything else. */
  readonly #onJoin = new Map<Store, () => MaybePromise<void>>()
  readonly #nested = new Set<Unit>()
  #onNestedEnd: (() => void) | undefined
  /** Run before the outermost unit commits; what one throws takes everything back. Callbacks may write, checks do not. */
  readonly #callbacks: (() => unknown)[] = []
  readonly #checks: (() => MaybePromise<void>)[] = []
  /** The instances read or stored in the outermost unit, by the id in their row. */
  readonly #identities: Map<Repository, Map<unknown, EntityRecord>>
  #state: "open" | "committing" | "rolled back" = "open"
  #cause: unknown
  #rollingBack: Promise<void> | undefined
  /** The store whose transaction was begun ahead and has done nothing yet. */
  #ahead: Store | undefined

  constructor(parent: Unit | undefined, { name, isolation }: UnitSettings) {
    this.name = name
    this.parent = parent
    this.#transactionOptions = {
      holder: `unit of work "${name}"`,
      ...(isolation === undefined ? {} : { isolation }),
    }
    this.#identities = parent === undefined ? new Map() : parent.#identities
    if (parent !== undefined) parent.#nested.add(this)
    openUnits.count++
  }

  /**
   * The nearest unit that has not ended: work left running may outlive a commit. Throws `NITRO_UNIT_ENDED` after a rollback,
   * since that work would store a part of what was taken back.
   */
  get current(): Unit | undefined {
    if (this.#state === "open") return this
    this.#assertNotRolledBack()
    return this.parent?.current
  }

  /** The unit around all others that this one is nested in and that have not ended. */
  get outermost(): Unit {
    return this.parent?.current?.outermost ?? this
  }

  /** Whether it was rolled back, or a unit around it was. */
  get isTakenBack(): boolean {
    return this.#state === "rolled back" || this.parent?.isTakenBack === true
  }

  afterCommit(callback: () => unknown): void {
    this.consequences.callbacks.push(callback)
  }

  /** `callback` runs in the outermost unit before it commits, and may write. */
  beforeCommit(callback: () => unknown): void {
    this.#callbacks.push(callback)
  }

  /** `check` runs before the outermost unit commits, when every write is done, and throws where they do not fit together. */
  checkBeforeCommit(check: () => MaybePromise<void>): void {
    this.#checks.push(check)
  }

  /** Runs the callbacks and then the checks, except inside of another unit, which runs them later. */
  async verify(): Promise<void> {
    if (this.parent?.current !== undefined) return
    // A callback added by another one comes after it.
    for (const callback of this.#callbacks) {
      const called = withoutScopes(callback)
      if (isThenable(called)) await called
      await this.nestedEnded()
    }
    for (const check of this.#checks) {
      const checked = check()
      if (checked instanceof Promise) await checked
    }
  }

  /** Whether something runs before the commit. */
  get hasChecks(): boolean {
    return this.#checks.length + this.#callbacks.length > 0
  }

  /** Whether this unit, or one around it, wrote to the store; without a store, to any. */
  hasWritten(store?: Store): boolean {
    return this.consequences.hasWritten(store) || this.parent?.hasWritten(store) === true
  }

  /** After a rollback `reread` gets the instances that were read from the store after a write. */
  noteRead(store: Store, instance: EntityRecord, reread: Reread): void {
    for (let unit: Unit | undefined = this; unit !== undefined; unit = unit.parent) {
      if (unit.consequences.hasWritten(store)) unit.consequences.noteRead(store, instance, reread)
    }
  }

  /** The instances of one class on one store. */
  identities(repository: Repository): Map<unknown, EntityRecord> {
    let identities = this.#identities.get(repository)
    if (identities === undefined) {
      identities = new Map()
      this.#identities.set(repository, identities)
    }
    return identities
  }

  /** Makes `instance` the one that is known by this id; a rollback takes that back. */
  identify(repository: Repository, id: unknown, instance: EntityRecord): void {
    const identities = this.identities(repository)
    const earlier = identities.get(id)
    if (earlier === instance) return
    identities.set(id, instance)
    this.consequences.onRollback(undefined, () => {
      if (earlier === undefined) identities.delete(id)
      else identities.set(id, earlier)
    })
  }

  /** The stores that this unit has joined; one around it has joined them too. */
  get stores(): Iterable<Store> {
    const { parent } = this
    return parent === undefined
      ? this.#joined.keys()
      : new Set([...this.#joined.keys(), ...parent.stores])
  }

  run<T>(store: Store, operation: () => MaybePromise<T>): MaybePromise<T> {
    const joined = this.join(store)
    if (!(joined instanceof Promise)) return joined.run(operation)
    return joined.then(transaction => {
      this.#assertNotRolledBack()
      return transaction.run(operation)
    })
  }

  join(store: Store): MaybePromise<OpenTransaction> {
    if (this.#ahead === store) this.#ahead = undefined
    const earlier = this.#joined.get(store)
    if (earlier !== undefined) return earlier
    const outer = this.parent?.join(store)
    const begun = after(outer, opened => beginOn(store, opened, this.#transactionOptions))
    const check = this.#onJoin.get(store)
    const joined =
      check === undefined ? begun : after(begun, transaction => checked(transaction, check))
    this.#joined.set(store, joined)
    if (joined instanceof Promise) joined.catch(ignore)
    return joined
  }

  /** `check` runs when the store is joined; what it throws makes the unit fail. */
  onJoin(store: Store, check: () => MaybePromise<void>): void {
    this.#onJoin.set(store, check)
  }

  /** Whether joining the store still has something to check. */
  mustJoin(store: Store): boolean {
    return (
      (this.#onJoin.has(store) && !this.#joined.has(store)) || this.parent?.mustJoin(store) === true
    )
  }

  /** Begins on the store before its first operation. Throws `NITRO_STORE_BUSY` as any call that waits too long for it. */
  beginAhead(store: Store): MaybePromise<OpenTransaction> {
    const begun = beginOn(store, undefined, this.#transactionOptions)
    this.#joined.set(store, begun)
    this.#ahead = store
    return begun
  }

  /** Gives the store to others again, where nothing has used the transaction that was begun ahead. */
  giveBack(store: Store): void {
    const begun = this.#joined.get(store)
    if (this.#ahead !== store || begun === undefined || this.#state !== "open") return
    this.#ahead = undefined
    this.#joined.delete(store)
    void Promise.resolve(begun).then(transaction => rollbackAll([transaction], undefined))
  }

  /** Resolves when the units nested in this one have ended: those that were not awaited too. */
  async nestedEnded(): Promise<void> {
    while (this.#nested.size > 0) {
      await new Promise<void>(resolve => {
        this.#onNestedEnd = resolve
      })
    }
  }

  async commit(): Promise<void> {
    this.#assertNotRolledBack()
    this.#state = "committing"
    openUnits.count--
    try {
      await this.#commit()
    } finally {
      this.#leave()
    }
    if (this.parent !== undefined) return
    this.consequences.publish()
    const { callbacks } = this.consequences
    const called = callbacks.length === 0 ? undefined : runCallbacks(callbacks)
    if (called !== undefined) await called
  }

  async #commit(): Promise<void> {
    const joined: [store: Store, transaction: OpenTransaction][] = []
    let failed: { readonly reason: unknown } | undefined
    for (const [store, begun] of this.#joined) {
      try {
        joined.push([store, begun instanceof Promise ? await begun : begun])
      } catch (reason) {
        failed ??= { reason }
      }
    }
    const committed = new Set<Store>()
    const takeBack = async (cause: unknown): Promise<never> => {
      const others = joined
        .filter(([store]) => !committed.has(store))
        .map(([, transaction]) => transaction)
      await rollbackAll(others, cause)
      await this.#takeBack(committed)
      throw cause
    }
    // A store that could not begin wrote nothing: even if the function went on, this is not all of it.
    if (failed) return takeBack(failed.reason)
    for (const [store, transaction] of joined) {
      try {
        const done = transaction.commit()
        if (done instanceof Promise) await done
        committed.add(store)
      } catch (error) {
        return takeBack(error)
      }
    }
    this.parent?.consequences.take(this.consequences)
    for (const callback of this.#callbacks) this.parent?.beforeCommit(callback)
    for (const check of this.#checks) this.parent?.checkBeforeCommit(check)
  }

  /** Takes everything back, nested units first. From now on the work of this unit is refused. */
  rollback(cause: unknown): Promise<void> {
    if (this.#state === "open") this.#rollingBack = this.#rollback(cause)
    return this.#rollingBack ?? Promise.resolve()
  }

  async #rollback(cause: unknown): Promise<void> {
    this.#state = "rolled back"
    this.#cause = cause
    // A context that still holds this unit may read it.
    abandoned.register(this, undefined)
    try {
      for (const unit of this.#nested) void unit.rollback(cause)
      await this.nestedEnded()
      const begun = await Promise.allSettled(this.#joined.values())
      await rollbackAll(
        begun.flatMap(result => (result.status === "fulfilled" ? [result.value] : [])),
        cause,
      )
      await this.#takeBack(new Set())
    } finally {
      this.#leave()
    }
  }

  /** Stores keep what was written where they have committed, and where they have no transactions. */
  #takeBack(committed: ReadonlySet<Store>): Promise<void> {
    return this.consequences.takeBack(
      store => committed.has(store) || !hasTransactions(store),
      this.parent?.consequences,
    )
  }

  #leave(): void {
    const { parent } = this
    if (parent === undefined) return
    parent.#nested.delete(this)
    parent.#onNestedEnd?.()
  }

  #assertNotRolledBack(): void {
    if (this.#state !== "rolled back") return
    throw new NitroError(
      "NITRO_UNIT_ENDED",
      `The unit of work "${this.name}" was rolled back, and this is left of its work.`,
      {
        cause: this.#cause,
      },
    )
  }
}

/** The transaction, once the check has passed; else it is rolled back, and what the unit does on the store fails. */
function checked(
  transaction: OpenTransaction,
  check: () => MaybePromise<void>,
): MaybePromise<OpenTransaction> {
  const fail = async (error: unknown): Promise<never> => {
    await rollbackAll([transaction], error)
    throw error
  }
  try {
    const done = transaction.run(check)
    return done instanceof Promise ? done.then(() => transaction, fail) : transaction
  } catch (error) {
    return fail(error)
  }
}

function ignore(): void {}
