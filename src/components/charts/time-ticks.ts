// Places for dates on the axis of a chart: full hours, days, months and years of UTC.
import { ownProps } from "../../shared/own-props.ts"

/** A place on the axis and what is written there. */
export interface TimeTick {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly text: string
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
/** 5 January 1970 was a Monday. */
const monday = 4 * day

const steps: readonly number[] = [
  second,
  5 * second,
  15 * second,
  30 * second,
  minute,
  5 * minute,
  15 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
]
const monthSteps: readonly number[] = [
  1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12_000, 60_000, 120_000,
]
const maxTicks = 8

/** The round times from `low` to `high`, at most eight; the two ends when fewer than two lie between them. */
export function timeTicks(low: number, high: number, locale: string): readonly TimeTick[] {
  const step = steps.find(size => (high - low) / size < maxTicks)
  const ticks =
    step === undefined ? monthTicks(low, high, locale) : evenTicks(low, high, step, locale)
  if (ticks.length >= 2) return ticks
  if (low === high) return [{ at: low, text: dateText(low, locale) }]
  return [low, high].map(at => ({
    at,
    text: format(at, locale, high - low < minute ? "second" : high - low < day ? "time" : "full"),
  }))
}

function evenTicks(low: number, high: number, step: number, locale: string): TimeTick[] {
  const offset = step >= 7 * day ? monday : 0
  const ticks: TimeTick[] = []
  for (let at = Math.ceil((low - offset) / step) * step + offset; at <= high; at += step) {
    const style = step >= day || at % day === 0 ? "day" : step < minute ? "second" : "time"
    ticks.push({ at, text: format(at, locale, style) })
  }
  return ticks
}

function monthTicks(low: number, high: number, locale: string): TimeTick[] {
  const monthOf = (at: number): number =>
    new Date(at).getUTCFullYear() * 12 + new Date(at).getUTCMonth()
  const months = monthOf(high) - monthOf(low)
  const step = monthSteps.find(size => months / size < maxTicks) ?? 120_000
  const ticks: TimeTick[] = []
  for (let month = Math.ceil(monthOf(low) / step) * step; month <= monthOf(high); month += step) {
    // Not Date.UTC: it takes the years 0 to 99 for 1900 to 1999.
    const at = new Date(0).setUTCFullYear(Math.floor(month / 12), ((month % 12) + 12) % 12, 1)
    if (at >= low) ticks.push({ at, text: format(at, locale, step >= 12 ? "year" : "month") })
  }
  return ticks
}

const styles = {
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  day: { day: "numeric", month: "short" },
  month: { month: "short", year: "numeric" },
  year: { year: "numeric" },
  full: { day: "numeric", month: "short", year: "numeric" },
  moment: {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

const format = (at: number, locale: string, style: keyof typeof styles): string =>
  new Intl.DateTimeFormat(locale, ownProps({ ...styles[style], timeZone: "UTC" })).format(at)

/** A date in full, with the time of day when it has one. */
export function dateText(at: number, locale: string): string {
  return format(at, locale, at % day === 0 ? "full" : "moment")
}
