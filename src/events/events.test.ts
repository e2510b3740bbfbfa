// The acceptance cases of events (V..), then what handlers and emitters may rely on.
import { getEventListeners } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect, it, vi } from "vitest"
import { z } from "zod"
import {
  createEvents,
  currentContext,
  emit,
  event,
  type HandlerFailure,
  matches,
  on,
  withContext,
  withEvents,
} from "./index.ts"

const quiet = { onError: () => {} }

describe("acceptance", () => {
  it("V01: one segment wildcard hears every event of its kind", async () => {
    const { on, emit, emitSync } = createEvents()
    const heard: string[] = []
    on("user.*", (_, ctx) => heard.push(ctx.event))
    await emit("user.created", 1)
    emitSync("user.updated", 2)
    emitSync("user", 3)
    emitSync("user.address.changed", 4)
    expect(heard).toEqual(["user.created", "user.updated"])
  })

  it("V02: a wildcard hears events whether it came before or after them", () => {
    const { on, emitSync, event } = createEvents()
    const heard: string[] = []
    on("late.*", () => heard.push("before"))
    const first = event<number>("late.first")
    emitSync(first, 1)
    on("late.*", () => heard.push("after"))
    emitSync(first, 1)
    emitSync(event<number>("late.second"), 1)
    expect(heard).toEqual(["before", "before", "after", "before", "after"])
  })

  it("V04 and V05: negation, classes and single characters match", () => {
    expect([matches("!a.*", "b"), matches("!a.*", "a.b")]).toEqual([true, false])
    expect([
      matches("[ab]x", "ax"),
      matches("[ab]x", "cx"),
      matches("?", "a"),
      matches("?", "ab"),
    ]).toEqual([true, false, true, false])
  })

  it("V07: higher priority first, then in order of subscription", () => {
    const { on, emitSync } = createEvents()
    const order: string[] = []
    on("e", () => order.push("1"), { priority: 1 })
    on("e", () => order.push("10"), { priority: 10 })
    on("e", () => order.push("0first"), { priority: 0 })
    on("*", () => order.push("0second"))
    emitSync("e")
    expect(order).toEqual(["10", "1", "0first", "0second"])
  })

  it("V08: returning false stops those that follow only where the emitter asks for it", async () => {
    const { on, emit, emitSync } = createEvents()
    const second = vi.fn()
    on("e", () => false, { priority: 2 })
    on("e", second, { priority: 1 })
    const stopWhen = (value: unknown) => value === false
    expect(emitSync("e", 1, { stopWhen })).toEqual([{ value: false }])
    expect(await emit("e", 1, { stopWhen })).toEqual([{ value: false }])
    expect(await emit("e", 1, { stopWhen, sequential: true })).toEqual([{ value: false }])
    expect(second).not.toHaveBeenCalled()
    emitSync("e")
    expect(second).toHaveBeenCalledOnce()
  })

  it("V10: a condition that is false or throws skips the handler, and the throw is reported", () => {
    const failures: HandlerFailure[] = []
    const { on, emitSync } = createEvents({ onError: failure => failures.push(failure) })
    const handler = vi.fn()
    on("e", handler, { when: () => false })
    on("e", handler, {
      when: () => {
        throw new Error("broken guard")
      },
    })
    expect(emitSync("e")).toEqual([])
    expect(handler).not.toHaveBeenCalled()
    expect(failures).toMatchObject([{ event: "e", error: { message: "broken guard" } }])
  })

  it("V11: a sender filter lets only its sender through", () => {
    const { on, emitSync } = createEvents()
    const handler = vi.fn()
    on("e", handler, { sender: "A" })
    emitSync("e", 1, { sender: "A" })
    emitSync("e", 2, { sender: "B" })
    expect(handler.mock.calls.map(([payload]) => payload)).toEqual([1])
  })

  it("V13: each async handler is called once and its result is there", async () => {
    const { on, emit } = createEvents()
    const handlers = ["r1", "r2", "r3"].map(result => vi.fn(async () => result))
    for (const handler of handlers) on("e", handler)
    expect(await emit("e")).toEqual([{ value: "r1" }, { value: "r2" }, { value: "r3" }])
    for (const handler of handlers) expect(handler).toHaveBeenCalledOnce()
  })

  it("V14: three handlers of 100 ms run side by side", async () => {
    const { on, emit } = createEvents()
    for (let i = 0; i < 3; i++) on("e", () => sleep(100))
    const startedAt = performance.now()
    await emit("e")
    expect(performance.now() - startedAt).toBeLessThan(200)
  })

  it.each([true, false])(
    "V16: emit honours priority, condition and stop as emitSync does (sequential: %s)",
    async sequential => {
      const { on, emit, emitSync } = createEvents()
      const order: string[] = []
      on("e", () => void order.push("last"), { priority: -1 })
      on("e", () => void order.push("skipped"), { when: () => false })
      on("e", (_, ctx) => {
        order.push("stops")
        ctx.stop()
      })
      on("e", () => void order.push("first"), { priority: 1 })
      await emit("e", 1, { sequential })
      await emit("e")
      emitSync("e")
      expect(order).toEqual(["first", "stops", "first", "stops", "first", "stops"])
    },
  )

  it("V17: one handler fails, the others run, the error is in the results and reported", async () => {
    const failures: HandlerFailure[] = []
    const { on, emit } = createEvents({ onError: failure => failures.push(failure) })
    on("e", async function mails() {
      throw new Error("no mail server")
    })
    on("e", async () => "works")
    expect(await emit("e")).toMatchObject([
      { error: { message: "no mail server" }, handler: "mails" },
      { value: "works" },
    ])
    expect(failures).toMatchObject([
      { event: "e", handler: "mails", error: { message: "no mail server" } },
    ])
  })

  it("V19: an event in a namespace is not seen outside it, nor the other way round", () => {
    const events = createEvents()
    const billing = events.namespace("billing")
    const heard: string[] = []
    events.on("**", (_, ctx) => heard.push(`outside ${ctx.event}`))
    billing.on("**", (_, ctx) => heard.push(`${ctx.namespace} ${ctx.event}`))
    const paid = billing.event<number>("paid")
    expect(paid).not.toBe(events.event("paid"))
    billing.emitSync("paid", 1)
    events.emitSync(paid, 1)
    events.emitSync("paid", 1)
    expect(heard).toEqual(["billing paid", "billing paid", "outside paid"])
  })
})

