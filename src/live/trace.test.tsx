// Messages of live pages on diagnostics channels.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { Entity, memory } from "nitro-ts/entity"
import { live } from "nitro-ts/live"
import { afterEach, expect, it } from "vitest"
import { z } from "zod"
import { makeApp, rest } from "./support/live-pages.tsx"

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

type Message = Readonly<Record<string, unknown>>

function watch(name: string): { readonly started: Message[]; readonly ended: Message[] } {
  const seen = { started: [] as Message[], ended: [] as Message[] }
  for (const [part, list] of [
    ["start", seen.started],
    ["end", seen.ended],
  ] as const) {
    const listener = (message: unknown) => void list.push({ ...(message as Message) })
    subscribe(`${name}:${part}`, listener)
    ends.push(() => void unsubscribe(`${name}:${part}`, listener))
  }
  return seen
}

it("streams, topics and patches are shown from start to end, as plain data", async () => {
  class Row extends Entity("Row", { text: z.string() }) {
    static store = memory()
  }
  const Item = (row: Row) => <li id={row.domId}>{row.text}</li>
  const app = makeApp({ entities: [Row], view: () => live(Row.all(), Item, { id: "rows" }) })
  const page = await app.page("/?token=secret")
  await app.page("/")
  const [streams, topics, patches] = ["stream", "topic", "patch"].map(name =>
    watch(`nitro:${name}`),
  ) as [ReturnType<typeof watch>, ReturnType<typeof watch>, ReturnType<typeof watch>]
  const [one, two] = [await app.open(page), await app.open(page)]
  expect(streams.started).toMatchObject([{ path: "/" }, { path: "/" }])
  expect(topics.started).toMatchObject([{ id: "rows", isShared: true }])
  await Row.create({ text: "a secret" })
  const [event] = await one.next()
  await two.next()
  await rest()
  expect(patches.started).toMatchObject([{ id: "rows", changes: 1 }])
  expect(patches.ended).toMatchObject([{ id: "rows", changes: 1, streams: 2 }])
  expect(patches.ended[0]?.["bytes"]).toBe(`${event}\n\n`.replace(/id: .*\n/, "").length)
  expect([streams.ended, topics.ended]).toEqual([[], []])
  const bytes = one.text.length
  await one.close()
  expect(streams.ended).toMatchObject([{ path: "/", bytes, durationMs: expect.any(Number) }])
  expect(topics.ended).toEqual([])
  await two.close()
  expect(topics.ended).toMatchObject([{ id: "rows", durationMs: expect.any(Number) }])
  expect(JSON.stringify([streams, topics, patches])).not.toContain("secret")
  await app.close()
})
