// Subscriptions of weak handlers: ending one lets its handler go while the owner lives.
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { expect, it } from "vitest"
import { createEvents } from "./index.ts"

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void

it("lets go of a weak handler that was unsubscribed, and keeps its other subscription", async () => {
  const { on, emit } = createEvents()
  const owner = {}
  let heard = 0
  const make = (): { readonly ref: WeakRef<object>; readonly offs: (() => void)[] } => {
    const handler = (): void => {
      heard++
    }
    const [a, b] = [on("a", handler, { weak: owner }), on("b", handler, { weak: owner })]
    return { ref: new WeakRef(handler), offs: [a, b] }
  }
  const { ref, offs } = make()
  offs[0]?.()
  for (let turn = 0; turn < 5; turn++) {
    await new Promise(resolve => setTimeout(resolve, 1))
    collect()
  }
  await emit("b")
  expect([heard, ref.deref() === undefined]).toEqual([1, false])
  offs[1]?.()
  for (let turn = 0; turn < 5; turn++) {
    await new Promise(resolve => setTimeout(resolve, 1))
    collect()
  }
  expect([ref.deref(), Object.keys(owner)]).toEqual([undefined, []])
})