describe("declared events", () => {
  it("are the same object for the same name", () => {
    expect(event("same.name")).toBe(createEvents().event("same.name"))
    expect(event("same.name")).not.toBe(createEvents().namespace("n").event("same.name"))
  })

  it("are handled by name and emitted by name", () => {
    const { on, emitSync, event } = createEvents()
    const handler = vi.fn()
    const placed = event<number>("order.placed.both")
    on(placed, handler)
    on("order.placed.both", handler)
    emitSync(placed, 1)
    emitSync("order.placed.both", 2)
    expect(handler.mock.calls.map(([payload]) => payload)).toEqual([1, 1, 2, 2])
  })

  it("check the payload by their schema before any handler runs, and hand on its output", async () => {
    const { on, emit, emitSync, event } = createEvents()
    const priced = event("priced", { schema: z.object({ price: z.coerce.number() }) })
    const handler = vi.fn()
    on("*", handler)
    await expect(emit(priced, { price: "much" })).rejects.toMatchObject({
      code: "NITRO_EVENT_PAYLOAD",
      status: 422,
      details: { issues: [{ path: "price" }] },
    })
    expect(() => emitSync("priced", {})).toThrow("price")
    expect(handler).not.toHaveBeenCalled()
    await emit(priced, { price: "9" })
    emitSync("priced", { price: 8 })
    expect(handler.mock.calls.map(([payload]) => payload)).toEqual([{ price: 9 }, { price: 8 }])
  })

  it("refuse a second, different schema, and emitSync refuses a schema that needs time", async () => {
    const { on, emit, emitSync, event } = createEvents()
    const schema = z.string().refine(async value => value !== "")
    const slow = event("slow.schema", { schema })
    expect(event("slow.schema", { schema })).toBe(slow)
    expect(() => event("slow.schema", { schema: z.string() })).toThrow(
      expect.objectContaining({ code: "NITRO_EVENT_REDECLARED" }),
    )
    const handler = vi.fn()
    on(slow, handler)
    expect(() => emitSync(slow, "a")).toThrow(
      expect.objectContaining({ code: "NITRO_EVENT_ASYNC_SCHEMA" }),
    )
    await emit(slow, "a")
    await expect(emit(slow, "")).rejects.toThrow("slow.schema")
    expect(handler).toHaveBeenCalledOnce()
  })

  it("take effect for a schema that is declared after the name was already emitted", () => {
    const { emitSync, event } = createEvents()
    emitSync("schema.later", 1)
    event("schema.later", { schema: z.string() })
    expect(() => emitSync("schema.later", 1 as never)).toThrow("schema.later")
  })

  it.each(["", "a..b", "a.*", "!a", "[a]", ".a"])("refuse the name %j", name => {
    const events = createEvents()
    expect(() => events.event(name)).toThrow(expect.objectContaining({ code: "NITRO_EVENT_NAME" }))
    expect(() => events.emitSync(name)).toThrow(
      expect.objectContaining({ code: "NITRO_EVENT_NAME" }),
    )
    expect(() => events.namespace(name)).toThrow(
      expect.objectContaining({ code: "NITRO_EVENT_NAME" }),
    )
  })
})

