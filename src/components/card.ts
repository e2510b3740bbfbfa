// A card: a box with a head, content and a foot.
import { type Child, div, footer, h2, h3, h4, header, p, section } from "../html/index.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { type Component, component } from "./component.ts"

export interface CardProps extends ElementProps<"div", "title"> {
  readonly title?: Child
  /** Of the title among the page's headings. Default 2. */
  readonly level?: 2 | 3 | 4 | undefined
  readonly description?: Child
  /** Stands at the end of the head, such as a button. */
  readonly action?: Child
  readonly footer?: Child
  readonly size?: "default" | "sm" | undefined
}

const headings = { 2: h2, 3: h3, 4: h4 }

/** `<Card title="Orders" description="Of today">...</Card>` */
export const Card: Component<CardProps> = component(
  ({ title, level = 2, description, action, footer: end, size, children, ...rest }) => {
    const { class: names, ...attributes } = withClass("card", rest)
    const head = (title !== undefined || description !== undefined || action !== undefined) && [
      title !== undefined && headings[level]({ "data-title": true }, title),
      description !== undefined && p(description),
      action !== undefined && div({ class: "card-action" }, action),
    ]
    return div(
      { class: names, "data-size": size === "sm" ? size : undefined, ...attributes },
      head && header(head),
      children !== undefined && section(children),
      end !== undefined && footer(end),
    )
  },
)
