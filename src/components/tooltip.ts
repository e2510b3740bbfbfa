// Tooltips: a few words about the thing in focus or under the pointer, hidden by Escape.
import { span } from "../html/index.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { type ComponentWithProps, componentWithProps } from "./component.ts"

export interface TooltipProps extends ElementProps<"span", "id"> {
  /** Of the page's own: what the tooltip is about names it in `aria-describedby`. */
  readonly id: string
  readonly text: string
  /** Default `"top"`; on the other side where there is no room. */
  readonly side?: "top" | "bottom" | "left" | "right" | undefined
}

/** `<Tooltip id="save-tip" text="Ctrl S"><Button aria-describedby="save-tip">Save</Button></Tooltip>` */
export const Tooltip: ComponentWithProps<TooltipProps> = componentWithProps(
  ({ id, text, side, children, ...rest }) => {
    const { class: names, ...attributes } = withClass("tooltip", rest)
    return span(
      { class: names, "data-side": side, ...attributes },
      children,
      span({ role: "tooltip", id }, text),
    )
  },
)
