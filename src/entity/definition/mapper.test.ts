import { describe, expect, it } from "vitest"
import { z } from "zod"
import { EntityRecord, hydration, recordClass } from "../binding/record.ts"
import type { Encoding } from "../contract/repository.ts"
import { define } from "./define.ts"
import { createMapper, type Mapper } from "./mapper.ts"

const defined = define(
  "Thing",
  {
    name: z.string(),
    on: z.boolean().nullable(),
    at: z.date().optional(),
    data: z.json(),
    bytes: z.instanceof(Uint8Array),
    note: z.string().optional(),
  },
  { version: true },
)
const encoding: Encoding = {
  boolean: { encode: (value: boolean) => (value ? 1 : 0), decode: (value: number) => value === 1 },
  date: { encode: (value: Date) => value.getTime(), decode: (value: number) => new Date(value) },
  json: {
    encode: (value: unknown) => JSON.stringify(value),
    decode: (value: string) => JSON.parse(value),
  },
}
const values = () => ({
  id: "1",
  name: "a",
  on: true,
  at: new Date(5),
  data: { a: [1] },
  bytes: Uint8Array.of(1, 2),
  note: "n",
  version: 1,
})

// Where a runtime forbids code generation the closures take over: both must agree in everything.
describe.each([
  ["generated", true],
  ["closures", false],
])("the mapper made of %s", (_, generated) => {
  const mapper: Mapper = createMapper(defined, encoding, generated)

  it("encodes and decodes a row in the order of the fields", () => {
    const row = mapper.encode(values())
    expect(row).toEqual(["1", "a", 1, 5, '{"a":[1]}', Uint8Array.of(1, 2), "n", 1])
    expect(mapper.decode(row)).toEqual(values())
    expect(Object.keys(mapper.decode(row))).toEqual(Object.keys(values()))
  })

  it("stores null for what is absent, and gives null or undefined back as the field has it", () => {
    const row = mapper.encode({ ...values(), on: null, at: undefined, note: undefined })
    expect(row.slice(2, 4)).toEqual([null, null])
    expect(mapper.decode(row)).toMatchObject({ on: null, at: undefined, note: undefined })
  })

  it("finds what changed, in place too, and nothing else", () => {
    const row = mapper.encode(values())
    const changed = mapper.decode(row) as ReturnType<typeof values>
    expect(mapper.difference(changed, row, true)).toBeUndefined()
    changed.bytes = Uint8Array.of(1, 2)
    expect(mapper.difference(changed, row, true)).toBeUndefined()
    changed.data.a.push(2)
    changed.at.setTime(6)
    changed.bytes[0] = 9
    changed.on = null as never
    expect(mapper.difference(changed, row, true)).toEqual({
      columns: [2, 3, 4, 5],
      values: [null, 6, '{"a":[1,2]}', Uint8Array.of(9, 2)],
    })
    expect(mapper.encodeAt(3, new Date(7))).toBe(7)
    expect(mapper.encodeAt(3, undefined)).toBeNull()
  })

  it("looks at what changes in place only when it may have", () => {
    const row = mapper.encode(values())
    const changed = mapper.decode(row) as ReturnType<typeof values>
    changed.data.a.push(2)
    changed.name = "new"
    expect(mapper.difference(changed, row, false)).toEqual({ columns: [1], values: ["new"] })
  })

  it("takes another spelling of the same stored value for unchanged", () => {
    const codec = {
      encode: JSON.stringify,
      decode: JSON.parse,
      isSame: (a: string, b: string) => a.replaceAll(" ", "") === b,
    } as never
    const spelled = createMapper(
      define("Note", { data: z.json().nullable() }, {}),
      { json: codec },
      generated,
    )
    const row = ["1", '{"a": 1}']
    const read = spelled.decode(row) as { data: { a: number } | null }
    expect(spelled.difference(read, row, true)).toBeUndefined()
    expect(spelled.difference({ ...read, data: null }, row, true)).toEqual({
      columns: [1],
      values: [null],
    })
    expect(spelled.difference(read, ["1", null], true)).toEqual({
      columns: [1],
      values: ['{"a":1}'],
    })
  })

  it("keeps a field named as something that JavaScript has already", () => {
    const odd = define(
      "Odd",
      { length: z.int(), name: z.string(), prototype: z.string(), arguments: z.string() },
      {},
    )
    const mapped = createMapper(odd, {}, generated)
    const row = ["1", 5, "n", "p", "a"]
    expect(mapped.encode(mapped.decode(row))).toEqual(row)
  })
})

describe.each([
  ["generated", true],
  ["closures", false],
])("the class made of %s", (_, generated) => {
  const Base = recordClass(
    EntityRecord,
    ["id", "n"],
    data => ({ id: "new", ...(data as object) }),
    (_record, field, value) => {
      if (typeof value !== "number") throw new TypeError(`${field} is no number`)
      return value + 1
    },
    generated,
  ) as unknown as new (
    data: unknown,
    stored?: unknown,
  ) => { id: string; n: number }
  class Thing extends Base {
    #own = 1
    get own() {
      return this.#own
    }
  }

  it("creates, hydrates, reads and assigns through the user's constructor", () => {
    expect(new Thing({ n: 1 })).toMatchObject({ id: "new", n: 1, own: 1 })
    const thing = new Thing(hydration, {
      values: { id: "x", n: 2 },
      row: ["x", 2],
      origin: undefined,
    })
    expect(thing).toMatchObject({ id: "x", n: 2, own: 1 })
    thing.n = 5
    expect(thing.n).toBe(6)
    expect(() => {
      thing.n = "a" as never
    }).toThrow("n is no number")
    expect(Object.keys(thing)).toEqual([])
  })
})
