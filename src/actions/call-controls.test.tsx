// The forms of one button and of one field: they send what they say, whatever attributes they are given.
import { action, call } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { html } from "nitro-ts/html"
import { expect, it } from "vitest"
import { z } from "zod"

class Note extends Entity("Note", { text: z.string() }) {
  static store = memory()
  @action({ input: { text: z.string() } }) async comment() {}
}
const note = new Note({ text: "a\n<b>" })

it.each(["button", "reset", "Button", "RESET"])("a button of the type %s, which sends nothing, is refused", type => {
  for (const attributes of [{ type }, { class: "x", TYPE: type }]) {
    expect(() => call(note, "delete").button("Delete", attributes as never)).toThrow(
      expect.objectContaining({ code: "NITRO_CALL_CONTROL", fix: expect.stringContaining("Leave `type` out") }),
    )
  }
})

it.each(["button", "submit", "reset", "image", "hidden", "Hidden"])(
  "a field of the type %s, which holds nothing to send, is refused",
  type => {
    expect(() => call(note, "comment").input("text", { type: type as never })).toThrow(
      expect.objectContaining({ code: "NITRO_CALL_CONTROL" }),
    )
  },
)

it.each([{}, { type: "submit" as const }, { type: undefined }, { class: "x", disabled: true }])(
  "a button with %j sends its form",
  attributes => {
    expect(String(call(note, "delete").button("Delete", attributes))).toMatch(
      /^<form method="post" [^>]*><button class="[^"]*"[^>]*>Delete<\/button><\/form>$/,
    )
  },
)

it("field() gives a textarea its text", () => {
  const field = call(note, "update").field("text")
  for (const printed of [<textarea {...field} />, html`<textarea ${field}></textarea>`, html`<textarea rows="3" ${field}></textarea>`]) {
    expect(String(printed)).toMatch(/^<textarea [^>]*>a\n&lt;b&gt;<\/textarea>$/)
    expect(String(printed)).not.toContain(" value=")
  }
})
