import { inspect } from "node:util"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { configure } from "../binding/stores.ts"
import { Entity } from "../entity.ts"
import { memory } from "../memory/store.ts"
import { rotateKeys } from "../writes/rotate-keys.ts"
import { field } from "./field-options.ts"

const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

class Person extends Entity(
  "Person",
  {
    name: field(z.string().min(1), { label: "Full name", help: "As on the door.", order: 1 }),
    password: field(z.string(), { hidden: true, widget: "password" }).default(""),
    ssn: field(z.string().max(100), { encrypted: true }).nullable().default(null),
    role: field(z.string().default("user"), { readonly: true }),
    born: z.int().default(2000),
  },
  { version: true },
) {
  static store = memory()
  get age(): number {
    return 2026 - this.born
  }
}

const rowOf = async (id: string) =>
  (await Person.store.bind(Person.definition).get(id)) as unknown[]

beforeEach(() => configure({ encryptionKeys: { one: key(1) } }))
afterEach(async () => {
  await Person.deleteWhere({}, { all: true })
  configure({ encryptionKeys: undefined })
})

describe("options of fields", () => {
  it("stand in the definition, however the schema was wrapped", () => {
    const { fieldByName, guarded } = Person.definition
    expect(fieldByName.get("name")?.meta).toEqual({
      label: "Full name",
      help: "As on the door.",
      order: 1,
    })
    expect(fieldByName.get("password")).toMatchObject({
      hidden: true,
      meta: { widget: "password" },
      type: "string",
    })
    expect(fieldByName.get("ssn")).toMatchObject({ encrypted: true, nullable: true })
    expect(fieldByName.get("born")?.meta).toBe(undefined)
    expect(guarded).toEqual(["role"])
  })

  it("keep the checks of the schema, also those added later", async () => {
    await expect(Person.create({ name: "" })).rejects.toMatchObject({ code: "NITRO_VALIDATION" })
    class Short extends Entity("Short", { code: field(z.string(), { label: "Code" }).max(2) }) {}
    expect(() => new Short({ code: "abc" })).toThrowError(
      expect.objectContaining({ code: "NITRO_VALIDATION" }),
    )
    expect(Short.definition.fieldByName.get("code")?.meta).toEqual({ label: "Code" })
  })

  it("refuse names that are none, with a suggestion", () => {
    class Wrong extends Entity("Wrong", { name: field(z.string(), { lable: "Name" } as never) }) {}
    expect(() => Wrong.definition).toThrowError(
      expect.objectContaining({ code: "NITRO_DEFINITION", fix: expect.stringContaining("label") }),
    )
  })
})

describe("a hidden field", () => {
  it("is in no JSON, no console and no search", async () => {
    const person = await Person.create({ name: "Ann", password: "secret" })
    expect(JSON.stringify({ person })).not.toContain("secret")
    expect(inspect(person)).toContain("[hidden]")
    expect(inspect(person)).not.toContain("secret")
    expect(await Person.search("secret")).toEqual([])
    expect((await Person.require(person.id)).password).toBe("secret")
    expect(() => person.toJSON({ include: ["password"] })).toThrowError(
      expect.objectContaining({ code: "NITRO_QUERY" }),
    )
  })
})

describe("toJSON", () => {
  it("adds getters on request, and refuses what is none", async () => {
    const person = await Person.create({ name: "Ann", born: 2006 })
    expect(person.toJSON({ include: ["age"] })).toMatchObject({ name: "Ann", age: 20 })
    expect(person.toJSON()).not.toHaveProperty("age")
    expect(() => person.toJSON({ include: ["agee"] })).toThrowError(
      expect.objectContaining({ code: "NITRO_UNKNOWN_FIELD" }),
    )
  })
})

