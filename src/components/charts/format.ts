// How charts write their numbers: in full, and short on an axis.
import { ownProps } from "../../shared/own-props.ts"

interface NumberOptions {
  readonly format?: ((value: number) => string) | undefined
  readonly locale?: string | undefined
}

/** Formats values in full. */
export function valueFormat(options: NumberOptions): (value: number) => string {
  const { format, locale = "en-US" } = ownProps(options)
  if (format !== undefined) return format
  const number = new Intl.NumberFormat(locale, ownProps({ maximumSignificantDigits: 12 }))
  return value => number.format(value)
}

/** Formats the numbers along an axis: all in short form once one has five digits. */
export function tickFormat(
  ticks: readonly number[],
  options: NumberOptions,
): (value: number) => string {
  const { format, locale = "en-US" } = ownProps(options)
  if (format !== undefined) return format
  const isLong = ticks.some(tick => Math.abs(tick) >= 10_000)
  const number = new Intl.NumberFormat(
    locale,
    ownProps({ maximumSignificantDigits: 6, ...(isLong && { notation: "compact" as const }) }),
  )
  return value => number.format(value)
}

/** A coordinate in percent, with at most two decimals, so that the same data prints the same bytes everywhere. */
export function percent(part: number): number {
  return Math.round(part * 10_000) / 100 + 0
}
