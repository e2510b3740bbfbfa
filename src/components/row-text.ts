// The text of a row: its name, and a quieter line below it.
import { type Child, div, type Markup, span, strong } from "../html/index.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { type ComponentWithProps, componentWithProps } from "./component.ts"
import type { Words } from "./field.ts"

export interface RowTextProps extends ElementProps<"div", "title"> {
  readonly title: Words
}

/** `<RowText title="Desk">3 free, 1 reserved</RowText>`, in a row of a `Panel`. */
export const RowText: ComponentWithProps<RowTextProps> = componentWithProps(
  ({ title, children, ...rest }): Markup => {
    const below: Child = children === undefined ? undefined : span(children)
    return div(withClass("row-text", rest), strong(title), below)
  },
)
