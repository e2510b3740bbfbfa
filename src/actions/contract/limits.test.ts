// The limits of an app: their defaults, and values that are none.
import { nitro } from "nitro-ts/fetch"
import { expect, it } from "vitest"
import { defaultLimits, limitsOf } from "./limits.ts"

it("has a default for each, which an undefined value leaves", () => {
  expect(limitsOf()).toEqual(defaultLimits)
  expect(limitsOf({ maxFields: 5, maxStreams: undefined as never })).toEqual({
    ...defaultLimits,
    maxFields: 5,
  })
})

it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "10", null])("refuses %j", value => {
  expect(() => nitro({ limits: { maxStreams: value as never } })).toThrow(
    expect.objectContaining({
      code: "NITRO_LIMIT",
      message: expect.stringMatching(/maxStreams is .+ at least 1/),
      fix: expect.stringContaining("maxStreams: 10000"),
    }),
  )
})

it("refuses a name that it does not know", () => {
  expect(() => nitro({ limits: { maxBodyByte: 1 } as never })).toThrow(
    /Did you mean "maxBodyBytes"/,
  )
})
