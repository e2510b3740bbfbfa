// A call as a check box that is sent at once, for a state that an action turns over.

import type { Callable, Markup } from "../html/index.ts"
import { membersOf, ownProps } from "../shared/own-props.ts"
import { type ElementProps, ownNamesOf, passOn } from "./attributes.ts"
import { buttonForm } from "./call-form.ts"
import { Check } from "./icons.gen.ts"

export type ActionToggleProps = ElementProps<
  "button",
  "role" | "aria-checked" | "aria-label" | "type" | "label"
> & {
  /** The call sent by a click: `call(todo, "toggle")`. */
  readonly call: Callable
  readonly checked: boolean
  /** Its name for those who do not see it, read out with what the call is sent to: "Done: Buy milk". */
  readonly label: string
}

const ownNames = ownNamesOf(["call", "checked", "label", "children"])

/** `<ActionToggle call={call(todo, "toggle")} checked={todo.done} label="Done" />`: a check box that needs no save. */
export function ActionToggle(props: ActionToggleProps): Markup {
  const all = ownProps(props)
  const { checked, label } = all
  const call = membersOf(all.call)
  const { target, description } = call
  const name = target === undefined ? label : `${label}: ${target}`
  const attributes = passOn(
    {
      class: "btn",
      role: "checkbox",
      "aria-checked": checked,
      "aria-label": name,
      ...(description === undefined ? {} : { title: description }),
    },
    props,
    ownNames,
  )
  return buttonForm(call, attributes, checked && Check())
}
