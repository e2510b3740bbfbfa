// The head of a page: its title, a line about it, and what can be done or is to be known at its side.
import { type Child, div, h1, header, type Markup, p } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { type ComponentWithProps, componentWithProps, type WithChildren } from "./component.ts"
import type { Words } from "./field.ts"
import { LiveBadge } from "./live-badge.ts"
import { ThemeSwitch } from "./theme-switch.ts"

export interface PageHeadProps extends ElementProps<"header", "title"> {
  readonly title: Words
  /** Beside the title: buttons. */
  readonly actions?: Child
  /** Shows a `LiveBadge` there. */
  readonly live?: boolean | undefined
  /** Puts a `ThemeSwitch` into the corner of the page. */
  readonly theme?: boolean | undefined
}

/** `<PageHead title="Todos" live theme>4 left, 2 done</PageHead>`. */
export const PageHead: ComponentWithProps<PageHeadProps> = componentWithProps(
  (props: PageHeadProps & WithChildren): Markup => {
    const { title, actions, live, theme, children, ...rest } = ownProps(props)
    return header(
      withClass("page-heading", rest),
      div(h1(title), children !== undefined && p(children)),
      (actions !== undefined || live) &&
        div({ class: "page-actions" }, live && LiveBadge(), actions),
      theme && ThemeSwitch({ corner: true }),
    )
  },
)
