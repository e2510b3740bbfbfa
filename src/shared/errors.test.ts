import { expect, it } from "vitest"
import { NitroError, registerErrors, registeredErrors } from "./errors.ts"

it("takes status and fix from the register of its code", () => {
  registerErrors({ NITRO_TEST_ONLY: { status: 418, when: "A test throws it.", fix: "Nothing to do." } })
  const error = new NitroError("NITRO_TEST_ONLY", "Tea is ready.", { details: { cups: 2 } })
  expect(error).toMatchObject({ code: "NITRO_TEST_ONLY", status: 418, fix: "Nothing to do.", details: { cups: 2 } })
  expect(error).toBeInstanceOf(Error)
  expect(registeredErrors().map(([code]) => code)).toContain("NITRO_TEST_ONLY")
})

it("answers 500 with an unregistered code and keeps the cause", () => {
  const cause = new Error("why")
  const error = new NitroError("NITRO_NEVER_REGISTERED", "What.", { cause, fix: "Do this." })
  expect(error).toMatchObject({ status: 500, fix: "Do this.", cause })
})

it("refuses one code with two meanings", () => {
  registerErrors({ NITRO_TEST_TWICE: { status: 400, when: "First.", fix: "" } })
  expect(() => registerErrors({ NITRO_TEST_TWICE: { status: 400, when: "Second.", fix: "" } })).toThrow("NITRO_TEST_TWICE")
})
