// The signals of a request: read once by whoever comes first, within the limits of the app, and never a way to a prototype.
import { action, context, expose, type PageSignals } from "nitro-ts/actions"
import { Entity, isNitroError, memory } from "nitro-ts/entity"
import { type NitroOptions, nitro } from "nitro-ts/fetch"
import { expect, it } from "vitest"
import { z } from "zod"

class Draft extends Entity("Draft", { title: z.string().default("") }) {
  static store = memory()
  @action({ input: { title: z.string() } }) static async keep({ title }: { title: string }) {
    const [first, second] = [context().signals, context().signals]
    return Response.json({ title, isOne: first === second, signals: await first })
  }
  @action({ body: "stream" }) static async raw() {
    return Response.json(await context().signals)
  }
}
const appWith = (options: NitroOptions = {}) =>
  nitro({ entities: [expose(Draft, { allow: () => true })], ...options })
const request = (path: string, body: string | undefined, headers: Record<string, string> = {}) =>
  new Request(`http://shop.test${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json", "datastar-request": "true", ...headers },
    ...(body === undefined ? {} : { body }),
  })
const json = async (response: Promise<Response>): Promise<unknown> => (await response).json()

it("gives an action all signals, beside the input that it takes", async () => {
  const body = '{"title":"A","other":{"deep":[1]}}'
  expect(await json(appWith()(request("/drafts/keep", body)))).toEqual({
    title: "A",
    isOne: true,
    signals: { title: "A", other: { deep: [1] } },
  })
})

it("is read before the route, by a rule or a plugin, and the route gets its input all the same", async () => {
  const seen: PageSignals[] = []
  const app = appWith({
    plugins: [
      {
        name: "reader",
        setup: () => ({
          async context({ signals }) {
            seen.push(await signals)
            return undefined
          },
        }),
      },
    ],
  })
  expect(await json(app(request("/drafts/keep", '{"title":"B"}')))).toMatchObject({ title: "B" })
  expect(seen).toEqual([{ title: "B" }])
})

it("reads a page's signals from its address or its body", async () => {
  const page = async () => Response.json(await context().signals)
  const query = encodeURIComponent('{"a":1}')
  expect(await json(appWith()(request(`/page?datastar=${query}`, undefined), page))).toEqual({
    a: 1,
  })
  expect(await json(appWith()(request("/page", '{"b":2}'), page))).toEqual({ b: 2 })
})

it.each([
  ["a program", '{"a":1}', { "datastar-request": "" }],
  ["a form of the page's script", "a=1", { "content-type": "application/x-www-form-urlencoded" }],
])("has none for %s", async (kind, body, headers) => {
  const sent = request("/page", body, headers)
  if (kind === "a program") sent.headers.delete("datastar-request")
  const text = await appWith()(sent, async () => Response.json(await context().signals))
  expect(await text.json()).toEqual({})
  // A body of another client is left to the route.
  expect(sent.bodyUsed).toBe(kind !== "a program")
})

it("has none beside a body that an action reads itself", async () => {
  expect(await json(appWith()(request("/drafts/raw", '{"a":1}')))).toEqual({})
})

it.each([
  ["broken", "{", "NITRO_BAD_REQUEST"],
  ["a list", "[1]", "NITRO_BAD_REQUEST"],
  ["too deep", `{"a":${"[".repeat(100)}${"]".repeat(100)}}`, "NITRO_TOO_COMPLEX"],
  ["too large", JSON.stringify({ a: "x".repeat(2000) }), "NITRO_BODY_TOO_LARGE"],
])("refuses signals that are %s", async (_, body, code) => {
  const app = appWith({ limits: { maxBodyBytes: 1000 } })
  const page = async () =>
    Response.json(
      await context().signals.then(
        () => "read",
        (error: unknown) => (isNitroError(error) ? error.code : error),
      ),
    )
  expect(await json(app(request("/page", body), page))).toBe(code)
})

it("drops keys that lead to a prototype, at any depth", async () => {
  const body = '{"__proto__":{"x":1},"a":[{"constructor":1,"\\u005f_proto__":2,"b":3}]}'
  const response = await appWith()(request("/page", body), async () => {
    const signals = await context().signals
    const copy: Record<string, unknown> = Object.assign({}, signals)
    return Response.json({ copy, x: copy["x"] ?? null, isPlain: Object.keys(signals) })
  })
  expect(await response.json()).toEqual({ copy: { a: [{ b: 3 }] }, x: null, isPlain: ["a"] })
})
