import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { createEvents, memoryBus } from "nitro-ts/events"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { reportError } from "./report.ts"
import { failedIn, withRequestId } from "./request-id.ts"

afterEach(() => vi.restoreAllMocks())

it("prints to stderr without a subscriber", () => {
  const print = vi.spyOn(console, "error").mockImplementation(() => undefined)
  reportError(new Error("lost"), "a listener of Todo", "entity")
  withRequestId("r-1", () => reportError(new Error("lost"), "a listener of Todo", "entity"))
  expect(print.mock.calls.map(([line]) => line)).toEqual([
    "[nitro-ts] a listener of Todo:",
    "[nitro-ts] a listener of Todo (request r-1):",
  ])
})

describe("a subscriber of the channel", () => {
  const heard: unknown[] = []
  const listen = (message: unknown) => heard.push(message)
  beforeEach(() => {
    heard.length = 0
    subscribe("nitro:error", listen)
  })
  afterEach(() => void unsubscribe("nitro:error", listen))

  it("gets the error instead", () => {
    const print = vi.spyOn(console, "error").mockImplementation(() => undefined)
    const error = new Error("lost")
    reportError(error, "a listener of Todo", "entity")
    expect(heard).toEqual([
      { module: "entity", where: "a listener of Todo", error, requestId: undefined, details: {} },
    ])
    expect(print).not.toHaveBeenCalled()
  })

  it("gets the same members from every module", async () => {
    const bus = memoryBus<number>()
    bus.subscribe({
      change() {
        throw new Error("a broken listener")
      },
      reset() {},
    })
    const events = createEvents()
    events.on("order.placed", function mail() {
      throw new Error("no mail server")
    })
    await withRequestId("r-2", async () => {
      reportError(new Error("lost"), "a listener of Todo", "entity")
      await events.emit("order.placed")
      bus.publish(1)
    })
    const members = heard.map(message => Object.keys(message as object).sort())
    expect(new Set(members.map(String))).toEqual(new Set(["details,error,module,requestId,where"]))
    expect(heard).toMatchObject([
      { module: "entity", requestId: "r-2" },
      {
        module: "events",
        where: 'the handler "mail" of the event "order.placed"',
        requestId: "r-2",
        details: { event: "order.placed", handler: "mail" },
      },
      { module: "events", requestId: "r-2", details: { bus: "memory" } },
    ])
  })

  it("gets the request that an error was thrown in, when it is reported outside of it", () => {
    const error = new Error("lost")
    failedIn("r-3", error)
    reportError(error, "a page", "adapters")
    expect(heard).toMatchObject([{ requestId: "r-3" }])
  })
})
