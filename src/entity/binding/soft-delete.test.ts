import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { sqlite } from "../../stores/sql/sqlite/store.ts"
import { ref } from "../definition/fields.ts"
import { Entity } from "../entity.ts"
import { memory } from "../memory/store.ts"
import { observeChanges } from "./changes.ts"
import { withStores } from "./stores.ts"
import { unitOfWork } from "./unit-of-work.ts"

class Folder extends Entity(
  "Folder",
  { name: z.string() },
  { softDelete: true, unique: ["name"], version: true },
) {}
class File extends Entity("File", {
  name: z.string(),
  size: z.int().default(1),
  folderId: ref("Folder").nullable().default(null),
}) {}
class Plain extends Entity("Plain", { name: z.string() }) {}

const stores = { memory: memory(), sqlite: sqlite(":memory:") }
afterEach(async () => {
  for (const store of Object.values(stores)) {
    await withStores(store, async () => {
      await File.deleteWhere({}, { all: true })
      await Folder.deleteWhere({}, { all: true, permanently: true })
    })
  }
})

for (const [name, store] of Object.entries(stores)) {
  const test = (title: string, run: () => Promise<void>) => it(title, () => withStores(store, run))

  describe(`soft deletion on ${name}`, () => {
    test("hides what was deleted everywhere, and shows it on request", async () => {
      const [kept, gone] = await Folder.createMany([{ name: "kept" }, { name: "gone" }])
      const id = gone?.id as string
      expect(await gone?.delete()).toBe(true)
      expect(gone?.deletedAt).toBeInstanceOf(Date)
      expect(await gone?.delete()).toBe(false)
      expect(await gone?.exists()).toBe(false)
      expect(await Folder.get(id)).toBe(undefined)
      expect(await Folder.exists(id)).toBe(false)
      expect(await Folder.count()).toBe(1)
      expect((await Folder.all()).map(folder => folder.id)).toEqual([kept?.id])
      expect(await Folder.findBy({ name: "gone" })).toBe(undefined)
      expect(await Folder.search("gone")).toEqual([])
      expect(await Folder.where().select("name")).toEqual([{ name: "kept" }])
      expect((await Folder.all().page({ size: 10, number: 1 })).items.length).toBe(1)
      expect(await Folder.withDeleted().count()).toBe(2)
      expect(
        (await Folder.onlyDeleted().where({ name: { contains: "o" } })).map(folder => folder.name),
      ).toEqual(["gone"])
    })

    test("sums, groups and pages over the selected rows", async () => {
      const [, gone] = await Folder.createMany([{ name: "kept" }, { name: "gone" }])
      await gone?.delete()
      expect(await Folder.all().max("name")).toBe("kept")
      expect(await Folder.onlyDeleted().max("name")).toBe("gone")
      expect(await Folder.withDeleted().sum("version")).toBe(2)
      expect(
        (await Folder.onlyDeleted().page({ size: 5 })).items.map(folder => folder.name),
      ).toEqual(["gone"])
      const all: string[] = []
      for await (const folder of Folder.withDeleted().orderBy("name").stream({ batchSize: 1 }))
        all.push(folder.name)
      expect(all).toEqual(["gone", "kept"])
    })

    test("restores", async () => {
      const folder = await Folder.create({ name: "a" })
      expect(await folder.restore()).toBe(false)
      await folder.delete()
      const [found] = await Folder.onlyDeleted()
      expect(await found?.restore()).toBe(true)
      expect(found?.deletedAt).toBe(null)
      expect((await Folder.require(folder.id)).name).toBe("a")
    })

    test("keeps unique values taken", async () => {
      const folder = await Folder.create({ name: "a" })
      await folder.delete()
      await expect(Folder.create({ name: "a" })).rejects.toMatchObject({
        code: "NITRO_DUPLICATE",
        details: { fields: ["name"] },
      })
      await folder.delete({ permanently: true })
      await Folder.create({ name: "a" })
    })

    test("refuses to save what was deleted, and does not write unsaved changes along", async () => {
      const folder = await Folder.create({ name: "a" })
      folder.name = "b"
      await folder.delete()
      await expect(folder.save()).rejects.toMatchObject({ code: "NITRO_ENTITY_NOT_FOUND" })
      await folder.restore()
      expect((await Folder.require(folder.id)).name).toBe("a")
      await folder.save()
      expect((await Folder.require(folder.id)).name).toBe("b")
    })

    test("marks many by a condition, and removes them for good on request", async () => {
      await Folder.createMany(["a", "b", "c"].map(letter => ({ name: letter })))
      expect(await Folder.deleteWhere({ name: ["a", "b"] })).toBe(2)
      expect(await Folder.deleteWhere({ name: ["a", "b"] })).toBe(0)
      expect(await Folder.updateWhere({}, { name: "d" }, { all: true })).toBe(1)
      expect(await Folder.withDeleted().count()).toBe(3)
      expect(
        await Folder.deleteWhere({ deletedAt: { isNull: false } } as never, { permanently: true }),
      ).toBe(2)
      expect(await Folder.withDeleted().count()).toBe(1)
    })

    test("leaves deleted sides out of a join", async () => {
      const [a, b] = await Folder.createMany([{ name: "a" }, { name: "b" }])
      await File.createMany([
        { name: "in a", folderId: a?.id as string },
        { name: "in b", folderId: b?.id as string },
      ])
      await b?.delete()
      const pairs = await File.join(Folder, (file, folder) => file.folderId.eq(folder.id))
      expect(pairs.map(([file]) => file.name)).toEqual(["in a"])
      expect((await Folder.join(File, (folder, file) => file.folderId.eq(folder.id))).length).toBe(
        1,
      )
    })

    test("is announced as a delete, a restoration as a create, and is taken back with its unit of work", async () => {
      const heard: string[] = []
      const stop = observeChanges(({ op }) => void heard.push(op))
      const folder = await Folder.create({ name: "a" })
      await unitOfWork(async () => {
        await folder.delete()
        throw new Error("on purpose")
      }).catch(() => {})
      expect(folder.deletedAt).toBe(null)
      expect(await Folder.count()).toBe(1)
      await folder.delete()
      await folder.restore()
      stop()
      expect(heard).toEqual(["create", "delete", "create"])
    })
  })
}

it("is refused where deleted entities are not kept", async () => {
  expect(() => Plain.withDeleted()).toThrowError(expect.objectContaining({ code: "NITRO_QUERY" }))
  const plain = await withStores(memory(), () => Plain.create({ name: "a" }))
  await expect(plain.restore()).rejects.toMatchObject({ code: "NITRO_QUERY" })
})

describe("afterLoad", () => {
  class Loaded extends Entity("Loaded", { name: z.string() }) {
    static store = memory()
    greeting = ""
    afterLoad(): void {
      if (this.name === "forbidden") throw new Error("refused")
      this.greeting = `Hello ${this.name}`
    }
  }

  it("runs for each entity that is read, and may refuse it", async () => {
    const { id } = await Loaded.create({ name: "Ann" })
    expect((await Loaded.require(id)).greeting).toBe("Hello Ann")
    await Loaded.create({ name: "forbidden" })
    await expect(Loaded.all().then(all => all.length)).rejects.toThrow("refused")
  })

  it("is not async", async () => {
    class Slow extends Entity("Slow", { name: z.string() }) {
      static store = memory()
      async afterLoad() {}
    }
    const { id } = await Slow.create({ name: "Ann" })
    await expect(Slow.require(id)).rejects.toMatchObject({ code: "NITRO_DEFINITION" })
  })
})
