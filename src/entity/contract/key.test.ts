// Ids that a class chooses: what is refused, and what their text is.
import { Entity, memory, ref } from "nitro-ts/entity"
import { beforeAll, expect, it } from "vitest"
import { z } from "zod"
import { idFrom, partsOfId } from "./key.ts"

class Line extends Entity(
  "Line",
  { orderId: ref("Order", z.int()), sku: z.string(), quantity: z.int().default(1) },
  { id: ["orderId", "sku"], timestamps: true },
) {
  static store = memory()
}
class Product extends Entity(
  "Product",
  { sku: z.string(), name: z.string().default("") },
  { id: ["sku"] },
) {
  static store = memory()
}
class Reading extends Entity("Reading", { at: z.date(), value: z.number() }, { id: ["at"] }) {
  static store = memory()
}
class Order extends Entity("Order", { id: z.int() }) {
  static store = memory()
}
class Slug extends Entity("Slug", { id: z.string().default(() => "made") }) {
  static store = memory()
}

beforeAll(() => Order.createMany([1, 3, 7].map(id => ({ id }))))

const code = (name: string, more: object = {}): unknown =>
  expect.objectContaining({ code: name, ...more })

it("has one text for each combination of values", () => {
  const { definition } = Line
  const seen = new Set<string>()
  for (const orderId of [1, 12, -3])
    for (const sku of ["a", "~", "%", "%7E", "~~", "1~2", "2~a", "é"]) {
      const id = idFrom(definition, name => ({ orderId, sku })[name])
      expect(partsOfId(definition, id)).toEqual([orderId, sku])
      seen.add(id)
    }
  expect(seen.size).toBe(24)
})

it("takes no other text for an id", () => {
  for (const id of [
    "1",
    "01~a",
    "1.0~a",
    "+1~a",
    "1e1~a",
    "~a",
    "1~a~b",
    "x~a",
    "1~%zz",
    "99999999999999999999~a",
    "",
  ])
    expect([id, partsOfId(Line.definition, id)]).toEqual([id, undefined])
  for (const id of ["2024-01-01", "2024-01-01T00:00:00Z", "now", ""])
    expect([id, partsOfId(Reading.definition, id)]).toEqual([id, undefined])
})

it("finds nothing by what no entity can have as its id, and says what a key of another form lacks", async () => {
  await Line.create({ orderId: 1, sku: "a" })
  for (const id of [undefined, null, 5, true, "nonsense"])
    expect(await Line.get(id as never)).toBe(undefined)
  const wrong = (key: unknown): Promise<unknown> => Line.get(key as never)
  await expect(wrong({ orderId: 1 })).rejects.toThrow(
    "The id of Line is { orderId, sku }, and not an object without sku.",
  )
  await expect(wrong({ orderId: 1, sku: "a", size: 1 })).rejects.toThrow(
    code("NITRO_QUERY", { message: expect.stringContaining('"size"') }),
  )
  await expect(wrong({ orderId: "1", sku: "a" })).rejects.toThrow(
    "an object whose orderId is no integer",
  )
  await expect(wrong([1, "a"])).rejects.toThrow("not a list")
  await expect(Order.get({ id: 1 } as never)).rejects.toThrow(
    "The id of Order is one value, and not an object.",
  )
  await expect(Line.require({ orderId: 2, sku: "a" })).rejects.toThrow(
    code("NITRO_ENTITY_NOT_FOUND", { message: 'Line "2~a" not found.' }),
  )
})

it("takes the value itself where the key is one field", async () => {
  const at = new Date(0)
  const reading = await Reading.create({ at, value: 1 })
  expect([
    reading.id,
    (await Reading.require(at)).value,
    (await Reading.require({ at })).value,
  ]).toEqual(["1970-01-01T00:00:00.000Z", 1, 1])
})

