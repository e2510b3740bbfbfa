import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { z } from "zod"
import { withStores } from "../binding/stores.ts"
import { unitOfWork } from "../binding/unit-of-work.ts"
import { serial } from "../contract/generated.ts"
import { Entity } from "../entity.ts"
import { memory } from "./store.ts"

class Note extends Entity("Note", {
  text: z.string(),
  big: z.bigint().nullable().default(null),
  bytes: z.instanceof(Uint8Array).nullable().default(null),
  ratio: z.number().default(0),
  at: z.date().nullable().default(null),
  tags: z.array(z.string()).default([]),
}) {}

let folder = ""
let file = ""
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nitro-memory-"))
  file = join(folder, "data", "notes.json")
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const within = async <T>(fn: () => Promise<T>): Promise<T> => {
  const store = memory({ file })
  try {
    return await withStores(store, fn)
  } finally {
    await store.close()
  }
}

it("keeps every value from one process to the next", async () => {
  const values = {
    text: 'é "x" {}',
    big: 2n ** 60n,
    bytes: Uint8Array.of(0, 255),
    ratio: 0.1,
    at: new Date(5),
    tags: ["a"],
  }
  const { id } = await within(() => Note.create(values))
  const read = await within(() => Note.require(id))
  expect(read.toJSON()).toEqual({ id, ...values, big: String(2n ** 60n), bytes: "AP8=" })
  await within(async () => (await Note.require(id)).delete())
  expect(await within(async () => Note.count())).toBe(0)
})

it("counts serial ids on from one process to the next, though the newest row is gone", async () => {
  class Ticket extends Entity("Ticket", { id: serial(), text: z.string() }) {}
  await within(async () => {
    await Ticket.createMany([{ text: "a" }, { text: "b" }])
    await Ticket.deleteWhere({}, { all: true })
  })
  // One that does not use the class keeps the counter too.
  await within(() => Note.create({ text: "x" }))
  const before = JSON.parse(readFileSync(file, "utf8"))
  expect(before.serials).toEqual({ tickets: 2 })
  expect(await within(async () => (await Ticket.create({ text: "c" })).id)).toBe(3)
  // A file of an earlier release has no counter.
  writeFileSync(file, JSON.stringify({ version: 1, tables: { tickets: [{ id: 8, text: "d" }] } }))
  expect(await within(async () => (await Ticket.create({ text: "e" })).id)).toBe(9)
})

it.each([
  "{}",
  "null",
  "[]",
  "1",
  '{"tables":null}',
  '{"tables":[]}',
  '{"tables":{"notes":{}}}',
  '{"tables":{"notes":[1]}}',
  '{"tables":{},"serials":{"notes":"a"}}',
  "{",
  "",
])("refuses a file that holds %s, and leaves it as it is", async text => {
  await within(() => Note.create({ text: "x" }))
  writeFileSync(file, text)
  await expect(within(async () => Note.count())).rejects.toMatchObject({ code: "NITRO_SNAPSHOT" })
  expect(readFileSync(file, "utf8")).toBe(text)
})

it("has no file of half a snapshot, and leaves no other behind", async () => {
  await within(() => Note.createMany(Array.from({ length: 100 }, (_, n) => ({ text: String(n) }))))
  expect(readdirSync(join(folder, "data"))).toEqual(["notes.json"])
  expect(JSON.parse(readFileSync(file, "utf8")).tables.notes.length).toBe(100)
})

it("does not keep what was rolled back", async () => {
  await within(async () => {
    await Note.create({ text: "kept" })
    await unitOfWork(async () => {
      await Note.create({ text: "gone" })
      await new Promise(resolve => setTimeout(resolve, 80))
      throw new Error("on purpose")
    }).catch(() => {})
  })
  expect(await within(async () => (await Note.all()).map(({ text }) => text))).toEqual(["kept"])
})

it("takes up fields that came since, and drops those that went", async () => {
  await within(() => Note.create({ id: "a", text: "old" }))
  class Newer extends Entity("Note", {
    text: z.string(),
    stars: z.int().default(3),
    hint: z.string().nullable().default(null),
  }) {}
  expect((await within(() => Newer.require("a"))).toJSON()).toEqual({
    id: "a",
    text: "old",
    stars: 3,
    hint: null,
  })
})

it("forgets what expired meanwhile", async () => {
  await within(async () => {
    await new Note({ text: "short" }).save({ ttlSeconds: 0.02 })
    await new Note({ text: "long" }).save({ ttlSeconds: 100 })
  })
  await new Promise(resolve => setTimeout(resolve, 40))
  expect(await within(async () => (await Note.all()).map(({ text }) => text))).toEqual(["long"])
})

it("refuses a file that holds something else, and does not write over it", async () => {
  await within(() => Note.create({ text: "a" }))
  writeFileSync(file, "{ not json")
  await expect(within(() => Note.create({ text: "b" }))).rejects.toMatchObject({
    code: "NITRO_SNAPSHOT",
  })
  expect(readFileSync(file, "utf8")).toBe("{ not json")
})

it("is written when the process exits right after the last save", () => {
  const script = `
    import { z } from "zod"
    import { Entity, memory } from "./src/entity/index.ts"
    class Note extends Entity("Note", { text: z.string() }) { static store = memory({ file: ${JSON.stringify(file)} }) }
    await Note.create({ text: "last" })
    process.exit(0)`
  const run = spawnSync(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "--eval", script],
    { encoding: "utf8" },
  )
  expect(run.stderr).toBe("")
  expect(JSON.parse(readFileSync(file, "utf8")).tables.notes).toMatchObject([{ text: "last" }])
})