describe("subscriptions", () => {
  it("end with off, with using, with once and with clear", () => {
    const events = createEvents()
    const { on, emitSync, hasListeners } = events
    const heard: string[] = []
    const off = on("e", () => heard.push("off"))
    {
      using _ = on("e", () => heard.push("using"))
      on("e", () => heard.push("once"), { once: true })
      emitSync("e")
    }
    off()
    off()
    emitSync("e")
    expect(heard).toEqual(["off", "using", "once"])
    on("e", () => heard.push("cleared"))
    on("*", () => heard.push("cleared"))
    events.namespace("n").on("e", () => heard.push("cleared"))
    events.clear()
    expect([hasListeners("e"), events.namespace("n").hasListeners("e")]).toEqual([false, false])
  })

  it("once calls once even when the handler emits the event again, and waits for its condition", () => {
    const { on, emitSync } = createEvents()
    const handler = vi.fn(() => emitSync("e", 2))
    on("e", handler, { once: true, when: payload => payload !== 0 })
    emitSync("e", 0)
    emitSync("e", 1)
    expect(handler.mock.calls).toHaveLength(1)
  })

  it("end when their signal aborts, and leave nothing on a signal that lives on", () => {
    const { on, hasListeners } = createEvents()
    const controller = new AbortController()
    on("e", () => {}, { signal: controller.signal })
    on("e", () => {}, { signal: controller.signal })()
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1)
    controller.abort()
    expect(hasListeners("e")).toBe(false)
    on("e", () => {}, { signal: controller.signal })
    expect(hasListeners("e")).toBe(false)
  })

  it("removed during an emission are not called any more, added ones not yet", () => {
    const { on, emitSync } = createEvents()
    const heard: string[] = []
    on("e", () => {
      heard.push("first")
      off()
      on("e", () => heard.push("added"))
    })
    const off = on("e", () => heard.push("removed"))
    on("e", () => heard.push("last"))
    expect(emitSync("e")).toHaveLength(2)
    expect(heard).toEqual(["first", "last"])
  })

  it("of an object sender match that very object, and a payload is its sender", () => {
    const { on, emitSync, event } = createEvents()
    const saved = event<{ id: number }>("saved.sender")
    const mine = { id: 1 }
    const handler = vi.fn()
    on(saved, handler, { sender: mine })
    emitSync(saved, mine)
    emitSync(saved, { id: 1 })
    emitSync(saved, { id: 2 }, { sender: mine })
    expect(handler.mock.calls.map(([payload]) => payload)).toEqual([{ id: 1 }, { id: 2 }])
  })

  it("can be looked at, by name and by pattern", () => {
    const { on, listeners, hasListeners } = createEvents()
    on("order.placed", function mails() {}, { priority: 1 })
    on("order.*", () => {}, { name: "audit", once: true })
    expect(listeners("order.placed")).toEqual([
      { event: "order.placed", handler: "mails", priority: 1, once: false, weak: false },
      { event: "order.*", handler: "audit", priority: 0, once: true, weak: false },
    ])
    expect(listeners("order.*").map(({ handler }) => handler)).toEqual(["audit"])
    expect([hasListeners("order.sent"), hasListeners("user.sent"), hasListeners("**")]).toEqual([
      true,
      false,
      false,
    ])
  })

  it("refuse what is not a function, and a pattern that cannot be read", () => {
    const { on } = createEvents()
    expect(() => on("e", undefined as never)).toThrow(
      expect.objectContaining({ code: "NITRO_EVENT_HANDLER" }),
    )
    expect(() => on("a.[b", () => {})).toThrow(
      expect.objectContaining({ code: "NITRO_EVENT_PATTERN" }),
    )
    expect(() => on("a.b**", () => {})).toThrow(
      expect.objectContaining({ code: "NITRO_EVENT_PATTERN" }),
    )
  })
})

