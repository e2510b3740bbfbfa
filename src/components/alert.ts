// An alert: a message in the page that stays.
import { type Child, div, h3, section } from "../html/index.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { type Component, component } from "./component.ts"
import { CircleX, Info } from "./icons.gen.ts"

export interface AlertProps extends ElementProps<"div", "title"> {
  readonly title?: Child
  /** Default `"default"`. `"destructive"` is read out at once when it appears. */
  readonly variant?: "default" | "destructive" | undefined
  /** Default an icon that fits the variant; `false` for none. */
  readonly icon?: Child
}

/** `<Alert title="Saved">The change is in the list.</Alert>` */
export const Alert: Component<AlertProps> = component(
  ({ title, variant = "default", icon, children, ...rest }) => {
    const isBad = variant === "destructive"
    const { class: names, ...attributes } = withClass("alert", rest)
    const frame = {
      class: names,
      role: isBad ? "alert" : "status",
      "data-variant": isBad ? variant : undefined,
    } as const
    return div(
      { ...frame, ...attributes },
      icon === undefined ? (isBad ? CircleX() : Info()) : icon,
      title !== undefined && h3(title),
      children !== undefined && section(children),
    )
  },
)
