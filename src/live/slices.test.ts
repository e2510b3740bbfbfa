// Many streams at once: other work of the process runs between them, and none is forgotten.
import { expect, it } from "vitest"
import { expectErrors } from "../../test/support/errors.ts"
import { Hub } from "./hub.ts"
import { LiveApp } from "./live-app.ts"
import type { Sink } from "./sink.ts"
import { Slices, sliceMs } from "./slices.ts"
import { Stream } from "./stream.ts"

const streams = 100
const busyMs = 1

function busy(): void {
  const end = performance.now() + busyMs
  while (performance.now() < end);
}

/** Resolves with the number of pieces of work that were done before each turn of the event loop, until all are. */
async function turnsUntil(done: () => number, all: number): Promise<number[]> {
  const seen: number[] = []
  while (done() < all) {
    await new Promise(resolve => setImmediate(resolve))
    seen.push(done())
  }
  return seen
}

function steps(seen: readonly number[]): number[] {
  return seen.map((count, at) => count - (seen[at - 1] ?? 0))
}

// A look at the clock comes after eight streams at the latest.
const most = Math.max(8, Math.ceil(sliceMs / busyMs))

it("streams are flushed a few milliseconds at a time, and one that fails is ended", async () => {
  const errors = expectErrors()
  const hub = new Hub()
  let flushed = 0
  const ended: number[] = []
  for (let at = 0; at < streams; at++)
    hub.schedule({
      flush() {
        busy()
        flushed++
        if (at === 3) throw new Error("broken")
      },
      end: () => void ended.push(at),
    })
  expect(flushed).toBe(0)
  expect(Math.max(...steps(await turnsUntil(() => flushed, streams)))).toBeLessThanOrEqual(most)
  expect(flushed).toBe(streams)
  expect(ended).toEqual([3])
  expect(errors.map(({ where }) => where)).toEqual(["a live stream"])
})

it("heartbeats are sent a few milliseconds at a time, and not to streams that end meanwhile", async () => {
  const app = new LiveApp(1000)
  let beats = 0
  const sink: Sink = {
    write({ bytes }) {
      if (!Buffer.from(bytes).toString().startsWith(":")) return true
      busy()
      beats++
      return true
    },
    queuedBytes: 0,
    onDrain() {},
    close() {},
  }
  const open = Array.from({ length: streams }, () => {
    const stream: Stream = new Stream({
      path: "/",
      hub: app.hub,
      page: undefined,
      isOfClient: true,
      onEnd: () => app.remove(stream),
    })
    app.add(stream)
    stream.attach({ layout: "", viewer: "" }, sink)
    return stream
  })
  app.beat(Date.now())
  expect(beats).toBe(0)
  for (const stream of open.slice(-10)) stream.end()
  expect(Math.max(...steps(await turnsUntil(() => beats, streams - 10)))).toBeLessThanOrEqual(most)
  await turnsUntil(() => beats, 0)
  expect(beats).toBe(streams - 10)
  app.end()
})

it("work that is added meanwhile comes last, and idle slices start again", async () => {
  const order: number[] = []
  const slices = new Slices<number>(item => {
    order.push(item)
    if (item === 1) slices.add(4)
  })
  for (const item of [1, 2, 3]) slices.add(item)
  await turnsUntil(() => order.length, 4)
  slices.add(5)
  await turnsUntil(() => order.length, 5)
  expect(order).toEqual([1, 2, 3, 4, 5])
})
