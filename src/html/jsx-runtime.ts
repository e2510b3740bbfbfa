// The JSX runtime: what a compiler turns `<div id={x}>` into. Set `jsxImportSource: "nitro-ts/html"`.
import type { ElementAttributes } from "./attributes/attribute-types.ts"
import { element, elementRecord, hasTextValue, open, textarea } from "./elements/element.ts"
import { Fragment } from "./elements/tag.ts"
import { htmlError } from "./markup/call-site.ts"
import { type Child, describe, ignoreRejections, toMarkup } from "./markup/child.ts"
import { Finished, type Markup } from "./markup/markup.ts"
import { compiledHtml } from "./template/template.ts"

export { compiledHtml, Fragment }

/** A component: a function of its attributes, which may be async. */
// biome-ignore lint/suspicious/noExplicitAny: a component decides what its attributes are
export type Component<Props = any> = (props: Props) => Child | PromiseLike<Child>

const nothing: { readonly children?: unknown } = {}

/** One element or component. A third argument, the `key`, has no meaning on a server and is ignored. */
export function jsx(type: string | Component, props: object): Markup {
  if (typeof type === "string") {
    const record = elementRecord(type)
    // An interface of the application's has no index signature; its properties are read by name all the same.
    const attributes = props as Readonly<Record<string, unknown>>
    let children = attributes["children"]
    // A key that every object has comes from a polluted prototype.
    if (
      children !== undefined &&
      children === nothing.children &&
      !Object.hasOwn(props, "children")
    )
      children = undefined
    try {
      if (hasTextValue(record, attributes)) return textarea(record, attributes)
      if (children === undefined && record.isNormal)
        return new Finished(open(record, attributes) + record.close)
      return element(record, open(record, attributes), children)
    } catch (error) {
      ignoreRejections(Object.values(props))
      throw error
    }
  }
  if (typeof type === "function") return toMarkup(type(props))
  throw htmlError("NITRO_HTML_TAG", `A JSX element cannot be ${describe(type)}.`, {
    fix: "Check the import of the component.",
  })
}

export const jsxs: typeof jsx = jsx

/** Compilers call it for `<div {...props} key="x">`. */
export function createElement(
  type: string | Component,
  props: object | null,
  ...children: unknown[]
): Markup {
  if (children.length === 0) return jsx(type, props ?? {})
  return jsx(type, { ...props, children: children.length === 1 ? children[0] : children })
}

export declare namespace JSX {
  type Element = Markup
  /** Components may be async and may return anything that can be a child. */
  type ElementType = keyof ElementAttributes | ((props: never) => Child | PromiseLike<Child>)
  interface ElementChildrenAttribute {
    children: unknown
  }
  interface IntrinsicAttributes {
    /** Accepted and ignored. */
    key?: string | number | bigint | null | undefined
  }
  interface IntrinsicElements extends ElementAttributes {}
}
