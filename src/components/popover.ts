// Popovers: native ones, beside the button that shows them, closed by Escape and by a click elsewhere.

import { button, type Child, div, type Markup } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import type { ElementProps } from "./attributes.ts"
import { type ButtonProps, buttonAttributes } from "./button.ts"
import { type ComponentWithProps, componentWithProps } from "./component.ts"

/** Where it stands, seen from its button; on the other side where there is no room. */
export interface Placement {
  /** Default `"bottom"`. */
  readonly side?: "top" | "bottom" | "left" | "right" | undefined
  /** Default `"start"`. */
  readonly align?: "start" | "center" | "end" | undefined
}

export interface TriggerProps {
  /** Of the page's own. Other buttons show it with `toggles(id)`. */
  readonly id: string
  /** The content of the button that shows it; without it there is no such button. */
  readonly trigger?: Child
  /** Of that button. Default variant: `"outline"`. */
  readonly triggerProps?: ButtonProps | undefined
}

export interface PopoverProps extends ElementProps<"div", "id">, TriggerProps, Placement {}

/** A box beside a button: `<Popover id="size" trigger="Size">...</Popover>`. Its name is that of the button unless it has an `aria-label`. */
export const Popover: ComponentWithProps<PopoverProps> = componentWithProps(
  ({ id, trigger, triggerProps, side, align, children, ...rest }) => {
    const named =
      trigger !== undefined && ownProps(rest)["aria-label"] === undefined
        ? `${id}-trigger`
        : undefined
    const attributes = {
      id,
      popover: "auto",
      "data-popover": true,
      "data-side": side,
      "data-align": align,
    } as const
    const box = div(
      { ...attributes, role: "dialog", "aria-labelledby": named, tabindex: -1, ...rest },
      children,
    )
    return div({ class: "popover" }, triggerButton({ id, trigger, triggerProps }, "dialog"), box)
  },
)

/** The button that shows the popover `id`. */
export function triggerButton(
  { id, trigger, triggerProps }: TriggerProps,
  kind: "dialog" | "menu",
): Markup | undefined {
  if (trigger === undefined) return undefined
  const {
    icon,
    children: _,
    ...props
  } = ownProps<ButtonProps & { children?: unknown }>(triggerProps ?? {})
  const attributes = buttonAttributes({ variant: "outline", ...props })
  return button(
    {
      type: "button",
      id: `${id}-trigger`,
      popovertarget: id,
      "aria-haspopup": kind,
      ...attributes,
    },
    icon,
    trigger,
  )
}
