// Signatures of the app's secret: by purpose, by any key, and never without a key in production.
import { afterEach, expect, it, vi } from "vitest"
import { Secret } from "./secret.ts"

const key = "a long enough key of the app"
const old = "the key that was used before"

afterEach(() => vi.unstubAllEnvs())

it("verifies what it signed, and nothing that was changed", () => {
  const secret = new Secret(key)
  const signature = secret.sign("flash", "text")
  expect(secret.verify("flash", "text", signature)).toBe(true)
  expect(secret.verify("flash", "texT", signature)).toBe(false)
  expect(secret.verify("session", "text", signature)).toBe(false)
  expect(secret.verify("flash", "text", `${signature}A`)).toBe(false)
  expect(secret.verify("flash", "text", "")).toBe(false)
})

it("does not confuse a purpose with the text that follows it", () => {
  const secret = new Secret(key)
  expect(secret.sign("a", "b:c")).not.toBe(secret.sign("a:b", "c"))
})

it("signs with the first key and accepts the older ones", () => {
  const before = new Secret(old).sign("flash", "text")
  const secret = new Secret([key, old])
  expect(secret.verify("flash", "text", before)).toBe(true)
  expect(secret.sign("flash", "text")).not.toBe(before)
  expect(new Secret(key).verify("flash", "text", before)).toBe(false)
})

it("reads its keys from the environment", () => {
  vi.stubEnv("NITRO_SECRET", `${key},${old}`)
  expect(new Secret(undefined).sign("flash", "text")).toBe(
    new Secret([key, old]).sign("flash", "text"),
  )
})

it("uses a random key in development, and refuses to sign in production", () => {
  const secret = new Secret(undefined)
  expect(secret.verify("flash", "text", secret.sign("flash", "text"))).toBe(true)
  vi.stubEnv("NODE_ENV", "production")
  const production = new Secret(undefined)
  expect(() => production.sign("flash", "text")).toThrow(
    expect.objectContaining({ code: "NITRO_SECRET" }),
  )
})

it("opens what it sealed, by any of its keys, and nothing else", () => {
  const secret = new Secret([key, old])
  const sealed = secret.seal("flash", "text ö")
  expect(secret.open("flash", sealed)).toBe("text ö")
  expect(secret.seal("flash", "text ö")).not.toBe(sealed)
  expect(secret.open("flash", new Secret(old).seal("flash", "before"))).toBe("before")
  expect(secret.open("session", sealed)).toBeUndefined()
  expect(new Secret(old).open("flash", sealed)).toBeUndefined()
  for (const wrong of ["", "!", "AAAA", sealed.slice(0, -3), `${sealed}AAAA`])
    expect(secret.open("flash", wrong)).toBeUndefined()
  expect(Buffer.from(sealed, "base64url").toString("latin1")).not.toContain("text")
})

it("refuses a key that can be guessed", () => {
  expect(() => new Secret([key, "short"])).toThrow(
    expect.objectContaining({ code: "NITRO_SECRET", message: expect.stringContaining("2") }),
  )
})
