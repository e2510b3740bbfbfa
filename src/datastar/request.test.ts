import { describe, expect, it } from "vitest"
import { isDatastarRequest, readSignals } from "./index.ts"

const url = "http://localhost/todos"
const get = (json: string): Request => new Request(`${url}?datastar=${encodeURIComponent(json)}`)
const post = (
  body: string | Uint8Array<ArrayBuffer> | URLSearchParams,
  headers: Record<string, string> = { "content-type": "application/json" },
): Request => new Request(url, { method: "POST", body, headers })
const bad = { code: "NITRO_BAD_SIGNALS", status: 400 }
const tooLarge = { code: "NITRO_SIGNALS_TOO_LARGE", status: 413 }

it("knows a request of Datastar by its header", () => {
  expect(isDatastarRequest(new Request(url, { headers: { "datastar-request": "true" } }))).toBe(
    true,
  )
  expect(isDatastarRequest(new Request(url))).toBe(false)
})

describe("signals of a request", () => {
  it("come from the query with GET and DELETE, and from the body with the others", async () => {
    expect(await readSignals(get('{"a":"ä&b"}'))).toEqual({ a: "ä&b" })
    expect(
      await readSignals(new Request(`${url}?datastar=%7B%22a%22%3A1%7D`, { method: "DELETE" })),
    ).toEqual({ a: 1 })
    for (const method of ["POST", "PUT", "PATCH"]) {
      expect(
        await readSignals(new Request(url, { method, body: '{"user":{"name":"Ä"}}' })),
      ).toEqual({ user: { name: "Ä" } })
    }
  })

  it("are empty where none are sent, and a form's body stays unread", async () => {
    expect(await readSignals(new Request(url))).toEqual({})
    expect(await readSignals(new Request(url, { method: "POST" }))).toEqual({})
    const form = post(new URLSearchParams({ a: "1" }), {})
    expect(await readSignals(form)).toEqual({})
    expect((await form.formData()).get("a")).toBe("1")
  })

  it.each(["{", "nope", "[1]", "null", "1", '"text"', "{'a':1}", '{"a":1}}', "{".repeat(100_000)])(
    "are refused when malformed: %.20s",
    async json => {
      await expect(readSignals(post(json))).rejects.toMatchObject(bad)
      if (json.length < 100) await expect(readSignals(get(json))).rejects.toMatchObject(bad)
    },
  )

  it("are refused when they are not UTF-8, and say nothing of their content", async () => {
    await expect(readSignals(post(new Uint8Array([0x7b, 0xff, 0x7d])))).rejects.toMatchObject(bad)
    const error = await readSignals(post('{"password": hunter2')).catch((caught: Error) => caught)
    expect((error as Error).message).not.toContain("hunter2")
  })

  it("never reach a prototype, however the key is spelled", async () => {
    const json =
      '{"__proto__":{"admin":true},"a":{"constructor":{"prototype":{"admin":true}},"\\u005f_proto__":{"admin":true},"b":1}}'
    for (const request of [post(json), get(json)]) {
      const signals = await readSignals(request)
      expect(signals).toEqual({ a: { b: 1 } })
      expect(Object.keys(signals["a"] as object)).toEqual(["b"])
      expect(Object.assign({}, signals)).not.toHaveProperty("admin")
    }
  })
})

describe("the limit", () => {
  const json = (bytes: number): string => `{"a":"${"x".repeat(bytes - 8)}"}`

  it("holds to the byte, for declared, streamed and query signals", async () => {
    for (const make of [post, get]) {
      expect(Object.keys(await readSignals(make(json(100)), { maxBytes: 100 }))).toEqual(["a"])
      await expect(readSignals(make(json(101)), { maxBytes: 100 })).rejects.toMatchObject(tooLarge)
    }
    await expect(
      readSignals(post(json(101), { "content-length": "101" }), { maxBytes: 100 }),
    ).rejects.toMatchObject(tooLarge)
    await expect(readSignals(post(json(1024 * 1024 + 1)))).rejects.toMatchObject(tooLarge)
    await expect(readSignals(post('{"a":"ääää"}'), { maxBytes: 12 })).rejects.toMatchObject(
      tooLarge,
    )
  })

  it("stops reading a body that goes on for ever", async () => {
    let sent = 0
    let cancelled = false
    const endless = new ReadableStream<Uint8Array>({
      pull: controller => {
        sent += 1000
        controller.enqueue(new Uint8Array(1000))
      },
      cancel: () => {
        cancelled = true
      },
    })
    const request = new Request(url, {
      method: "POST",
      body: endless,
      duplex: "half",
    } as RequestInit)
    await expect(readSignals(request, { maxBytes: 10_000 })).rejects.toMatchObject(tooLarge)
    expect(cancelled).toBe(true)
    expect(sent).toBeLessThan(20_000)
  })
})

it("says so when the body was read before", async () => {
  const request = post("{}")
  await request.text()
  await expect(readSignals(request)).rejects.toMatchObject({
    code: "NITRO_SIGNALS_BODY_USED",
    status: 500,
  })
})
