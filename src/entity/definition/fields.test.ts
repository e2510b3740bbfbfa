import { describe, expect, it } from "vitest"
import { z } from "zod"
import { Entity } from "../entity.ts"
import { readField, ref } from "./fields.ts"

describe("reading a schema", () => {
  it.each([
    [z.string().trim().min(1), "string"],
    [z.email(), "string"],
    [z.uuid(), "string"],
    [z.iso.datetime(), "string"],
    [z.templateLiteral(["a", z.number()]), "string"],
    [z.enum(["a", "b"]), "string"],
    [z.literal("a"), "string"],
    [z.literal([1, 2]), "integer"],
    [z.union([z.literal("a"), z.string().min(5)]), "string"],
    [z.number(), "number"],
    [z.int(), "integer"],
    [z.number().int().positive(), "integer"],
    [z.int32(), "integer"],
    [z.union([z.int(), z.number()]), "number"],
    [z.coerce.number(), "number"],
    [z.stringbool(), "boolean"],
    [z.boolean(), "boolean"],
    [z.date(), "date"],
    [z.coerce.date(), "date"],
    [z.bigint(), "bigint"],
    [z.instanceof(Uint8Array), "bytes"],
    [z.object({ a: z.string() }), "json"],
    [z.array(z.int()), "json"],
    [z.record(z.string(), z.int()), "json"],
    [z.tuple([z.int()]), "json"],
    [z.union([z.string(), z.int()]), "json"],
    [
      z
        .string()
        .transform(text => text.length)
        .pipe(z.int()),
      "integer",
    ],
    [z.string().brand("Email").readonly(), "string"],
    [z.string().catch("x"), "string"],
    [z.lazy(() => z.int()), "integer"],
  ])("knows how %# is stored", (schema, type) => {
    expect(readField("f", schema as z.ZodType).type).toBe(type)
    expect(readField("f", (schema as z.ZodType).nullable()).type).toBe(type)
  })

  it("distinguishes null from undefined and required from optional", () => {
    const facts = (schema: z.ZodType) => {
      const { nullable, optional, absent } = readField("f", schema)
      return { nullable, optional, absent }
    }
    expect(facts(z.string())).toEqual({ nullable: false, optional: false, absent: null })
    expect(facts(z.string().nullable())).toEqual({ nullable: true, optional: false, absent: null })
    expect(facts(z.string().optional())).toEqual({
      nullable: true,
      optional: true,
      absent: undefined,
    })
    expect(facts(z.string().nullish())).toEqual({ nullable: true, optional: true, absent: null })
    expect(facts(z.string().default("a"))).toEqual({
      nullable: false,
      optional: true,
      absent: null,
    })
    expect(facts(z.string().optional().default("a"))).toEqual({
      nullable: false,
      optional: true,
      absent: null,
    })
    expect(facts(z.union([z.string(), z.null()]))).toMatchObject({ nullable: true })
    expect(facts(z.literal(["a", null]))).toMatchObject({ nullable: true })
    expect(facts(z.json())).toMatchObject({ nullable: true })
  })

  it("keeps a reference through checks and wrappers", () => {
    for (const schema of [
      ref("Category"),
      ref("Category").min(1).trim(),
      ref("Category").nullable().default(null),
      ref("Category").optional(),
      z.union([ref("Category"), z.null()]),
    ]) {
      expect(readField("f", schema).references).toBe("Category")
    }
    expect(readField("f", z.string()).references).toBeUndefined()
    expect(ref("Category").parse("x")).toBe("x")
  })

  it.each([
    ["a transform whose result is not known", z.string().transform(text => text.length)],
    ["a map", z.map(z.string(), z.string())],
    ["a date inside of JSON", z.object({ at: z.date() })],
    [
      "a bigint deep inside of JSON",
      z.array(z.object({ a: z.record(z.string(), z.bigint().optional()) })),
    ],
    ["a symbol", z.symbol()],
  ])("refuses %s", (_, schema) => {
    class Bad extends Entity("Bad", { f: schema as z.ZodType }) {}
    expect(() => Bad.definition).toThrow(expect.objectContaining({ code: "NITRO_DEFINITION" }))
  })

  it("refuses two fields with one column", () => {
    class Clash extends Entity("Clash", { unitPrice: z.int(), unit_price: z.int() }) {}
    expect(() => Clash.definition).toThrow("share the column unit_price")
  })
})

describe("names in the options of a class", () => {
  const declare = (options: object) => () => Entity("Note", { title: z.string() }, options as never)

  it.each([
    ["index", { index: ["titel"] }],
    ["index", { index: [["title", "createdAt"]] }],
    ["unique", { timestamps: true, unique: ["version"] }],
    ["guarded", { guarded: ["titel"] }],
  ])("are refused at the declaration where there is no such field: %s", (_, options) => {
    expect(declare(options)).toThrow(expect.objectContaining({ code: "NITRO_UNKNOWN_FIELD" }))
  })

  it("may be those of fields that the library adds", () => {
    class Note extends Entity(
      "Note",
      { title: z.string() },
      {
        timestamps: true,
        version: true,
        softDelete: true,
        index: ["createdAt", ["title", "updatedAt"], "version"],
        unique: [["title", "deletedAt"]],
      },
    ) {}
    expect(Note.definition.index).toEqual([["createdAt"], ["title", "updatedAt"], ["version"]])
    expect(Note.definition.unique).toEqual([["title", "deletedAt"]])
  })

  it("are not `id` where the id is made of other fields", () => {
    expect(() =>
      Entity("Line", { order: z.int(), sku: z.string() }, { id: ["order", "sku"], index: ["id"] }),
    ).toThrow(
      expect.objectContaining({
        code: "NITRO_DEFINITION",
        message: expect.stringContaining("order and sku"),
      }),
    )
  })
})

describe("fields whose input differs from what they hold", () => {
  class Odd extends Entity("Odd", {
    active: z.stringbool(),
    size: z
      .string()
      .transform(text => text.length)
      .pipe(z.int().max(5)),
    flag: z.stringbool().nullable().default(null),
    note: z.string().optional(),
  }) {}

  it("take input in the constructor and in update, and their own type in assignments", async () => {
    const odd = await Odd.create({ active: "yes", size: "abc", flag: "no" })
    expect(odd).toMatchObject({ active: true, size: 3, flag: false })
    odd.active = false
    odd.size = 5
    odd.flag = null
    expect(() => {
      odd.size = 6
    }).toThrow("size")
    expect(() => {
      odd.active = "yes" as never
    }).toThrow("active")
    await odd.update({ active: "true", size: "a" })
    expect(await Odd.require(odd.id)).toMatchObject({
      active: true,
      size: 1,
      flag: null,
      note: undefined,
    })
  })

  it("refuse async checks with the way to do them", () => {
    class Async extends Entity("Async", { name: z.string().refine(async () => true) }) {}
    expect(() => new Async({ name: "x" })).toThrow(
      expect.objectContaining({
        code: "NITRO_DEFINITION",
        fix: expect.stringContaining("beforeSave"),
      }),
    )
  })
})
