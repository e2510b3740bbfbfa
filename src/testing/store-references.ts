// References point to something, whatever writes them and whichever class is used first; on-delete rules hold for all deletes.
import { z } from "zod"
import { Entity, ref, type Store, unitOfWork, withStores } from "../entity/index.ts"
import { sampleId } from "./samples.ts"
import { present, type Tools } from "./store-tools.ts"

type Rule = "restrict" | "cascade" | "setNull"

/** Separate classes for each test: the order of their first use counts. Relations would make them known to each other. */
function declare(rule: Rule, hasRelations: boolean) {
  class Owner extends Entity(
    "NitroSuiteOwner",
    { name: z.string() },
    { plural: "nitro-suite-owners" },
  ) {}
  class Pet extends Entity(
    "NitroSuitePet",
    {
      name: z.string(),
      ownerId: ref("NitroSuiteOwner", { onDelete: rule }).nullable().default(null),
      motherId: ref("NitroSuitePet").nullable().default(null),
    },
    { plural: "nitro-suite-pets" },
  ) {
    get owner() {
      // Its class refers to this one: the types would go in a circle.
      return hasRelations ? this.belongsTo(Owner as never, "ownerId") : undefined
    }
  }
  return { Owner, Pet }
}

// SQLite follows 1000 rows that hang on each other.
const chainLength = 1500
class ChainLink extends Entity(
  "NitroSuiteChainLink",
  { n: z.int(), beforeId: ref("NitroSuiteChainLink", { onDelete: "cascade" }).nullable() },
  { plural: "nitro-suite-chain-links" },
) {}

const dangling = { code: "NITRO_REFERENCE" }
const rules: readonly Rule[] = ["restrict", "cascade", "setNull"]

