// The attributes of a field in the form of a call, and the place for its message.
import { js } from "../../datastar/index.ts"
import { html } from "../../html/index.ts"
import {
  inDoubleQuotes,
  type OnPassword,
  type onPassword,
  printAttributes,
} from "../../html/internal.ts"
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

/** All but the value; `flash` is that of its form. */
export function fieldAttributes(
  form: string,
  plan: FieldPlan,
  flash: Flash | undefined,
): OpenAttributes {
  const id = `${form}_${plan.part}`
  const attributes: OpenAttributes = {
    id,
    name: plan.name,
    "aria-describedby": `${id}_error`,
    "data-attr:aria-invalid": new Expression(`$_${id} ? 'true' : 'false'`),
    "data-effect": new Expression(`$${formSignal(form)} && ${plan.settle}`),
  }
  if (flash?.errors[plan.name] !== undefined) {
    attributes["aria-invalid"] = "true"
    attributes.autofocus = true
  }
  return attributes
}

/** The message of a field, announced to screen readers. `id` is the field's, and needs no escape. */
export function errorText(id: string, message: string | undefined): string {
  if (message === undefined) return `<p id="${id}_error" role="alert" data-text="$_${id}"></p>`
  return String(
    html`<p id="${id}_error" role="alert" data-signals="${{ [`_${id}`]: message }}" data-text="${js(`$_${id}`)}">${message}</p>`,
  )
}

/**
 * What stands for the name of a form in printed attributes, whose names and expressions have no such character. Of one byte: a
 * page with a part of two bytes for each character is twice as long in memory.
 */
const formPlace = "\x01"

/** The attributes of the only field of a form as text, in the parts between which the name of the form stands. */
export function fieldParts(plan: FieldPlan, isInPlace: boolean): readonly string[] {
  const attributes = fieldAttributes(formPlace, plan, undefined)
  if (isInPlace) editInPlace(attributes)
  return inDoubleQuotes(printAttributes({ ...attributes }, "input")).split(formPlace)
}

const submits = js("el.form.requestSubmit()")

/** Leaving a changed field sends its form, as Enter does; Escape takes the change and its message back. */
export function editInPlace(attributes: OpenAttributes): void {
  const signal = `$_${attributes.id}`
  attributes["data-on:change"] = submits
  attributes["data-on:keydown"] = new Expression(
    `evt.key == 'Escape' ? (${signal} = '', el.value = el.defaultValue) : 0`,
  )
}
