import { describe, expect, it } from "vitest"
import { z } from "zod"
import { coerce } from "./coerce.ts"
import { readInput, readQuery } from "./input.ts"

const limit = 1000
const post = (body: string, type?: string) =>
  new Request("http://shop.test/x", {
    method: "POST",
    body,
    ...(type ? { headers: { "content-type": type } } : {}),
  })
const limits = { maxBodyBytes: limit, maxFields: 3 }
const read = async (request: Request, search = "", datastar = false) =>
  readInput(request, readQuery(search, limits), datastar, limits)

describe("readInput", () => {
  it("reads JSON, forms and multipart forms", async () => {
    expect(await read(post('{"a":1}', "application/json; charset=utf-8"))).toMatchObject({
      body: { a: 1 },
      kind: "json",
    })
    expect(await read(post("a=1&b=x+y&b=z", "application/x-www-form-urlencoded"))).toMatchObject({
      body: { a: "1", b: ["x y", "z"] },
      kind: "form",
    })
    const form = new FormData()
    form.set("a", "1")
    form.set("file", new File(["text"], "a.txt"))
    const { body, kind } = await read(
      new Request("http://shop.test/x", { method: "POST", body: form }),
    )
    expect(kind).toBe("form")
    expect(body["a"]).toBe("1")
    expect(await (body["file"] as File).text()).toBe("text")
  })

  it("reads the signals of a page from the body, or from the query of a GET or DELETE", async () => {
    expect(await read(post('{"a":1}', "application/json"), "", true)).toMatchObject({
      body: { a: 1 },
      kind: "signals",
    })
    const get = new Request("http://shop.test/x", { method: "DELETE" })
    expect(await read(get, `?q=1&datastar=${encodeURIComponent('{"a":1}')}`, true)).toMatchObject({
      body: { a: 1 },
      kind: "signals",
      query: { q: "1" },
    })
  })

  it("takes an empty body as no input", async () => {
    expect(await read(post(""))).toMatchObject({ kind: "none", body: {} })
    expect(await read(new Request("http://shop.test/x", { method: "POST" }))).toMatchObject({
      kind: "none",
    })
  })

  it.each([
    ["malformed JSON", "{", "application/json", "NITRO_BAD_REQUEST"],
    ["a JSON list", "[1]", "application/json", "NITRO_BAD_REQUEST"],
    ["JSON null", "null", "application/json", "NITRO_BAD_REQUEST"],
    [
      "a broken multipart form",
      "--x\r\nnope",
      "multipart/form-data; boundary=x",
      "NITRO_BAD_REQUEST",
    ],
    ["text", "hello", "text/plain", "NITRO_UNSUPPORTED_BODY"],
    [
      "JSON by a name that only begins like it",
      "{}",
      "application/jsonfoo",
      "NITRO_UNSUPPORTED_BODY",
    ],
    [
      "a form by a name that only begins like it",
      "a=1",
      "application/x-www-form-urlencoded2",
      "NITRO_UNSUPPORTED_BODY",
    ],
    [
      "a multipart form by a name that only begins like it",
      "a=1",
      "multipart/form-database; boundary=x",
      "NITRO_UNSUPPORTED_BODY",
    ],
    ["a body over the limit", "x".repeat(limit + 1), "application/json", "NITRO_BODY_TOO_LARGE"],
    [
      "a form over the limit",
      "x".repeat(limit + 1),
      "multipart/form-data; boundary=x",
      "NITRO_BODY_TOO_LARGE",
    ],
  ])("refuses %s", async (_name, body, type, code) => {
    await expect(read(post(body, type))).rejects.toMatchObject({ code })
  })

  it("stops reading a body of unknown length at the limit", async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 100
        controller.enqueue(new Uint8Array(100))
      },
    })
    const request = new Request("http://shop.test/x", {
      method: "POST",
      body: endless,
      duplex: "half",
      headers: { "content-type": "application/json" },
    } as RequestInit)
    await expect(read(request)).rejects.toMatchObject({ code: "NITRO_BODY_TOO_LARGE" })
    expect(sent).toBeLessThan(limit * 3)
  })

  it("refuses a declared length over the limit without reading", async () => {
    const request = new Request("http://shop.test/x", {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json", "content-length": "5000" },
    })
    await expect(read(request)).rejects.toMatchObject({ code: "NITRO_BODY_TOO_LARGE" })
  })

  it.each([
    "application/json",
    "Application/JSON ; charset=utf-8",
    "application/merge-patch+json",
    "application/vnd.api+json;v=1",
  ])("reads %s as JSON", async type => {
    expect(await read(post('{"a":1}', type))).toMatchObject({ body: { a: 1 }, kind: "json" })
  })

  it.each([
    ["of a form", post("a&b&c&d", "application/x-www-form-urlencoded"), ""],
    [
      "of a form, all of one name",
      post("a=1&a=2&a=3&a=4", "application/x-www-form-urlencoded"),
      "",
    ],
    ["of a form, all empty", post("&&&&", "application/x-www-form-urlencoded"), ""],
    ["of a query", new Request("http://shop.test/x"), "?a&b&c&d"],
    ["of a query beside a body", post("a=1", "application/x-www-form-urlencoded"), "?a&b&c&d"],
    [
      "of a multipart form",
      post(
        `${'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n'.repeat(4)}--x--`,
        "multipart/form-data; boundary=x",
      ),
      "",
    ],
  ])("refuses more fields than the limit: %s", async (_, request, search) => {
    await expect(read(request, search)).rejects.toMatchObject({ code: "NITRO_TOO_COMPLEX" })
  })

  it("takes as many fields as the limit says", async () => {
    const part = '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n'
    for (const request of [
      post("a=1&a=1&a=1", "application/x-www-form-urlencoded"),
      post(`${part.repeat(3)}--x--\r\n`, 'multipart/form-data; boundary="x"'),
    ])
      expect((await read(request)).body).toEqual({ a: ["1", "1", "1"] })
  })

  it("takes JSON to the deepest level and to the last value of the limit, and no further", async () => {
    const nested = (levels: number) => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`
    const values = (count: number) =>
      `{"a":["\\"[,",${Array.from({ length: count - 1 })
        .fill("1")
        .join(",")}]}`
    const large = (body: string) =>
      readInput(post(body, "application/json"), {}, false, { maxFields: 3 })
    await large(nested(64))
    await large(values(150))
    await expect(large(nested(65))).rejects.toMatchObject({ code: "NITRO_TOO_COMPLEX" })
    await expect(large(values(151))).rejects.toMatchObject({ code: "NITRO_TOO_COMPLEX" })
    await expect(large("[".repeat(500_000))).rejects.toMatchObject({ code: "NITRO_TOO_COMPLEX" })
    // Brackets and commas in texts are neither.
    await large(JSON.stringify({ [`"\\${"[".repeat(200)}`]: `${'{,\\"'.repeat(500)}` }))
  })

  it("takes a time that grows with the body and not with its square", async () => {
    // A million fields of one name took minutes, since each was added by copying those before it.
    const { body } = await readInput(
      post("a&".repeat(500_000), "application/x-www-form-urlencoded"),
      {},
      false,
      { maxFields: 1_000_000 },
    )
    expect(body["a"]).toHaveLength(500_000)
  })

  it("says that a body ended early where the client left", async () => {
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(1))
        controller.error(new Error("aborted"))
      },
    })
    const request = new Request("http://shop.test/x", {
      method: "POST",
      body: broken,
      duplex: "half",
      headers: { "content-type": "application/json" },
    } as RequestInit)
    await expect(read(request)).rejects.toMatchObject({ code: "NITRO_BAD_REQUEST" })
  })

  it("keeps __proto__ a plain name", async () => {
    const { body } = await read(post("__proto__=1&a=2", "application/x-www-form-urlencoded"))
    expect(Object.keys(body)).toEqual(["__proto__", "a"])
    expect(({} as Record<string, unknown>)["1"]).toBeUndefined()
  })
})

