// The session of a browser: only a cookie that this app signed counts.
import { expect, it } from "vitest"
import type { AppState } from "./app-state.ts"
import { Secret } from "./secret.ts"
import { browserOf, sessionOf } from "./session.ts"

const app = { secret: new Secret("a long enough key of the app"), basePath: "" } as AppState
const request = (cookie?: string, url = "http://shop.test/") =>
  new Request(url, cookie === undefined ? {} : { headers: { cookie } })
const cookieOf = (session: { cookie: string | undefined }) =>
  (session.cookie as string).split(";")[0] as string

it("gives a browser an id once, and knows it again", () => {
  const first = sessionOf(request(), undefined, app)
  expect(first.cookie).toMatch(
    /^nitro-session=[\w-]{32}\.[\w-]{32}; Path=\/; HttpOnly; SameSite=Lax$/,
  )
  expect(sessionOf(request(`a=b; ${cookieOf(first)}`), undefined, app)).toMatchObject({
    partition: first.partition,
    cookie: undefined,
  })
  expect(sessionOf(request(undefined, "https://shop.test/"), undefined, app).cookie).toMatch(
    /; Secure$/,
  )
})

it.each([
  ["any 32 characters", "x".repeat(32)],
  ["with a signature of another's", `${"x".repeat(32)}.${"y".repeat(32)}`],
  ["without a signature", `${"x".repeat(32)}.`],
])("takes no id that was made up: %s", (_, value) => {
  const session = sessionOf(request(`nitro-session=${value}`), undefined, app)
  expect(session.partition).not.toContain("xxx")
  expect(session.cookie).toBeDefined()
  expect(browserOf(request(`nitro-session=${value}`), app)).toBeUndefined()
})

it("finds its own cookie among others of the name, which another host of the domain can set", () => {
  const own = sessionOf(request(), undefined, app)
  expect(
    sessionOf(request(`nitro-session=${"x".repeat(32)}; ${cookieOf(own)}`), undefined, app)
      .partition,
  ).toBe(own.partition)
})

it("takes no cookie of another app", () => {
  const other = { secret: new Secret("another long enough key"), basePath: "" } as AppState
  expect(browserOf(request(cookieOf(sessionOf(request(), undefined, other))), app)).toBeUndefined()
})

it("goes by the name that the app gives, which is never that of a session", () => {
  expect(sessionOf(request(), "ann", app)).toMatchObject({
    partition: "user:ann",
    cookie: undefined,
  })
})
