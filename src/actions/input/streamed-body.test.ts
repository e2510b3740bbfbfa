// Bodies that an action reads itself: raw and multipart, their limits and their ends.
import { createServer } from "node:http"
import express from "express"
import { type ActionCall, action } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro as forExpress } from "nitro-ts/express"
import { nitro } from "nitro-ts/fetch"
import { html } from "nitro-ts/html"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { expectErrors } from "../../../test/support/errors.ts"
import { listen } from "../../../test/support/hosts.ts"

type Reader = (call: ActionCall, input: { note?: string }) => unknown
let read: Reader = () => undefined
class Upload extends Entity("Upload", { bytes: z.int().default(0) }) {
  static store = memory()
  static runs = 0
  static {
    action(this, "take", {
      body: "stream",
      maxBodyBytes: 1000,
      input: { note: z.string().optional() },
    })
    action(this, "late", { body: "stream", deadlineMs: 50 })
    action(this, "plain")
  }
  static take(input: { note?: string }, call: ActionCall) {
    Upload.runs++
    return read(call, input)
  }
  static late(_input: unknown, call: ActionCall) {
    return read(call, {})
  }
  static plain(_input: unknown, { body }: ActionCall) {
    return body.type
  }
}
const app = nitro({ entities: [Upload], limits: { maxFields: 3 } })
const post = (
  body: RequestInit["body"],
  headers: Record<string, string> = {},
  path = "/uploads/take",
) =>
  app(
    new Request(`http://a.test${path}`, {
      method: "POST",
      body,
      headers,
      duplex: "half",
    } as RequestInit),
  )

/** The text in pieces of so many bytes. */
function pieces(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = Buffer.from(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, at + size))
      at += size
    },
  })
}
const sizeOf: Reader = async ({ body }) => {
  let bytes = 0
  for await (const chunk of body) bytes += chunk.byteLength
  return { bytes }
}

describe("a raw body", () => {
  it("comes beside the input of the address, as bytes or as a stream", async () => {
    read = async ({ body }, { note }) => ({
      note,
      type: body.type,
      length: body.length,
      text: await new Response(body.stream).text(),
    })
    const response = await post(
      "a tea",
      { "content-type": "text/x", "content-length": "5" },
      "/uploads/take?note=x",
    )
    expect(await response.json()).toEqual({ note: "x", type: "text/x", length: 5, text: "a tea" })
    read = sizeOf
    expect(await (await post(null)).json()).toEqual({ bytes: 0 })
  })

  it("is 413 above the limit of the action, by its declared length before the action runs", async () => {
    read = sizeOf
    expect((await post(pieces("x".repeat(1000), 100))).status).toBe(200)
    expect((await post(pieces("x".repeat(1001), 100))).status).toBe(413)
    Upload.runs = 0
    expect((await post("x", { "content-length": "1001" })).status).toBe(413)
    expect(Upload.runs).toBe(0)
  })

  it("is dropped where the action leaves it, and closes the connection where much is left", async () => {
    read = () => ({ done: true })
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(1024 * 1024))
      },
    })
    expect((await post(endless)).headers.get("connection")).toBe("close")
    expect(pulled).toBeLessThan(20)
    const little = await post(pieces("x".repeat(1000), 100))
    expect(little.headers.get("connection")).toBeNull()
  })

  it("ends at the deadline for an action that goes on reading", async () => {
    const errors = expectErrors()
    let failure: unknown
    read = async ({ body }) => {
      try {
        for await (const _ of body);
      } catch (error) {
        failure = error
        throw error
      }
    }
    let stop = (): void => {}
    const stuck = new ReadableStream<Uint8Array>({
      start: controller => {
        stop = () => controller.close()
      },
    })
    const responding = post(stuck, {}, "/uploads/late")
    await expect.poll(() => failure).toMatchObject({ code: "NITRO_BODY_ENDED" })
    stop()
    expect((await responding).status).toBe(504)
    expect(errors.map(({ where }) => where)).toEqual(["Upload.late"])
  })

  it("is refused to an action that takes input, with the option to write", async () => {
    const errors = expectErrors()
    expect(
      (await post("{}", { "content-type": "application/json" }, "/uploads/plain")).status,
    ).toBe(500)
    expect(errors[0]?.error).toMatchObject({
      code: "NITRO_NO_BODY",
      fix: expect.stringContaining('body: "stream"'),
    })
  })

  it("runs once under one key, and is another request with another length", async () => {
    read = sizeOf
    Upload.runs = 0
    const key = crypto.randomUUID()
    const send = (text: string) =>
      post(text, { "idempotency-key": key, "content-length": String(text.length) })
    expect(await (await send("tea")).json()).toEqual({ bytes: 3 })
    const again = await send("tea")
    expect([again.headers.get("idempotent-replayed"), await again.json()]).toEqual([
      "true",
      { bytes: 3 },
    ])
    expect((await send("coffee")).status).toBe(422)
    expect(Upload.runs).toBe(1)
  })

  it("may be read by a stream of patches, after the response has begun", async () => {
    read = async function* ({ body }) {
      for await (const chunk of body) yield html`<p id="n">${chunk.byteLength}</p>`
    } as Reader
    const response = await post(pieces("abcdef", 2), { "datastar-request": "true" })
    expect((await response.text()).match(/<p id="n">2<\/p>/g)).toHaveLength(3)
  })
})

