// The attributes of a field in the form of a call, and the place for its message.
import { js } from "../../datastar/index.ts"
import { html } from "../../html/index.ts"
import type { OnPassword, onPassword } from "../../html/internal.ts"
import { Expression } from "../../shared/expression.ts"
import type { Flash } from "../context/flash.ts"
import { formSignal } from "../contract/form-keys.ts"
import type { FieldPlan } from "./field-plan.ts"

/** Attributes of a checkbox or of a radio button's group, which hold the choice themselves. */
export interface ChoiceAttributes {
  readonly id: string
  readonly name: string
  readonly "aria-describedby": string
  readonly "aria-invalid"?: "true"
  readonly autofocus?: true
  readonly "data-attr:aria-invalid": Expression
  /** Clears the choice once a form that makes something new succeeded. */
  readonly "data-effect"?: Expression
}

/** Attributes of a field: its name, what was typed before a refusal, and its tie to the message. */
export interface FieldAttributes {
  readonly id: string
  readonly name: string
  readonly value?: string
  readonly "aria-describedby": string
  readonly "aria-invalid"?: "true"
  /** Of a refused field: of several, a browser focuses the first. */
  readonly autofocus?: true
  readonly "data-attr:aria-invalid": Expression
  readonly "data-effect": Expression
  /** Of a field that is edited in place. */
  readonly "data-on:change"?: Expression
  readonly "data-on:keydown"?: Expression
}

/** Attributes of a field while they are collected. */
type OpenAttributes = { -readonly [Key in keyof FieldAttributes]: FieldAttributes[Key] } & {
  [onPassword]?: OnPassword
}

/** All but the value, added to the attributes `before`; `flash` is that of its form. One by one, since a list makes them for each row. */
export function fieldAttributes(
  form: string,
  plan: FieldPlan,
  flash: Flash | undefined,
  before: object = {},
): OpenAttributes {
  // Those that are required follow.
  const attributes = before as OpenAttributes
  const id = `${form}_${plan.part}`
  attributes.id = id
  attributes.name = plan.name
  attributes["aria-describedby"] = `${id}_error`
  attributes["data-attr:aria-invalid"] = formed(
    `$_${id} ? 'true' : 'false'`,
    `$_${id} ? &#39;true&#39; : &#39;false&#39;`,
  )
  attributes["data-effect"] = formed(
    `$${formSignal(form)} && ${plan.settle}`,
    `$${formSignal(form)} &amp;&amp; ${plan.settle}`,
  )
  if (flash?.errors[plan.name] !== undefined) {
    attributes["aria-invalid"] = "true"
    attributes.autofocus = true
  }
  return attributes
}

/** An expression with its text in an attribute: the ids of fields need no escape, and a list prints them with each row. */
const formed = (source: string, attributeText: string): Expression =>
  new Expression(source, attributeText)

/** The message of a field, announced to screen readers. `id` is the field's, and needs no escape. */
export function errorText(id: string, message: string | undefined): string {
  if (message === undefined) return `<p id="${id}_error" role="alert" data-text="$_${id}"></p>`
  return String(
    html`<p id="${id}_error" role="alert" data-signals="${{ [`_${id}`]: message }}" data-text="${js(`$_${id}`)}">${message}</p>`,
  )
}

const submits = js("el.form.requestSubmit()")

/** Leaving a changed field sends its form, as Enter does; Escape takes the change and its message back. */
export function editInPlace(attributes: OpenAttributes): void {
  const signal = `$_${attributes.id}`
  attributes["data-on:change"] = submits
  attributes["data-on:keydown"] = formed(
    `evt.key == 'Escape' ? (${signal} = '', el.value = el.defaultValue) : 0`,
    `evt.key == &#39;Escape&#39; ? (${signal} = &#39;&#39;, el.value = el.defaultValue) : 0`,
  )
}
