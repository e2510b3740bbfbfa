// A choice of a few views of one page, as links: it works without JavaScript, and the address holds it.
import { a, type Child, type Markup, nav, span } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { inWords } from "../shared/words.ts"
import { type ElementProps, withClass } from "./attributes.ts"

export interface SegmentOption {
  readonly value: string
  /** Default: the value in words. */
  readonly label?: Child
  /** A figure behind the label: how many the view holds. */
  readonly count?: Child
}

export interface SegmentProps extends ElementProps<"nav", "name" | "label" | "value"> {
  /** The subject of the choice, read out. */
  readonly label: string
  /** The parameter of the address that holds the choice: `?show=done`. */
  readonly name: string
  readonly options: readonly (string | SegmentOption)[]
  /** The value of the address. Default, and for any other value: the first option. */
  readonly value?: string | undefined
}

/** `<Segment label="Show" name="show" options={["all", "active", "done"]} value={show} />`. */
export function Segment(props: SegmentProps): Markup {
  const { label, name, options, value, ...rest } = ownProps(props)
  const choices = options.map(option =>
    ownProps(typeof option === "string" ? { value: option } : option),
  )
  const chosen = choices.find(choice => choice.value === value) ?? choices[0]
  return nav(
    { "aria-label": label, ...withClass("segmented", rest) },
    choices.map(choice => {
      const current = choice === chosen ? "page" : undefined
      const href = `?${new URLSearchParams({ [name]: choice.value })}`
      const { label: text = inWords(choice.value), count } = choice
      return a({ href, "aria-current": current }, text, count !== undefined && span(count))
    }),
  )
}
