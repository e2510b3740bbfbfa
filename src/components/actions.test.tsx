// The components that send a call: forms with the look of the kit, made of the faces of any call.
import { action, call } from "nitro-ts/actions"
import {
  ActionButton,
  ActionForm,
  ActionInput,
  ActionToggle,
  Button,
  Input,
} from "nitro-ts/components"
import { Entity, memory } from "nitro-ts/entity"
import { html } from "nitro-ts/html"
import { expect, it } from "vitest"
import { z } from "zod"

class Todo extends Entity("Todo", { title: z.string(), done: z.boolean().default(false) }) {
  static store = memory()
  @action() toggle() {
    this.done = !this.done
  }
}
const todo = new Todo({ title: "Buy <milk>" })

it("an ActionButton is the form of its call, around a button that looks like a Button", () => {
  const remove = call(todo, "delete")
  const form = String(
    <ActionButton
      call={remove}
      variant="ghost"
      size="icon-sm"
      class="wide"
      aria-label="Delete"
      disabled
    >
      x
    </ActionButton>,
  )
  expect(form).toMatch(
    /^<form method="post" action="[^"]*\/delete" [^>]*><button class="btn wide" data-variant="ghost" data-size="icon-sm" aria-label="Delete" disabled>x<\/button><\/form>$/,
  )
  expect(String(ActionButton({ call: remove, variant: "outline" }, "Delete"))).toBe(
    String(
      <ActionButton call={remove} variant="outline">
        Delete
      </ActionButton>,
    ),
  )
})

it("an ActionButton shows its icon before its words, and that it works", () => {
  const button = String(
    <ActionButton call={call(todo, "toggle")} icon={html`<svg></svg>`} loading>
      Go
    </ActionButton>,
  )
  expect(button).toContain("<svg></svg>Go</button>")
  expect(button).toContain(' aria-busy="true" disabled')
})

it.each([true, false])("an ActionToggle says whether it is checked: %s", checked => {
  const box = String(
    <ActionToggle call={call(todo, "toggle")} checked={checked} label="Done" class="big" />,
  )
  expect(box).toContain(
    `<button class="btn big" role="checkbox" aria-checked="${checked}" aria-label="Done: Buy &lt;milk&gt;">`,
  )
  expect(box.includes("<svg")).toBe(checked)
  expect(box).toContain(`action="/todos/${todo.id}/toggle"`)
})

it("an ActionInput is the form of its call, with what is stored in its field", () => {
  const field = String(
    <ActionInput
      call={call(todo, "update")}
      name="title"
      label="Title"
      placeholder="What?"
      class="wide"
    />,
  )
  expect(field).toContain('<input class="input wide" aria-label="Title" placeholder="What?" ')
  expect(field).toContain(' name="title" ')
  expect(field).toContain(' value="Buy &lt;milk&gt;"')
  expect(field).toContain('role="alert"')
  expect(() => ActionInput({ call: call(todo, "update"), name: "titel", label: "Title" })).toThrow(
    expect.objectContaining({ code: "NITRO_CALL_INPUT" }),
  )
})

it("keys become the shortcuts that the page and screen readers read", () => {
  const button = String(<ActionButton call={call(todo, "delete")} keys="Del Ctrl+Backspace" />)
  expect(button).toContain(' aria-keyshortcuts="Delete Control+Backspace"')
  expect(String(<ActionInput call={call(Todo, "create")} name="title" keys="N" />)).toContain(
    ' aria-keyshortcuts="N"',
  )
  expect(String(<ActionButton call={call(todo, "delete")} keys={'"><b>'} />)).not.toContain("<b>")
  expect(String(<ActionButton call={call(todo, "delete")} keys="constructor" />)).toContain(
    'aria-keyshortcuts="constructor"',
  )
})

it("a square ActionButton is a ghost unless it says otherwise", () => {
  const square = { call: call(todo, "delete"), icon: "trash", size: "icon-sm" } as const
  expect(String(ActionButton(square))).toContain(' data-variant="ghost" data-size="icon-sm"')
  expect(String(ActionButton({ ...square, variant: "outline" }))).toContain('="outline"')
  expect(String(ActionButton({ ...square, variant: "default" }))).not.toContain("data-variant")
  expect(String(ActionButton({ call: square.call }))).not.toContain("data-variant")
})

it("the buttons of an ActionInput are named, and no part of what is sent", () => {
  const field = String(<ActionInput call={call(todo, "update")} name="title" buttons />)
  expect(field).toContain(' aria-label="Edit Buy &lt;milk&gt;"')
  expect(field.match(/<button type="button"/g)).toHaveLength(3)
  expect(field.match(/data-edit="(?:start|save|revert)"/g)).toHaveLength(3)
  expect(String(<ActionInput call={call(todo, "update")} name="title" />)).not.toContain("<button")
})

it("an ActionForm sends several fields with one call", () => {
  const create = call(Todo, "create")
  const form = String(
    <ActionForm call={create} class="stack" id="new">
      <Input label="Title" name="title" call={create} />
      <Button type="submit">Add</Button>
    </ActionForm>,
  )
  expect(form).toMatch(
    /^<form method="post" action="\/todos" data-on:submit__prevent="[^"]+" class="action-form stack" id="new">/,
  )
  expect(form).toContain('<button class="btn" type="submit">Add</button></form>')
})

it("takes any value with the faces of a call", () => {
  const own = {
    form: { method: "post", action: "/go" },
    key: html`<input type="hidden" name="_key" value="1">`,
    field: (name: string) => ({ id: `f_${name}`, name, "aria-describedby": `f_${name}_error` }),
    error: (name: string) => html`<p id="f_${name}_error"></p>`,
  } as const
  const key = '<input type="hidden" name="_key" value="1">'
  expect(String(<ActionButton call={own}>Go</ActionButton>)).toBe(
    `<form method="post" action="/go" data-form="button">${key}<button class="btn">Go</button></form>`,
  )
  expect(String(<ActionInput call={own} name="q" label="Find" />)).toBe(
    `<form method="post" action="/go" class="field">${key}<input class="input" aria-label="Find" id="f_q" name="q" aria-describedby="f_q_error"><p id="f_q_error"></p></form>`,
  )
  expect(String(<ActionForm call={own}>x</ActionForm>)).toBe(
    '<form method="post" action="/go" class="action-form"><input type="hidden" name="_key" value="1">x</form>',
  )
})
