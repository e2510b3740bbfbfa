import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { createEvents, currentContext, type EventStream } from "../index.ts"

async function all(stream: EventStream): Promise<unknown[]> {
  const values: unknown[] = []
  for await (const value of stream) values.push(value)
  return values
}

const quiet = { onError: () => {} }

describe("stream", () => {
  it("gives generators' values, promises' and plain values, and leaves out undefined", async () => {
    const { on, stream } = createEvents()
    on("e", () => "value")
    on("e", async () => "promised")
    on("e", () => undefined)
    on("e", function* () {
      yield 1
      yield undefined
    })
    on("e", async function* (payload: string) {
      yield payload
    })
    expect((await all(stream("e", "payload"))).sort()).toEqual([
      1,
      "payload",
      "promised",
      "value",
      undefined,
    ])
    expect(await all(stream("nobody.listens"))).toEqual([])
  })

  it("gives every value that a generator yields, null and undefined too, as all ways to emit do", async () => {
    const yielded = [1, null, undefined, false, "", 2]
    for (const isAsync of [false, true]) {
      const { on, emit, emitSync, stream } = createEvents()
      if (isAsync) {
        on("e", async function* () {
          yield* yielded
        })
      } else {
        on("e", function* () {
          yield* yielded
        })
      }
      const [parallel] = await emit("e")
      const [sequential] = await emit("e", 1, { sequential: true })
      const [timed] = await emit("e", 1, { timeoutMs: 1_000 })
      const [now] = emitSync("e")
      expect([parallel?.values, sequential?.values, timed?.values]).toEqual([
        yielded,
        yielded,
        yielded,
      ])
      expect(isAsync ? await now?.value : now?.values).toEqual(yielded)
      expect(await all(stream("e"))).toEqual(yielded)
      expect(await all(stream("e", 1, { sequential: true }))).toEqual(yielded)
    }
  })

  it("takes turns between generators that always have a value", async () => {
    const { on, stream } = createEvents()
    for (const name of ["a", "b", "c"]) {
      on("sync", function* () {
        for (let i = 0; i < 3; i++) yield name
      })
      on("async", async function* () {
        for (let i = 0; i < 3; i++) yield name
      })
    }
    expect(await all(stream("sync"))).toEqual(["a", "b", "c", "a", "b", "c", "a", "b", "c"])
    const values = await all(stream("async"))
    for (const turn of [0, 3, 6])
      expect(values.slice(turn, turn + 3).sort()).toEqual(["a", "b", "c"])
  })

  it("does not wait for a slow handler to give what a quick one has", async () => {
    const { on, stream } = createEvents()
    on("e", async function* () {
      await sleep(50)
      yield "slow"
    })
    on("e", async function* () {
      yield "quick"
      yield "quick"
    })
    expect(await all(stream("e"))).toEqual(["quick", "quick", "slow"])
  })

  it("takes no more from a generator than is read", async () => {
    const { on, stream } = createEvents()
    let made = 0
    on("e", async function* () {
      for (;;) yield ++made
    })
    const values = stream("e")
    await sleep(5)
    expect(made).toBe(0)
    await values.next()
    await sleep(5)
    expect(made).toBe(1)
    await values.next()
    await sleep(5)
    expect(made).toBe(2)
    await values.return()
  })

  it("closes every generator when the loop is left, and aborts the signal of those at work", async () => {
    const { on, stream } = createEvents()
    const closed: string[] = []
    let signal: AbortSignal | undefined
    on("e", function* () {
      try {
        for (;;) yield 1
      } finally {
        closed.push("sync")
      }
    })
    on("e", async function* () {
      try {
        for (;;) yield 2
      } finally {
        await sleep(5)
        closed.push("async")
      }
    })
    on("e", async function* (_, ctx) {
      signal = ctx.signal
      yield await new Promise(() => {})
    })
    for await (const value of stream("e")) if (value === 2) break
    expect(closed.sort()).toEqual(["async", "sync"])
    expect(signal?.aborted).toBe(true)
  })

  it("can be returned while a read waits: the read ends", async () => {
    const { on, stream } = createEvents()
    on("e", () => new Promise(() => {}))
    const values = stream("e")
    const reading = values.next()
    await sleep(1)
    await values.return()
    expect(await reading).toEqual({ done: true, value: undefined })
    expect(await values.next()).toEqual({ done: true, value: undefined })
  })

  it("ends with the reason when its signal aborts", async () => {
    const { on, stream } = createEvents()
    const closed = vi.fn()
    on("e", async function* () {
      try {
        for (;;) {
          await sleep(1)
          yield 1
        }
      } finally {
        closed()
      }
    })
    const controller = new AbortController()
    const reason = new Error("gone")
    const reading = all(stream("e", 1, { signal: controller.signal }))
    setTimeout(() => controller.abort(reason), 20)
    await expect(reading).rejects.toBe(reason)
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce())
    await expect(stream("e", 1, { signal: controller.signal }).next()).rejects.toBe(reason)
  })

  it("goes on when one handler fails, before, between or after its values", async () => {
    const failures: unknown[] = []
    const { on, stream } = createEvents({
      onError: ({ error }) => failures.push((error as Error).message),
    })
    on("e", () => {
      throw new Error("at once")
    })
    on("e", async () => {
      throw new Error("later")
    })
    on("e", async function* () {
      yield "before"
      throw new Error("between")
    })
    on("e", function* () {
      yield "works"
      yield "works"
    })
    expect((await all(stream("e"))).sort()).toEqual(["before", "works", "works"])
    expect(failures.sort()).toEqual(["at once", "between", "later"])
  })

  it("throws the failures together at its end by an option", async () => {
    const { on, stream } = createEvents()
    on("e", () => "value")
    on("e", async () => {
      throw new Error("later")
    })
    const values: unknown[] = []
    const reading = (async () => {
      for await (const value of stream("e", 1, { onError: "throw" })) values.push(value)
    })()
    await expect(reading).rejects.toMatchObject({
      message: '1 of 2 handlers of "e" failed.',
      errors: [{ message: "later" }],
    })
    expect(values).toEqual(["value"])
  })

  it("ends a generator that takes too long for its next value, not one that is read slowly", async () => {
    const { on, stream } = createEvents(quiet)
    on("e", async function* () {
      yield "stuck"
      await sleep(1_000)
      yield "never"
    })
    on("e", async function* () {
      yield 1
      yield 2
      yield 3
    })
    const values: unknown[] = []
    for await (const value of stream("e", 1, { timeoutMs: 30 })) {
      values.push(value)
      await sleep(20)
    }
    expect(values.sort()).toEqual([1, 2, 3, "stuck"])
  })

  it("reads one handler after the other when sequential, and honours stop, order and conditions", async () => {
    const { on, stream } = createEvents()
    on("e", () => "never", { priority: -1 })
    on("e", async function* (_, ctx) {
      yield "b1"
      ctx.stop()
      yield "b2"
    })
    on("e", () => "skipped", { when: () => false })
    on(
      "e",
      async function* () {
        yield "a1"
        await sleep(5)
        yield "a2"
      },
      { priority: 1, once: true },
    )
    expect(await all(stream("e", 1, { sequential: true }))).toEqual(["a1", "a2", "b1", "b2"])
    expect(await all(stream("e", 1, { sequential: true }))).toEqual(["b1", "b2"])
  })

  it("runs generators in the context of the emission, wherever they are read", async () => {
    const { on, stream } = createEvents()
    on("e", async function* () {
      yield currentContext()?.correlationId
      await sleep(1)
      yield currentContext()?.correlationId
    })
    on("e", function* () {
      yield currentContext()?.correlationId
    })
    expect(await all(stream("e", 1, { correlationId: "c" }))).toEqual(["c", "c", "c"])
  })

  it("checks the payload by the event's schema", async () => {
    const { on, stream, event } = createEvents()
    const asked = event("asked.stream", { schema: z.object({ question: z.string() }) })
    on(asked, ({ question }) => question)
    expect(await all(stream(asked, { question: "why" }))).toEqual(["why"])
    await expect(all(stream(asked, {} as never))).rejects.toMatchObject({
      code: "NITRO_EVENT_PAYLOAD",
    })
  })

  it("serves reads that were made together, each with a separate value", async () => {
    const { on, stream } = createEvents()
    on("e", async function* () {
      for (let i = 1; i <= 3; i++) yield i
    })
    const values = stream("e")
    expect(await Promise.all([values.next(), values.next(), values.next(), values.next()])).toEqual(
      [
        { done: false, value: 1 },
        { done: false, value: 2 },
        { done: false, value: 3 },
        { done: true, value: undefined },
      ],
    )
  })
})
