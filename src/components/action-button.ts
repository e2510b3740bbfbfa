// A call as a button: a form that holds nothing else, so it works before any script.

import type { Callable } from "../html/index.ts"
import { type ButtonProps, buttonAttributes } from "./button.ts"
import { type ComponentWithProps, componentWithProps } from "./component.ts"

export type ActionButtonProps = Omit<
  ButtonProps,
  "href" | "target" | "rel" | "download" | "type"
> & {
  /** The call sent by a click: `call(todo, "delete")`. */
  readonly call: Callable
}

/** `<ActionButton call={call(todo, "delete")} variant="ghost">Delete</ActionButton>`; looks like a `Button`. */
export const ActionButton: ComponentWithProps<ActionButtonProps> = componentWithProps(
  ({ call, icon, children, ...props }) =>
    call.button(
      icon === undefined ? children : [icon, children],
      buttonAttributes(props as ButtonProps),
    ),
)
