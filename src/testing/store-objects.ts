// Value objects come back as they were stored, and compare by their value.
import { z } from "zod"
import { Entity, embedded, type Store, ValueObject, withStores } from "../entity/index.ts"
import { naughtyTexts } from "./samples.ts"
import type { Tools } from "./store-tools.ts"

class Place extends ValueObject("Place", { city: z.string(), street: z.string().default("") }) {
  get line(): string {
    return `${this.street}, ${this.city}`
  }
}
// The parts stand in an order that is not that of their names, which some databases sort by.
class Offer extends ValueObject("Offer", {
  until: z.date(),
  amount: z.number(),
  big: z.bigint().default(0n),
  at: embedded(Place).nullable().default(null),
  tags: z.array(z.string()).default([]),
  raw: z.instanceof(Uint8Array).optional(),
}) {}

class Deal extends Entity(
  "Deal",
  { name: z.string(), offer: embedded(Offer), place: embedded(Place).nullable().default(null) },
  { plural: "nitro-suite-deals" },
) {}

const offer = (more: object = {}): Offer =>
  new Offer({ until: new Date(Date.UTC(2024, 1, 29, 1, 2, 3, 4)), amount: 0.1, ...more })

export function objectTests({ test: plain, expect }: Tools): void {
  const test = (name: string, run: (store: Store) => Promise<void>): void =>
    plain(name, store => withStores(store, () => run(store)))

  test("gives value objects back as instances, with every part", async () => {
    const full = offer({
      big: 2n ** 63n - 1n,
      at: { city: "Bern", street: "Main 1" },
      tags: ["b", "a"],
      raw: Uint8Array.of(0, 255),
    })
    const { id } = await Deal.create({ name: "full", offer: full })
    await Deal.create({ name: "least", offer: offer() })
    const deal = await Deal.require(id)
    expect([deal.offer.equals(full), deal.offer.at?.line, deal.place]).toEqual([
      true,
      "Main 1, Bern",
      null,
    ])
    expect(deal.offer).toEqual(full)
    expect((await Deal.findBy({ name: "least" }))?.offer.equals(offer())).toBe(true)
  })

  test("sees by value whether a value object changed, and writes only then", async () => {
    const { id } = await Deal.create({
      name: "a",
      offer: offer({ at: { city: "Bern" }, tags: ["x"] }),
    })
    const deal = await Deal.require(id)
    expect(deal.isDirty).toBe(false)
    deal.offer = offer({ at: { city: "Bern" }, tags: ["x"] })
    expect(deal.isDirty).toBe(false)
    deal.offer = deal.offer.with({ amount: 7 })
    deal.place = new Place({ city: "Basel" })
    expect(Object.keys(deal.changes).sort()).toEqual(["offer", "place"])
    await deal.save()
    const again = await Deal.require(id)
    expect([again.offer.amount, again.place?.city, again.isDirty]).toEqual([7, "Basel", false])
    await again.update({ place: null })
    expect(await Deal.count({ place: { isNull: true } })).toBe(1)
  })

  test("finds by the parts of value objects, also inside of others", async store => {
    if (store.capabilities.jsonPaths !== true) return
    await Deal.createMany([
      { name: "a", offer: offer({ amount: 5, at: { city: "Bern" } }), place: { city: "Basel" } },
      { name: "b", offer: offer({ amount: 7, tags: ["x"], until: new Date(0) }) },
    ])
    const names = async (
      result: PromiseLike<readonly { readonly name: string }[]>,
    ): Promise<string[]> => (await result).map(({ name }) => name).sort()
    expect(await names(Deal.where(d => d.offer.amount.gt(5)))).toEqual(["b"])
    expect(await names(Deal.where(d => d.offer.path("at", "city").eq("Bern")))).toEqual(["a"])
    expect(
      await names(Deal.where(d => d.place.city.startsWith("bas").or(d.offer.tags.path(0).eq("x")))),
    ).toEqual(["a", "b"])
    expect(await names(Deal.where(d => d.offer.until.eq("1970-01-01T00:00:00.000Z")))).toEqual([
      "b",
    ])
    expect(await names(Deal.where(d => d.place.city.isNull()))).toEqual(["b"])
    const early = Deal.spec(d => d.offer.until.lt("2000").and(d.offer.amount.gte(7)))
    const deals = await Deal.all()
    expect(deals.filter(deal => early.isSatisfiedBy(deal)).map(({ name }) => name)).toEqual(["b"])
  })

  test("keeps any text in a value object", async () => {
    const texts = naughtyTexts
    await Deal.createMany(texts.map(city => ({ name: "n", offer: offer(), place: { city } })))
    const cities = (await Deal.all()).map(({ place }) => place?.city)
    expect(cities).toEqual([...texts])
  })
}
