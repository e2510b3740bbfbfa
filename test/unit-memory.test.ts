// Entities in memory, when a unit around a committed one is rolled back, and when a reload meets a save under way.
import { expect, it } from "vitest"
import { z } from "zod"
import { Entity, memory, type Store, unitOfWork, withStores } from "../src/entity/index.ts"

class Note extends Entity("UnitMemoryNote", { text: z.string() }) {}

it("puts back what a committed inner unit did, when the outer one is rolled back", async () => {
  await withStores(memory(), async () => {
    const note = await Note.create({ id: "a", text: "before" })
    const outer = unitOfWork(async () => {
      await unitOfWork(() => note.delete())
      throw new Error("taken back")
    })
    await expect(outer).rejects.toThrow("taken back")
    await note.update({ text: "after" })
    expect((await Note.all()).map(({ text }) => text)).toEqual(["after"])
  })
})

it("reloads what a save under way stores", async () => {
  const store = memory()
  const slow = new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (key !== "bind") return typeof value === "function" ? value.bind(target) : value
      return (definition: Parameters<Store["bind"]>[0]) => {
        const repository = store.bind(definition)
        const write: typeof repository.write = async writes => {
          await new Promise(resolve => setTimeout(resolve, 10))
          return repository.write(writes)
        }
        return new Proxy(repository, {
          get(inner, name) {
            const member: unknown = Reflect.get(inner, name)
            if (name === "write") return write
            return typeof member === "function" ? member.bind(inner) : member
          },
        })
      }
    },
  })
  await withStores(slow, async () => {
    const note = await Note.create({ id: "a", text: "before" })
    const saving = note.update({ text: "saved" })
    await note.reload()
    expect(note.text).toBe("saved")
    await saving
    expect([note.text, note.isDirty]).toEqual(["saved", false])
  })
})