it("never changes the id of an entity, new or stored", async () => {
  const line = await Line.create({ orderId: 3, sku: "a" })
  for (const field of ["orderId", "sku", "id"]) {
    expect(() => Object.assign(line, { [field]: line[field as "sku"] })).toThrow(
      code("NITRO_READONLY_FIELD"),
    )
    expect(() => Object.assign(new Line({ orderId: 3, sku: "b" }), { [field]: "c" })).toThrow(
      code("NITRO_READONLY_FIELD"),
    )
  }
  await expect(line.update({ orderId: 4, quantity: 9 })).rejects.toThrow(code("NITRO_VALIDATION"))
  expect(line.quantity).toBe(1)
  expect((await line.update({ orderId: 3, sku: "a", quantity: 9 })).quantity).toBe(9)
  await expect(Line.updateWhere({ orderId: 3 }, { sku: "b" })).rejects.toThrow(
    "cannot set the sku of many entities of Line",
  )
  const reading = await Reading.create({ at: new Date(5), value: 1 })
  reading.at.setTime(6)
  await expect(reading.save()).rejects.toThrow(code("NITRO_READONLY_FIELD"))
  const order = await Order.create({ id: 2 })
  expect(() => Object.assign(order, { id: 2 })).toThrow(code("NITRO_READONLY_FIELD"))
})

it("refuses an id that does not fit its fields, and parts that are empty", async () => {
  expect(() => new Line({ orderId: 1, sku: "" })).toThrow(
    "sku: is part of the id and cannot be empty",
  )
  expect(() => new Line({ orderId: 1, sku: "a", id: "1~b" })).toThrow(
    "id: is made of orderId and sku",
  )
  const copy = new Line({ orderId: 1, sku: "a", id: "1~a" })
  expect(copy.id).toBe("1~a")
  expect(() => new Order({ id: 1.5 })).toThrow(code("NITRO_VALIDATION"))
  expect(() => new Order({} as never)).toThrow(code("NITRO_VALIDATION"))
  expect(new Slug().id).toBe("made")
})

it("queries a derived id by its fields alone", async () => {
  expect(() => Line.where(l => l.id.gt("1~a"))).toThrow("is made of orderId and sku")
  expect(() => Line.all().orderBy("id")).toThrow(code("NITRO_QUERY", { fix: "Order by these." }))
  expect(() => Line.all().select("id")).toThrow(code("NITRO_QUERY", { fix: "Name these fields." }))
  expect(() => Line.join(Product, (l, p) => l.sku.eq(p.id))).toThrow(code("NITRO_QUERY"))
})

it.each([
  [
    "a key that may be null",
    () => Entity("A", { a: z.int().nullable() }, { id: ["a"] }),
    "A.a may be null",
  ],
  ["a key of JSON", () => Entity("A", { a: z.json() }, { id: ["a"] }), "A.a may be null"],
  ["a key of fractions", () => Entity("A", { a: z.number() }, { id: ["a"] }), "A.a is number"],
  [
    "an id that is a flag",
    () => Entity("A", { id: z.boolean() }),
    "A.id is boolean and cannot be the id",
  ],
  ["an id that is a date", () => Entity("A", { id: z.date() }), "A.id is a date"],
])("refuses %s", (_, declare, message) => {
  expect(() => declare().definition).toThrow(message)
})

it("refuses a key of fields that are not there", () => {
  expect(() => Entity("A", { sku: z.string() }, { id: ["sk"] as never })).toThrow(
    code("NITRO_UNKNOWN_FIELD", { fix: 'Did you mean "sku"?' }),
  )
})

it("gives plain forms the id, and an HTML id that is valid", async () => {
  const line = await Line.create({ orderId: 7, sku: "a b" })
  expect(JSON.parse(JSON.stringify(line))).toMatchObject({ id: "7~a b", orderId: 7, sku: "a b" })
  expect(line.domId).toBe("line-7_7e_a_20_b")
  expect((await Order.create({ id: 70 })).domId).toBe("order-70")
})

it("announces changes with the id of the entity", async () => {
  const seen: unknown[] = []
  const ends = [
    Line.observe(({ op, id }) => seen.push([op, id])),
    Order.observe(({ op, id }) => seen.push([op, id])),
  ]
  const order = await Order.create({ id: 80 })
  const line = await Line.create({ orderId: 80, sku: "x" })
  await line.update({ quantity: 4 })
  await line.delete()
  await order.delete()
  for (const end of ends) end()
  expect(seen).toEqual([
    ["create", 80],
    ["create", "80~x"],
    ["update", "80~x"],
    ["delete", "80~x"],
    ["delete", 80],
  ])
})
