// Progress indicators: a progress bar, a spinner, and skeletons of content to come.
import { div, type Markup, progress, span } from "../html/index.ts"
import { type ElementProps, ownNamesOf, passOn, withClass } from "./attributes.ts"
import { type Component, component } from "./component.ts"

export interface ProgressProps extends ElementProps<"progress"> {
  /** The name of the work, read out. Default "Progress". */
  readonly label?: string | undefined
  /** Left out while the progress is unknown. */
  readonly value?: number | undefined
  /** Default 100. */
  readonly max?: number | undefined
}

/** `Progress({ value: 40, label: "Upload" })`: the browser's own element, so it needs no inline style. */
export const Progress: Component<ProgressProps> = component(
  ({ label = "Progress", value, max = 100, children: _, ...rest }) => {
    const { class: names, ...attributes } = withClass("progress-bar", rest)
    return progress({ class: names, value, max, "aria-label": label, ...attributes })
  },
)

export interface SpinnerProps extends ElementProps<"span"> {
  /** Read out. Default "Loading". */
  readonly label?: string | undefined
}

const ownOfSpinner = ownNamesOf(["label", "children"])

/** `Spinner()`, in the colour and about the size of the text around it. */
export const Spinner: Component<SpinnerProps> = component(props =>
  span(
    passOn(
      { class: "spinner", role: "status", "aria-label": props.label ?? "Loading" },
      props,
      ownOfSpinner,
    ),
  ),
)

export interface SkeletonProps extends ElementProps<"div"> {
  /** Default `"text"`: lines of text. */
  readonly shape?: "text" | "circle" | "block" | undefined
  /** Of text. Default 1. */
  readonly lines?: number | undefined
}

/** `Skeleton({ lines: 3 })`, hidden from screen readers: say with `aria-busy` on the part around it that it loads. */
export const Skeleton: Component<SkeletonProps> = component(
  ({ shape = "text", lines = 1, children: _, ...rest }) => {
    const { class: names, ...attributes } = withClass("skeleton", rest)
    const line = (): Markup =>
      div({ class: names, "data-shape": shape, "aria-hidden": true, ...attributes })
    if (shape !== "text" || lines <= 1) return line()
    return div({ class: "skeleton-lines" }, Array.from({ length: lines }, line))
  },
)
