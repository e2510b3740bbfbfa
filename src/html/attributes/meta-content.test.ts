// The `content` of a `<meta>` is judged as an address beside `http-equiv`, and is text otherwise.
import { describe, expect, it } from "vitest"
import { attributes } from "./attribute.ts"
import { attributeName } from "./attribute-name.ts"
import { asText, contentName, deciding } from "./meta-content.ts"
import { openTag, printOpenTag } from "./open-tag.ts"

const script = "0;url=javascript:alert(1)"
const content = attributeName("content")

describe("the content of a meta", () => {
  it.each(["http-equiv", "HTTP-EQUIV", "http_equiv"])("beside %s is an address", name => {
    expect(contentName(content, { content: script, [name]: "refresh" })).toBe(content)
    expect(contentName(content, { [name]: undefined, content: script }).kind).toBe("refresh")
  })

  it("is text beside any other attribute", () => {
    expect(contentName(content, { name: "description", content: script })).toEqual({
      ...content,
      kind: "plain",
    })
    expect(contentName(content, {}).kind).toBe("plain")
    expect(asText(content)).toEqual({ ...content, kind: "plain" })
    expect(deciding).toBe("http-equiv")
  })

  it("that runs script is dropped in a refresh, in either order, and printed as text", () => {
    const refresh = { "http-equiv": "refresh", content: script }
    const reversed = { content: script, "http-equiv": "refresh" }
    const named = { name: "x", content: script }
    expect(attributes(refresh, "meta")).toBe(' http-equiv="refresh"')
    expect(attributes(reversed, "meta")).toBe(' http-equiv="refresh"')
    expect(attributes(named, "meta")).toBe(` name="x" content="${script}"`)
    // Where the tag says so elsewhere.
    expect(attributes(named, "meta", true)).toBe(' name="x"')
    const root = openTag("<meta")
    for (let time = 0; time < 3; time++) {
      expect(printOpenTag(root, "meta", named)).toBe(`<meta name="x" content="${script}">`)
      expect(printOpenTag(root, "meta", refresh)).toBe('<meta http-equiv="refresh">')
      expect(printOpenTag(root, "meta", reversed)).toBe('<meta http-equiv="refresh">')
      expect(printOpenTag(root, "meta", { content: new URL("https://x.test/"), id: "a" })).toBe(
        '<meta content="https://x.test/" id="a">',
      )
    }
  })
})