describe("results", () => {
  it("hold what each handler returned, generators' values and errors, falsy ones too", async () => {
    const { on, emit } = createEvents(quiet)
    const failure = new Error("half way")
    const values = [() => 0, () => undefined, () => null, async () => false, () => [1, 2]]
    for (const handler of values) on("e", handler)
    on("e", function* () {
      yield 1
      yield 2
    })
    on("e", async function* counts() {
      yield 1
      throw failure
    })
    on("e", () => {
      throw undefined
    })
    expect(await emit("e")).toEqual([
      { value: 0 },
      { value: undefined },
      { value: null },
      { value: false },
      { value: [1, 2] },
      { values: [1, 2] },
      { error: failure, handler: "counts", values: [1] },
      { error: expect.objectContaining({ code: "NITRO_EVENT_HANDLER" }), handler: "anonymous" },
    ])
  })

  it("of emitSync hold an async handler's promise, whose rejection is reported and affects no other handler", async () => {
    const failures: unknown[] = []
    const { on, emitSync } = createEvents({ onError: ({ error }) => failures.push(error) })
    const failure = new Error("late")
    on("e", async () => "late value")
    on("e", async () => {
      throw failure
    })
    on("e", async function* () {
      yield 1
    })
    const [value, rejected, values] = emitSync("e")
    await expect(value?.value).resolves.toBe("late value")
    await expect(rejected?.value).rejects.toBe(failure)
    await expect(values?.value).resolves.toEqual([1])
    expect(failures).toEqual([failure])
  })

  it("of emitSync that fail late are reported even where failures are to be thrown", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {})
    const { on, emitSync } = createEvents({ onError: "throw" })
    on("e", async () => {
      throw new Error("late")
    })
    expect(emitSync("e")).toHaveLength(1)
    await sleep(1)
    expect(printed).toHaveBeenCalledOnce()
    printed.mockRestore()
  })

  it("are thrown together on request, after every handler ran", async () => {
    const { on, emit, emitSync } = createEvents({ onError: "throw" })
    const last = vi.fn()
    on("e", () => {
      throw new Error("one")
    })
    on("e", () => {
      throw new Error("two")
    })
    on("e", last)
    await expect(emit("e")).rejects.toMatchObject({
      message: '2 of 3 handlers of "e" failed.',
      errors: [{ message: "one" }, { message: "two" }],
    })
    expect(() => emitSync("e")).toThrow(AggregateError)
    expect(emitSync("e", 1, quiet)).toHaveLength(3)
    expect(last).toHaveBeenCalledTimes(3)
  })

  it("of a handler that takes too long are an error, and its signal aborts", async () => {
    const { on, emit } = createEvents(quiet)
    let signal: AbortSignal | undefined
    on("e", (_, ctx) => {
      signal = ctx.signal
      return new Promise(() => {})
    })
    on("e", async () => "quick")
    on("e", async () => sleep(60, "has time"), { timeoutMs: 5_000 })
    expect(await emit("e", 1, { timeoutMs: 20 })).toMatchObject([
      { error: { code: "NITRO_EVENT_TIMEOUT" } },
      { value: "quick" },
      { value: "has time" },
    ])
    expect(signal?.aborted).toBe(true)
  })

  it("keep what an async generator yielded before its time was up, and the generator is closed", async () => {
    const { on, emit } = createEvents(quiet)
    const closed = vi.fn()
    on(
      "e",
      async function* () {
        try {
          for (;;) {
            yield 1
            await sleep(15)
          }
        } finally {
          closed()
        }
      },
      { timeoutMs: 40 },
    )
    const [result] = await emit("e")
    expect(result).toMatchObject({ error: { code: "NITRO_EVENT_TIMEOUT" } })
    expect(result?.values?.length).toBeGreaterThan(0)
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce())
  })
})

