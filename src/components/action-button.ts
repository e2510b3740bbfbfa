// A call as a button: a form that holds nothing else, so it works before any script.

import { type IconName, icon as iconNamed } from "../html/icons.ts"
import type { AnyAttributes, Callable, Child } from "../html/index.ts"
import { membersOf } from "../shared/own-props.ts"
import { ownNamesOf } from "./attributes.ts"
import { type ButtonProps, buttonAttributes, buttonNames } from "./button.ts"
import { buttonForm } from "./call-form.ts"
import { type ComponentWithProps, componentOfRows } from "./component.ts"
import { keyShortcuts } from "./keys.ts"

export type ActionButtonProps = Omit<
  ButtonProps,
  "href" | "target" | "rel" | "download" | "type" | "icon" | "label" | "variant"
> & {
  /** The call sent by a click: `call(todo, "delete")`. */
  readonly call: Callable
  /** Default `"default"`, and `"ghost"` in the sizes `icon*`. */
  readonly variant?: ButtonProps["variant"]
  /** The text of the button, read out with the name of its entity: "Delete Buy milk". Default: the label of the action. Children go before it. */
  readonly label?: string | undefined
  /** Stands before the text, or alone in the sizes `icon*`: the name of a Lucide icon, or markup. Default: the icon of the action. */
  readonly icon?: IconName | Exclude<Child, string> | undefined
  /** The keys that click it, outside of fields: `"Del"`, `"Ctrl+Enter"`. In a row with an id they are for the row that has the focus. */
  readonly keys?: string | undefined
}

const ownNames = ownNamesOf([...buttonNames, "call", "label", "keys"])

/** `<ActionButton call={call(todo, "delete")} icon="trash" size="icon" keys="Del" />`; looks like a `Button`. */
export const ActionButton: ComponentWithProps<ActionButtonProps> = componentOfRows(
  (props, children) => {
    const { size, keys } = props
    const call = membersOf(props.call)
    const { icon = call.icon, label = call.label } = props
    // `iconNamed` refuses other names.
    const image = typeof icon === "string" ? iconNamed(icon as IconName) : icon
    const isSquare = size?.startsWith("icon")
    const text = children ?? (isSquare && image !== undefined ? undefined : label)
    const title = call.description ?? (text === undefined ? label : undefined)
    // Children already name the button.
    const name = children === undefined ? nameOf(label, call.target, text) : undefined
    const first: AnyAttributes = { class: "btn" }
    if (name !== undefined) first["aria-label"] = name
    if (title !== undefined) first["title"] = title
    if (keys !== undefined) first["aria-keyshortcuts"] = keyShortcuts(keys)
    if (isSquare && props.variant === undefined) first["data-variant"] = "ghost"
    // All others among the props are those of a button.
    const attributes = buttonAttributes(props as ButtonProps, first, ownNames)
    return buttonForm(call, attributes, image === undefined ? text : [image, text])
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
