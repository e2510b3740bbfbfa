// The contract of EventBus as tests for any implementation: `busSuite({ describe, it }, { open })`.
import { deepEqual, equal, notEqual, ok, throws } from "node:assert/strict"
import type { MaybePromise } from "../../shared/types.ts"
import type { BusListener, Change, Cursor, EventBus, LoggedChange } from "./bus.ts"

/** Of vitest, node:test, mocha or another runner. */
export interface SuiteRunner {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
}

export interface BusUnderTest {
  /** For the headline: `memory`. */
  readonly name: string
  /** A bus on an empty log that keeps at least `capacity` changes and forgets older ones after `capacity * 2` more. */
  readonly open: (capacity: number) => MaybePromise<EventBus>
  /** A second bus on the log of the first, as another process would have it; leave out where that cannot be. */
  readonly openSecond?: (first: EventBus) => MaybePromise<EventBus>
}

function at(cursors: readonly Cursor[], index: number): Cursor {
  const cursor = cursors[index]
  ok(cursor !== undefined)
  return cursor
}

export function busSuite({ describe, it }: SuiteRunner, subject: BusUnderTest): void {
  const using =
    (capacity: number, body: (bus: EventBus) => Promise<void>) => async (): Promise<void> => {
      const bus = await subject.open(capacity)
      try {
        await body(bus)
      } finally {
        await bus.close()
      }
    }

  describe(`${subject.name} keeps the contract of an EventBus`, () => {
    it(
      "gives every change a cursor that comes after the one before",
      using(100, async bus => {
        const before = await bus.cursor()
        const cursors = await publishAll(bus, 3)
        deepEqual(ordered(bus, [before, ...cursors]), [before, ...cursors])
        for (const cursor of cursors) equal(bus.compare(cursor, cursor), 0)
        equal(await bus.cursor(), cursors[2])
        ok(cursors.every(cursor => /^[\w-]{1,64}:[\w.-]{1,64}$/.test(cursor)))
        ok(cursors[0]?.startsWith(`${await bus.epoch()}:`))
      }),
    )

    it(
      "replays what came after a cursor, oldest first, at most the limit",
      using(100, async bus => {
        const start = await bus.cursor()
        const cursors = await publishAll(bus, 5)
        deepEqual(seqs(await bus.replay(start, 3)), [1, 2, 3])
        deepEqual(seqs(await bus.replay(at(cursors, 2), 100)), [4, 5])
        deepEqual(seqs(await bus.replay(at(cursors, 4), 100)), [])
        deepEqual(seqs(await bus.replay(start, 0)), [])
        deepEqual((await bus.replay(start, 1))?.[0]?.change, changeOf(1))
      }),
    )

    it(
      "delivers only what comes to a listener that names no cursor",
      using(100, async bus => {
        await publishAll(bus, 2)
        const reader = new RecordingListener()
        await bus.subscribe(reader)
        await bus.publish(changeOf(3))
        await reader.until(1)
        deepEqual(reader.seqs, [3])
        deepEqual(reader.resets, [])
      }),
    )

    it(
      "delivers from a cursor on, then what comes, without gap or repetition",
      using(1_000, async bus => {
        const [first] = await publishAll(bus, 10)
        const reader = new RecordingListener()
        // Published while the subscription is being made: the moment at which a change is easily lost or doubled.
        const published = (async () => {
          for (let seq = 11; seq <= 60; seq++) await bus.publish(changeOf(seq))
        })()
        await bus.subscribe(reader, first)
        await published
        for (let seq = 61; seq <= 80; seq++) await bus.publish(changeOf(seq))
        await reader.until(79)
        deepEqual(
          reader.seqs,
          Array.from({ length: 79 }, (_, i) => i + 2),
        )
        deepEqual(
          ordered(
            bus,
            reader.logged.map(({ cursor }) => cursor),
          ),
          reader.logged.map(({ cursor }) => cursor),
        )
      }),
    )

    it(
      "says so when a cursor is trimmed, unknown or of another epoch, and goes on with what comes",
      using(10, async bus => {
        const start = await bus.cursor()
        await publishAll(bus, 40)
        for (const lost of [start, "no-such-epoch:1", "nonsense", ""]) {
          equal(await bus.replay(lost, 10), undefined, `replay from "${lost}"`)
          const reader = new RecordingListener()
          const off = await bus.subscribe(reader, lost)
          const next = await bus.publish(changeOf(100))
          await reader.until(1)
          equal(reader.resets.length, 1, `resets after "${lost}"`)
          ok(bus.compare(at(reader.resets, 0), next) < 0)
          deepEqual(reader.seqs, [100])
          off()
        }
      }),
    )

    it(
      "shows all listeners the same order, also when one of them publishes",
      using(100, async bus => {
        const first = new RecordingListener()
        const second = new RecordingListener()
        await bus.subscribe({
          reset: () => {},
          change: ({ change }) => {
            if (change.seq === 1) void bus.publish(changeOf(2))
          },
        })
        await bus.subscribe(first)
        await bus.subscribe(second)
        await bus.publish(changeOf(1))
        await first.until(2)
        await second.until(2)
        deepEqual(first.seqs, [1, 2])
        deepEqual(second.seqs, [1, 2])
      }),
    )

    it(
      "stops after unsubscribing, which may be done twice",
      using(100, async bus => {
        const left = new RecordingListener()
        const stays = new RecordingListener()
        const off = await bus.subscribe(left)
        await bus.subscribe(stays)
        await bus.publish(changeOf(1))
        await left.until(1)
        off()
        off()
        await bus.publish(changeOf(2))
        await stays.until(2)
        deepEqual(left.seqs, [1])
      }),
    )

    it(
      "refuses to order what has no order",
      using(10, async bus => {
        const cursor = await bus.cursor()
        for (const other of ["no-such-epoch:1", "nonsense"])
          throws(() => bus.compare(cursor, other), { code: "NITRO_BUS_CURSOR" })
      }),
    )

    const { openSecond } = subject
    if (!openSecond) {
      it("has a separate log per bus, with a separate epoch", async () => {
        const [first, second] = [await subject.open(10), await subject.open(10)]
        notEqual(await first.epoch(), await second.epoch())
        equal(first.capabilities.acrossProcesses, false)
        await first.close()
        await second.close()
      })
      return
    }
    it(
      "shows a second process the same changes, cursors and epoch",
      using(100, async first => {
        const second = await openSecond(first)
        try {
          const start = await first.cursor()
          const reader = new RecordingListener()
          await second.subscribe(reader, start)
          const cursors = await publishAll(first, 3)
          await reader.until(3)
          deepEqual(reader.seqs, [1, 2, 3])
          deepEqual(
            reader.logged.map(({ cursor }) => cursor),
            cursors,
          )
          deepEqual(seqs(await second.replay(start, 10)), [1, 2, 3])
          equal(await second.epoch(), await first.epoch())
        } finally {
          await second.close()
        }
      }),
    )
  })
}

