// Text controls: input, textarea, and numbers.

import {
  type Child,
  div,
  type FormField,
  input as inputElement,
  type Markup,
  span,
  textarea,
} from "../html/index.ts"
import { isPassword, onPassword } from "../html/internal.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import {
  type FieldOptions,
  type Identified,
  inField,
  type Labelled,
  splitProps,
  type Tied,
  tie,
} from "./field.ts"

type TextType =
  | "text"
  | "email"
  | "password"
  | "search"
  | "tel"
  | "url"
  | "number"
  | "color"
  | "date"
  | "datetime-local"
  | "month"
  | "time"
  | "week"

/** Props of every control besides the attributes of its element. */
export type ControlProps<Name extends string, Own extends string = never> = ElementProps<
  Name,
  Own | "name" | "id" | "aria-label" | "aria-labelledby" | "required" | "label"
> &
  FieldOptions &
  Labelled &
  Identified & { readonly required?: boolean | undefined }

export type InputProps = ControlProps<"input", "type"> & {
  /** Default `"text"`. */
  readonly type?: TextType | undefined
  /** Shown inside of it, before and after what is typed: a unit, an icon. */
  readonly before?: Child
  readonly after?: Child
}

/** `<Input label="Title" name="title" call={create} help="Short and clear." required />`; without `label` the input alone. */
export function Input(props: InputProps): Markup {
  const { frame, control: controlProps, about } = splitProps(props)
  const { before, after, ...controlAttributes } = controlProps
  const rest = { ...inputDefaults(about), ...controlAttributes }
  const tied = tie(rest)
  const isGrouped = isPresent(before) || isPresent(after)
  // In a group, the group has the frame.
  const attributes = isGrouped ? tied.control : withClass("input", tied.control)
  // Copies of attributes by name leave it out.
  const secret = { [onPassword]: secretOf(tied.control) }
  const control = inputElement({ ...attributes, ...secret, value: typedValue(tied, rest) })
  return inField(frame, tied, isGrouped ? group(before, control, after) : control)
}

const secretOf = (control: object): unknown =>
  onPassword in control ? control[onPassword] : undefined

/** Widgets that are no type of an input. */
const otherWidgets = new Set(["text", "textarea", "select", "radio", "checkbox", "switch"])

function inputDefaults(about: FormField | undefined): Record<string, unknown> {
  if (about === undefined) return {}
  const { widget, placeholder } = about
  return {
    ...(widget === undefined || otherWidgets.has(widget) ? {} : { type: widget }),
    // The schema says which numbers there are; a browser would take whole ones only.
    ...(widget === "number" ? { step: "any" } : {}),
    ...(placeholder === undefined ? {} : { placeholder }),
  }
}

const isPresent = (child: unknown): boolean =>
  child !== undefined && child !== null && child !== false

const group = (before: Child, control: Child, after: Child): Markup =>
  div(
    { class: "input-group" },
    isPresent(before) && span({ "data-align": "start" }, before),
    control,
    isPresent(after) && span({ "data-align": "end" }, after),
  )

/** Typed text wins over the passed value; a password is never sent back to a page. */
function typedValue({ value }: Tied, props: Readonly<Record<string, unknown>>): string | undefined {
  return isPassword(ownProps(props)["type"])
    ? undefined
    : (textOf(value) ?? passedValue(ownProps(props)["value"]))
}

/** An object is left to the element: it prints an address, and refuses what has no text. Left out, a form would send nothing. */
export function passedValue(value: unknown): string | undefined {
  // The attribute checks it.
  return typeof value === "object" && value !== null ? (value as never) : textOf(value)
}

/** A value as text; what has none is undefined. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value)
  return Array.isArray(value) ? textOf(value.at(-1)) : undefined
}

export type TextareaProps = ControlProps<"textarea", "value"> & {
  readonly value?: string | undefined
}

/** `<Textarea label="Notes" name="notes" call={create} />`; it grows with its text. */
export function Textarea(props: TextareaProps): Markup {
  const { frame, control: controlProps, about } = splitProps(props)
  const { value, ...controlAttributes } = controlProps
  const rest = { placeholder: about?.placeholder, ...controlAttributes }
  const tied = tie(rest)
  const { value: _, ...control } = tied.control
  return inField(frame, tied, textarea(withClass("textarea", control), textOf(tied.value) ?? value))
}
