// A checkbox and a switch: yes or no.

import {
  type AnyAttributes,
  type Child,
  div,
  input,
  label as labelElement,
  type Markup,
  section,
  type TagAttributes,
} from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { cn } from "./cn.ts"
import { type Component, component } from "./component.ts"
import { type FieldOptions, helpText, requiredMark, splitProps, tie, type Words } from "./field.ts"
import { textOf } from "./input.ts"

export interface CheckboxProps
  extends ElementProps<"input", "type" | "checked" | "required" | "id" | "name" | "label">,
    Omit<FieldOptions, "orientation"> {
  /** Its label, where it has no children. */
  readonly label?: Words | undefined
  readonly name?: string | undefined
  /** Default: made of the name. */
  readonly id?: string | undefined
  readonly checked?: boolean | undefined
  readonly required?: boolean | undefined
}

export interface SwitchProps extends CheckboxProps {
  readonly size?: "sm" | "md" | undefined
}

/**
 * `Checkbox("Agree", { id: "agree" })`, `<Checkbox name="done" call={edit}>Done</Checkbox>`. The children are its label, or
 * the prop `label`; without any it needs an `aria-label`. With a `call` it sends `true` or `false`, without one nothing when it is not checked.
 */
export const Checkbox: Component<CheckboxProps> = component(props => box(props, {}))

/** A checkbox that looks like a switch: for what takes effect at once. */
export const Switch: Component<SwitchProps> = component(({ size, ...props }) =>
  box(props, { role: "switch", "data-size": size === "sm" ? size : undefined }),
)

const yes = new Set(["true", "on", "1", "yes"])

function box(allProps: CheckboxProps & { readonly children?: Child }, look: object): Markup {
  const props = ownProps(allProps)
  const { frame, control: controlProps } = splitProps(props)
  const { children = frame.label === false ? undefined : frame.label } = props
  const { checked = false, value: ownValue, ...rest } = controlProps
  const { name, disabled } = controlProps
  const tied = tie(rest, "choice")
  const { value: _, ...control } = tied.control
  const isChecked = tied.value === undefined ? undefined : yes.has(textOf(tied.value) ?? "")
  const value = props.value ?? (props.call === undefined ? undefined : "true")
  const attributes: AnyAttributes = {
    type: "checkbox",
    ...look,
    ...withClass("input", control),
    value,
    checked: isChecked ?? checked,
  }
  // The props are those of an input, but for a few that were taken out.
  const element = input(attributes as TagAttributes<"input">)
  // An unchecked box sends nothing, which an action could not distinguish from "leave it as it is".
  const unchecked =
    props.call !== undefined &&
    ownValue === undefined &&
    input({ type: "hidden", name, value: "false", disabled })
  const text =
    children === undefined
      ? undefined
      : labelElement({ for: control.id }, children, frame.required && requiredMark)
  const below = [helpText(frame, control), tied.error].filter(child => child !== undefined)
  if (text === undefined && below.length === 0)
    return unchecked ? div({ class: "field-box" }, unchecked, element) : element
  return div(
    { class: cn("field", frame.fieldClass), "data-orientation": "horizontal" },
    unchecked,
    element,
    below.length === 0 ? text : section(text, below),
  )
}
