// Toasts: short messages at the edge of the window that disappear after a while, from the page or sent by an action.
import { patchElements, type SseText } from "../datastar/index.ts"
import { button, type Child, div, footer, h2, type Markup, p, section } from "../html/index.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { buttonAttributes } from "./button.ts"
import {
  type Component,
  type ComponentWithProps,
  component,
  componentWithProps,
} from "./component.ts"
import { CircleCheck, CircleX, Info, TriangleAlert, X } from "./icons.gen.ts"

const icons = { info: Info, success: CircleCheck, warning: TriangleAlert, error: CircleX }

export interface ToasterProps extends ElementProps<"div"> {
  /** Edge of the window. Default `"end"`. */
  readonly align?: "start" | "center" | "end" | undefined
  /** Name of the region. Default "Notifications". */
  readonly label?: string | undefined
}

/** The place of the toasts, once in a page. A patch of the whole page leaves it alone. Its children are toasts to begin with. */
export const Toaster: Component<ToasterProps> = component(
  ({ align, label = "Notifications", children, ...rest }) => {
    const { class: names, ...attributes } = withClass("toaster", rest)
    // The popover lifts it over an open dialog when a toast comes; it is shown at all times.
    const frame = {
      popover: "manual",
      role: "region",
      "aria-label": label,
      "aria-live": "polite",
      "data-align": align,
    } as const
    return div(
      { class: names, id: "toaster", ...frame, "data-ignore-morph": true, ...attributes },
      children,
    )
  },
)

export interface ToastProps extends ElementProps<"div", "title"> {
  readonly title: Child
  readonly description?: Child
  /** Default `"info"`. The toaster reads it out when there is a pause, `"error"` at once. */
  readonly variant?: "info" | "success" | "warning" | "error" | undefined
  /** Time until it disappears, paused while the pointer or focus is on it. Default `"short"`, 5 s; `"long"` is 10 s, `"sticky"` until it is closed. */
  readonly duration?: "short" | "long" | "sticky" | undefined
  /** A button or link. */
  readonly action?: Child
  /** Default "Close". */
  readonly closeLabel?: string | undefined
}

/** One toast, for the children of `Toaster`; `toast(...)` sends one to an open page. */
export const Toast: ComponentWithProps<ToastProps> = componentWithProps(
  ({
    title,
    description,
    variant = "info",
    duration = "short",
    action,
    closeLabel = "Close",
    children,
    ...rest
  }) => {
    const { class: names, ...attributes } = withClass("toast", rest)
    const frame = {
      class: names,
      role: variant === "error" ? "alert" : undefined,
      "aria-atomic": "true",
    } as const
    const words = section(h2(title), description !== undefined && p(description), children)
    const content = [
      icons[variant](),
      words,
      action !== undefined && footer(action),
      closeButton(closeLabel),
    ]
    return div(
      { ...frame, "data-category": variant, "data-duration": duration, ...attributes },
      div({ class: "toast-content" }, content),
    )
  },
)

function closeButton(label: string): Markup {
  return button(
    {
      type: "button",
      "data-toast-close": true,
      ...buttonAttributes({ variant: "ghost", size: "icon-xs", "aria-label": label }),
    },
    X(),
  )
}

/**
 * The event that adds a toast to the page's `Toaster`: an action returns or yields it, a stream sends it.
 *
 * ```ts
 * return toast({ title: "Saved", variant: "success" })
 * ```
 */
export function toast(props: ToastProps | string): SseText {
  const markup = Toast(typeof props === "string" ? { title: props } : props)
  return patchElements(markup, { selector: "#toaster", mode: "append" })
}
