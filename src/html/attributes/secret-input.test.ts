// What was typed into a password input is never shown again, however its attributes are spelled.
import { describe, expect, it } from "vitest"
import {
  inputAttributes,
  isPassword,
  onPassword,
  secretAttributes,
  typeOf,
} from "./secret-input.ts"

const field = { name: "token", value: "typed", secretName: "_token" }
const ofField = { id: "a", name: "token", value: "typed", [onPassword]: field }

describe("the attributes of a field", () => {
  it.each([{ type: "password" }, { type: "PassWord" }, { TYPE: "password" }])(
    "with %o lose their value, and get the secret name",
    type => {
      expect(inputAttributes({ ...ofField, ...type })).toStrictEqual({
        id: "a",
        name: "_token",
        value: undefined,
        ...type,
      })
    },
  )

  it.each([
    {},
    { type: "text" },
    { type: "" },
    { type: undefined },
    { type: true },
    { type: ["password"] },
    { kind: "password" },
    { types: "password" },
  ])("with %o stay as they are", type => {
    const attributes = { ...ofField, ...type }
    expect(inputAttributes(attributes)).toBe(attributes)
  })

  it("that the application set itself stay", () => {
    expect(secretAttributes({ name: "own", value: "mine", [onPassword]: field })).toStrictEqual({
      name: "own",
      value: "mine",
    })
    expect(secretAttributes({ name: "token", value: "mine", [onPassword]: field })).toStrictEqual({
      name: "_token",
      value: "mine",
    })
    expect(secretAttributes({ name: "own", value: "typed", [onPassword]: field })).toStrictEqual({
      name: "own",
      value: undefined,
    })
  })

  it("that are of no field stay the same object", () => {
    const attributes = { type: "password", name: "token", value: "typed" }
    expect(inputAttributes(attributes)).toBe(attributes)
    expect(secretAttributes(attributes)).toBe(attributes)
  })
})

it("data cannot say that it is of a field", () => {
  expect(Object.keys(JSON.parse(JSON.stringify(ofField)) as object)).toEqual([
    "id",
    "name",
    "value",
  ])
  expect(onPassword.description).toBe("nitro.on-password")
})

it("a type is a keyword in any case, and nothing but text", () => {
  for (const type of ["password", "PASSWORD", "passWord"]) expect(isPassword(type)).toBe(true)
  for (const type of ["", "pass", "passwords", " password", undefined, null, 1, ["password"]])
    expect(isPassword(type)).toBe(false)
})

it("the type is found by its name alone, the first one where there are two", () => {
  expect(typeOf({ typo: "a", types: "b", tYpE: "c", type: "d" })).toBe("c")
  expect(typeOf({ id: "a", name: "b" })).toBeUndefined()
  expect(typeOf({})).toBeUndefined()
})
