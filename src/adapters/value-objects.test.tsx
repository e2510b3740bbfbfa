// Value objects over HTTP: parts as fields of a form, objects in JSON, messages beside the part that is wrong.
import { call, expose } from "nitro-ts/actions"
import { Entity, embedded, memory, ValueObject } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { beforeEach, expect, it } from "vitest"
import { z } from "zod"
import { errorSignal } from "../actions/contract/form-keys.ts"

class Geo extends ValueObject("Geo", { lat: z.number(), lng: z.number() }) {}
class Address extends ValueObject("Address", {
  city: z.string().min(1, "Which city?"),
  zip: z.int(),
  known: z.boolean().default(false),
  geo: embedded(Geo).nullable().default(null),
}) {}
class Person extends Entity("Person", {
  name: z.string(),
  address: embedded(Address),
  work: embedded(Address).nullable().default(null),
}) {
  static store = memory()
}

const handle = nitro({ entities: [expose(Person)] })
const post = (
  body: Record<string, string>,
  headers: Record<string, string> = {},
  path = "/people",
): Promise<Response> =>
  handle(
    new Request(`http://app.test${path}`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body: new URLSearchParams(body).toString(),
    }),
  )
const part = (city: string, zip: string): Record<string, string> => ({
  name: "Ann",
  "address.city": city,
  "address.zip": zip,
})

beforeEach(() => Person.deleteWhere({}, { all: true }))

it("assembles the parts of a form, each with its type", async () => {
  expect(
    (
      await post({
        ...part("Bern", "3000"),
        "address.known": "on",
        "address.geo.lat": "1.5",
        "address.geo.lng": "-2",
      })
    ).status,
  ).toBe(201)
  const ann = await Person.findBy({ name: "Ann" })
  expect(ann?.address).toEqual(
    new Address({ city: "Bern", zip: 3000, known: true, geo: new Geo({ lat: 1.5, lng: -2 }) }),
  )
  expect(ann?.work).toBe(null)
})

it("takes parts that were all left empty for none, where there may be none", async () => {
  expect((await post({ ...part("Bern", "1"), "work.city": "", "work.zip": "" })).status).toBe(201)
  expect((await Person.findBy({ name: "Ann" }))?.work).toBe(null)
  expect((await post({ ...part("Bern", "1"), "work.city": "Basel", "work.zip": "" })).status).toBe(
    422,
  )
})

it("names the part that is wrong, for programs and for the page", async () => {
  const issues = [
    { path: "address.city", message: "Which city?" },
    { path: "address.zip", message: expect.any(String) },
  ]
  expect(await (await post(part("", "x"))).json()).toMatchObject({
    error: { code: "NITRO_VALIDATION", issues },
  })
  const text = await (await post(part("", "5"), { "datastar-request": "true" })).text()
  const signals = JSON.parse(text.slice(text.indexOf("signals ") + 8)) as Record<string, unknown>
  expect(signals[errorSignal("person_create", "address.city")]).toBe("Which city?")
  expect(signals[errorSignal("person_create", "address.zip")]).toBe("")
})

it("refuses parts that are not there, and fields without parts", async () => {
  for (const name of [
    "address.size",
    "address.geo.alt",
    "name.first",
    "other.city",
    "address.",
    "address.__proto__",
    "constructor.name",
  ]) {
    const response = await post({ ...part("Bern", "1"), [name]: "1" })
    expect([name, await response.json()]).toMatchObject([
      name,
      { error: { code: "NITRO_UNKNOWN_INPUT" } },
    ])
  }
})

it("fills fields of a form with the parts of an entity", async () => {
  const ann = await Person.create({ name: "Ann", address: { city: "Bern", zip: 3000 } })
  const form = call(ann, "update")
  expect([
    form.field("address.city").value,
    form.field("address.zip").value,
    form.field("work.city").value,
  ]).toEqual(["Bern", "3000", undefined])
  expect(form.field("address.city").id).toMatch(/^\w+$/)
  const changed = await post(
    { "address.city": "Basel", "address.zip": "4000" },
    {},
    form.form.action,
  )
  expect(await changed.json()).toMatchObject({ address: { city: "Basel", zip: 4000 } })
})

it("takes and gives objects in JSON", async () => {
  const body = JSON.stringify({ name: "Bob", address: { city: "Bern", zip: 1 } })
  const created = await handle(
    new Request("http://app.test/people", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    }),
  )
  expect(await created.json()).toMatchObject({
    address: { city: "Bern", zip: 1, known: false, geo: null },
    work: null,
  })
})