describe("coerce", () => {
  it.each([
    [z.number(), "1.5", 1.5],
    [z.int().default(0), " 7 ", 7],
    [z.number(), "", undefined],
    [z.number().nullable(), "", null],
    [z.number(), "abc", "abc"],
    [z.number(), "-1.5e3", -1500],
    [z.number(), ".5", 0.5],
    ...[
      "0x10",
      "0b11",
      "0o7",
      "Infinity",
      "-Infinity",
      "1e999",
      "1_000",
      "1,5",
      "٣",
      "1 2",
      "+-1",
      ".",
    ].map(text => [z.number(), text, text]),
    ...["0x10", "1e3", "1n", "9".repeat(1001)].map(text => [z.bigint(), text, text]),
    ...[
      "1",
      "2024",
      "March 7",
      "2024-1-5",
      "2024-02-30",
      "2023-02-29",
      "2024-04-31",
      "2024-13-01",
      "2024-01-01T25:00",
      "01/02/2024",
    ].map(text => [z.date(), text, text]),
    [z.date(), "2024-02-29", new Date("2024-02-29T00:00:00Z")],
    [z.date(), "2024-02", new Date("2024-02-01T00:00:00Z")],
    [z.date(), "+275760-09-13T00:00:00.000Z", new Date(8.64e15)],
    [z.literal([1, 2]), "2", 2],
    [z.literal(true), "true", true],
    [z.literal("1"), "1", "1"],
    [z.literal(1), "0x1", "0x1"],
    [z.boolean(), "on", true],
    [z.boolean().optional(), "false", false],
    [z.boolean(), "maybe", "maybe"],
    [z.string(), "12", "12"],
    [z.string(), "", ""],
    [z.bigint(), "9007199254740993", 9007199254740993n],
    [z.array(z.number()), "3", [3]],
    [z.array(z.number()), ["1", "2"], [1, 2]],
    [z.string().transform(text => text.length), "abc", "abc"],
    [z.enum(["a", "b"]).nullable(), "", null],
    [z.enum(["a", "b"]), "a", "a"],
  ] as [z.ZodType, unknown, unknown][])(
    "brings text to the type of its schema (%#)",
    (schema, text, value) => {
      expect(coerce(schema, text, true)).toEqual(value)
    },
  )

  it("converts only dates and bigints of JSON, which has no way to write them", () => {
    expect(coerce(z.number(), "1", false)).toBe("1")
    expect(coerce(z.date(), "2024-01-15T00:00:00Z", false)).toEqual(
      new Date("2024-01-15T00:00:00Z"),
    )
    expect(coerce(z.date(), "yesterday", false)).toBe("yesterday")
    expect(coerce(z.date().nullable(), "", true)).toBeNull()
    expect(coerce(z.bigint(), "12", false)).toBe(12n)
    expect(coerce(z.bigint(), "1.2", false)).toBe("1.2")
    expect(coerce(z.boolean(), true, true)).toBe(true)
  })

  it("takes the last of a checkbox and the field that says no for it", () => {
    expect(coerce(z.boolean(), ["false", "true"], true)).toBe(true)
    expect(coerce(z.boolean().default(true), "false", true)).toBe(false)
    expect(coerce(z.boolean(), ["false", "true"], false)).toEqual(["false", "true"])
  })

  it("takes an empty first field as the start of a list, which may have no members", () => {
    expect(coerce(z.array(z.string()), "", true)).toEqual([])
    expect(coerce(z.array(z.number()), ["", "1", "2"], true)).toEqual([1, 2])
    expect(coerce(z.array(z.string()), ["a", ""], true)).toEqual(["a", ""])
    expect(coerce(z.array(z.string()), [""], false)).toEqual([""])
  })

  it("reads a time without a zone as UTC, wherever the server stands", () => {
    const zone = process.env["TZ"]
    process.env["TZ"] = "America/New_York"
    try {
      expect(coerce(z.date(), "2026-05-01T18:30", true)).toEqual(new Date("2026-05-01T18:30:00Z"))
      expect(coerce(z.date(), "2026-05-01T18:30:15.5", true)).toEqual(
        new Date("2026-05-01T18:30:15.500Z"),
      )
      expect(coerce(z.date(), "2026-05-01T18:30+02:00", true)).toEqual(
        new Date("2026-05-01T16:30:00Z"),
      )
    } finally {
      if (zone === undefined) delete process.env["TZ"]
      else process.env["TZ"] = zone
    }
  })
})