describe("a multipart body", () => {
  const type = { "content-type": 'multipart/form-data; boundary="b0"' }
  const form = (...parts: readonly string[]) =>
    `preamble\r\n--b0  \r\n${parts.join("\r\n--b0\r\n")}\r\n--b0--\r\nepilogue`
  const head = (rest: string) => `Content-Disposition: form-data; ${rest}\r\n\r\n`
  const all: Reader = async ({ body }) => {
    const parts = []
    for await (const part of body.parts())
      parts.push([part.name, part.filename ?? null, part.type, await part.text()])
    return parts
  }

  it("has the same parts, whatever the pieces it comes in", async () => {
    read = all
    const text = form(
      `${head('name="a"')}1\r\n--b\r\n2`,
      `content-type: text/csv\r\n${head('name="f"; filename="x; name=\\"y\\" %22.csv"')}`,
      `${head("name=plain")}é`,
    )
    for (const size of [1, 2, 3, 7, 50, 1000]) {
      expect([size, await (await post(pieces(text, size), type)).json()]).toEqual([
        size,
        [
          ["a", null, "", "1\r\n--b\r\n2"],
          ["f", 'x; name="y" ".csv', "text/csv", ""],
          ["plain", null, "", "é"],
        ],
      ])
    }
    expect(await (await post("--b0--", type)).json()).toEqual([])
  })

  it("skips what is not read of a part", async () => {
    read = async ({ body }) => {
      const names = []
      for await (const { name } of body.parts()) names.push(name)
      return names
    }
    const text = form(`${head('name="a"')}${"x".repeat(200)}`, `${head('name="b"')}y`)
    expect(await (await post(pieces(text, 10), type)).json()).toEqual(["a", "b"])
  })

  it.each<[string, string, number, Record<string, string>]>([
    ["without an end", `--b0\r\n${head('name="a"')}x`, 400, type],
    ["without a delimiter", "nothing", 400, type],
    ["with a part without a name", form(`${head("filename=x")}x`), 400, type],
    ["with a part without a disposition", form("a: b\r\n\r\nx"), 400, type],
    ["without a boundary", form("x"), 400, { "content-type": "multipart/form-data" }],
    ["of another type", "{}", 415, { "content-type": "application/json" }],
    [
      "with more parts than fields are allowed",
      form(...Array.from({ length: 4 }, () => `${head('name="a"')}x`)),
      400,
      type,
    ],
    ["of more bytes than are allowed", form(`${head('name="a"')}${"x".repeat(1000)}`), 413, type],
  ])("%s is the client's fault", async (_, text, status, headers) => {
    read = all
    expect((await post(pieces(text, 64), headers)).status).toBe(status)
  })

  it("tells a form without script that it succeeded, and why not", async () => {
    read = all
    const browser = { ...type, accept: "text/html", host: "a.test", referer: "http://a.test/page" }
    const done = await post(pieces(form(`${head('name="a"')}x`), 64), browser)
    expect([done.status, done.headers.get("location")]).toEqual([303, "/page"])
    const refused = await post(pieces(form("x"), 64), browser)
    expect([refused.status, refused.headers.get("location")]).toEqual([303, "/page"])
    expect(refused.headers.get("set-cookie")).toContain("nitro-flash=")
  })
})

it("says which middleware is in the way where the host has read the body", async () => {
  const errors = expectErrors()
  read = sizeOf
  const host = express().use(express.json(), express.text({ type: "text/x" }))
  const { url, close } = await listen(createServer(host.use(forExpress({ entities: [Upload] }))))
  try {
    const send = async (body: string, type: string) =>
      fetch(`${url}/uploads/take`, { method: "POST", body, headers: { "content-type": type } })
    expect((await send("{}", "application/json")).status).toBe(500)
    expect(errors[0]?.error).toMatchObject({
      code: "NITRO_BODY_LOST",
      message: expect.stringContaining("Upload.take takes its body as a stream"),
    })
    // As it was sent, it is as good.
    expect(await (await send("tea", "text/x")).json()).toEqual({ bytes: 3 })
    expect(await (await send("tea", "text/other")).json()).toEqual({ bytes: 3 })
  } finally {
    await close()
  }
})

it.each([
  [{ body: "whole" }, "stream"],
  [{ body: "stream", method: "GET" }, "POST"],
  [{ maxBodyBytes: 5 }, 'body: "stream"'],
  [{ body: "stream", maxBodyBytes: 0.5 }, "whole number"],
])("refuses the options %j where the class is declared", (options, fix) => {
  expect(() => {
    class Wrong {
      static {
        action(this, "run", options as never)
      }
      run() {}
    }
    return Wrong
  }).toThrow(expect.objectContaining({ fix: expect.stringContaining(fix) as string }))
})
