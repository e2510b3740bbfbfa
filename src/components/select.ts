// A native select.

import { Fragment, input, type Markup, optgroup, option, select } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { withClass } from "./attributes.ts"
import { type FormCall, inField, splitProps, tie } from "./field.ts"
import { type ControlProps, textOf } from "./input.ts"

export interface SelectOption {
  readonly value: string | number
  /** Default: the value. */
  readonly label?: string | undefined
  readonly disabled?: boolean | undefined
}

/** A value that is its own label, or an option with more to say. */
export type Option = string | number | SelectOption

export interface OptionGroup {
  readonly label: string
  readonly options: readonly Option[]
  readonly disabled?: boolean | undefined
}

/** The choices; with a `call` the default are the values that the schema of the field lists. */
type SelectOptions =
  | { readonly options: readonly (Option | OptionGroup)[] }
  | { readonly options?: undefined; readonly call: FormCall }

export type SelectProps = ControlProps<"select", "value" | "multiple"> &
  SelectOptions & {
    /** The chosen value, or values. */
    readonly value?: string | number | readonly (string | number)[] | undefined
    /** An entry without value, shown until something is chosen: "Choose a country". */
    readonly placeholder?: string | undefined
    readonly multiple?: boolean | undefined
  }

/** `<Select label="Colour" name="colour" options={["red", { value: "g", label: "green" }]} placeholder="Choose one" />`. */
export function Select(props: SelectProps): Markup {
  const { frame, control: controlProps, about } = splitProps(props)
  const {
    options = about?.options ?? [],
    value,
    placeholder = about?.placeholder,
    ...rest
  } = controlProps
  const tied = tie(rest)
  const { value: _, ...control } = tied.control
  const chosen = new Set(textsOf(tied.value ?? value))
  const entries = options.map(entry =>
    isGroup(entry) ? groupOf(entry, chosen) : optionOf(entry, chosen),
  )
  const empty =
    placeholder !== undefined &&
    option({ value: "", selected: chosen.size === 0 || chosen.has("") }, placeholder)
  const element = select(withClass("select", control), empty, entries)
  // Without a choice it sends nothing, which an action could not distinguish from "leave it as it is".
  const none =
    controlProps.multiple === true &&
    controlProps.call !== undefined &&
    input({
      type: "hidden",
      name: props.name,
      value: "",
      disabled: controlProps.disabled,
    })
  return inField(frame, tied, none ? Fragment(none, element) : element)
}

// Its own: a polluted prototype makes no option a group.
const isGroup = (entry: Option | OptionGroup): entry is OptionGroup =>
  typeof entry === "object" && Object.hasOwn(entry, "options")

function textsOf(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.map(textOf).filter(text => text !== undefined)
}

export const asOption = (entry: Option): SelectOption =>
  ownProps(typeof entry === "object" ? entry : { value: entry })

function optionOf(entry: Option, chosen: ReadonlySet<string>): Markup {
  const { value, label = String(value), disabled } = asOption(entry)
  return option({ value, selected: chosen.has(String(value)), disabled }, label)
}

function groupOf(group: OptionGroup, chosen: ReadonlySet<string>): Markup {
  const { label, options, disabled } = ownProps(group)
  return optgroup(
    { label, disabled },
    options.map(entry => optionOf(entry, chosen)),
  )
}
