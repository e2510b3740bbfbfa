// A combobox: a text field with suggestions. Without script it is a native one with a <datalist>.

import { datalist, div, input, type Markup, option } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { withClass } from "./attributes.ts"
import { inField, splitProps, tie } from "./field.ts"
import { type ControlProps, passedValue, textOf } from "./input.ts"

export interface Suggestion {
  /** The text of the field after this choice. */
  readonly value: string
  /** Shown after it, and found by as well: `{ value: "DE", hint: "Germany" }`. */
  readonly hint?: string | undefined
}

export type ComboboxProps = ControlProps<"input", "type" | "list"> & {
  readonly options: readonly (string | Suggestion)[]
  /** Takes nothing but the options. The page says so with `strictMessage`; the server still has to check it. */
  readonly strict?: boolean | undefined
  /** Default "Choose one of the list." */
  readonly strictMessage?: string | undefined
  /** Shown by a strict one when nothing matches. Default "No match". */
  readonly empty?: string | undefined
}

/** Attributes that the kit's script changes and a patch has to leave alone. */
const scripted = "list role aria-expanded aria-controls aria-autocomplete aria-activedescendant"

/**
 * `<Combobox label="City" name="city" options={cities} call={edit} />`. Words may be typed in any order. Live patches
 * change neither what was typed nor the open list; new options appear in it.
 */
export function Combobox(props: ComboboxProps): Markup {
  const { frame, control } = splitProps(props)
  const {
    options,
    strict,
    strictMessage = "Choose one of the list.",
    empty = "No match",
    value,
    ...rest
  } = control
  const tied = tie(rest)
  const { id } = tied.control
  const listId = `${id}_options`
  const attributes = {
    autocomplete: "off",
    ...withClass("input", tied.control),
    list: listId,
    value: textOf(tied.value) ?? passedValue(value),
    "data-preserve-attr": scripted,
    "data-strict": strict ? strictMessage : undefined,
  } as const
  return inField(
    frame,
    tied,
    div(
      { class: "combobox", "data-combobox": true },
      input(attributes),
      datalist({ id: listId }, options.map(suggestion)),
      // Filled by the script while it is open.
      div({
        id: `${id}_listbox`,
        role: "listbox",
        popover: "manual",
        "data-empty": empty,
        "data-ignore-morph": true,
      }),
    ),
  )
}

function suggestion(entry: string | Suggestion): Markup {
  const { value, hint } = ownProps<Suggestion>(typeof entry === "string" ? { value: entry } : entry)
  return option({ value, label: hint })
}
