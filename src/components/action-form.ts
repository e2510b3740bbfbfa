// A call as a form of several fields.

import { type Callable, form, type Markup } from "../html/index.ts"
import { membersOf, ownProps } from "../shared/own-props.ts"
import { type ElementProps, ownNamesOf, passOn } from "./attributes.ts"
import { Button } from "./button.ts"
import { callFields } from "./call-fields.ts"
import type { WithChildren } from "./component.ts"
import type { FormCall } from "./field.ts"

export type ActionFormProps = ElementProps<"form", "method" | "action"> &
  WithChildren & {
    /** The call sent by the form: `call(Todo, "create")`. Its controls take the same call. */
    readonly call: Callable & Partial<FormCall>
  }

const ownNames = ownNamesOf(["call", "children"])

/**
 * `<ActionForm call={create}><Input name="title" call={create} /><Button type="submit">Add</Button></ActionForm>`. Without
 * children: all fields of the call, as their schemas describe them, and its button.
 */
export function ActionForm(props: ActionFormProps): Markup {
  const { call, children = wholeForm(call) } = ownProps(props)
  return form(passOn({ ...call.form, class: "action-form" }, props, ownNames), call.key, children)
}

function wholeForm(call: ActionFormProps["call"]): WithChildren["children"] {
  const { fields, field, label = "Send" } = membersOf(call)
  if (fields === undefined || field === undefined) return undefined
  // It has both members of one.
  return [...callFields(call as FormCall, fields), Button({ type: "submit" }, label)]
}
