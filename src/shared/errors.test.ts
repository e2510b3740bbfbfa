import { expect, it } from "vitest"
import { isNitroError, NitroError, registerErrors, registeredErrors } from "./errors.ts"

it("takes status and fix from the register of its code", () => {
  registerErrors({
    NITRO_TEST_ONLY: { status: 418, when: "A test throws it.", fix: "Nothing to do." },
  })
  const error = new NitroError("NITRO_TEST_ONLY", "Tea is ready.", { details: { cups: 2 } })
  expect(error).toMatchObject({
    code: "NITRO_TEST_ONLY",
    status: 418,
    fix: "Nothing to do.",
    details: { cups: 2 },
  })
  expect(error).toBeInstanceOf(Error)
  expect(registeredErrors().map(([code]) => code)).toContain("NITRO_TEST_ONLY")
})

it("responds with 500 with an unregistered code and keeps the cause", () => {
  const cause = new Error("why")
  const error = new NitroError("NITRO_NEVER_REGISTERED", "What.", { cause, fix: "Do this." })
  expect(error).toMatchObject({ status: 500, fix: "Do this.", cause })
})

it("refuses one code with two meanings", () => {
  registerErrors({ NITRO_TEST_TWICE: { status: 400, when: "First.", fix: "" } })
  expect(() =>
    registerErrors({ NITRO_TEST_TWICE: { status: 400, when: "Second.", fix: "" } }),
  ).toThrow("NITRO_TEST_TWICE")
})

it("distinguishes its errors from others, and one code from another", () => {
  const error: unknown = new NitroError("NITRO_DUPLICATE", "Taken.")
  expect(isNitroError(error)).toBe(true)
  expect(isNitroError(error, "NITRO_STALE_ENTITY", "NITRO_DUPLICATE")).toBe(true)
  expect(isNitroError(error, "NITRO_STALE_ENTITY")).toBe(false)
  for (const other of [
    new Error("NITRO_DUPLICATE"),
    { name: "NitroError", code: "NITRO_DUPLICATE" },
    "NITRO_DUPLICATE",
    null,
    undefined,
  ])
    expect(isNitroError(other, "NITRO_DUPLICATE")).toBe(false)
})
