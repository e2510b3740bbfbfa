import { constants, createGunzip, gunzipSync } from "node:zlib"
import { expect, it } from "vitest"
import { Frame } from "../live/internal.ts"
import { deflatedFrame } from "./frames.ts"
import { GzipSum, gzipHead } from "./gzip.ts"

const long = "<li>the same words in every row</li>".repeat(80)
const texts = ["", "a", "é\n\n", long, "x".repeat(70_000), long, ": \n\n"]

it("makes one gzip stream of frames in any order, with a checksum over all of them", () => {
  const frames = texts.flatMap(text => [Frame.of(text, true), Frame.of(text, false)])
  for (const order of [frames, [...frames].reverse(), []]) {
    const sum = new GzipSum()
    const parts = order.map(frame => {
      const deflated = deflatedFrame(frame)
      sum.add(deflated)
      return deflated.bytes
    })
    // It throws where the checksum or the length is wrong.
    const read = gunzipSync(Buffer.concat([gzipHead, ...parts, sum.end]))
    expect(Buffer.compare(read, Buffer.concat(order.map(({ bytes }) => bytes)))).toBe(0)
  }
})

it("lets a reader see each frame before the next one is written", async () => {
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })
  gunzip.write(gzipHead)
  for (const text of texts.filter(each => each !== "")) {
    let seen = ""
    const whole = new Promise<void>(resolve => {
      gunzip.on("data", data => {
        seen += data
        if (Buffer.byteLength(seen) >= Buffer.byteLength(text)) resolve()
      })
    })
    gunzip.write(deflatedFrame(Frame.of(text, true)).bytes)
    await whole
    expect(seen).toBe(text)
    gunzip.removeAllListeners("data")
  }
})

it("compresses a frame once, and only what many pages get", () => {
  const [shared, own, short] = [Frame.of(long, true), Frame.of(long, false), Frame.of("a", true)]
  expect(deflatedFrame(shared)).toBe(deflatedFrame(shared))
  const sizes = [shared, own, short].map(frame => deflatedFrame(frame).bytes.byteLength)
  console.log(`${long.length} bytes are ${sizes[0]} compressed`)
  expect(sizes[0]).toBeLessThan(long.length / 6)
  expect(sizes.slice(1)).toEqual([long.length + 5, 6])
})