describe("emission", () => {
  it("calls parallel handlers in order without waiting, sequential ones after each other", async () => {
    const { on, emit } = createEvents()
    const steps: string[] = []
    for (const name of ["a", "b"]) {
      on("e", async () => {
        steps.push(`${name} starts`)
        await sleep(5)
        steps.push(`${name} ends`)
      })
    }
    await emit("e")
    expect(steps.splice(0)).toEqual(["a starts", "b starts", "a ends", "b ends"])
    await emit("e", 1, { sequential: true })
    expect(steps).toEqual(["a starts", "a ends", "b starts", "b ends"])
  })

  it("stops between sequential async handlers", async () => {
    const { on, emit } = createEvents()
    const second = vi.fn()
    on("e", async (_, ctx) => {
      await sleep(1)
      ctx.stop()
    })
    on("e", second)
    expect(await emit("e", 1, { sequential: true })).toHaveLength(1)
    expect(second).not.toHaveBeenCalled()
  })

  it("rejects when its signal aborts, starts no further handler, and aborts those under way", async () => {
    const failures = vi.fn()
    const { on, emit } = createEvents({ onError: failures })
    const second = vi.fn()
    on("e", (_, ctx) => sleep(5_000, undefined, { signal: ctx.signal }))
    on("e", second)
    const controller = new AbortController()
    const reason = new Error("enough")
    const emitted = emit("e", 1, { signal: controller.signal, sequential: true })
    controller.abort(reason)
    await expect(emitted).rejects.toBe(reason)
    await expect(emit("e", 1, { signal: controller.signal })).rejects.toBe(reason)
    await sleep(5)
    expect(second).not.toHaveBeenCalled()
    expect(failures).not.toHaveBeenCalled()
  })

  it("is refused in a loop with the chain of names, also through awaits, and ends soon when it branches", async () => {
    const failures: HandlerFailure[] = []
    const { on, emit, emitSync } = createEvents({
      maxDepth: 20,
      maxRunning: 1_000,
      onError: failure => failures.push(failure),
    })
    on("ping", () => emitSync("pong"))
    on("pong", () => emitSync("ping"))
    emitSync("ping")
    expect(failures[0]?.error).toMatchObject({
      code: "NITRO_EVENT_LOOP",
      message: expect.stringContaining("ping -> pong -> ping"),
    })
    const calls = vi.fn()
    on("twice", async () => {
      calls()
      await null
      await Promise.all([emit("twice"), emit("twice")])
    })
    await emit("twice")
    expect(calls.mock.calls.length).toBeLessThan(1_100)
    expect(failures.length).toBe(2)
    expect(failures[1]?.error).toMatchObject({
      code: "NITRO_EVENT_LOOP",
      message: expect.stringContaining("twice"),
    })
  })

  it("that is refused in a loop and not awaited does not end the process", async () => {
    const unhandled = vi.fn()
    process.on("unhandledRejection", unhandled)
    const failures: HandlerFailure[] = []
    const { on, emit } = createEvents({ maxDepth: 5, onError: failure => failures.push(failure) })
    on("again", () => void emit("again"))
    on("in turn", () => void emit("in turn", 1, { sequential: true }))
    await emit("again")
    await emit("in turn")
    await sleep(5)
    process.off("unhandledRejection", unhandled)
    expect(unhandled).not.toHaveBeenCalled()
    expect(failures).toMatchObject([
      { error: { code: "NITRO_EVENT_LOOP" } },
      { error: { code: "NITRO_EVENT_LOOP" } },
    ])
  })

  it("may go on for ever where each round is over before the next begins", async () => {
    const failures = vi.fn()
    const { on, emit } = createEvents({ maxDepth: 5, onError: failures })
    let rounds = 0
    const done = new Promise<void>(resolve => {
      on("tick", async () => {
        await null
        if (++rounds === 30) resolve()
        else setImmediate(() => void emit("tick"))
      })
    })
    await emit("tick")
    await done
    expect(failures).not.toHaveBeenCalled()
  })
})

