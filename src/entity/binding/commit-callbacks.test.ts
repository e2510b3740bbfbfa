// Callbacks after a commit: one that never settles is reported and keeps no other from running.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { expect, it } from "vitest"
import { callbacksSettled, runCallbacks } from "./commit-callbacks.ts"

it.each([0, 1])("goes on after a callback that never settles, at place %i", async place => {
  const seen: unknown[] = []
  const note = (message: unknown): void =>
    void seen.push((message as { error: { code: string } }).error.code)
  subscribe("nitro:error", note)
  const callbacks = [() => seen.push("first"), () => seen.push("last")]
  callbacks.splice(place, 0, () => new Promise(() => {}) as never)
  await runCallbacks(callbacks, 20)
  await callbacksSettled()
  unsubscribe("nitro:error", note)
  expect(seen).toEqual(
    place === 0 ? ["NITRO_DEADLINE", "first", "last"] : ["first", "NITRO_DEADLINE", "last"],
  )
})
