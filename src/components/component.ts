// The convention of every component: props first, last or left out, as a call and in JSX.
import type { Child, Markup } from "../html/index.ts"

/** What a component is given between its tags. */
export interface WithChildren {
  readonly children?: Child
}

/** A component whose props may be left out: `Badge("New")`, `Badge({ variant: "outline" }, "New")`, `<Badge>New</Badge>`. */
export interface Component<Props> {
  (props: Props & WithChildren): Markup
  (...content: readonly (Props | Child)[]): Markup
}

/** A component that needs props: `Dialog({ id: "edit" }, ...children)`, `<Dialog id="edit">...</Dialog>`. */
export type ComponentWithProps<Props> = (props: Props & WithChildren, ...children: Child[]) => Markup

/**
 * Makes a component of a function that is given the props, the children among them. Props stand before or after all
 * children, as in the tag functions.
 */
export function component<Props>(render: (props: Props & WithChildren) => Markup): Component<Props> {
  return (...content: readonly unknown[]) => render(propsOf(content) as Props & WithChildren)
}

/** The same for props that may not be left out. */
export function componentWithProps<Props>(render: (props: Props & WithChildren) => Markup): ComponentWithProps<Props> {
  return component(render)
}

function propsOf(content: readonly unknown[]): object {
  const [first] = content
  if (isProps(first)) return content.length === 1 ? first : { ...first, children: content.slice(1) }
  const last = content.at(-1)
  return isProps(last) ? { ...last, children: content.slice(0, -1) } : { children: content }
}

/** An object literal; markup, lists and promises are children. */
function isProps(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