describe("context", () => {
  it("carries correlation and causation over nested emissions and awaits", async () => {
    const { on, emit, emitSync } = createEvents()
    const seen: Record<
      string,
      { id: string; correlationId: string; causationId: string | undefined }
    > = {}
    const note = (name: string) => {
      const { id, correlationId, causationId } = currentContext() ?? {}
      seen[name] = { id: id as string, correlationId: correlationId as string, causationId }
    }
    on("a", async () => {
      note("a")
      await sleep(1)
      await emit("b")
    })
    on("b", () => {
      note("b")
      emitSync("c")
    })
    on("c", () => note("c"))
    await emit("a")
    expect(currentContext()).toBeUndefined()
    expect(seen["a"]?.causationId).toBeUndefined()
    expect(seen["b"]?.causationId).toBe(seen["a"]?.id)
    expect(seen["c"]?.causationId).toBe(seen["b"]?.id)
    expect(new Set(Object.values(seen).map(({ correlationId }) => correlationId))).toEqual(
      new Set([seen["a"]?.id]),
    )
    await emit("a", 1, { correlationId: "request-1", causationId: "message-1" })
    expect(seen["a"]).toMatchObject({ correlationId: "request-1", causationId: "message-1" })
    expect(seen["c"]?.correlationId).toBe("request-1")
    await withContext({ correlationId: "request-2" }, () => emit("a"))
    expect(seen["c"]?.correlationId).toBe("request-2")
  })

  it("keeps emissions apart that run side by side", async () => {
    const { on, emit } = createEvents()
    const inner: [unknown, string][] = []
    on("outer", async payload => {
      await sleep(Math.random() * 5)
      await emit("inner", payload)
    })
    on("inner", (payload, ctx) => inner.push([payload, ctx.correlationId]))
    await Promise.all([1, 2, 3].map(n => emit("outer", n, { correlationId: `c${n}` })))
    expect(inner.sort()).toEqual([1, 2, 3].map(n => [n, `c${n}`]))
  })

  it("still names its cause after the causing emission is over", async () => {
    const { on, emit } = createEvents()
    let first: string | undefined
    const later = new Promise<{ cause: string | undefined; correlation: string }>(resolve => {
      on("later", (_, ctx) => resolve({ cause: ctx.causationId, correlation: ctx.correlationId }))
    })
    on("start", (_, ctx) => {
      first = ctx.id
      setTimeout(() => void emit("later"), 5)
    })
    await emit("start")
    expect(await later).toEqual({ cause: first, correlation: first })
  })

  it("decides which registry the functions of the module work on", async () => {
    const apart = createEvents()
    const heard: string[] = []
    const name = "current.registry"
    using _ = on(name, () => heard.push("default"))
    await withEvents(apart, async () => {
      on(name, async () => {
        await sleep(1)
        heard.push("apart")
        await emit("current.nested")
      })
      on("current.nested", () => heard.push("nested apart"))
      await emit(name)
    })
    expect(heard).toEqual(["apart", "nested apart"])
    await emit(name)
    expect(heard).toEqual(["apart", "nested apart", "default"])
  })
})
