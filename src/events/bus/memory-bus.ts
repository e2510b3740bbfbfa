// The change log of one process: a ring of the latest changes.
import { notify } from "../../shared/callback.ts"
import { NitroError } from "../../shared/errors.ts"
import { type BusMessage, buses } from "../../shared/trace.ts"
import "../types/errors.ts"
import { reportBusFailure } from "../context/report.ts"
import type { BusListener, Change, Cursor, EventBus, LoggedChange } from "./bus.ts"

export interface MemoryBusOptions {
  /** Changes kept for those who come back after a break. Default 10,000. */
  readonly capacity?: number
}

export function memoryBus<C = Change>(options: MemoryBusOptions = {}): EventBus<C> {
  return new MemoryBus<C>(options.capacity ?? 10_000)
}

interface Reader<C> {
  readonly listener: BusListener<C>
  /** Position of the last change it was given. */
  position: number
}

class MemoryBus<C> implements EventBus<C> {
  readonly name = "memory"
  readonly capabilities = { durable: false, acrossProcesses: false }
  readonly #epoch = crypto.randomUUID().slice(0, 8)
  readonly #capacity: number
  /** Position n stands at n modulo capacity; positions begin at 1. */
  readonly #ring: LoggedChange<C>[] = []
  readonly #readers = new Set<Reader<C>>()
  #last = 0
  #isDelivering = false

  constructor(capacity: number) {
    if (!Number.isSafeInteger(capacity) || capacity < 1)
      throw new RangeError(
        `capacity is ${capacity}; a memory bus keeps a whole number of changes, at least 1.`,
      )
    this.#capacity = capacity
  }

  publish(change: C): Cursor {
    if (!buses.isWatched) return this.#append(change)
    const message: BusMessage = { bus: this.name }
    const end = buses.begin(message)
    message.cursor = this.#append(change)
    end()
    return message.cursor
  }

  #append(change: C): Cursor {
    const position = ++this.#last
    const cursor = this.#cursorAt(position)
    this.#ring[position % this.#capacity] = { cursor, change }
    this.#deliver()
    return cursor
  }

  subscribe(listener: BusListener<C>, from?: Cursor): () => void {
    const position = from === undefined ? this.#last : this.#positionOf(from)
    const reader: Reader<C> = { listener, position: position ?? this.#last }
    if (position === undefined) this.#call(() => listener.reset(this.#cursorAt(reader.position)))
    this.#readers.add(reader)
    this.#deliver()
    return () => {
      this.#readers.delete(reader)
    }
  }

  replay(from: Cursor, limit: number): readonly LoggedChange<C>[] | undefined {
    const position = this.#positionOf(from)
    if (position === undefined) return undefined
    const until = Math.min(this.#last, position + Math.max(0, limit))
    const matches: LoggedChange<C>[] = []
    for (let at = position + 1; at <= until; at++) matches.push(this.#at(at))
    return matches
  }

  cursor(): Cursor {
    return this.#cursorAt(this.#last)
  }

  epoch(): string {
    return this.#epoch
  }

  compare(a: Cursor, b: Cursor): number {
    const [left, right] = [parse(a), parse(b)]
    if (!left || !right || left.epoch !== right.epoch) {
      throw new NitroError(
        "NITRO_BUS_CURSOR",
        `The cursors "${a}" and "${b}" have no order: ${left && right ? "their epochs differ" : "one is malformed"}.`,
      )
    }
    return left.position - right.position
  }

  close(): void {
    this.#readers.clear()
  }

  // A listener may publish: the change waits its turn, so that all listeners see one order.
  #deliver(): void {
    if (this.#isDelivering) return
    this.#isDelivering = true
    try {
      for (let behind = true; behind; ) {
        behind = false
        for (const reader of this.#readers) {
          if (reader.position >= this.#last) continue
          this.#advance(reader)
          behind ||= reader.position < this.#last
        }
      }
    } finally {
      this.#isDelivering = false
    }
  }

  /** One change for each reader in turn, so that none runs ahead. */
  #advance(reader: Reader<C>): void {
    const { listener } = reader
    if (this.#last - reader.position > this.#capacity) {
      reader.position = this.#last
      const cursor = this.cursor()
      this.#call(() => listener.reset(cursor))
      return
    }
    const logged = this.#at(++reader.position)
    this.#call(() => listener.change(logged))
  }

  #call(fn: () => unknown): void {
    void notify(fn, error => reportBusFailure(this.name, error))
  }

  #at(position: number): LoggedChange<C> {
    // Callers name positions that the ring holds.
    return this.#ring[position % this.#capacity] as LoggedChange<C>
  }

  #cursorAt(position: number): Cursor {
    return `${this.#epoch}:${position}`
  }

  /** Undefined when something after it is no longer kept, or it is not of this log. */
  #positionOf(cursor: Cursor): number | undefined {
    const position = parse(cursor)
    if (!position || position.epoch !== this.#epoch || position.position > this.#last)
      return undefined
    return this.#last - position.position > this.#capacity ? undefined : position.position
  }
}

function parse(cursor: Cursor): { epoch: string; position: number } | undefined {
  const [, epoch, position] = /^([\w-]+):(\d{1,15})$/.exec(cursor) ?? []
  return epoch === undefined ? undefined : { epoch, position: Number(position) }
}
