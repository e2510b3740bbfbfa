import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { afterEach, expect, it, vi } from "vitest"
import { reportError } from "./report.ts"

afterEach(() => vi.restoreAllMocks())

it("prints to stderr when nobody listens", () => {
  const print = vi.spyOn(console, "error").mockImplementation(() => undefined)
  reportError(new Error("lost"), "a listener of Todo")
  expect(print.mock.calls[0]?.[0]).toContain("a listener of Todo")
})

it("tells the subscribers of the channel instead", () => {
  const print = vi.spyOn(console, "error").mockImplementation(() => undefined)
  const heard: unknown[] = []
  const listen = (message: unknown) => heard.push(message)
  subscribe("nitro:error", listen)
  const error = new Error("lost")
  reportError(error, "a listener of Todo")
  unsubscribe("nitro:error", listen)
  expect(heard).toEqual([{ error, where: "a listener of Todo" }])
  expect(print).not.toHaveBeenCalled()
})
