// Responses when business logic or a schema refuses.
import { action, context, expose, type Flash, Refusal } from "nitro-ts/actions"
import { Entity, field, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { expect, it } from "vitest"
import { z } from "zod"

class Parcel extends Entity("Parcel", { weight: z.number(), sent: z.boolean().default(false) }) {
  static store = memory()
  @action() async send() {
    await this.update({ sent: true })
    if (this.weight > 30)
      throw new Refusal("Nobody carries more than 30 kg.", {
        field: "weight",
        status: 422,
        code: "TOO_HEAVY",
      })
  }
  @action() recall() {
    throw new Refusal("It has been sent.")
  }
  @action() async *track() {
    yield "one"
    throw new Refusal("The carrier is closed.")
  }
}
const handle = nitro({ entities: [Parcel] })
const post = (path: string, headers: Record<string, string> = {}) =>
  handle(new Request(`http://shop.test/parcels/${path}`, { method: "POST", headers }))

it("reaches a program with its status, code and field, and takes back what was written", async () => {
  const parcel = await Parcel.create({ weight: 31 })
  const response = await post(`${parcel.id}/send`)
  expect(response.status).toBe(422)
  const message = "Nobody carries more than 30 kg."
  expect(await response.json()).toEqual({
    error: { code: "TOO_HEAVY", status: 422, message, issues: [{ path: "weight", message }] },
  })
  expect(await Parcel.require(parcel.id)).toMatchObject({ sent: false })
})

it("is a conflict unless it says otherwise, and reaches the page as its alert", async () => {
  const { id } = await Parcel.create({ weight: 1 })
  expect((await post(`${id}/recall`)).status).toBe(409)
  const shown = await post(`${id}/recall`, { "datastar-request": "true" })
  expect([shown.status, await shown.text()]).toEqual([
    200,
    expect.stringContaining('"_alert":"It has been sent."'),
  ])
})

it("reaches the page from the middle of a stream too", async () => {
  const { id } = await Parcel.create({ weight: 1 })
  expect(await (await post(`${id}/track`, { "datastar-request": "true" })).text()).toContain(
    "The carrier is closed.",
  )
})

it("gives a form back what was typed, but no password", async () => {
  const input = {
    email: z.email(),
    password: field(z.string().min(8), { hidden: true }).nullable(),
    token: field(z.string(), { encrypted: true }).optional(),
    pin: field(z.string(), { widget: "password" }).default(""),
  }
  class Member extends Entity("Member", input) {
    static store = memory()
    @action({ input }) static enrol(given: z.infer<z.ZodObject<typeof input>>) {
      return Member.create(given)
    }
  }
  const typed = { email: "no address", password: "correct horse", token: "t0ken", pin: "1234" }
  let flash: Flash | undefined
  const app = nitro({ entities: [expose(Member)] })
  const response = await app(
    new Request("http://shop.test/members/enrol", {
      method: "POST",
      headers: {
        accept: "text/html",
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams(typed),
    }),
  )
  expect(response.status).toBe(303)
  const cookie = (response.headers.get("set-cookie") as string).split(";")[0] as string
  await app(new Request("http://shop.test/", { headers: { cookie } }), () => {
    flash = context().flash
    return new Response()
  })
  expect(flash?.values).toEqual({ email: "no address", password: "", token: "", pin: "" })
  expect(flash?.errors).toHaveProperty("email")
})

it("gives back no secret of an action's input, by its name or by the control that its schema names", async () => {
  const input = {
    login: z.string().max(3),
    newPassword: z.string(),
    card_cvc: z.string(),
    tokens: field(z.string(), { widget: "text" }),
    answer: field(z.string(), { widget: "password" }),
  }
  class Door extends Entity("Door", {}) {
    static store = memory()
    @action({ input }) static open() {}
  }
  let flash: Flash | undefined
  const app = nitro({ entities: [Door] })
  const typed = {
    login: "too long",
    newPassword: "correct horse",
    card_cvc: "123",
    tokens: "12",
    answer: "blue",
    _key: "k",
  }
  const response = await app(
    new Request("http://shop.test/doors/open", {
      method: "POST",
      headers: {
        accept: "text/html",
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams(typed),
    }),
  )
  const cookie = (response.headers.get("set-cookie") as string).split(";")[0] as string
  await app(new Request("http://shop.test/", { headers: { cookie } }), () => {
    flash = context().flash
    return new Response()
  })
  expect(flash?.values).toEqual({
    login: "too long",
    newPassword: "",
    card_cvc: "",
    tokens: "12",
    answer: "",
  })
})
