// Avatars: a picture of a person, or the initials.
import { div, img, span } from "../html/index.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import {
  type Component,
  type ComponentWithProps,
  component,
  componentWithProps,
} from "./component.ts"

export interface AvatarProps extends ElementProps<"span"> {
  /** The person's name: read out, and the source of the initials. */
  readonly name: string
  readonly src?: string | URL | undefined
  /** Instead of the initials of the name. */
  readonly initials?: string | undefined
  readonly size?: "sm" | "default" | "lg" | undefined
}

/** `Avatar({ name: "Ada Lovelace", src: "/ada.jpg" })`. The initials also show while the picture loads, and when it fails. */
export const Avatar: ComponentWithProps<AvatarProps> = componentWithProps(
  ({ name, src, initials, size, children, ...rest }) => {
    const { class: names, ...attributes } = withClass("avatar", rest)
    const frame = {
      class: names,
      role: "img",
      "aria-label": name,
      "data-size": size === "default" ? undefined : size,
    } as const
    const picture =
      src !== undefined && img({ src, alt: "", loading: "lazy", "data-preserve-attr": "hidden" })
    return span(
      { ...frame, ...attributes },
      span({ "aria-hidden": true }, initials ?? initialsOf(name)),
      picture,
      children,
    )
  },
)

/** Several avatars, one over the next. */
export const AvatarGroup: Component<ElementProps<"div">> = component(({ children, ...rest }) =>
  div(withClass("avatar-group", rest), children),
)

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/)
  const first = Array.from(words[0] ?? "")[0] ?? "?"
  const last = words.length > 1 ? (Array.from(words.at(-1) ?? "")[0] ?? "") : ""
  return (first + last).toUpperCase()
}
