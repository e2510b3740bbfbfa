// Accordions: native <details> elements, which stay open through patches and need no script.
import { type Child, details, div, section, summary } from "../html/index.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import {
  type Component,
  type ComponentWithProps,
  component,
  componentWithProps,
} from "./component.ts"
import { ChevronDown } from "./icons.gen.ts"

/** `<Accordion><AccordionItem title="Why?">Because.</AccordionItem></Accordion>` */
export const Accordion: Component<ElementProps<"div">> = component(({ children, ...rest }) =>
  div(withClass("accordion", rest), children),
)

export interface AccordionItemProps extends ElementProps<"details", "title"> {
  readonly title: Child
  readonly open?: boolean | undefined
  /** Of the items with the same name only one is open. */
  readonly name?: string | undefined
}

export const AccordionItem: ComponentWithProps<AccordionItemProps> = componentWithProps(
  ({ title, children, ...rest }) => details(rest, summary(title, ChevronDown()), section(children)),
)
