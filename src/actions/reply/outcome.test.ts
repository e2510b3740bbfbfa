// Values that no response can hold are refused while the unit of work is open, so a client that gets an error finds nothing written.
import { action, expose, outcome } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { html } from "nitro-ts/html"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { expectErrors } from "../../../test/support/errors.ts"

const holdsItself: Record<string, unknown> = {}
holdsItself["again"] = { list: [holdsItself], other: holdsItself }

const wrong: Readonly<Record<string, () => unknown>> = {
  "a line break in a cookie": () => outcome(1, { cookies: ["a=1\r\nx-forged: 1"] }),
  "a control character in a cookie": () => outcome(1, { cookies: ["a=\u0001"] }),
  "a character beyond latin1 in a cookie": () => outcome(1, { cookies: ["a=\u20ac"] }),
  "a line break in a header": () => outcome(1, { headers: { "x-a": "1\nx-b: 2" } }),
  "a control character in a header": () => outcome(1, { headers: { "x-a": "\u0001" } }),
  "a header without a name": () => outcome(1, { headers: { "": "1" } }),
  "a status beside that of a Response": () => outcome(new Response("x"), { status: 201 }),
  "data that holds itself": () => holdsItself,
}
const empty: Readonly<Record<string, () => unknown>> = {
  data: () => outcome({ a: 1 }, { status: 204 }),
  markup: () => outcome(html`<p id="a"></p>`, { status: 204 }),
  nothing: () => outcome(undefined, { status: 205 }),
}

class Box extends Entity("Box", { count: z.int().default(0) }) {
  static store = memory()
  @action({ input: { kind: z.string() }, output: z.any() }) run({ kind }: { kind: string }) {
    this.count = 1
    return (wrong[kind] ?? empty[kind])?.()
  }
  @action({ input: { kind: z.string() } }) plain({ kind }: { kind: string }) {
    return this.run({ kind })
  }
  @action({ status: 204 }) silent() {
    this.count = 1
    return { a: 1 }
  }
}
const app = nitro({ entities: [expose(Box, { allow: () => true })] })
const post = async (name: string, kind?: string, headers: Record<string, string> = {}) => {
  const { id } = await Box.create({})
  const response = await app(
    new Request(`http://shop.test/boxes/${id}/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(kind === undefined ? {} : { kind }),
    }),
  )
  return { response, count: (await Box.require(id)).count }
}

describe.each(Object.keys(wrong))("%s", kind => {
  it.each(["run", "plain"])("is a 500 that takes back the writes of %s", async name => {
    const errors = expectErrors()
    const { response, count } = await post(name, kind)
    expect([response.status, count]).toEqual([500, 0])
    const code = kind.includes("cookie") ? /^NITRO_COOKIE$/ : /^NITRO_(?:OUTCOME|UNSENDABLE)$/
    expect(errors[0]?.error).toMatchObject({ code: expect.stringMatching(code) })
  })
})

it.each(Object.keys(empty))(
  "sends no body with the status 204 or 205, whatever is returned: %s",
  async kind => {
    for (const headers of [{}, { "idempotency-key": `${kind}-key` }]) {
      const { response, count } = await post("plain", kind, headers)
      expect([[204, 205].includes(response.status), count]).toEqual([true, 1])
      expect(await response.text()).toBe("")
    }
  },
)

it("sends no body for an action that declares 204", async () => {
  const { response, count } = await post("silent")
  expect([response.status, await response.text(), count]).toEqual([204, "", 1])
})
