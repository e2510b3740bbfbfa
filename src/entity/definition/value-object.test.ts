// Value objects alone, and as fields of entities.
import { Entity, embedded, memory, ValueObject } from "nitro-ts/entity"
import { beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { isValueObject } from "./value-object.ts"

class Money extends ValueObject("Money", {
  amount: z.number().nonnegative(),
  currency: z.string().length(3),
}) {
  plus(other: Money): Money {
    if (other.currency !== this.currency) throw new Error("Other currency.")
    return this.with({ amount: this.amount + other.amount })
  }
  get text(): string {
    return `${this.currency} ${this.amount}`
  }
}
class Geo extends ValueObject("Geo", { lat: z.number(), lng: z.number() }) {
  get isNorth(): boolean {
    return this.lat > 0
  }
}
class Address extends ValueObject("Address", {
  street: z.string().min(1, "What street?"),
  city: z.string(),
  geo: embedded(Geo).nullable().default(null),
  tags: z.array(z.string()).default([]),
}) {}
class Period extends ValueObject("Period", {
  from: z.date(),
  units: z.bigint().default(1n),
  seal: z.instanceof(Uint8Array).optional(),
}) {}

class Customer extends Entity("Customer", {
  name: z.string(),
  address: embedded(Address),
  credit: embedded(Money).nullable().default(null),
  period: embedded(Period).optional(),
  limit: embedded(Money).default(() => new Money({ amount: 100, currency: "CHF" })),
}) {
  static store = memory()
}

const code = (name: string, more: object = {}): unknown =>
  expect.objectContaining({ code: name, ...more })
const chf = (amount: number): Money => new Money({ amount, currency: "CHF" })
const home = { street: "Main 1", city: "Bern" }

describe("a value object", () => {
  it("is equal to another with equal parts", () => {
    expect(chf(5).equals(chf(5))).toBe(true)
    expect(chf(5).equals(chf(6))).toBe(false)
    expect(chf(5).equals({ amount: 5, currency: "CHF" })).toBe(false)
    expect(chf(5)).toEqual(chf(5))
    const at = (lat: number) => new Address({ ...home, geo: new Geo({ lat, lng: 1 }) })
    expect([at(1).equals(at(1)), at(1).equals(at(2))]).toEqual([true, false])
  })

  it("has behaviour, and gives a new one instead of changing", () => {
    const price = chf(5)
    expect([price.plus(chf(7)).text, price.text]).toEqual(["CHF 12", "CHF 5"])
    expect(price.plus(chf(1))).toBeInstanceOf(Money)
    expect(() => Object.assign(price, { amount: 1 })).toThrow(TypeError)
    expect(() => (new Address({ ...home, tags: ["a"] }).tags as string[]).push("b")).toThrow(
      TypeError,
    )
    expect({ ...price }).toEqual({ amount: 5, currency: "CHF" })
  })

  it("shares nothing with what it was made of", () => {
    const [tags, from] = [["a"], new Date(5)]
    const address = new Address({ ...home, tags })
    const period = new Period({ from })
    tags.push("b")
    from.setTime(9)
    expect([address.tags, period.from]).toEqual([["a"], new Date(5)])
  })

  it("is always valid", () => {
    expect(() => chf(-1)).toThrow(
      code("NITRO_VALIDATION", {
        details: { entity: "Money", issues: [expect.objectContaining({ path: "amount" })] },
      }),
    )
    expect(() => chf(5).with({ currency: "?" })).toThrow(code("NITRO_VALIDATION"))
    expect(() => new Money({ amount: 1, currency: "CHF", size: 1 } as never)).toThrow(
      "size: is no part of Money",
    )
    expect(() => new Money(5 as never)).toThrow("expected the parts of Money")
  })

  it("may be extended with more fields", () => {
    class Tax extends Money {
      kind = "vat"
    }
    expect(new Tax({ amount: 1, currency: "CHF" })).toMatchObject({ kind: "vat", amount: 1 })
    expect(new Tax({ amount: 1, currency: "CHF" }).equals(chf(1))).toBe(false)
  })

  it.each([
    ["a part that hides a member", () => ValueObject("A", { with: z.string() })],
    ["a part that is no schema", () => ValueObject("A", { a: "text" } as never)],
    ["something else than a value object class in embedded", () => embedded(Date as never)],
    ["value objects in a list", () => Entity("A", { all: z.array(embedded(Money)) }).definition],
    [
      "value objects deep in JSON",
      () => Entity("A", { all: z.object({ price: embedded(Money) }) }).definition,
    ],
  ])("refuses %s", (_, declare) => {
    expect(declare).toThrow(code("NITRO_DEFINITION"))
  })
})

describe("a field with a value object", () => {
  beforeEach(async () => {
    await Customer.deleteWhere({}, { all: true })
  })

  it("takes an instance or its parts, and gives instances back", async () => {
    const { id, address, limit } = await Customer.create({
      name: "Ann",
      address: home,
      credit: chf(5),
    })
    expect([address instanceof Address, limit.text]).toEqual([true, "CHF 100"])
    const ann = await Customer.require(id)
    expect(ann.address).toEqual(new Address(home))
    expect([isValueObject(ann.address), ann.credit?.plus(chf(1)).text, ann.period]).toEqual([
      true,
      "CHF 6",
      undefined,
    ])
    expect(ann.isDirty).toBe(false)
  })

  it("keeps parts that JSON has no word for, and objects inside of objects", async () => {
    const period = new Period({ from: new Date(7), units: 2n ** 62n, seal: Uint8Array.of(0, 255) })
    const { id } = await Customer.create({
      name: "Ann",
      address: { ...home, geo: { lat: 1, lng: 2 } },
      period,
    })
    const ann = await Customer.require(id)
    expect(ann.period).toEqual(period)
    expect(ann.period?.equals(period)).toBe(true)
    expect(ann.address.geo?.isNorth).toBe(true)
  })

  it("is dirty by value", async () => {
    const ann = await Customer.create({ name: "Ann", address: home, period: { from: new Date(1) } })
    ann.address = new Address(home)
    expect(ann.isDirty).toBe(false)
    ann.address = ann.address.with({ city: "Basel" })
    expect(ann.changes).toEqual({
      address: { from: new Address(home), to: new Address({ ...home, city: "Basel" }) },
    })
    await ann.save()
    // A date cannot be frozen: what was changed in place is seen.
    ann.period?.from.setTime(2)
    expect(Object.keys(ann.changes)).toEqual(["period"])
  })

  it("names the part that is not valid", async () => {
    const wrong = Customer.create({ name: "Ann", address: { street: "", city: 5 } as never })
    await expect(wrong).rejects.toThrow(
      code("NITRO_VALIDATION", {
        details: {
          entity: "Customer",
          issues: [
            { path: "address.street", message: "What street?" },
            { path: "address.city", message: expect.any(String) },
          ],
        },
      }),
    )
    await expect(Customer.create({ name: "Ann" } as never)).rejects.toThrow(
      "address: expected the parts of Address",
    )
    await expect(
      Customer.create({ name: "Ann", address: { ...home, geo: { lat: 1 } } as never }),
    ).rejects.toThrow("address.geo.lng: ")
    await expect(Customer.create({ name: "Ann", address: chf(1) as never })).rejects.toThrow(
      "address: expected the parts of Address",
    )
    const ann = await Customer.create({ name: "Ann", address: home })
    expect(() => Object.assign(ann, { address: { street: "" } })).toThrow(
      "address.street: What street?",
    )
    expect(ann.address.street).toBe("Main 1")
  })

  it("is plain in JSON, and public data in the definition", async () => {
    const ann = new Customer({ id: "a", name: "Ann", address: home, period: { from: new Date(0) } })
    expect(ann.toJSON()).toEqual({
      id: "a",
      name: "Ann",
      address: { ...home, geo: null, tags: [] },
      credit: null,
      period: { from: "1970-01-01T00:00:00.000Z", units: "1" },
      limit: { amount: 100, currency: "CHF" },
    })
    expect(
      new Customer(
        JSON.parse(JSON.stringify({ ...ann.toJSON(), period: undefined })) as never,
      ).address.equals(ann.address),
    ).toBe(true)
    const field = Customer.definition.fieldByName.get("address")
    expect([
      field?.type,
      field?.nullable,
      field?.parts?.map(({ name, type }) => [name, type]),
    ]).toEqual([
      "json",
      false,
      [
        ["street", "string"],
        ["city", "string"],
        ["geo", "json"],
        ["tags", "json"],
      ],
    ])
    expect(Customer.definition.fieldByName.get("credit")?.nullable).toBe(true)
  })

  it("has a default for a part that came later", async () => {
    class Old extends ValueObject("Price", { amount: z.number() }) {}
    class New extends ValueObject("Price", {
      amount: z.number(),
      currency: z.string().default("CHF"),
      note: z.string().optional(),
    }) {}
    const rows: unknown[][] = []
    const store = memory()
    class Before extends Entity("Item", { price: embedded(Old) }) {
      static store = store
    }
    await Before.create({ id: "1", price: { amount: 1 } })
    const stored = await store.bind(Before.definition).get("1")
    if (stored) rows.push(stored)
    class After extends Entity("Item", { price: embedded(New) }) {
      static store = store
    }
    await store.bind(After.definition).write([{ op: "insert", row: rows[0] as unknown[] }])
    const item = await After.require("1")
    expect([item.price.currency, item.price.note]).toEqual(["CHF", undefined])
  })
})
