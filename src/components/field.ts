// A field of a form: its label, its help, its message, and how the control in it is tied to them.

import {
  type AnyAttributes,
  type Callable,
  type Child,
  div,
  type FormField,
  label as labelElement,
  Markup,
  p,
  section,
  span,
} from "../html/index.ts"
import { membersOf, ownProps } from "../shared/own-props.ts"
import { cn } from "./cn.ts"

/** Where a control belongs: `call(Todo, "create")` and whatever else knows its fields by name. */
export interface FormCall extends Pick<Callable, "field" | "error"> {
  /** Attributes like those of `field` for a checkbox, or for the group of radio buttons. */
  choice(name: string): {
    readonly id: string
    readonly name: string
    readonly "aria-describedby": string
  }
  /** The value to show: the text typed before a refusal, else the stored value. */
  value(name: string): unknown
  /** Its description: its label, its help, the type of its control. */
  describe?(name: string): FormField | undefined
}

/** A text for people: not the values that render nothing. */
export type Words = Exclude<Child, boolean | null | undefined>

/**
 * A control has a visible label, or a name for those who do not see it. `label={false}`: another element labels its id. With a
 * `call` the label of the field is the default.
 */
export type Labelled =
  | { readonly label?: undefined; readonly call: FormCall; readonly name: string }
  | { readonly label: Words | false; readonly "aria-label"?: never }
  | { readonly label?: undefined; readonly "aria-label": string }
  | { readonly label?: undefined; readonly "aria-labelledby": string }

/** A control is known by its name or its id; the id is made of the name when it has none. */
export type Identified =
  | { readonly name: string; readonly id?: string | undefined }
  | { readonly name?: undefined; readonly id: string }

export interface FieldOptions {
  /** The call that the form sends: fills in id, value, and the place for the message. The control needs a `name` then. */
  readonly call?: FormCall | undefined
  /** A hint for filling it in. */
  readonly help?: Child
  /** A message, or the place for it: `call.error("title")`. */
  readonly error?: Child
  /** Beside its label instead of below it. */
  readonly orientation?: "vertical" | "horizontal" | undefined
  /** Of the element around the control and its label. */
  readonly fieldClass?: string | undefined
}

/** Attributes for a control of your own in a `Field`. */
export type ControlAttributes = AnyAttributes & { readonly id: string }

export type FieldProps = FieldOptions &
  Identified & {
    readonly label: Words
    readonly required?: boolean | undefined
    readonly children?: (control: ControlAttributes) => Child
  }

/**
 * A label, help and a message around a control of your own, which gets its attributes:
 * `<Field label="Colour" name="colour" call={create}>{control => <input type="color" {...control} />}</Field>`.
 */
export function Field(
  props: FieldProps,
  render: FieldProps["children"] = ownProps(props).children,
): Markup {
  const { label, call, help, error, orientation, fieldClass, required, name, id } = ownProps(props)
  const attributes = { call, help, error, name, id, required }
  const tied = tie(attributes)
  return fieldAround(
    { label, help, error: tied.error, orientation, fieldClass, required },
    tied.control,
    render?.(tied.control),
  )
}

export interface Tied {
  readonly control: ControlAttributes
  /** The element with the message, or with room for it. */
  readonly error: Child
  /** The value from the call, which wins over one that was passed. */
  readonly value: unknown
}

/** Of the attributes of a control, those that decide how it is tied. */
interface Tieable extends Pick<FieldOptions, "call" | "help" | "error"> {
  readonly name?: string | undefined
  readonly id?: string | undefined
  readonly "aria-describedby"?: unknown
}

/** The attributes that tie a control to its help and its message. `attributes` are its own. */
export function tie(attributes: Tieable, kind: "field" | "choice" = "field"): Tied {
  const { call, help, error, name, id, ...control } = ownProps(attributes)
  const form = call !== undefined && name !== undefined ? { call, name } : undefined
  const byCall = form?.call[kind](form.name)
  const controlId = id ?? byCall?.id ?? idOf(name)
  const place = form === undefined ? errorPlace(error, controlId) : form.call.error(form.name)
  const { "aria-describedby": described } = ownProps(control)
  const describedBy = cn(
    typeof described === "string" && described,
    isShown(help) && helpId(controlId),
    byCall === undefined ? place !== undefined && errorId(controlId) : byCall["aria-describedby"],
  )
  return {
    control: {
      ...byCall,
      ...control,
      name,
      id: controlId,
      // One id may come from two sides, as with `{...create.field("title")}`.
      "aria-describedby": [...new Set(describedBy.split(" "))].join(" ") || undefined,
      ...(byCall === undefined &&
        isShown(error) &&
        !(error instanceof Markup) && { "aria-invalid": "true" }),
    },
    error: place,
    value: form?.call.value(form.name),
  }
}

