// Producers of a streamed response are ended when the reader leaves, in any way, and once: its clean-up has run, and
// nothing more is asked of it.
import { setTimeout as sleep } from "node:timers/promises"
import { action, Entity, memory, respond } from "nitro-ts"
import { patchSignals, sseResponse } from "nitro-ts/datastar"
import { createEvents } from "nitro-ts/events"
import { nitro } from "nitro-ts/fetch"
import { Page, Suspense, stream as streamMarkup } from "nitro-ts/html"
import { describe, expect, it } from "vitest"
import { expectErrors } from "./support/errors.ts"

/** Calls of user code for one response. */
interface Work {
  /** How many values were asked for. */
  pulled: number
  /** How often its clean-up ran. */
  ended: number
  /** Thrown by the clean-up, or as the third value. */
  fails: "never" | "at the end" | "in the middle"
}

async function* values(
  work: Work,
  count = Number.POSITIVE_INFINITY,
): AsyncGenerator<number, void, undefined> {
  try {
    for (let i = 0; i < count; i++) {
      work.pulled += 1
      if (work.fails === "in the middle" && work.pulled === 3) throw new Error("in the middle")
      await sleep(1)
      yield work.pulled
    }
  } finally {
    work.ended += 1
    // biome-ignore lint/correctness/noUnsafeFinally: a clean-up that fails is the case
    if (work.fails === "at the end") throw new Error("at the end")
  }
}

const events = createEvents()
let current: Work = { pulled: 0, ended: 0, fails: "never" }
events.on("count", async function* () {
  yield* values(current)
})

class Tick extends Entity("Tick", {}) {
  static store = memory()
  static {
    action(this, "run")
  }
  static async *run() {
    for await (const n of values(current)) yield patchSignals({ n })
  }
}
const app = nitro({ entities: [Tick] })

const bytes = (response: Response): AsyncIterator<unknown> => {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    return: async () => {
      await reader.cancel()
      return { done: true, value: undefined }
    },
  }
}

const resources: [
  what: string,
  open: (work: Work, signal: AbortSignal) => Promise<AsyncIterator<unknown>>,
][] = [
  [
    "a streamed page with a generator",
    async work => bytes(await respond(<Page title="x">{values(work)}</Page>, { stream: true })),
  ],
  [
    "a page that is streamed in order",
    async work =>
      bytes(await respond(<Page title="x">{values(work)}</Page>, { stream: "in-order" })),
  ],
  [
    "markup read as it comes",
    async (work, signal) => streamMarkup(<p>{values(work)}</p>, { signal }),
  ],
  [
    "late content",
    async (work, signal) =>
      streamMarkup(
        <p>
          <Suspense fallback="…">{() => values(work, 100)}</Suspense>
          {(async function* () {
            for (;;) {
              await sleep(1)
              yield "x"
            }
          })()}
        </p>,
        { signal },
      ),
  ],
  [
    "events of a response",
    async work =>
      bytes(
        sseResponse(
          (async function* () {
            for await (const n of values(work)) yield patchSignals({ n })
          })(),
        ),
      ),
  ],
  [
    "a streaming action",
    async (_, signal) => {
      const headers = { "datastar-request": "true", "content-type": "application/json" }
      return bytes(
        await app(
          new Request("http://app.test/ticks/run", { method: "POST", body: "{}", headers, signal }),
        ),
      )
    },
  ],
  [
    "the values of an event",
    async (_, signal) => events.stream("count", undefined, { signal })[Symbol.asyncIterator](),
  ],
]
/** Those that a signal of their own ends, and not only their reader. */
const withSignal = new Set(["markup read as it comes", "late content", "the values of an event"])

/** Ends the reading, and gives everything that follows from it its time. */
const ends: [
  how: string,
  end: (iterator: AsyncIterator<unknown>, abort: AbortController) => Promise<unknown>,
][] = [
  ["is closed", async iterator => iterator.return?.()],
  ["is closed twice", async iterator => [await iterator.return?.(), await iterator.return?.()]],
  [
    "is closed while it waits",
    async iterator => {
      const waiting = Promise.resolve(iterator.next()).catch(() => undefined)
      await iterator.return?.()
      await waiting
    },
  ],
  [
    "is aborted",
    async (iterator, abort) => {
      abort.abort(new Error("left"))
      await Promise.resolve(iterator.next()).catch(() => undefined)
    },
  ],
]

describe.each(resources)("%s", (what, open) => {
  it.each(ends.filter(([how]) => how !== "is aborted" || withSignal.has(what)))(
    "%s",
    async (_how, end) => {
      const work: Work = { pulled: 0, ended: 0, fails: "never" }
      current = work
      const abort = new AbortController()
      const iterator = await open(work, abort.signal)
      while (work.pulled < 2) await iterator.next()
      await end(iterator, abort)
      await expect.poll(() => work.ended).toBe(1)
      const { pulled } = work
      await sleep(20)
      expect(work).toMatchObject({ pulled, ended: 1 })
    },
  )

  it("whose source throws ends, reports it or hands it on, and cleans up once", async () => {
    const errors = expectErrors()
    const work: Work = { pulled: 0, ended: 0, fails: "in the middle" }
    current = work
    const iterator = await open(work, new AbortController().signal)
    let thrown: unknown
    try {
      for (let i = 0; i < 500 && !(await iterator.next()).done; i++);
    } catch (error) {
      thrown = error
    }
    await iterator.return?.()?.catch(() => undefined)
    expect(work.ended).toBe(1)
    expect([thrown, ...errors.map(({ error }) => error)]).toContainEqual(
      expect.objectContaining({ message: "in the middle" }),
    )
  })

  it("whose clean-up fails says so, and the reader is free", async () => {
    const errors = expectErrors()
    const work: Work = { pulled: 0, ended: 0, fails: "at the end" }
    current = work
    const iterator = await open(work, new AbortController().signal)
    while (work.pulled < 2) await iterator.next()
    const thrown = await Promise.resolve(iterator.return?.()).then(
      () => undefined,
      (error: unknown) => error,
    )
    await expect.poll(() => work.ended).toBe(1)
    await sleep(5)
    expect([thrown, ...errors.map(({ error }) => error)]).toContainEqual(
      expect.objectContaining({ message: "at the end" }),
    )
  })
})
