// Pagination: links to pages by number, or to the next and the previous one of a list that goes on by cursor.

import { type Child, li, type Markup, nav, span, ul } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { Button } from "./button.ts"
import { ChevronLeft, ChevronRight, Ellipsis } from "./icons.gen.ts"

interface Labels extends ElementProps<"nav"> {
  /** Name of the landmark. Default "Pagination". */
  readonly label?: string | undefined
  /** Default "Previous". */
  readonly previousLabel?: Child
  /** Default "Next". */
  readonly nextLabel?: Child
}

export interface NumberedPaginationProps extends Labels {
  /** The page that is shown, from 1. */
  readonly page: number
  /** How many there are. */
  readonly pages: number
  /** The address of a page. */
  readonly href: (page: number) => string
  /** How many pages are shown on each side of this one. Default 1. */
  readonly siblings?: number | undefined
}

export interface KeysetPaginationProps extends Labels {
  /** Addresses; what is left out is shown switched off. */
  readonly previous?: string | undefined
  readonly next?: string | undefined
  readonly page?: never
  readonly pages?: never
  readonly href?: never
}

/** `Pagination({ page: 3, pages: 9, href: n => `?page=${n}` })`, or by cursor `Pagination({ next: `?after=${cursor}` })`. */
export function Pagination(props: NumberedPaginationProps | KeysetPaginationProps): Markup {
  const safeProps = ownProps(props)
  return safeProps.page === undefined ? keyset(safeProps) : numbered(safeProps)
}

function numbered({ page, pages, href, siblings = 1, ...rest }: NumberedPaginationProps): Markup {
  const to = (target: number): string | undefined =>
    target >= 1 && target <= pages && target !== page ? href(target) : undefined
  const links = shownPages(page, pages, siblings).map(entry =>
    entry === undefined
      ? span({ class: "pagination-gap" }, Ellipsis({ label: "More pages" }))
      : Button(
          {
            href: href(entry),
            size: "icon",
            variant: entry === page ? "outline" : "ghost",
            "aria-current": entry === page ? "page" : undefined,
          },
          entry,
        ),
  )
  return bar(rest, to(page - 1), links, to(page + 1))
}

const keyset = ({ previous, next, ...rest }: KeysetPaginationProps): Markup =>
  bar(rest, previous, [], next)

function bar(
  props: Labels,
  previous: string | undefined,
  links: readonly Markup[],
  next: string | undefined,
): Markup {
  const {
    label = "Pagination",
    previousLabel = "Previous",
    nextLabel = "Next",
    ...rest
  } = ownProps(props)
  const { class: names, ...attributes } = withClass("pagination", rest)
  const step = (href: string | undefined, rel: "prev" | "next", content: Child): Markup =>
    Button(
      href === undefined
        ? { href: "", disabled: true, variant: "ghost" }
        : { href, rel, variant: "ghost" },
      content,
    )
  const items = [
    step(previous, "prev", [ChevronLeft(), previousLabel]),
    ...links,
    step(next, "next", [nextLabel, ChevronRight()]),
  ]
  return nav({ class: names, "aria-label": label, ...attributes }, ul(items.map(item => li(item))))
}

/** The first, the last, those around this one; undefined for a gap. */
function shownPages(page: number, pages: number, siblings: number): (number | undefined)[] {
  const entries: (number | undefined)[] = []
  let before = 0
  for (let number = 1; number <= pages; number++) {
    // Between 1 and the window, and after it, only jumps: so that a million pages cost no more than ten.
    if (number > 1 && number < page - siblings)
      number = Math.max(number, Math.min(page - siblings, pages))
    else if (number > page + siblings && number < pages) number = pages
    if (number - before === 2) entries.push(number - 1)
    else if (number - before > 2) entries.push(undefined)
    entries.push(number)
    before = number
  }
  return entries
}
