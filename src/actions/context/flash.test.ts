// The flash of a refused form: what comes back, what a browser cannot read or change, and what the process keeps.
import { expect, it, vi } from "vitest"
import { type Limits, limitsOf } from "../contract/limits.ts"
import type { AppState } from "./app-state.ts"
import { type Flash, Flashes } from "./flash.ts"
import { Secret } from "./secret.ts"

const appWith = (secret: Secret, basePath = "", limits: Limits = {}): AppState =>
  ({ secret, basePath, limits: limitsOf(limits) }) as AppState
const key = "a long enough key of the app"
const app = appWith(new Secret(key))
const flash: Flash = {
  form: "todo-create",
  values: { title: 'ö"<;, ' },
  errors: { title: "Too long." },
}
const cookieOf = (setCookie: string) => setCookie.slice(0, setCookie.indexOf(";"))
/** Does not fit into a cookie. */
const large = (size: number): Flash => ({ ...flash, values: { title: "x".repeat(size) } })

it("brings typed values and messages to the next page", () => {
  const flashes = new Flashes(app)
  const cookie = cookieOf(flashes.set(flash))
  expect(flashes.read(cookie)).toEqual(flash)
  expect(flashes.read(`a=b; ${cookie}; c=d`)).toEqual(flash)
})

it("brings fields of one name as a list", () => {
  const several = { ...flash, values: { done: ["false", "true"], none: [] } }
  const flashes = new Flashes(app)
  expect(flashes.read(cookieOf(flashes.set(several)))).toEqual(several)
})

it("is read by every process with the secret, also after the secret was replaced", () => {
  const cookie = cookieOf(new Flashes(app).set(flash))
  expect(new Flashes(appWith(new Secret(["another long enough key", key]))).read(cookie)).toEqual(
    flash,
  )
  expect(new Flashes(appWith(new Secret("another long enough key"))).read(cookie)).toBeUndefined()
})

it("cannot be read or changed in the cookie", () => {
  const flashes = new Flashes(app)
  const cookie = cookieOf(flashes.set({ ...flash, values: { note: "in clear" } }))
  const decoded = Buffer.from(cookie.slice(cookie.indexOf("=v") + 2), "base64url").toString(
    "latin1",
  )
  expect(decoded).not.toContain("in clear")
  expect(decoded).not.toContain("Too long")
  for (let at = cookie.indexOf("=v") + 2; at < cookie.length; at++) {
    const changed = `${cookie.slice(0, at)}${cookie[at] === "A" ? "B" : "A"}${cookie.slice(at + 1)}`
    expect(flashes.read(changed)).toBeUndefined()
  }
})

it("is not taken for that of another app of the origin", () => {
  const [one, two] = [
    new Flashes(appWith(new Secret(key), "/one")),
    new Flashes(appWith(new Secret(key), "/two")),
  ]
  const [first, second] = [one.set(flash), two.set({ ...flash, form: "other" })].map(cookieOf)
  expect(one.read(`${first}; ${second}`)).toEqual(flash)
  expect(two.read(`${first}; ${second}`)).toMatchObject({ form: "other" })
  expect(two.read(first as string)).toBeUndefined()
})

it("keeps what no cookie can hold on the server, and gives it out once", () => {
  const flashes = new Flashes(app)
  const cookie = cookieOf(flashes.set(large(100_000)))
  expect(cookie.length).toBeLessThan(4000)
  expect(flashes.read(cookie)).toEqual(large(100_000))
  expect(flashes.read(cookie)).toBeUndefined()
  expect(flashes.keptBytes).toBe(0)
})

it("keeps it on the server in production without a secret", () => {
  vi.stubEnv("NODE_ENV", "production")
  try {
    const flashes = new Flashes(appWith(new Secret(undefined)))
    expect(flashes.read(cookieOf(flashes.set(flash)))).toEqual(flash)
    expect(flashes.read("nitro-flash=vAAAA")).toBeUndefined()
  } finally {
    vi.unstubAllEnvs()
  }
})

it("holds 8 MiB of them together, however large each is, and forgets the oldest first", () => {
  const flashes = new Flashes(app)
  const cookies = Array.from({ length: 400 }, () => cookieOf(flashes.set(large(900_000))))
  expect(flashes.keptBytes).toBeGreaterThan(1_000_000)
  expect(flashes.keptBytes).toBeLessThanOrEqual(8 * 1024 * 1024)
  expect(flashes.read(cookies[0] as string)).toBeUndefined()
  expect(flashes.read(cookies.at(-1) as string)).toEqual(large(900_000))
  // The messages survive where the values are too much.
  expect(flashes.read(cookieOf(flashes.set(large(5_000_000))))).toEqual({ ...flash, values: {} })
})

it("forgets after a minute, in the cookie and in the process", () => {
  const flashes = new Flashes(app)
  const cookies = [flash, large(10_000)].map(one => cookieOf(flashes.set(one)))
  vi.setSystemTime(Date.now() + 61_000)
  try {
    for (const cookie of cookies) expect(flashes.read(cookie)).toBeUndefined()
    flashes.set(large(10_000))
    expect(flashes.keptBytes).toBeLessThan(50_000)
  } finally {
    vi.useRealTimers()
  }
})

it("is out of reach of scripts and of other sites", () => {
  const flashes = new Flashes(app)
  expect(flashes.set(flash)).toMatch(/HttpOnly; SameSite=Lax$/)
  expect(flashes.clear).toContain("Max-Age=0")
})

it.each([
  null,
  "",
  "other=1",
  "nitro-flash=",
  "nitro-flash=v!!",
  "nitro-flash=vbm9wZQ",
  "nitro-flash=kunknown",
  "xnitro-flash=v1",
])("reads %j as no flash", cookie => {
  expect(new Flashes(app).read(cookie)).toBeUndefined()
})

it("holds no more than the app allows", () => {
  const few = new Flashes(appWith(new Secret(key), "", { maxFlashBytes: 50_000 }))
  const cookies = [1, 2, 3].map(() => cookieOf(few.set(large(10_000))))
  expect(few.keptBytes).toBeLessThanOrEqual(50_000)
  expect(few.read(cookies[0] as string)).toBeUndefined()
  expect(few.read(cookies[2] as string)).toEqual(large(10_000))
  expect(few.read(cookieOf(few.set(large(30_000))))).toEqual({ ...flash, values: {} })
})
