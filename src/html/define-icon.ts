// One icon: an inline `<svg>` that takes the size and the colour of the text around it, hidden from screen readers or named.

import { ownProps } from "../shared/own-props.ts"
import type { TagAttributes } from "./attributes/attribute-types.ts"
import { element, elementRecord, open } from "./elements/element.ts"
import { type Markup, raw } from "./markup/markup.ts"

/** Attributes of the `<svg>`, and three words that stand for several of them. */
export interface IconOptions extends Omit<TagAttributes<"svg">, "children" | "width" | "height"> {
  /** Width and height: a number of pixels, or text with a unit such as `"1em"`. Default 24. */
  readonly size?: number | string | undefined
  /** The accessible name of an icon that stands alone. Without it the icon is decoration and screen readers skip it. */
  readonly label?: string | undefined
  readonly children?: never
}

/** An icon as a function and as a JSX component: `Trash({ size: 16 })`, `<Trash size={16} />`. */
export type Icon = (options?: IconOptions) => Markup

const svg = elementRecord("svg")

/** An icon from the content of an `<svg>` on a grid of 24, drawn with strokes. `content` is printed as it is: trusted text. */
export function defineIcon(name: string, content: string): Icon {
  const body = raw(content)
  const ownClass = `lucide lucide-${name}`
  let decoration: Markup | undefined
  return options => {
    // Most icons are printed without options, many times: their markup is made once.
    if (options !== undefined) return printIcon(ownClass, body, options)
    decoration ??= printIcon(ownClass, body, {})
    return decoration
  }
}

function printIcon(ownClass: string, body: Markup, options: IconOptions): Markup {
  const { class: moreClasses, size = 24, label, children: _none, ...attributes } = ownProps(options)
  const start = open(svg, {
    class: moreClasses ? [ownClass, moreClasses] : ownClass,
    width: size,
    height: size,
    viewBox: "0 0 24 24",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": 2,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    ...(label === undefined ? { "aria-hidden": "true" } : { role: "img", "aria-label": label }),
    ...attributes,
  })
  return element(svg, start, body)
}
