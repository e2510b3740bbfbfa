// The changes of one log, in its order, for the live views of the apps that use it. Changes of this process reach them by the log too.
import { randomBytes } from "node:crypto"
import type { AppState } from "../actions/index.ts"
import type { AppPart } from "../actions/internal.ts"
import type { Change, EntityClass } from "../entity/index.ts"
import { followAllChanges, hasUnseenUpdate, namesInUse, ownLogOf } from "../entity/internal.ts"
import type { Store } from "../entity/store.ts"
import {
  type EventBus,
  type Change as LogChange,
  type Cursor as LogCursor,
  type LoggedChange,
  memoryBus,
} from "../events/index.ts"
import { NitroError } from "../shared/errors.ts"
import { after, attempt } from "../shared/maybe.ts"
import { reportError } from "../shared/report.ts"
import { warnOnce } from "../shared/warn.ts"
import { LocalChange, RemoteChange } from "./change-codec.ts"
import { ClassWatches, type Interest, type Watch } from "./matching/watches.ts"
import { WrittenFields } from "./matching/written-fields.ts"
import { numberOf, placeOf } from "./positions.ts"
import "./errors.ts"

export interface NumberedChange {
  readonly seq: number
  /** The number that the feed had reached before. */
  readonly previous: number
  readonly change: Change
}

/** Receives the changes that concern one of its watches, each once. */
export interface ChangeReader {
  receive(change: NumberedChange): void
  /** Changes were missed: only the store knows the present state. `previous`: the number reached before. */
  reload(previous: number): void
}

/** Own changes that the log has not delivered; above this they are delivered without it. */
const maxPending = 10_000
const retryMs = 1000
/** Names this process in logs. */
const origin = randomBytes(6).toString("base64url")
let published = 0

const running = new Set<ChangeFeed>()
const feeds = new WeakMap<EventBus, ChangeFeed>()

export class ChangeFeed {
  readonly #log: EventBus
  /** Nothing of it leaves the process, so changes are encoded only when they are read. */
  readonly #isLocal: boolean
  readonly #watches = new WeakMap<EntityClass, ClassWatches<ChangeReader>>()
  /** Classes with watches, by name. */
  readonly #watched = new Map<string, Set<EntityClass>>()
  readonly #written = new Map<string, WrittenFields>()
  /** The place of the last change of each class; undefined where it is unknown. */
  readonly #lastOf = new Map<string, LogCursor | undefined>()
  readonly #pending = new Map<number, LocalChange>()
  /** The feed knows all changes after this place. */
  #start: LogCursor | undefined
  /** The log has lost changes. */
  #hasGap = false
  /** Classes with instances that may be older than changes before the subscription. */
  #olderClasses: ReadonlySet<string> = new Set()
  #cursor: LogCursor | undefined
  #last = 0
  #apps = 0
  #stop: (() => void) | undefined
  #retry: NodeJS.Timeout | undefined

  private constructor(log: EventBus) {
    this.#log = log
    const { durable, acrossProcesses } = log.capabilities
    this.#isLocal = !durable && !acrossProcesses
  }

  static of(log: EventBus): ChangeFeed {
    let feed = feeds.get(log)
    if (feed === undefined) {
      feed = new ChangeFeed(log)
      feeds.set(log, feed)
    }
    return feed
  }

