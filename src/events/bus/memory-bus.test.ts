import { describe, expect, it, vi } from "vitest"
import { busSuite } from "./bus-suite.ts"
import { memoryBus } from "./memory-bus.ts"

busSuite({ describe, it }, { name: "memoryBus", open: capacity => memoryBus({ capacity }) })

it("keeps no more than its capacity, and exactly that", async () => {
  const bus = memoryBus<number>({ capacity: 3 })
  const cursors = [await bus.cursor()]
  for (let i = 1; i <= 5; i++) cursors.push(await bus.publish(i))
  expect(await bus.replay(cursors[1] as string, 10)).toBeUndefined()
  expect(await bus.replay(cursors[2] as string, 10)).toMatchObject([
    { change: 3 },
    { change: 4 },
    { change: 5 },
  ])
})

it("reports a listener that throws and goes on with the others", async () => {
  const printed = vi.spyOn(console, "error").mockImplementation(() => {})
  const bus = memoryBus<number>()
  const heard: number[] = []
  await bus.subscribe({
    reset: () => {},
    change: () => {
      throw new Error("broken listener")
    },
  })
  await bus.subscribe({ reset: () => {}, change: ({ change }) => heard.push(change) })
  await bus.publish(1)
  await bus.publish(2)
  expect(heard).toEqual([1, 2])
  expect(printed).toHaveBeenCalledTimes(2)
  printed.mockRestore()
})

it("resets a listener that fell a whole ring behind, rather than sending it wrong changes", async () => {
  const bus = memoryBus<number>({ capacity: 4 })
  const heard: (number | string)[] = []
  await bus.subscribe({
    reset: () => {},
    change: ({ change }) => {
      if (change === 1) for (let i = 2; i <= 10; i++) void bus.publish(i)
    },
  })
  await bus.subscribe({
    reset: () => heard.push("reset"),
    change: ({ change }) => heard.push(change),
  })
  await bus.publish(1)
  await bus.publish(11)
  expect(heard).toEqual(["reset", 11])
})

it("refuses a capacity that keeps nothing", () => {
  expect(() => memoryBus({ capacity: 0 })).toThrow(RangeError)
})
