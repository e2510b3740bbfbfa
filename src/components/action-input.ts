// A call as one field, sent by Enter: for a title that is edited in place, or a line to add.

import type { Callable, Markup } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, passOn } from "./attributes.ts"

export type ActionInputProps = ElementProps<"input", "name" | "value" | "aria-label" | "label"> & {
  /** The call sent by Enter: `call(Todo, "create")`. An `update` is also sent when the field loses the focus, and Escape reverts the change. */
  readonly call: Callable
  /** The input of the call that the field holds. */
  readonly name: string
  /** Its name for those who do not see it. */
  readonly label: string
}

const ownNames = new Set(["call", "name", "label", "children"])

/** `<ActionInput call={call(Todo, "create")} name="title" label="New todo" placeholder="What needs doing?" />`. */
export function ActionInput(props: ActionInputProps): Markup {
  const { call, name, label } = ownProps(props)
  return call.input(name, passOn({ class: "input", "aria-label": label }, props, ownNames))
}