function changeOf(seq: number): Change {
  return {
    entity: "Product",
    id: `p${seq % 3}`,
    version: seq,
    op: "update",
    row: { stock: seq, name: "Desk \n ü", tags: ["a", null] },
    before: { stock: seq - 1, name: "Desk \n ü", tags: [] },
    changed: ["stock", "tags"],
    at: 1_700_000_000_000 + seq,
    origin: "suite",
    seq,
  }
}

async function publishAll(bus: EventBus, count: number): Promise<Cursor[]> {
  const cursors: Cursor[] = []
  for (let seq = 1; seq <= count; seq++) cursors.push(await bus.publish(changeOf(seq)))
  return cursors
}

function ordered(bus: EventBus, cursors: readonly Cursor[]): Cursor[] {
  return [...cursors].reverse().sort((a, b) => bus.compare(a, b))
}

function seqs(logged: readonly LoggedChange[] | undefined): number[] | undefined {
  return logged?.map(({ change }) => change.seq)
}

class RecordingListener implements BusListener {
  readonly logged: LoggedChange[] = []
  readonly resets: Cursor[] = []

  get seqs(): number[] {
    return this.logged.map(({ change }) => change.seq)
  }
  change(logged: LoggedChange): void {
    this.logged.push(logged)
  }
  reset(cursor: Cursor): void {
    this.resets.push(cursor)
  }
  /** Waits for `count` changes, and a little longer so that one too many is seen. */
  async until(count: number): Promise<void> {
    for (let waitedMs = 0; this.logged.length < count; waitedMs += 5) {
      if (waitedMs > 5_000)
        throw new Error(`Only ${this.logged.length} of ${count} changes arrived within 5 seconds.`)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
