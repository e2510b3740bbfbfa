import { channel } from "node:diagnostics_channel"
import { afterEach, describe, expect, it, vi } from "vitest"
import { createEvents, type EmitMessage, type HandlerMessage } from "../index.ts"

const unsubscribe: (() => void)[] = []
afterEach(() => {
  for (const off of unsubscribe.splice(0)) off()
  vi.restoreAllMocks()
})

function record<T extends object>(name: string): T[] {
  const messages: T[] = []
  const listener = (message: unknown) => void messages.push({ ...(message as T) })
  channel(name).subscribe(listener)
  unsubscribe.push(() => channel(name).unsubscribe(listener))
  return messages
}

describe("diagnostics channels", () => {
  it("show every emission and handler with name, duration and error", async () => {
    const { on, emit, emitSync, stream } = createEvents({ onError: () => {} })
    const failure = new Error("no mail server")
    on("order.*", async function audits() {})
    on("order.placed", async function mails() {
      throw failure
    })
    on("order.placed", function* counts() {
      yield 1
    })
    const emits = record<EmitMessage>("nitro:emit:end")
    const starts = record<HandlerMessage>("nitro:handler:start")
    const handlers = record<HandlerMessage>("nitro:handler:end")
    await emit("order.placed")
    emitSync("order.placed")
    await vi.waitFor(() => expect(handlers).toHaveLength(6))
    for await (const _ of stream("order.placed")) {
    }
    expect(
      emits.map(({ event, mode, handlers, failures }) => ({ event, mode, handlers, failures })),
    ).toEqual([
      { event: "order.placed", mode: "emit", handlers: 3, failures: 1 },
      // The async handler of emitSync fails later, and is published on its channel.
      { event: "order.placed", mode: "emitSync", handlers: 3, failures: 0 },
      { event: "order.placed", mode: "stream", handlers: 3, failures: 1 },
    ])
    expect(starts.map(({ handler }) => handler).slice(0, 3)).toEqual(["audits", "mails", "counts"])
    expect(starts[0]).not.toHaveProperty("durationMs")
    expect(handlers).toHaveLength(9)
    for (const { handler, error, durationMs } of handlers) {
      expect(error).toBe(handler === "mails" ? failure : undefined)
      expect(durationMs).toBeGreaterThanOrEqual(0)
    }
  })

  it("give emissions that belong together the same correlation id", async () => {
    const { on, emit } = createEvents()
    on("outer", () => emit("inner"))
    const emits = record<EmitMessage>("nitro:emit:start")
    await emit("outer")
    expect(emits.map(({ context }) => context.correlationId)).toEqual([
      emits[0]?.context.id,
      emits[0]?.context.id,
    ])
    expect(emits[1]?.context.causationId).toBe(emits[0]?.context.id)
  })
})

describe("errors of handlers", () => {
  const failing = () => {
    const events = createEvents()
    events.on("e", function mails() {
      throw new Error("no mail server")
    })
    return events
  }

  it("are printed with event and handler without a subscriber", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {})
    await failing().emit("e")
    failing().namespace("billing")
    expect(printed).toHaveBeenCalledWith(
      '[nitro-ts] the handler "mails" of the event "e":',
      expect.objectContaining({ message: "no mail server" }),
    )
  })

  it("go to the channel nitro:error instead of the console with a subscriber", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {})
    const failures = record("nitro:error")
    await failing().emit("e")
    expect(failures).toMatchObject([
      {
        module: "events",
        error: { message: "no mail server" },
        details: { event: "e", handler: "mails", context: { event: "e" } },
      },
    ])
    expect(printed).not.toHaveBeenCalled()
  })

  it("go to onError instead of the console, and one that throws itself is printed with the first", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {})
    const seen = vi.fn()
    await failing().emit("e", 1, { onError: seen })
    expect(seen).toHaveBeenCalledWith(expect.objectContaining({ event: "e", handler: "mails" }))
    expect(printed).not.toHaveBeenCalled()
    await failing().emit("e", 1, {
      onError: () => {
        throw new Error("broken logger")
      },
    })
    expect(printed).toHaveBeenCalledTimes(2)
  })
})
