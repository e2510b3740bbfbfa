// Menus: a popover with the role `menu`. The kit's script moves the focus with arrows, Home, End and typed letters.

import { when } from "../datastar/index.ts"
import { type AnyAttributes, a, button, type Child, div, hr, kbd, span } from "../html/index.ts"
import { Expression } from "../shared/expression.ts"
import { type ElementProps, ownNamesOf, passOn } from "./attributes.ts"
import {
  type Component,
  type ComponentWithProps,
  component,
  componentWithProps,
} from "./component.ts"
import { Check, Circle } from "./icons.gen.ts"
import { type Placement, type TriggerProps, triggerButton } from "./popover.ts"

export interface DropdownMenuProps extends ElementProps<"div", "id">, TriggerProps, Placement {}

/** `<DropdownMenu id="more" trigger="More"><MenuItem href="/help">Help</MenuItem></DropdownMenu>` */
export const DropdownMenu: ComponentWithProps<DropdownMenuProps> = componentWithProps(
  ({ id, trigger, triggerProps, side, align, children, "aria-label": label, ...rest }) => {
    const named = label === undefined ? `${id}-trigger` : undefined
    const attributes = {
      id,
      popover: "auto",
      "data-popover": true,
      "data-side": side,
      "data-align": align,
    } as const
    const list = div(
      { role: "menu", id: `${id}-menu`, "aria-labelledby": named, "aria-label": label },
      children,
    )
    return div(
      { class: "dropdown-menu" },
      triggerButton({ id, trigger, triggerProps }, "menu"),
      div({ ...attributes, ...rest }, list),
    )
  },
)

export interface MenuItemProps extends ElementProps<"button"> {
  /** Makes it a link. */
  readonly href?: string | URL | undefined
  readonly icon?: Child
  /** Shown at the end, such as `"Ctrl S"`; listening to those keys is up to you. */
  readonly shortcut?: string | undefined
  readonly variant?: "default" | "destructive" | undefined
  /** Given, the item can be on and off; as an expression, the browser decides. */
  readonly checked?: boolean | Expression | undefined
  /** Of the items of its group, one is on. Default false. */
  readonly radio?: boolean | undefined
}

const ownOfItem = ownNamesOf([
  "href",
  "icon",
  "shortcut",
  "variant",
  "checked",
  "radio",
  "disabled",
  "children",
])

/** An entry of a menu: a button, or a link. Its attributes, such as `data-on:click`, define its effect. */
export const MenuItem: Component<MenuItemProps> = component(props => {
  const { href, icon, shortcut, checked, radio, disabled, children } = props
  const content = [
    icon,
    children,
    checked !== undefined && span({ class: "menu-indicator" }, radio ? Circle() : Check()),
    shortcut !== undefined && kbd({ "data-shortcut": true }, shortcut),
  ]
  if (href === undefined)
    return button(
      passOn(itemAttributes(props, { type: "button", disabled }), props, ownOfItem),
      content,
    )
  return a(
    passOn(
      itemAttributes(props, disabled ? { "aria-disabled": true } : { href }),
      props,
      ownOfItem,
    ),
    content,
  )
})

function itemAttributes(
  { variant, checked, radio }: MenuItemProps,
  attributes: AnyAttributes,
): AnyAttributes {
  attributes.role =
    checked === undefined ? "menuitem" : radio ? "menuitemradio" : "menuitemcheckbox"
  if (variant === "destructive") attributes["data-variant"] = variant
  if (checked instanceof Expression)
    attributes["data-attr:aria-checked"] = when(checked, "true", "false")
  else if (checked !== undefined) attributes["aria-checked"] = checked
  return attributes
}

export interface MenuGroupProps extends ElementProps<"div"> {
  readonly label: string
}

/** Entries that belong together, under a label. */
export const MenuGroup: ComponentWithProps<MenuGroupProps> = componentWithProps(
  ({ label, children, ...rest }) =>
    // A menu may hold groups but no headings: the label is the group's name, its text only to be seen.
    div(
      { role: "group", "aria-label": label, ...rest },
      div({ role: "heading", "aria-level": 2, "aria-hidden": true }, label),
      children,
    ),
)

/** A line between entries. */
export const MenuSeparator: Component<ElementProps<"hr">> = component(({ children: _, ...rest }) =>
  hr({ role: "separator", ...rest }),
)
