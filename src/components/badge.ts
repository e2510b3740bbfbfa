// A badge: a short word about something, such as its state.
import { a, span } from "../html/index.ts"
import { type ElementProps, ownNamesOf, passOn } from "./attributes.ts"
import { type Component, component } from "./component.ts"

export type BadgeVariant = "default" | "secondary" | "outline" | "destructive" | "ghost" | "link"

export interface BadgeProps extends ElementProps<"span"> {
  /** Default `"default"`. */
  readonly variant?: BadgeVariant | undefined
  /** Default `"md"`. */
  readonly size?: "sm" | "md" | "lg" | undefined
  /** Makes it a link. */
  readonly href?: string | URL | undefined
}

const ownNames = ownNamesOf(["variant", "size", "href", "children"])

/** `Badge("New")`, `<Badge variant="outline">Draft</Badge>`. */
export const Badge: Component<BadgeProps> = component(props => {
  const { variant = "default", size = "md", href, children } = props
  const look = { class: `badge badge-${size}`, "data-size": size, "data-variant": variant }
  return href === undefined
    ? span(passOn(look, props, ownNames), children)
    : a(passOn({ ...look, href }, props, ownNames), children)
})
