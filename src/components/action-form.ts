// A call as a form of several fields.

import { type Callable, form, type Markup } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, passOn } from "./attributes.ts"
import type { WithChildren } from "./component.ts"

export type ActionFormProps = ElementProps<"form", "method" | "action"> &
  WithChildren & {
    /** The call sent by the form: `call(Todo, "create")`. Its controls take the same call. */
    readonly call: Callable
  }

const ownNames = new Set(["call", "children"])

/** `<ActionForm call={create}><Input label="Title" name="title" call={create} /><Button type="submit">Add</Button></ActionForm>`. */
export function ActionForm(props: ActionFormProps): Markup {
  const { call, children } = ownProps(props)
  return form(passOn({ ...call.form }, props, ownNames), call.key, children)
}
