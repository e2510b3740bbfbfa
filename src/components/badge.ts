// A badge: a short word about something, such as its state.
import { a, span } from "../html/index.ts"
import { type ElementProps, withClass } from "./attributes.ts"
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

/** `Badge("New")`, `<Badge variant="outline">Draft</Badge>`. */
export const Badge: Component<BadgeProps> = component(({ variant = "default", size = "md", href, children, ...rest }) => {
  const { class: names, ...attributes } = withClass(`badge badge-${size}`, rest)
  const own = { class: names, "data-size": size, "data-variant": variant }
  return href === undefined ? span({ ...own, ...attributes }, children) : a({ ...own, href, ...attributes }, children)
})
