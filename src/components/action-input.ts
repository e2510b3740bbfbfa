// A call as one field, sent by Enter: for a title that is edited in place, or a line to add.

import { type IconName, icon as iconNamed } from "../html/icons.ts"
import {
  type AnyAttributes,
  type Callable,
  type Child,
  div,
  kbd,
  type Markup,
} from "../html/index.ts"
import { membersOf, ownProps } from "../shared/own-props.ts"
import { inWords } from "../shared/words.ts"
import { type ElementProps, ownNamesOf, passOn } from "./attributes.ts"
import { fieldForm } from "./call-form.ts"
import { editButtons } from "./edit-buttons.ts"
import { describedField, type FormCall } from "./field.ts"
import { keyShortcuts } from "./keys.ts"

export type ActionInputProps = ElementProps<"input", "name" | "value" | "aria-label" | "label"> & {
  /** The call sent by Enter: `call(Todo, "create")`. An `update` is also sent when the field loses the focus, and Escape reverts the change. */
  readonly call: Callable & Pick<Partial<FormCall>, "describe">
  /** The input of the call that the field holds. */
  readonly name: string
  /** Before the field: the name of a Lucide icon, or markup. */
  readonly icon?: IconName | Exclude<Child, string> | undefined
  /** Behind the field, for the eye alone: the key that sends it, `"Enter"`. */
  readonly hint?: string | undefined
  /** The keys that focus it, outside of fields: `"N"`, `"Ctrl+K"`. In a row with an id they are for the row that has the focus. */
  readonly keys?: string | undefined
  /** Behind the field of an `update`: a pencil, and while it is edited a check that saves and a cross that reverts. Default false. */
  readonly buttons?: boolean | undefined
  /** Its name for those who do not see it. Default: of a call of a class its label, "Add todo", which then stands in the empty field; else that of the field. */
  readonly label?: string | undefined
}

const ownNames = ownNamesOf([
  "call",
  "name",
  "label",
  "icon",
  "hint",
  "keys",
  "buttons",
  "children",
])

/** `<ActionInput call={call(Todo, "create")} name="title" label="New todo" placeholder="What needs doing?" />`. */
export function ActionInput(props: ActionInputProps): Markup {
  const all = ownProps(props)
  const { name, label, icon, hint, keys, buttons } = all
  const call = membersOf(all.call)
  const adds = label === undefined && call.target === undefined ? call.label : undefined
  const about = describedField({ call, name })
  const first: AnyAttributes = {
    class: "input",
    "aria-label": label ?? adds ?? about?.label ?? inWords(name),
    placeholder: about?.placeholder ?? adds,
  }
  if (keys !== undefined) first["aria-keyshortcuts"] = keyShortcuts(keys)
  const attributes = passOn(first, all, ownNames)
  const message = call.error(name)
  const tools = buttons && editButtons(call.target === undefined ? "Edit" : `Edit ${call.target}`)
  const form = fieldForm(call, name, attributes, tools ? [message, tools] : message)
  if (icon === undefined && hint === undefined) return form
  return div(
    { class: "action-input" },
    // `iconNamed` refuses other names.
    typeof icon === "string" ? iconNamed(icon as IconName) : icon,
    form,
    hint !== undefined && kbd({ class: "kbd", "aria-hidden": true }, hint),
  )
}
