// The attributes of a field in the form of a call, and the place for its message.
import { js } from "../../datastar/index.ts"
import { html } from "../../html/index.ts"
import { Expression } from "../../shared/expression.ts"
import type { Flash } from "../context/flash.ts"
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
}

/** The name of a field and its tie to its message; `flash` is that of its form. */
export function commonAttributes(
  form: string,
  { name, part }: FieldPlan,
  flash: Flash | undefined,
): ChoiceAttributes {
  const id = `${form}_${part}`
  return {
    id,
    name,
    "aria-describedby": `${id}_error`,
    ...(flash?.errors[name] !== undefined &&
      ({ "aria-invalid": "true", autofocus: true } as const)),
    "data-attr:aria-invalid": new Expression(`$_${id} ? 'true' : 'false'`),
  }
}

/** The message of a field, announced to screen readers. `id` is the field's, and needs no escape. */
export function errorText(id: string, message: string | undefined): string {
  if (message === undefined) return `<p id="${id}_error" role="alert" data-text="$_${id}"></p>`
  return String(
    html`<p id="${id}_error" role="alert" data-signals="${{ [`_${id}`]: message }}" data-text="${js(`$_${id}`)}">${message}</p>`,
  )
}

/** Leaving a changed field sends its form, as Enter does; Escape takes the change and its message back. `id` needs no escape. */
export function editsInPlace(id: string): string {
  return ` data-on:change="el.form.requestSubmit()" data-on:keydown="evt.key == 'Escape' ? ($_${id} = '', el.value = el.defaultValue) : 0"`
}
