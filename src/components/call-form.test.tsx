// The forms of one button and of one field: they send what they say, whatever attributes they are given.
import { Hono } from "hono"
import { expose, respond } from "nitro-ts"
import { action, call } from "nitro-ts/actions"
import { ActionButton, ActionInput, ActionToggle, Input } from "nitro-ts/components"
import { js } from "nitro-ts/datastar"
import { Entity, embedded, memory, ValueObject } from "nitro-ts/entity"
import { nitro } from "nitro-ts/hono"
import { type Child, html, type Markup } from "nitro-ts/html"
import { expect, it } from "vitest"
import { z } from "zod"

class Note extends Entity("Note", { text: z.string() }) {
  static store = memory()
  @action({ input: { text: z.string() } }) async comment() {}
}
const note = new Note({ text: "a\n<b>" })

/** Between double quotes, `'` and `>` need no escape; what is repeated with each row has none. */
const shorter = (markup: Markup) => String(markup).replaceAll("&#39;", "'").replaceAll("&gt;", ">")

it.each(["button", "reset", "Button", "RESET"])(
  "a button of the type %s, which sends nothing, is refused",
  type => {
    for (const attributes of [{ type }, { class: "x", TYPE: type }]) {
      expect(() => ActionButton({ call: call(note, "delete"), ...(attributes as object) })).toThrow(
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
    expect(() =>
      ActionInput({ call: call(note, "comment"), name: "text", type: type as never }),
    ).toThrow(expect.objectContaining({ code: "NITRO_CALL_CONTROL" }))
  },
)

it.each([{}, { type: "submit" as const }, { type: undefined }, { class: "x", disabled: true }])(
  "a button with %j sends its form",
  attributes => {
    expect(
      String(ActionButton({ call: call(note, "delete"), ...(attributes as object) }, "Delete")),
    ).toMatch(/^<form method="post" [^>]*><button class="[^"]*"[^>]*>Delete<\/button><\/form>$/)
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
      ActionInput({
        call: call(
          new (class extends Entity("Step", { action: z.string() }) {})({ action: "go" }),
          "update",
        ),
        name: "action",
      }),
    ),
  ],
  [
    "a field whose id is action",
    String(ActionInput({ call: call(note, "comment"), name: "text", id: "action" })),
  ],
  ["a button named action", String(ActionButton({ call: call(note, "delete"), name: "action" }))],
])("%s, which hides form.action, is sent to the attribute's address", (_what, form) => {
  expect(form).toContain("@post(el.getAttribute(&#39;action&#39;), {contentType: &#39;form&#39;})")
})

it.each([
  ["a field", String(ActionInput({ call: call(note, "comment"), name: "text" }))],
  ["a button", String(ActionButton({ call: call(note, "delete") }))],
])("%s is sent to the address of its form", (_what, form) => {
  expect(form).toContain("@post(el.action, {contentType: 'form'})")
})

it("escapes the address of a form, whatever the id is", () => {
  class Odd extends Entity("Odd", { id: z.string() }) {}
  for (const id of [`a'b"c&d`, "ä/ö", "<i>", "plain-1_2"]) {
    const odd = new Odd({ id } as never)
    const action = /action="([^"]*)"/.exec(String(ActionButton({ call: call(odd, "delete") })))?.[1]
    expect(action).toBe(`/odds/${encodeURIComponent(id).replaceAll("'", "&#39;")}/delete`)
  }
})

it("the form around one control is that of the call", () => {
  const remove = new (class {
    readonly form = { method: "post", action: "/general" } as const
    readonly key = html`<input type="hidden" name="_key" value="1">`
    formAround(control: "button" | "field", content: Child) {
      return html`<form method="post" action="/${control}">${content}</form>`
    }
    field = (name: string) => ({ id: `f_${name}`, name, "aria-describedby": `f_${name}_error` })
    onlyField = (name: string) => this.field(name)
    error = (name: string) => html`<p id="f_${name}_error"></p>`
  })()
  expect(String(<ActionButton call={remove}>Go</ActionButton>)).toBe(
    '<form method="post" action="/button"><button class="btn">Go</button></form>',
  )
  expect(String(<ActionInput call={remove} name="q" aria-describedby="hint" />)).toBe(
    '<form method="post" action="/field"><input class="input" aria-label="Q" aria-describedby="f_q_error hint" id="f_q" name="q"><p id="f_q_error"></p></form>',
  )
  // The general attributes hold for any control.
  expect(String(<ActionButton call={remove} name="action" />)).toContain('action="/general"')
})

it("a call without a form of its own for one control gets one with its key, and its attributes stay as they are", () => {
  const own = {
    form: Object.freeze({ method: "post", action: "/go" } as const),
    key: html`<input type="hidden" name="_key" value="1">`,
    field: (name: string) => Object.freeze({ id: name, name, "aria-describedby": `${name}_error` }),
    error: () => html``,
  }
  expect(String(<ActionButton call={own}>Go</ActionButton>)).toBe(
    '<form method="post" action="/go" data-form="button"><input type="hidden" name="_key" value="1"><button class="btn">Go</button></form>',
  )
  expect(String(<ActionInput call={own} name="q" />)).toContain('class="field"')
})

