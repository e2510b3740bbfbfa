import { expect, it } from "vitest"
import { clearFlash, type Flash, flashCookie, readFlash, setFlash } from "./flash.ts"

const flash: Flash = { form: "todo-create", values: { title: 'ö"<;, ' }, errors: { title: "Too long." } }
const cookieOf = (setCookie: string) => setCookie.slice(0, setCookie.indexOf(";"))

it("brings typed values and messages to the next page", () => {
  expect(readFlash(cookieOf(setFlash(flash)))).toEqual(flash)
  expect(readFlash(`a=b; ${cookieOf(setFlash(flash))}; c=d`)).toEqual(flash)
})

it("brings fields of one name as a list", () => {
  const several = { ...flash, values: { done: ["false", "true"], none: [] } }
  expect(readFlash(cookieOf(setFlash(several)))).toEqual(several)
})

it("keeps what no cookie can hold on the server, and gives it out once", () => {
  const large = { ...flash, values: { title: "x".repeat(100_000) } }
  const cookie = cookieOf(setFlash(large))
  expect(cookie.length).toBeLessThan(4000)
  expect(readFlash(cookie)).toEqual(large)
  expect(readFlash(cookie)).toBeUndefined()
})

it("holds a bounded number of them", () => {
  const large = { ...flash, values: { title: "x".repeat(10_000) } }
  const first = cookieOf(setFlash(large))
  for (let count = 0; count < 1000; count++) setFlash(large)
  expect(readFlash(first)).toBeUndefined()
})

it("is out of reach of scripts and of other sites", () => {
  expect(setFlash(flash)).toMatch(/HttpOnly; SameSite=Lax$/)
  expect(clearFlash).toContain("Max-Age=0")
})

it.each([null, "", "other=1", `${flashCookie}=`, `${flashCookie}=v!!`, `${flashCookie}=vbm9wZQ`, `${flashCookie}=kunknown`])(
  "reads %j as no flash",
  cookie => {
    expect(readFlash(cookie)).toBeUndefined()
  },
)

it.each([
  [1],
  [{ form: 1, values: {}, errors: {} }],
  [{ form: "f", values: { a: 1 }, errors: {} }],
  [{ form: "f", values: {} }],
  [{ form: "f", values: { a: [1] }, errors: {} }],
])("reads a cookie of another shape as no flash: %j", value => {
  expect(readFlash(`${flashCookie}=v${Buffer.from(JSON.stringify(value)).toString("base64url")}`)).toBeUndefined()
})
