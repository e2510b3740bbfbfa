// A placeholder for content that does not exist yet.

import { type IconName, icon as iconNamed } from "../html/icons.ts"
import { type Child, div, h2, li, type Markup, p } from "../html/index.ts"
import { membersOf, ownProps } from "../shared/own-props.ts"
import { midSentence } from "../shared/words.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import type { WithChildren } from "./component.ts"
import type { Described } from "./described.ts"

export interface EmptyProps extends ElementProps<"div", "title"> {
  /** Its element: `"li"` in a list. Default `"div"`. */
  readonly as?: "div" | "li" | undefined
  /** An entity class, whose icon, name and description are the defaults. */
  readonly of?: Described | undefined
  /** Name of a Lucide icon, or markup. Default, without a class: `"inbox"`. */
  readonly icon?: IconName | Exclude<Child, string> | undefined
  /** Default: "No todos yet", with the plural of the class. */
  readonly title?: Child
}

/** `<Empty of={Todo}>Write the next thing above.</Empty>`; the children say what to do. */
export function Empty(props: EmptyProps & WithChildren, ...content: Child[]): Markup {
  const { as, of, children, icon: ownIcon, title, ...rest } = ownProps(props)
  const definition = of && membersOf(of.definition)
  const image = ownIcon ?? (definition === undefined ? "inbox" : definition.icon)
  const words = definition && `No ${midSentence(definition.labelPlural)} yet`
  const text = content.length > 0 ? content : (children ?? definition?.description)
  return (as === "li" ? li : div)(
    withClass("empty-state", rest),
    // `iconNamed` refuses other names.
    typeof image === "string" ? iconNamed(image as IconName) : image,
    h2(title ?? words ?? "Nothing here yet"),
    text !== undefined && p(text),
  )
}
