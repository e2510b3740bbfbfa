// A breadcrumb: the way from the start to this page.

import { a, type Child, li, type Markup, nav, ol, span } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { ChevronRight } from "./icons.gen.ts"

export interface BreadcrumbProps extends ElementProps<"nav"> {
  /** From the start on; the last one is this page. */
  readonly items: readonly { readonly label: Child; readonly href?: string | URL | undefined }[]
  /** Default: a chevron. */
  readonly separator?: Child
  /** Name of the landmark. Default "Breadcrumb". */
  readonly label?: string | undefined
}

/** `Breadcrumb({ items: [{ label: "Shop", href: "/" }, { label: "Order 7" }] })` */
export function Breadcrumb(props: BreadcrumbProps): Markup {
  const { items, separator = ChevronRight(), label = "Breadcrumb", ...rest } = ownProps(props)
  const { class: names, ...attributes } = withClass("breadcrumb", rest)
  const steps = items.flatMap((item, index) => {
    const { label: text, href } = ownProps(item)
    const isLast = index === items.length - 1
    const step = li(
      isLast
        ? span({ "aria-current": "page" }, text)
        : href === undefined
          ? span(text)
          : a({ href }, text),
    )
    return isLast ? [step] : [step, li({ "aria-hidden": true }, separator)]
  })
  return nav({ class: names, "aria-label": label, ...attributes }, ol(steps))
}