/** A name as an id: `address[city]` is `address_city_`. */
const idOf = (name: string | undefined): string => (name ?? "").replace(/[^\w-]/g, "_")
const helpId = (id: string): string => `${id}_help`
const errorId = (id: string): string => `${id}_error`

const isShown = (child: Child): boolean =>
  child !== undefined && child !== null && child !== false && child !== true && child !== ""

/** Markup is an existing place with this id. */
function errorPlace(error: Child, id: string): Child {
  if (!isShown(error)) return undefined
  return error instanceof Markup ? error : p({ id: errorId(id), role: "alert" }, error)
}

export interface FieldFrame
  extends Pick<FieldOptions, "help" | "error" | "orientation" | "fieldClass"> {
  readonly label?: Words | false | undefined
  readonly required?: boolean | undefined
}

/** Label, control, help and message, in this order. */
export function fieldAround(
  frame: FieldFrame,
  control: { readonly id: string },
  content: Child,
): Markup {
  const { orientation, fieldClass } = frame
  const isHorizontal = orientation === "horizontal"
  const below = [helpText(frame, control), frame.error]
  const hasBelow = isShown(below[0]) || isShown(below[1])
  return div(
    { class: cn("field", fieldClass), "data-orientation": isHorizontal && orientation },
    labelOf(frame, control),
    // In a row, what is below the control stays below it.
    isHorizontal && hasBelow ? section(content, below) : [content, below],
  )
}

export function labelOf({ label, required }: FieldFrame, { id }: { readonly id: string }): Child {
  if (label === undefined || label === false) return undefined
  return labelElement({ for: id }, label, required && requiredMark)
}

/** For the eye alone: the control itself says that it is required. */
export const requiredMark: Markup = span({ class: "field-required", "aria-hidden": true }, "*")

export function helpText({ help }: FieldFrame, { id }: { readonly id: string }): Child {
  return isShown(help) ? p({ id: helpId(id) }, help) : undefined
}

/** Takes the props that concern the field out of those that concern the control. */
export function splitProps<P extends FieldFrame & { readonly children?: unknown }>(
  props: P,
): {
  frame: FieldFrame
  control: Omit<P, "label" | "orientation" | "fieldClass" | "children">
  about: FormField | undefined
} {
  const about = describedField(props)
  const all = ownProps(props)
  const { label = isNamed(props) ? undefined : about?.label } = all
  const { label: _label, orientation, fieldClass, children: _, ...others } = all
  // A control without a label stands alone, and has no room for help.
  const isShownAlone = label === undefined || label === false
  const help = all.help ?? (isShownAlone ? undefined : about?.help)
  return {
    about,
    frame: { label, help, orientation, fieldClass, required: all.required },
    control: ownProps(help === undefined ? others : { ...others, help }),
  }
}

/** The description of a control's field by its call. */
export function describedField(props: object): FormField | undefined {
  // Of controls alone, whose props name these so.
  const { call, name } = ownProps(props) as { call?: FormCall; name?: string }
  if (name === undefined || call === undefined) return undefined
  const about = membersOf(call).describe?.(name)
  return about && ownProps(about)
}

/** Whether a control has a name for those who do not see it. */
const isNamed = (props: object): boolean =>
  ["aria-label", "aria-labelledby"].some(name => ownProps(props as never)[name] !== undefined)

/**
 * A control in its field. A control without label, help and message stands alone, so that it fits into whatever the page
 * has around it.
 */
export function inField(frame: FieldFrame, tied: Tied, content: Markup): Markup {
  const isAlone =
    (frame.label === undefined || frame.label === false) &&
    !isShown(frame.help) &&
    !isShown(tied.error)
  return isAlone ? content : fieldAround({ ...frame, error: tied.error }, tied.control, content)
}
