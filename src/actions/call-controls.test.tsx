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

it.each(["button", "reset", "Button", "RESET"])(
  "a button of the type %s, which sends nothing, is refused",
  type => {
    for (const attributes of [{ type }, { class: "x", TYPE: type }]) {
      expect(() => call(note, "delete").button("Delete", attributes as never)).toThrow(
        expect.objectContaining({
          code: "NITRO_CALL_CONTROL",
          fix: expect.stringContaining("Leave `type` out"),
        }),
      )
    }
  },
)

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
  for (const printed of [
    <textarea {...field} />,
    html`<textarea ${field}></textarea>`,
    html`<textarea rows="3" ${field}></textarea>`,
  ]) {
    expect(String(printed)).toMatch(/^<textarea [^>]*>a\n&lt;b&gt;<\/textarea>$/)
    expect(String(printed)).not.toContain(" value=")
  }
})

it.each([
  [
    "a field named action",
    String(
      call(
        new (class extends Entity("Step", { action: z.string() }) {})({ action: "go" }),
        "update",
      ).input("action"),
    ),
  ],
  ["a field whose id is action", String(call(note, "comment").input("text", { id: "action" }))],
  ["a button named action", String(call(note, "delete").button("Delete", { name: "action" }))],
])("%s, which hides form.action, is sent to the attribute's address", (_what, form) => {
  expect(form).toContain("@post(el.getAttribute('action'), {contentType: 'form'})")
})

it.each([
  ["a field", String(call(note, "comment").input("text"))],
  ["a button", String(call(note, "delete").button("Delete"))],
])("%s is sent to the address of its form", (_what, form) => {
  expect(form).toContain("@post(el.action, {contentType: 'form'})")
})

it("escapes the address of a form, whatever the id is", () => {
  class Odd extends Entity("Odd", { id: z.string() }) {}
  for (const id of [`a'b"c&d`, "ä/ö", "<i>", "plain-1_2"]) {
    const odd = new Odd({ id } as never)
    const action = /action="([^"]*)"/.exec(String(call(odd, "delete").button("x")))?.[1]
    expect(action).toBe(`/odds/${encodeURIComponent(id).replaceAll("'", "&#39;")}/delete`)
  }
})
