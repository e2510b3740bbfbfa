// A button, or a link that looks like one.
import { when } from "../datastar/index.ts"
import { type AnyAttributes, a, button as buttonElement, type Child } from "../html/index.ts"
import { Expression } from "../shared/expression.ts"
import { type ElementProps, withClass } from "./attributes.ts"
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

/** `Button("Save")`, `<Button variant="outline" size="sm">Cancel</Button>`, `<Button href="/new">New</Button>`. */
export const Button: Component<ButtonProps> = component(({ icon, children, href, disabled, target, rel, download, ...props }) => {
  const attributes = buttonAttributes(props)
  const content = [icon, children]
  if (href === undefined) return buttonElement({ type: "button", disabled, ...attributes }, content)
  // A link cannot be disabled: without an address it takes no click and no focus.
  if (disabled) return a({ role: "link", "aria-disabled": true, ...attributes }, content)
  return a({ href, target, rel, download, ...attributes }, content)
})

/** The attributes of an element that looks like a button: for triggers that other components make. */
export function buttonAttributes({ variant, size, loading, ...rest }: Omit<ButtonProps, "icon" | "href">): AnyAttributes {
  const { class: names, ...attributes } = withClass("btn", rest)
  return {
    class: names,
    "data-variant": variant === "default" ? undefined : variant,
    "data-size": size === "default" ? undefined : size,
    ...busy(loading),
    ...attributes,
  }
}

function busy(loading: ButtonProps["loading"]): object | undefined {
  if (loading instanceof Expression) return { "data-attr:aria-busy": when(loading, "true", "false"), "data-attr:disabled": loading }
  return loading ? { "aria-busy": true, disabled: true } : undefined
}
