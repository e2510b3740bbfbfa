// A button, or a link that looks like one.

import { when } from "../datastar/index.ts"
import { type AnyAttributes, a, button as buttonElement, type Child } from "../html/index.ts"
import { Expression } from "../shared/expression.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, type OwnNames, ownNamesOf, passOn } from "./attributes.ts"
import { type Component, component } from "./component.ts"

export type ButtonVariant = "default" | "secondary" | "outline" | "ghost" | "link" | "destructive"
export type ButtonSize = "default" | "xs" | "sm" | "lg" | "icon" | "icon-xs" | "icon-sm" | "icon-lg"

export interface ButtonProps extends ElementProps<"button"> {
  /** Default `"default"`. */
  readonly variant?: ButtonVariant | undefined
  /** The sizes `icon*` are square; such a button needs an `aria-label`. */
  readonly size?: ButtonSize | undefined
  /** Stands before the children. */
  readonly icon?: Child
  /** Shows that it works and takes no click; as an expression, the browser decides. */
  readonly loading?: boolean | Expression | undefined
  /** Makes it a link. */
  readonly href?: string | URL | undefined
  readonly target?: string | undefined
  readonly rel?: string | undefined
  readonly download?: string | boolean | undefined
}

/** Props that are no attributes. */
export const buttonNames: readonly string[] = ["variant", "size", "loading", "icon", "children"]
const ownNames = ownNamesOf(buttonNames)
const namesOfLink = [...buttonNames, "disabled", "type"]
const ownOfLink = ownNamesOf(namesOfLink)
const ownOfDisabledLink = ownNamesOf([...namesOfLink, "href", "target", "rel", "download"])

/** `Button("Save")`, `<Button variant="outline" size="sm">Cancel</Button>`, `<Button href="/new">New</Button>`. */
export const Button: Component<ButtonProps> = component(props => {
  const { icon, children, href, disabled } = props
  const content = icon === undefined ? children : [icon, children]
  if (href === undefined)
    return buttonElement(
      passOn(look(props, { class: "btn", type: "button" }), props, ownNames),
      content,
    )
  // A link cannot be disabled: without an address it takes no click and no focus.
  if (disabled)
    return a(
      passOn(
        look(props, { class: "btn", role: "link", "aria-disabled": true }),
        props,
        ownOfDisabledLink,
      ),
      content,
    )
  return a(passOn(look(props, { class: "btn", href }), props, ownOfLink), content)
})

/** The attributes of an element that looks like a button: for triggers that other components make. `attributes` are its first ones, `others` the props that it leaves out. */
export function buttonAttributes(
  props: Omit<ButtonProps, "icon" | "href">,
  attributes: AnyAttributes = { class: "btn" },
  others: OwnNames = ownNames,
): AnyAttributes {
  return passOn(look(ownProps(props), attributes), props, others)
}

function look(
  { variant, size, loading }: Pick<ButtonProps, "variant" | "size" | "loading">,
  attributes: AnyAttributes,
): AnyAttributes {
  if (variant !== undefined && variant !== "default") attributes["data-variant"] = variant
  if (size !== undefined && size !== "default") attributes["data-size"] = size
  if (loading instanceof Expression) {
    attributes["data-attr:aria-busy"] = when(loading, "true", "false")
    attributes["data-attr:disabled"] = loading
  } else if (loading) {
    attributes["aria-busy"] = true
    attributes["disabled"] = true
  }
  return attributes
}