describe("an encrypted field", () => {
  it("is ciphertext in the store, another one each time, and text in the entity", async () => {
    const [a, b] = await Person.createMany([
      { name: "Ann", ssn: "123-45" },
      { name: "Bob", ssn: "123-45" },
    ])
    const [stored, other] = [(await rowOf(a?.id as string))[3], (await rowOf(b?.id as string))[3]]
    expect(stored).toMatch(/^nitro1\.one\./)
    expect(stored).not.toContain("123-45")
    expect(stored).not.toBe(other)
    expect((await Person.require(a?.id as string)).ssn).toBe("123-45")
  })

  it("is dirty only when the text differs, and is written only then", async () => {
    const { id } = await Person.create({ name: "Ann", ssn: "1" })
    const before = (await rowOf(id))[3]
    const person = await Person.require(id)
    expect(person.isDirty).toBe(false)
    await person.update({ name: "Anna", ssn: "1" })
    expect((await rowOf(id))[3]).toBe(before)
    await person.update({ ssn: "2" })
    expect((await Person.require(id)).ssn).toBe("2")
    await person.update({ ssn: null })
    expect((await rowOf(id))[3]).toBe(null)
    expect((await Person.require(id)).ssn).toBe(null)
  })

  it("keeps empty and odd texts", async () => {
    for (const ssn of ["", "é€😀", "__proto__", "nitro1.one.AAAA", "x".repeat(100)]) {
      const { id } = await Person.create({ name: "Ann", ssn })
      expect((await Person.require(id)).ssn).toBe(ssn)
    }
  })

  it("can be compared with null and nothing else", async () => {
    await Person.create({ name: "Ann", ssn: "1" })
    expect(await Person.count({ ssn: { isNull: false } } as never)).toBe(1)
    expect(() => Person.where({ ssn: "1" })).toThrowError(
      expect.objectContaining({ code: "NITRO_QUERY" }),
    )
    expect(() => Person.where(p => p.ssn.contains("1"))).toThrowError(/encrypted/)
    expect(() => Person.all().orderBy("ssn")).toThrowError(/encrypted/)
    expect(await Person.search("1")).toEqual([])
  })

  it("reads older keys and moves to the current one", async () => {
    const { id } = await Person.create({ name: "Ann", ssn: "1" })
    await Person.create({ name: "Bob" })
    configure({ encryptionKeys: { two: key(2), one: key(1) } })
    expect((await Person.require(id)).ssn).toBe("1")
    expect(await rotateKeys(Person)).toBe(1)
    expect(await rotateKeys(Person)).toBe(0)
    configure({ encryptionKeys: { two: key(2) } })
    expect((await Person.require(id)).ssn).toBe("1")
    configure({ encryptionKeys: { three: key(3) } })
    await expect(Person.require(id)).rejects.toMatchObject({ code: "NITRO_ENCRYPTION" })
  })

  it("does not accept a value that was changed or moved", async () => {
    const { id } = await Person.create({ name: "Ann", ssn: "1" })
    const repository = Person.store.bind(Person.definition)
    const stored = (await rowOf(id))[3] as string
    // Not the last character, of which some bits mean nothing.
    const changed = stored.slice(0, -8) + (stored.at(-8) === "A" ? "B" : "A") + stored.slice(-7)
    for (const forged of [changed, "nitro1.one.AAAA", "plain"]) {
      await repository.write([{ op: "update", id, columns: [3], values: [forged] }])
      await expect(Person.require(id)).rejects.toMatchObject({ code: "NITRO_ENCRYPTION" })
    }
    configure({ encryptionKeys: { one: key(9) } })
    await repository.write([{ op: "update", id, columns: [3], values: [stored] }])
    await expect(Person.require(id)).rejects.toMatchObject({ code: "NITRO_ENCRYPTION" })
  })

  it("takes its keys from the environment, and says when there are none", async () => {
    configure({ encryptionKeys: undefined })
    await expect(Person.create({ name: "Ann", ssn: "1" })).rejects.toMatchObject({
      code: "NITRO_ENCRYPTION",
    })
    process.env["NITRO_ENCRYPTION_KEYS"] = `env:${Buffer.from(key(5)).toString("base64")}`
    try {
      const { id } = await Person.create({ name: "Ann", ssn: "1" })
      expect((await rowOf(id))[3]).toMatch(/^nitro1\.env\./)
    } finally {
      delete process.env["NITRO_ENCRYPTION_KEYS"]
    }
    expect(() => configure({ encryptionKeys: { short: new Uint8Array(16) } })).toThrowError(
      expect.objectContaining({ code: "NITRO_ENCRYPTION" }),
    )
  })

  it("is refused where it cannot work", () => {
    class Count extends Entity("Count", { n: field(z.int(), { encrypted: true }) }) {}
    class Unique extends Entity(
      "Unique",
      { n: field(z.string(), { encrypted: true }) },
      { unique: ["n"] },
    ) {}
    for (const entity of [Count, Unique])
      expect(() => entity.definition).toThrowError(
        expect.objectContaining({ code: "NITRO_DEFINITION" }),
      )
  })
})
