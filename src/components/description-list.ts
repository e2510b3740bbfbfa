// Description lists: terms with their values, and single figures.

import { type Child, dd, div, dl, dt, type Markup, p, span } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { type FormatOptions, formatDisplay } from "./format.ts"

export interface DescriptionItem extends FormatOptions {
  readonly term: Child
  /** Anything that `formatDisplay` knows: text, markup, numbers, dates, yes or no. */
  readonly value: unknown
}

export interface DescriptionListProps extends ElementProps<"dl"> {
  readonly items: readonly DescriptionItem[]
  /** Default `"horizontal"`: the terms beside their values where there is room. */
  readonly orientation?: "vertical" | "horizontal" | undefined
}

/** `<DescriptionList items={[{ term: "Total", value: 12.5, type: "currency" }, { term: "Paid", value: true }]} />`. */
export function DescriptionList(props: DescriptionListProps): Markup {
  const { items, orientation = "horizontal", ...rest } = ownProps(props)
  return dl(
    { "data-orientation": orientation, ...withClass("description-list", rest) },
    items.map(item => {
      const { term, value, ...format } = ownProps(item)
      return div(dt(term), dd(formatDisplay(value, format)))
    }),
  )
}

export interface StatProps extends ElementProps<"div">, FormatOptions {
  readonly label: Child
  readonly value: unknown
  /** How it changed, as a part: 0.12 is "+12%". */
  readonly change?: number | undefined
  /** Below it: "since last month", a `Sparkline`. */
  readonly help?: Child
}

/** `<Stat label="Revenue" value={12500} type="currency" change={0.12} help="since last month" />`. */
export function Stat(props: StatProps): Markup {
  const { label, value, change, help, type, locale, timeZone, currency, ...rest } = ownProps(props)
  const format = { type, locale, timeZone, currency }
  return div(
    withClass("stat", rest),
    p({ class: "stat-label" }, label),
    p(
      { class: "stat-value" },
      formatDisplay(value, format),
      change !== undefined && deltaText(change, locale),
    ),
    help !== undefined && p({ class: "stat-help" }, help),
  )
}

function deltaText(change: number, locale: string | undefined): Markup {
  const text = new Intl.NumberFormat(
    locale ?? "en-US",
    ownProps({ style: "percent", signDisplay: "exceptZero", maximumFractionDigits: 1 } as const),
  ).format(change)
  return span(
    { class: "stat-change", "data-direction": change > 0 ? "up" : change < 0 ? "down" : "flat" },
    ` ${text}`,
  )
}