it("the form of a call is the same whether it is printed by its parts or as a whole", () => {
  for (const each of [call(note, "delete"), call(note, "update"), call(Note, "create")]) {
    const { action, method } = each.form
    expect(String(each.formAround("field", "x"))).toBe(
      shorter(
        <form
          method={method}
          action={action}
          data-on:submit__prevent={js(
            "[...el.elements].forEach(each => each.sent = each.value); @post(el.action, {contentType: 'form'})",
          )}
          class="field"
        >
          x
        </form>,
      ),
    )
  }
})

it("forms of rows hold no key, and those of a class do", async () => {
  const app = new Hono()
  app.use(nitro({ entities: [expose(Note, { allow: () => true })] }))
  app.get("/", () =>
    respond(
      <>
        <ActionButton call={call(Note, "create")} />
        <ActionToggle call={call(note, "delete")} checked label="Done" />
      </>,
    ),
  )
  const forms = (await (await app.request("/")).text()).split("</form>")
  expect(forms[0]).toContain('name="_key"')
  expect(forms[1]).toContain('role="checkbox"')
  expect(forms[1]).not.toContain('name="_key"')
})

it("leaving the field of an update saves it, and Escape reverts it", () => {
  const update = String(<ActionInput call={call(note, "update")} name="text" />)
  expect(update).toContain('data-on:change="el.form.requestSubmit()"')
  expect(update).toContain(`data-on:keydown="evt.key == 'Escape' ? (`)
  const comment = String(<ActionInput call={call(note, "comment")} name="text" />)
  expect(comment).not.toContain("data-on:change")
  expect(String(<input {...call(note, "update").field("text")} />)).not.toContain("data-on:change")
})

const attributesOf = (tag: string) => tag.match(/ [^\s="]+(="[^"]*")?/g)?.sort()

it.each([
  ["an update", () => call(note, "update"), "text"],
  ["an action of a row", () => call(note, "comment"), "text"],
  ["a class", () => call(Note, "create"), "text"],
  ["an update with an input", () => call(note, "update", { text: "'\"<" }), "text"],
])(
  "the field of %s has the same attributes printed by parts as those that it spreads",
  (_, make, name) => {
    const others = { class: "input", "aria-label": 'Its "name"' }
    const byParts = make().onlyFieldText(name, others) ?? "none"
    const { value, ...field } = make().onlyField(name)
    const tag = shorter(<input {...others} {...field} />)
    const withValue = value === undefined ? byParts : byParts.replace(` value="a\n&lt;b&gt;"`, "")
    expect(
      attributesOf(`<input class="input" aria-label="Its &quot;name&quot;"${withValue}>`),
    ).toEqual(attributesOf(tag))
    expect(withValue === byParts).toBe(value === undefined)
  },
)

it.each([
  ["id", "mine"],
  ["ID", "mine"],
  ["value", "other"],
  ["type", "password"],
  ["data_effect", js("1")],
  ["data-on:change", js("1")],
  ["data-on:keydown", js("1")],
  ["aria-describedby", "hint"],
  ["data-attr", { "aria-invalid": js("1") }],
  ["data-bind", "text"],
])("beside the attribute %s, a field is not printed by parts", (name, value) => {
  expect(call(note, "update").onlyFieldText("text", { class: "x", [name]: value })).toBeUndefined()
  const props = { call: call(note, "update"), name: "text", [name]: value }
  const [tag = ""] = String(ActionInput(props as never)).match(/<input[^>]*>/) ?? []
  const names = attributesOf(tag)?.map(each => each.split("=")[0]?.toLowerCase()) ?? []
  expect(new Set(names).size).toBe(names.length)
})

it("the text of each expression in an attribute is its source, escaped", () => {
  const { value: _, ...field } = call(note, "update").onlyField("text")
  const expressions = Object.values(field).filter(each => typeof each === "object")
  expect(expressions).toHaveLength(4)
  for (const each of expressions)
    expect(String(<i data-on:click={each} />)).toBe(String(<i data-on:click={js(each.source)} />))
})

it("an Input shows the stored part of a value object", () => {
  class Address extends ValueObject("Address", { city: z.string() }) {}
  class Person extends Entity("Person", { address: embedded(Address) }) {
    static store = memory()
  }
  const person = new Person({ address: { city: "Köln" } })
  const update = call(person, "update")
  expect(update.value("address.city")).toBe("Köln")
  expect(String(<Input name="address.city" label="City" call={update} />)).toContain('value="Köln"')
  expect(String(<ActionInput name="address.city" call={update} />)).toContain('value="Köln"')
})
