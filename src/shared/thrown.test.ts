import { describe, expect, it } from "vitest"
import { codeOf, messageOf } from "./thrown.ts"

describe("a thrown value", () => {
  it("gives the message of an error, also of one from another realm", () => {
    expect(messageOf(new TypeError("no"))).toBe("no")
    expect(messageOf({ message: "no" })).toBe("no")
    expect(messageOf(new Error(""))).toBe("")
  })

  it("gives the text of anything else", () => {
    expect(messageOf("no")).toBe("no")
    expect(messageOf(null)).toBe("null")
    expect(messageOf(undefined)).toBe("undefined")
    expect(messageOf({ message: 5, toString: () => "five" })).toBe("five")
  })

  it("gives a code only where it is text", () => {
    expect(codeOf(Object.assign(new Error("no"), { code: "ENOENT" }))).toBe("ENOENT")
    expect(codeOf(Object.assign(new Error("no"), { code: 5 }))).toBeUndefined()
    expect(codeOf(undefined)).toBeUndefined()
    expect(codeOf("ENOENT")).toBeUndefined()
  })
})
