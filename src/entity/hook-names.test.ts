// Warnings for what would do nothing without a word: misspelt hooks, and a database URL under another name.
import { configure, Entity, memory } from "nitro-ts/entity"
import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { z } from "zod"

const warnings: string[] = []
const listen = (warning: Error): void => void warnings.push(`${warning.name} ${warning.message}`)

beforeEach(() => {
  warnings.length = 0
  process.on("warning", listen)
})
afterEach(() => {
  process.off("warning", listen)
  vi.unstubAllEnvs()
})

it.each(["beforeSaev", "beforeCreated", "afterdelete", "BeforeUpdate"])("warns once of a method %s", async name => {
  class Note extends Entity(`Note_${name}`, { text: z.string() }) {
    static store = memory()
  }
  Object.defineProperty(Note.prototype, name, { value() {}, configurable: true, writable: true })
  await Note.create({ text: "a" })
  await Note.create({ text: "b" })
  await expect.poll(() => warnings).toEqual([expect.stringContaining(`Note.${name}() is not a hook`)])
})

it("says nothing of hooks, and of methods that are like none", async () => {
  class Note extends Entity("NoteWithHooks", { text: z.string() }) {
    static store = memory()
    beforeSave() {}
    afterParty() {}
    before() {}
    onlyOnce() {}
  }
  await Note.create({ text: "a" })
  await new Promise(resolve => setImmediate(resolve))
  expect(warnings).toEqual([])
})

it("warns where DATABASE_URL is set and not read", async () => {
  vi.stubEnv("DATABASE_URL", "postgres://localhost/shop")
  vi.stubEnv("NITRO_DATABASE_URL", "")
  configure({ store: undefined })
  class Note extends Entity("NoteInMemory", { text: z.string() }) {}
  await Note.create({ text: "a" })
  await expect.poll(() => warnings).toEqual([expect.stringContaining("Set NITRO_DATABASE_URL")])
})
