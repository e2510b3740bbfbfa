// Entities with natural ids over HTTP: one segment of the path names them, in routes, calls and live lists.
import { action, call, expose, respond } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { html } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { beforeEach, expect, it } from "vitest"
import { z } from "zod"

class Line extends Entity(
  "Line",
  { orderId: z.int(), sku: z.string(), quantity: z.int().default(1) },
  { id: ["orderId", "sku"] },
) {
  static store = memory()
  @action({ input: { by: z.int() } }) more({ by }: { by: number }) {
    this.quantity += by
  }
}
class Order extends Entity("Order", { id: z.int(), note: z.string().default("") }) {
  static store = memory()
}

const handle = nitro({ entities: [expose(Line), expose(Order)] })
const send = async (
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: unknown }> => {
  const headers = { "content-type": "application/json" }
  const response = await handle(
    new Request(`http://shop.test${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )
  const text = await response.text()
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) }
}

beforeEach(async () => {
  await Line.deleteWhere({}, { all: true })
  await Order.deleteWhere({}, { all: true })
})

it("serves entities with an id of several fields at one segment", async () => {
  const created = await send("POST", "/lines", { orderId: 7, sku: "a/b~c" })
  expect(created).toMatchObject({
    status: 201,
    body: { id: "7~a/b%7Ec", orderId: 7, sku: "a/b~c", quantity: 1 },
  })
  const line = await Line.require({ orderId: 7, sku: "a/b~c" })
  const path = call(line, "read").href
  expect(path).toBe("/lines/7~a%2Fb%257Ec")
  expect((await send("GET", path)).body).toMatchObject({ quantity: 1 })
  expect((await send("PATCH", path, { quantity: 5 })).body).toMatchObject({ quantity: 5 })
  expect((await send("PUT", path, { orderId: 7, sku: "a/b~c", quantity: 6 })).body).toMatchObject({
    quantity: 6,
  })
  expect(await send("PATCH", path, { orderId: 8 })).toMatchObject({
    status: 422,
    body: { error: { issues: [{ path: "orderId" }] } },
  })
  expect(await send("POST", call(line, "more", { by: 4 }).form.action, { by: 4 })).toMatchObject({
    status: 204,
  })
  expect((await Line.require(line.id)).quantity).toBe(10)
  expect(await send("POST", "/lines", { orderId: 7, sku: "a/b~c" })).toMatchObject({
    status: 409,
    body: { error: { code: "NITRO_DUPLICATE", issues: [{ path: "orderId" }, { path: "sku" }] } },
  })
  expect((await send("DELETE", path)).status).toBe(204)
  for (const wrong of [path, "/lines/7", "/lines/x~y", "/lines/~", "/lines/7~a~b"])
    expect((await send("GET", wrong)).status).toBe(404)
})

it("serves entities whose id is a number", async () => {
  expect((await send("POST", "/orders", { id: 12, note: "n" })).body).toEqual({ id: 12, note: "n" })
  expect((await send("GET", "/orders/12")).body).toEqual({ id: 12, note: "n" })
  expect((await send("PATCH", "/orders/12", { note: "m" })).body).toEqual({ id: 12, note: "m" })
  for (const wrong of ["/orders/012", "/orders/1e1", "/orders/twelve"])
    expect((await send("GET", wrong)).status).toBe(404)
})

it("forms of one entity differ from those of another, and take its key as it stands", async () => {
  const [a, b] = await Line.createMany([
    { orderId: 1, sku: "a" },
    { orderId: 1, sku: "b" },
  ])
  const field = (line: Line | undefined): string =>
    line ? call(line, "update").field("quantity").id : ""
  expect(field(a)).not.toBe(field(b))
})

it("keeps a live list true, in the order of its key", async () => {
  await Line.createMany([
    { orderId: 10, sku: "a" },
    { orderId: 9, sku: "a" },
  ])
  const app = nitro({ entities: [Line] })
  const page = () =>
    respond(live(Line.all(), line => html`<li id="${line.domId}">${line.id}</li>`, { id: "lines" }))
  const text = async (search: string) =>
    (await app(new Request(`http://app.test/${search}`), page)).text()
  const shown = async (search: string) =>
    [...(await text(search)).matchAll(/<li[^>]*>([^<]*)/g)].map(([, id]) => id)
  expect(await shown("")).toEqual(["9~a", "10~a"])
  const stream = await app(new Request("http://app.test/?_nitro="), page)
  await Line.create({ orderId: 9, sku: "b" })
  const reader = (stream.body as ReadableStream<Uint8Array>)
    .pipeThrough(new TextDecoderStream())
    .getReader()
  let patches = ""
  while (!patches.includes("9~b")) patches += (await reader.read()).value
  expect(patches).toMatch(/mode before\ndata: elements <li id="[^"]*">9~b</)
  expect(patches).toContain(`> [id="${(await Line.require("10~a")).domId}"]`)
  expect(await shown("?_nitro=&_nitro_once=1")).toEqual(["9~a", "9~b", "10~a"])
  await app.close()
})
