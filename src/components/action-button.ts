// A call as a button: a form that holds nothing else, so it works before any script.

import { type IconName, icon as iconNamed } from "../html/icons.ts"
import type { Callable, Child } from "../html/index.ts"
import { memberOf, ownProps } from "../shared/own-props.ts"
import { type ButtonProps, buttonAttributes } from "./button.ts"
import { type ComponentWithProps, componentWithProps } from "./component.ts"

export type ActionButtonProps = Omit<
  ButtonProps,
  "href" | "target" | "rel" | "download" | "type" | "icon" | "label"
> & {
  /** The call sent by a click: `call(todo, "delete")`. */
  readonly call: Callable
  /** The text of the button, read out with the name of its entity: "Delete Buy milk". Default: the label of the action. Children go before it. */
  readonly label?: string | undefined
  /** Stands before the text, or alone in the sizes `icon*`: the name of a Lucide icon, or markup. Default: the icon of the action. */
  readonly icon?: IconName | Exclude<Child, string> | undefined
}

/** `<ActionButton call={call(todo, "delete")} variant="ghost" size="icon" icon="trash" />`; looks like a `Button`. */
export const ActionButton: ComponentWithProps<ActionButtonProps> = componentWithProps(
  ({ call, icon = memberOf(call, "icon"), label = memberOf(call, "label"), children, ...rest }) => {
    const props = ownProps(rest)
    const [target, description] = [memberOf(call, "target"), memberOf(call, "description")]
    const image = typeof icon === "string" ? iconNamed(icon as IconName) : icon
    const isSquare = props.size?.startsWith("icon")
    const text = children ?? (isSquare && image !== undefined ? undefined : label)
    const title = description ?? (text === undefined ? label : undefined)
    // What the button says itself needs no second name, unless there is more to say.
    const name = children === undefined ? nameOf(label, target, text) : undefined
    return call.button(
      image === undefined ? text : [image, text],
      buttonAttributes({
        ...(name === undefined ? {} : { "aria-label": name }),
        ...(title === undefined ? {} : { title }),
        ...props,
      } as ButtonProps),
    )
  },
)

function nameOf(
  label: string | undefined,
  target: string | undefined,
  text: Child,
): string | undefined {
  if (label === undefined || (target === undefined && text !== undefined)) return undefined
  return target === undefined ? label : `${label} ${target}`
}
