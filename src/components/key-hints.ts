// A line of keys and their effects, for readers with a keyboard.
import { kbd, type Markup, p, span } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, withClass } from "./attributes.ts"

export interface KeyHintsProps extends ElementProps<"p"> {
  /** Effects by their keys: `{ Enter: "save", Esc: "revert" }`. */
  readonly keys: Readonly<Record<string, string>>
}

/** `<KeyHints keys={{ Enter: "save", Esc: "revert" }} />`. Hidden where a finger is the pointer. */
export function KeyHints(props: KeyHintsProps): Markup {
  const { keys, ...rest } = ownProps(props)
  const hints = Object.entries(keys).map(([key, effect]) =>
    span(kbd({ class: "kbd" }, key), ` ${effect}`),
  )
  return p(withClass("key-hints", rest), hints)
}