export function referenceTests({ test: plain, expect }: Tools): void {
  const test = (name: string, run: (store: Store) => Promise<void>): void =>
    plain(name, store => withStores(store, () => run(store)))

  for (const hasRelations of [true, false]) {
    const how = hasRelations ? "with a relation" : "without a relation"

    test(`refuses references to nothing in every kind of write, ${how}`, async store => {
      const { Owner, Pet } = declare("restrict", hasRelations)
      const ann = await Owner.create({ name: "Ann" })
      const rex = await Pet.create({ name: "Rex", ownerId: ann.id })
      await expect(Pet.create({ name: "Tom", ownerId: "nothing" })).rejects.toMatchObject(dangling)
      await expect(
        Pet.createMany([{ name: "Tom" }, { name: "Tim", ownerId: sampleId(7) }]),
      ).rejects.toMatchObject(dangling)
      await expect(rex.update({ ownerId: "nothing" })).rejects.toMatchObject(dangling)
      await rex.reload()
      rex.motherId = "nothing"
      await expect(Pet.saveMany([rex])).rejects.toMatchObject(dangling)
      await rex.reload()
      await expect(Pet.updateWhere({ name: "Rex" }, { ownerId: "nothing" })).rejects.toMatchObject(
        dangling,
      )
      await expect(
        Pet.updateWhere({ name: "Rex" }, { motherId: sampleId(8) }),
      ).rejects.toMatchObject(dangling)
      expect(await Pet.updateWhere({ name: "nobody" }, { ownerId: "nothing" })).toBe(0)
      await expect(
        Pet.upsert({ id: rex.id, name: "Rex", ownerId: "nothing" }),
      ).rejects.toMatchObject(dangling)
      expect((await Pet.all()).map(pet => [pet.name, pet.ownerId, pet.motherId])).toEqual([
        ["Rex", ann.id, null],
      ])
      if (store.capabilities.transactions) {
        const late = unitOfWork(async () => {
          await Pet.create({ name: "Tom", ownerId: "nothing" })
        })
        await expect(late).rejects.toMatchObject(dangling)
        expect(await Pet.count()).toBe(1)
      }
    })

    test(`takes references to what is written in the same batch or unit of work, ${how}`, async store => {
      const { Owner, Pet } = declare("restrict", hasRelations)
      await Pet.create({ id: "own", name: "own mother", motherId: "own" })
      await Pet.createMany([
        { id: "child", name: "child", motherId: "mother" },
        { id: "mother", name: "mother" },
      ])
      if (!store.capabilities.transactions) return
      await unitOfWork(async () => {
        await Pet.create({ name: "early", ownerId: "late" })
        await Owner.create({ id: "late", name: "late" })
      })
      await unitOfWork(async () => {
        const pet = await Pet.create({ name: "corrected", ownerId: "nothing" })
        await pet.update({ ownerId: "late" })
        await unitOfWork(async () => {
          await Pet.create({ name: "taken back", ownerId: "nothing" })
          throw new Error("on purpose")
        }).catch(() => {})
      })
      expect(await Pet.count({ ownerId: "late" })).toBe(2)
      expect(await Pet.count()).toBe(5)
    })

    test(`refuses a delete at the end of a unit of work, unless what was in the way is gone, ${how}`, async store => {
      if (!store.capabilities.transactions) return
      const { Owner, Pet } = declare("restrict", hasRelations)
      const owners = await Owner.createMany([{ name: "Ann" }, { name: "Bob" }])
      const [ann, bob] = [present(owners[0]), present(owners[1])]
      const rex = await Pet.create({ name: "Rex", ownerId: ann.id })
      await Pet.create({ name: "Tom", ownerId: bob.id })
      await unitOfWork(async () => {
        await ann.delete()
        await rex.delete()
      })
      await unitOfWork(async () => {
        await bob.delete()
        await Pet.updateWhere({ name: "Tom" }, { ownerId: null })
        await Pet.updateWhere({ name: "Tom" }, { ownerId: bob.id })
        await Owner.create({ id: bob.id, name: "Bob again" })
      })
      const refused = unitOfWork(async () => {
        await Owner.deleteWhere({ name: "Bob again" })
      })
      await expect(refused).rejects.toMatchObject(dangling)
      expect([await Owner.count(), await Pet.count()]).toEqual([1, 1])
    })

    for (const rule of rules) {
      for (const first of ["the class that refers", "the class that is referred to"] as const) {
        test(`carries out ${rule} in every kind of delete, ${how}, where ${first} was used first`, async () => {
          const { Owner, Pet } = declare(rule, hasRelations)
          if (first === "the class that refers") await Pet.count()
          const owners = await Owner.createMany(["a", "b", "c"].map(name => ({ id: name, name })))
          await Pet.createMany(
            owners.map(({ id }) => ({ id: `pet of ${id}`, name: "pet", ownerId: id })),
          )
          const one = present(owners[0])
          const deletes = [
            async () => one.delete(),
            async () => (await Owner.deleteWhere({ name: "b" })) === 1,
          ]
          for (const run of deletes) {
            if (rule === "restrict") await expect(run()).rejects.toMatchObject(dangling)
            else expect(await run()).toBe(true)
          }
          const pets = (await Pet.all()).map(({ id, ownerId }) => [id, ownerId])
          if (rule === "restrict") expect([pets.length, await Owner.count()]).toEqual([3, 3])
          else if (rule === "cascade") expect(pets).toEqual([["pet of c", "c"]])
          else
            expect(pets).toEqual([
              ["pet of a", null],
              ["pet of b", null],
              ["pet of c", "c"],
            ])
        })
      }
    }
  }

  const deletes: readonly (readonly [how: string, run: (first: ChainLink) => Promise<unknown>])[] =
    [
      ["an entity", first => first.delete()],
      ["an entity in a unit of work", first => unitOfWork(() => first.delete())],
      ["the first by a condition", () => ChainLink.deleteWhere({ n: 0 })],
      ["all by a condition", () => ChainLink.deleteWhere(link => link.n.lt(chainLength))],
      [
        "half of them by a condition",
        () => ChainLink.deleteWhere(link => link.n.gte(0).and(link.n.lt(chainLength / 2))),
      ],
    ]
  for (const [how, run] of deletes) {
    test(`takes a chain of ${chainLength} rows along with a delete of ${how}`, async () => {
      const links = Array.from({ length: chainLength }, (_, n) => ({
        id: sampleId(n),
        n,
        beforeId: n === 0 ? null : sampleId(n - 1),
      }))
      const [first] = await ChainLink.createMany([
        ...links,
        { id: "other", n: chainLength, beforeId: null },
      ])
      await run(present(first))
      expect((await ChainLink.all()).map(({ id }) => id)).toEqual(["other"])
    })
  }

  test("says which entity a reference means, where there is none of this name", async () => {
    class Toy extends Entity(
      "NitroSuiteToy",
      { petId: ref("NitroSuitePett").nullable().default(null) },
      { plural: "nitro-suite-toys" },
    ) {}
    declare("restrict", false)
    await Toy.create({})
    await expect(Toy.create({ petId: "x" })).rejects.toMatchObject({
      code: "NITRO_DEFINITION",
      fix: 'Did you mean "NitroSuitePet"?',
    })
  })
}
