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

it.each(["beforeSaev", "beforeCreated", "afterdelete", "BeforeUpdate"])(
  "warns once of a method %s",
  async name => {
    class Note extends Entity(`Note_${name}`, { text: z.string() }) {
      static store = memory()
    }
    Object.defineProperty(Note.prototype, name, { value() {}, configurable: true, writable: true })
    await Note.create({ text: "a" })
    await Note.create({ text: "b" })
    await expect
      .poll(() => warnings)
      .toEqual([expect.stringContaining(`Note.${name}() is not a hook`)])
  },
)

it.each([
  ["beforeSvae", "beforeSave"],
  ["beforeCraete", "beforeCreate"],
  ["beforeUpdat", "beforeUpdate"],
  ["beforeDelte", "beforeDelete"],
  ["afterSaved", "afterSave"],
  ["afterCraete", "afterCreate"],
  ["afterUpdaet", "afterUpdate"],
  ["afterDeleted", "afterDelete"],
  ["afterLoaded", "afterLoad"],
  ["onBeforeSave", "beforeSave"],
])("of %s it names the hook %s", async (name, hook) => {
  class Note extends Entity(`Meant_${name}`, { text: z.string() }) {
    static store = memory()
  }
  Object.defineProperty(Note.prototype, name, { value() {}, configurable: true, writable: true })
  const codes: unknown[] = []
  const note = (warning: Error & { code?: string }): void => void codes.push(warning.code)
  process.on("warning", note)
  await Note.create({ text: "a" })
  await new Promise(resolve => setImmediate(resolve))
  process.off("warning", note)
  expect(warnings).toEqual([expect.stringContaining(`Write ${hook}() if you meant that hook`)])
  expect(codes).toEqual(["NITRO_DEFINITION"])
})

it("says nothing of a hook itself, of what is no method, and of a name that only holds one", async () => {
  class Note extends Entity("NoteWithAll", { text: z.string() }) {
    static store = memory()
    beforeSave() {}
    beforeCreate() {}
    beforeUpdate() {}
    beforeDelete() {}
    afterSave() {}
    afterCreate() {}
    afterUpdate() {}
    afterDelete() {}
    afterLoad() {}
    xbeforeSave() {}
    get beforeSaves() {
      return 1
    }
  }
  Object.defineProperty(Note.prototype, "afterSaves", { value: "text", configurable: true })
  await Note.create({ text: "a" })
  await new Promise(resolve => setImmediate(resolve))
  expect(warnings).toEqual([])
})

it("says nothing in production", async () => {
  vi.stubEnv("NODE_ENV", "production")
  class Note extends Entity("NoteInProduction", { text: z.string() }) {
    static store = memory()
    beforeSaves() {}
  }
  await Note.create({ text: "a" })
  await new Promise(resolve => setImmediate(resolve))
  expect(warnings).toEqual([])
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
