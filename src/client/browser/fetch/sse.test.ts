import { describe, expect, it } from "vitest"
import { eventParser, readEvents, type ServerEvent } from "./sse.ts"

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function read(
  chunks: readonly Uint8Array[],
): Promise<{ events: ServerEvent[]; ids: string[]; retries: number[]; alive: number }> {
  const seen = {
    events: [] as ServerEvent[],
    ids: [] as string[],
    retries: [] as number[],
    alive: 0,
  }
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  await readEvents(body, {
    event: event => void seen.events.push(event),
    id: id => void seen.ids.push(id),
    retry: ms => void seen.retries.push(ms),
    alive: () => seen.alive++,
  })
  return seen
}

const FULL =
  ": hello\r\nid: 7\nevent: one\rdata: first line\r\ndata:second ✓ 🎉\n\r\n\r: beat\n\nretry: 250\ndata\n\nid\ndata: x: y\n\nevent: cut\ndata: off"
const EXPECTED = {
  events: [
    { event: "one", data: "first line\nsecond ✓ 🎉", id: "7" },
    { event: "message", data: "", id: undefined },
    { event: "message", data: "x: y", id: "" },
  ],
  ids: ["7", ""],
  retries: [250],
}

describe("an event stream", () => {
  it("gives the same events however its bytes are cut", async () => {
    const all = bytes(FULL)
    expect(await read([all])).toMatchObject(EXPECTED)
    expect(await read([...all].map(byte => Uint8Array.of(byte)))).toMatchObject(EXPECTED)
    for (let at = 1; at < all.length; at++)
      expect(await read([all.slice(0, at), all.slice(at)]), `cut at ${at}`).toMatchObject(EXPECTED)
  })

  it("skips a byte order mark, ids with NUL, and retries that are no number", async () => {
    expect(
      await read([bytes("\uFEFFdata: a\nid: x\0y\nretry: soon\nretry: -1\n\n")]),
    ).toMatchObject({
      events: [{ data: "a", id: undefined }],
      ids: [],
      retries: [],
    })
  })

  it("remembers an id only once its event was handled", () => {
    const order: string[] = []
    const feed = eventParser({ id: id => void order.push(id), retry: () => {} })
    expect([...feed("id: 1\ndata: a\n")]).toEqual([])
    expect(order).toEqual([])
    expect([...feed("\n")]).toEqual([{ event: "message", data: "a", id: "1" }])
    expect([...feed("id: 2\n\n")]).toEqual([])
    expect(order).toEqual(["2"])
  })

  it("treats comments as signs of life", async () => {
    expect((await read([bytes(":\n\n"), bytes(": beat\n\n")])).alive).toBe(2)
  })

  it("takes a long line in many pieces in linear time", async () => {
    const piece = "x".repeat(16_384)
    const { events } = await read([
      bytes("data: "),
      ...Array.from({ length: 256 }, () => bytes(piece)),
      bytes("\n\n"),
    ])
    expect(events[0]!.data.length).toBe(256 * 16_384)
  })
})
