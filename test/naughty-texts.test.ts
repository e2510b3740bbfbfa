// The Big List of Naughty Strings through an entity on every store: kept as it is, found by what it is, and by nothing else.
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { Entity, memory, type Store, withStores } from "nitro-ts/entity"
import { postgres } from "nitro-ts/postgres"
import { sqlite } from "nitro-ts/sqlite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { availableDrivers } from "../src/stores/sql/testing/drivers.ts"
import { postgresMissing, testDatabase } from "./support/postgres.ts"

const list = createRequire(import.meta.url).resolve("big-list-of-naughty-strings")
const texts = [...new Set(JSON.parse(readFileSync(list, "utf8")) as string[])]

class Note extends Entity("Note", {
  text: z.string(),
  tags: z.record(z.string(), z.string()).default({}),
}) {}

if (postgresMissing !== undefined) console.log(`Skipped: ${postgresMissing}`)
const database = postgresMissing === undefined ? await testDatabase(1) : undefined
afterAll(() => database?.remove())

const stores: readonly (readonly [name: string, open: () => Store])[] = [
  ["memory", () => memory()],
  ...availableDrivers.map(
    driver => [`SQLite on ${driver}`, () => sqlite({ file: ":memory:", driver })] as const,
  ),
  ...(database
    ? [["Postgres", () => postgres({ url: database.emptySchema(), schema: "sync" })] as const]
    : []),
]

describe.each(stores)("%s", (_name, open) => {
  let store: Store
  beforeAll(() => {
    store = open()
  })
  afterAll(() => store.close())

  it("keeps every text, as a value, in JSON and as a key there", async () => {
    expect(texts.length).toBeGreaterThan(400)
    await withStores(store, async () => {
      const made = await Note.createMany(texts.map(text => ({ text, tags: { [text]: text } })))
      const byId = new Map((await Note.all()).map(note => [note.id, note]))
      for (const [at, note] of made.entries()) {
        const stored = byId.get(note.id)
        expect(stored?.text).toBe(texts[at])
        expect(Object.entries(stored?.tags ?? {})).toEqual([[texts[at], texts[at]]])
      }
    })
  })

  it("finds every text by equality and as a part, and takes no character of it for a pattern", async () => {
    await withStores(store, async () => {
      for (const text of texts) {
        expect((await Note.where({ text })).map(note => note.text)).toEqual([text])
        const containing = (await Note.where(n => n.text.contains(text))).map(note => note.text)
        expect(containing.sort()).toEqual(
          texts.filter(other => lower(other).includes(lower(text))).sort(),
        )
        expect(
          (await Note.where(n => n.text.startsWith(text))).every(note =>
            lower(note.text).startsWith(lower(text)),
          ),
        ).toBe(true)
      }
      expect(await Note.where({ text: texts }).count()).toBe(texts.length)
    })
  })
})

/** As the stores compare parts of texts: the letters A to Z in either case. */
function lower(text: string): string {
  return text.replace(/[A-Z]/g, letter => letter.toLowerCase())
}