  /** Called once for each app that uses it. */
  open(): this {
    this.#apps++
    if (this.#apps > 1) return this
    // Changes until now went to other logs, or to none.
    if (isFollowing) this.#noteOlder()
    startFollowing()
    running.add(this)
    this.#subscribe()
    return this
  }

  /** The log goes on without this process: its places are known anew when another app opens the feed. */
  close(): void {
    this.#apps--
    if (this.#apps > 0) return
    running.delete(this)
    clearTimeout(this.#retry)
    this.#stop?.()
    this.#stop = undefined
    this.#forget(undefined)
  }

  /** The number of the last change; 0 before the place in the log is known. */
  get last(): number {
    // Other logs may have used up its place meanwhile.
    if (this.#cursor !== undefined && placeOf(this.#last) === undefined)
      this.#last = numberOf(this.#cursor)
    return this.#last
  }

  /** Warns where the store of a class publishes its changes to a log that is not this one: those of other processes are not seen. */
  warnOfOtherLog({ name, capabilities, changes }: Store): void {
    if (!capabilities.announces || changes === this.#log) return
    warnOnce(
      "NITRO_CHANGE_LOG",
      `${name} publishes its changes to another log, but the app with live views of its rows follows ${this.#log.name}.`,
      "Give the app the same log: nitro({ changes: store.changes }).",
    )
  }

  /** Whether none of these classes changed after a place in the log. False where that is not known. */
  isUnchangedSince(place: LogCursor, entities: Iterable<EntityClass>): boolean {
    try {
      // A change that is on its way through the log comes after every place.
      if (this.#start === undefined || this.#pending.size > 0) return false
      if (this.#log.compare(place, this.#start) < 0) return false
      for (const { definition } of entities) {
        if (!this.#lastOf.has(definition.name)) continue
        const last = this.#lastOf.get(definition.name)
        if (last === undefined || this.#log.compare(last, place) > 0) return false
      }
      return true
    } catch {
      // A place of another log, or of none.
      return false
    }
  }

  /** Changes are matched with the watches before anything is scheduled. */
  watch(
    interest: Interest,
    partition: string | undefined,
    reader: ChangeReader,
  ): Watch<ChangeReader> {
    const { entity } = interest
    const { name } = entity.definition
    // Not those whose module was evaluated again.
    const classes = [...(this.#watched.get(name) ?? [])].filter(
      each => !this.#watchesOf(each).isEmpty,
    )
    this.#watched.set(name, new Set([...classes, entity]))
    return this.#watchesOf(entity).add(interest, partition, reader)
  }

  #watchesOf(entity: EntityClass): ClassWatches<ChangeReader> {
    let watches = this.#watches.get(entity)
    if (watches === undefined) {
      const written = this.#writtenOf(entity.definition.name)
      if (hasUnseenUpdate(entity)) written.miss()
      watches = new ClassWatches(written)
      this.#watches.set(entity, watches)
    }
    return watches
  }

  /** Publishes a change of this process. */
  publish(change: Change): void {
    // The store has published it there, and the log delivers it as it does for changes of other processes.
    if (ownLogOf(change) === this.#log) return
    const local = new LocalChange(change, origin, ++published)
    if (!this.#isLocal) {
      this.#pending.set(local.seq, local)
      if (this.#pending.size > maxPending)
        this.#failed(
          local,
          new Error(`${this.#log.name} delivers none of the changes that are published.`),
        )
    }
    const result = attempt<unknown>(
      () => this.#log.publish(this.#isLocal ? local : local.toJSON()),
      error => this.#failed(local, error),
    )
    if (result instanceof Promise) result.catch(() => undefined)
  }

  /** The pages of this process get it all the same; other processes do not. */
  #failed(local: LocalChange, error: unknown): void {
    reportError(error, `publishing a change of ${local.entity}`, "live")
    if (!this.#isLocal && !this.#pending.delete(local.seq)) return
    this.#deliver(local.change, undefined)
  }

  /** `isLate`: changes came before, which it will not see. */
  #subscribe(isLate = false): void {
    let isPromise = isLate
    const failed = (error: unknown): void => {
      reportError(error, `subscribing to ${this.#log.name}`, "live")
      this.#retry = setTimeout(() => this.#subscribe(true), retryMs)
      this.#retry.unref()
    }
    const begun = attempt(
      () =>
        after(
          this.#log.subscribe({
            change: logged => this.#receive(logged),
            reset: cursor => {
              this.#noteGap()
              this.#reset(cursor)
            },
          }),
          stop => {
            if (this.#apps === 0) return stop()
            this.#stop = stop
            return after(this.#log.cursor(), cursor => {
              if (isLate) this.#noteGap()
              else if (!this.#isLocal) this.#noteOlder()
              // Changes before it may have been missed by what was read while the subscription was made.
              if (isPromise) this.#reset(cursor)
              else this.#forget(cursor)
            })
          },
        ),
      failed,
    )
    isPromise ||= begun instanceof Promise
  }

  #receive({ cursor, change: logged }: LoggedChange): void {
    if (logged.origin === origin) this.#deliverOwn(logged, cursor)
    else this.#deliverRemote(logged, cursor)
  }

  #deliverOwn(logged: LogChange, cursor: LogCursor): void {
    const local = logged instanceof LocalChange ? logged : this.#pending.get(logged.seq)
    this.#pending.delete(logged.seq)
    // Another app of this process published it to the same log, or it was delivered without the log.
    if (local === undefined) this.#reach(cursor)
    else this.#deliver(local.change, cursor)
  }

  #deliver(change: Change, cursor: LogCursor | undefined): void {
    const { entity } = change
    const { name } = entity.definition
    const previous = this.last
    this.#reach(cursor ?? this.#cursor)
    this.#lastOf.set(name, cursor)
    const watches = this.#watchesOf(entity)
    for (const reader of watches.concerned(change))
      reader.receive({ seq: this.#last, previous, change })
  }

  #deliverRemote(logged: LogChange, cursor: LogCursor): void {
    const previous = this.last
    this.#reach(cursor)
    this.#lastOf.set(logged.entity, cursor)
    const classes = this.#watched.get(logged.entity)
    // Without the class its values have no types.
    if (classes === undefined) this.#writtenOf(logged.entity).addAll(logged.changed)
    for (const entity of classes ?? []) {
      const watches = this.#watchesOf(entity)
      try {
        const change = new RemoteChange(entity, logged)
        for (const reader of watches.concerned(change, change.rows))
          reader.receive({ seq: this.#last, previous, change })
      } catch (error) {
        reportError(error, `reading a change of ${logged.entity} from ${this.#log.name}`, "live")
        for (const reader of watches.owners) reader.reload(previous)
      }
    }
  }

  /** Changes of other processes are missing: an instance that was read before them looks like any other. */
  #noteGap(): void {
    this.#hasGap = true
    for (const written of this.#written.values()) written.miss()
  }

  /** Others may have written before the first change that the feed is given, and after instances were read. */
  #noteOlder(): void {
    this.#olderClasses = namesInUse()
    for (const name of this.#olderClasses) this.#written.get(name)?.miss()
  }

  #reset(cursor: LogCursor): void {
    // The log may have lost them too.
    for (const { change } of this.#pending.values()) this.#deliver(change, undefined)
    this.#pending.clear()
    const previous = this.last
    this.#forget(cursor)
    for (const classes of this.#watched.values())
      for (const entity of classes)
        for (const reader of this.#watchesOf(entity).owners) reader.reload(previous)
  }

  #forget(cursor: LogCursor | undefined): void {
    this.#start = cursor
    this.#lastOf.clear()
    this.#reach(cursor)
  }

  #reach(cursor: LogCursor | undefined): void {
    this.#cursor = cursor
    if (cursor !== undefined) this.#last = numberOf(cursor)
  }

  #writtenOf(name: string): WrittenFields {
    let written = this.#written.get(name)
    if (written === undefined) {
      written = new WrittenFields(!this.#hasGap && !this.#olderClasses.has(name))
      this.#written.set(name, written)
    }
    return written
  }
}

function startFollowing(): void {
  if (isFollowing) return
  isFollowing = true
  followAllChanges(change => {
    for (const feed of running) feed.publish(change)
  })
}
let isFollowing = false

/**
 * Of all apps that are given no log. Few changes are kept: pages that come back get snapshots, and the rows of what is kept outlive
 * many collections of garbage.
 */
const shared: ChangeFeed = ChangeFeed.of(memoryBus({ capacity: 16 }))
const logs = new WeakMap<AppState, EventBus>()

/** Called when an app is made, so that no page misses a change after it. `log`: the option `changes` of `nitro()`. */
export function openChanges(app: AppState, log: EventBus | undefined): void {
  if (log !== undefined) {
    for (const method of ["publish", "subscribe", "cursor", "compare"] as const)
      if (typeof log?.[method] !== "function")
        throw new NitroError(
          "NITRO_CHANGE_LOG",
          `The option \`changes\` of nitro() has no method ${method}.`,
        )
    logs.set(app, log)
  }
  app.part(changeFeed)
}

/** The feed of an app. */
export const changeFeed: AppPart<ChangeFeed> = {
  name: "the log of changes",
  make(app) {
    const log = logs.get(app)
    // The shared one goes on when its apps are closed: their pages come back to another app of the process.
    if (log === undefined) return openShared()
    return ChangeFeed.of(log).open()
  },
  close: feed => {
    if (feed !== shared) feed.close()
  },
}

let isSharedOpen = false
function openShared(): ChangeFeed {
  if (!isSharedOpen) shared.open()
  isSharedOpen = true
  return shared
}
