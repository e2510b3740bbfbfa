// A radio group: one of a few.

import {
  type Child,
  div,
  fieldset,
  input,
  label as labelElement,
  legend,
  type Markup,
  p,
  section,
} from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { shortHash } from "../shared/short-hash.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import {
  describedField,
  type FieldOptions,
  type FormCall,
  helpText,
  requiredMark,
  tie,
  type Words,
} from "./field.ts"
import { textOf } from "./input.ts"
import { asOption, type SelectOption } from "./select.ts"

export interface RadioOption extends Omit<SelectOption, "label"> {
  /** Default: the value. */
  readonly label?: Child
  readonly help?: Child
}

/** The label and the choices of the group; with a `call` the defaults are the label of the field and the values that its schema lists. */
type RadioChoice =
  | { readonly label: Words; readonly options: readonly (string | number | RadioOption)[] }
  | {
      readonly label?: Words | undefined
      readonly options?: readonly (string | number | RadioOption)[] | undefined
      readonly call: FormCall
    }

export type RadioGroupProps = RadioGroupOptions & RadioChoice

interface RadioGroupOptions
  extends ElementProps<"fieldset", "name" | "id" | "label" | "value" | "required">,
    Omit<FieldOptions, "orientation"> {
  readonly name: string
  /** Default: made of the name. */
  readonly id?: string | undefined
  readonly value?: string | number | undefined
  readonly required?: boolean | undefined
  /** Default `"vertical"`. */
  readonly orientation?: "vertical" | "horizontal" | undefined
}

/** `<RadioGroup label="Size" name="size" options={["S", "M", { value: "L", help: "Sold out soon" }]} call={create} />`. */
export function RadioGroup(props: RadioGroupProps): Markup {
  const about = describedField(props)
  const {
    label = about?.label ?? props.name,
    options = about?.options ?? [],
    value: initial,
    orientation,
    required,
    fieldClass,
    disabled,
    help = about?.help,
    ...control
  } = ownProps(props)
  const tied = tie({ ...control, help }, "choice")
  // The group has the id and the message, its buttons have the name.
  const { name: _name, value: _, "data-effect": effect, ...group } = ownProps(tied.control)
  const { name } = control
  const chosen = textOf(tied.value) ?? textOf(initial)
  const { class: names, ...attributes } = withClass("fieldset", group)
  const buttons = options.map(entry => {
    const one = typeof entry === "object" ? entry : asOption(entry)
    return button(one, {
      id: `${group.id}_${idPart(String(one.value))}`,
      name,
      required,
      effect,
      isChosen: String(one.value) === chosen,
    })
  })
  return fieldset(
    {
      class: [names, fieldClass],
      role: "radiogroup",
      disabled,
      "aria-required": required,
      ...attributes,
    },
    legend({ "data-variant": "label" }, label, required && requiredMark),
    helpText({ help }, group),
    div(
      { class: "radio-options", "data-orientation": orientation === "horizontal" && orientation },
      buttons,
    ),
    tied.error !== undefined && div({ class: "field" }, tied.error),
  )
}

/** By its value, not by its place: options may move. */
const idPart = (value: string): string =>
  /^[A-Za-z\d-]{1,40}$/.test(value) ? value : shortHash(value)

interface ButtonState {
  readonly id: string
  readonly name: string
  readonly required: boolean | undefined
  readonly isChosen: boolean
  readonly effect: RadioGroupProps["data-effect"]
}

function button(
  choice: RadioOption,
  { id, name, required, isChosen, effect }: ButtonState,
): Markup {
  const { value, label = String(value), help, disabled } = ownProps(choice)
  const hasHelp = help !== undefined
  const text = labelElement({ for: id }, label)
  return div(
    { class: "field", "data-orientation": "horizontal" },
    input({
      type: "radio",
      class: "input",
      id,
      name,
      value,
      checked: isChosen,
      disabled,
      required,
      "aria-describedby": hasHelp ? `${id}_help` : undefined,
      "data-effect": effect,
    }),
    hasHelp ? section(text, p({ id: `${id}_help` }, help)) : text,
  )
}
