// The convention of every component: props first, last or left out, as a call and in JSX.

import type { Child, Markup } from "../html/index.ts"
import { refuseData } from "../html/internal.ts"
import { isData } from "../shared/data.ts"
import { ownProps } from "../shared/own-props.ts"

/** The children between a component's tags. */
export interface WithChildren {
  readonly children?: Child
}

/** A component whose props may be left out: `Badge("New")`, `Badge({ variant: "outline" }, "New")`, `<Badge>New</Badge>`. */
export interface Component<Props> {
  (props: Props & WithChildren): Markup
  (...content: readonly (Props | Child)[]): Markup
}

/** A component that needs props: `Dialog({ id: "edit" }, ...children)`, `<Dialog id="edit">...</Dialog>`. */
export type ComponentWithProps<Props> = (
  props: Props & WithChildren,
  ...children: Child[]
) => Markup

/**
 * Makes a component of a function that is given the props, the children among them. Props stand before or after all
 * children, as in the tag functions.
 */
export function component<Props>(
  render: (props: Props & WithChildren) => Markup,
): Component<Props> {
  return componentOfRows<Props>((props, children) =>
    render(props.children === children ? props : ownProps(withChildren(props, children))),
  )
}

/** The same for props that may not be left out. */
export function componentWithProps<Props>(
  render: (props: Props & WithChildren) => Markup,
): ComponentWithProps<Props> {
  return component(render)
}

/** The same for what lists print by the hundred: it gets the children apart, since to copy props costs as much as an element. */
export function componentOfRows<Props>(
  render: (props: Props & WithChildren, children: Child) => Markup,
): Component<Props> {
  // The types of both ways to call a component declare an object among its arguments as its props.
  const asProps = (props: object): Props & WithChildren => ownProps(props) as Props & WithChildren
  return (...content: readonly unknown[]) => {
    const [first] = content
    if (isProps(first)) {
      const props = asProps(first)
      return render(props, content.length === 1 ? props.children : only(content.slice(1)))
    }
    const last = content.at(-1)
    return isProps(last)
      ? render(asProps(last), only(content.slice(0, -1)))
      : render(asProps({}), only(content))
  }
}

/** Property by property: V8 copies by spread ten times as slowly here. */
function withChildren<Props extends object>(props: Props, children: Child): Props & WithChildren {
  const all: Record<string, unknown> = {}
  for (const name of Object.keys(props)) all[name] = Reflect.get(props, name)
  all["children"] = children
  // All of them were copied.
  return all as Props & WithChildren
}

/** They are checked where they are printed. */
const only = (children: readonly unknown[]): Child =>
  (children.length === 1 ? children[0] : children) as Child

/** An object literal; markup, lists and promises are children. */
function isProps(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  if (isData(value)) throw refuseData(value)
  return true
}
