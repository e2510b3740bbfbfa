// The data of a chart: its props, checked and in one form.

import { NitroError } from "../../shared/errors.ts"
import { ownProps } from "../../shared/own-props.ts"
import type { ElementProps } from "../attributes.ts"
import "../errors.ts"
import { maxMagnitude } from "./ticks.ts"
import { dateText } from "./time-ticks.ts"

/** A number, or nothing where there is no value: lines have a gap there. */
export type ChartValue = number | null | undefined

export interface ChartSeries {
  readonly name: string
  /** One for each place on the x axis. */
  readonly values: readonly ChartValue[]
  /** Any CSS colour, such as `"var(--chart-2)"`. Default: the next of the theme's `--series-1` to `--series-6`. */
  readonly color?: string | undefined
}

export interface ChartOptions extends ElementProps<"figure", "label"> {
  /** The name of the chart for screen readers, and the caption of its table. */
  readonly label: string
  /** One sentence that describes the chart's message. */
  readonly description?: string | undefined
  /** The places on the x axis: names, dates (shown in UTC) or numbers. */
  readonly x: readonly (string | number | Date)[]
  /** Default `"md"`, 16rem high. */
  readonly size?: "sm" | "md" | "lg" | undefined
  /** How a value is written. Default by `locale`, on the axis in short form: `12K`. */
  readonly format?: ((value: number) => string) | undefined
  /** BCP 47. Default `"en-US"`. */
  readonly locale?: string | undefined
  /** Text for a chart without values. Default `"No data"`. */
  readonly empty?: string | undefined
  /** The values as a table: for screen readers only (default), for all readers to open, or not at all. */
  readonly table?: "hidden" | "details" | false | undefined
  /** Names and colours above the chart. Default: when there are several series. */
  readonly legend?: boolean | undefined
}

/** One series by its values alone, or several by name. */
export type ChartProps = ChartOptions &
  (
    | { readonly values: readonly ChartValue[]; readonly series?: undefined }
    | { readonly series: readonly ChartSeries[]; readonly values?: undefined }
  )

export type XKind = "category" | "time" | "number"

export interface ChartData {
  readonly kind: XKind
  /** By place, in ascending order unless they are names: the number that decides its position. */
  readonly positions: readonly number[]
  /** By place: its name in full. */
  readonly names: readonly string[]
  readonly series: readonly CheckedSeries[]
  readonly isEmpty: boolean
}

export interface CheckedSeries {
  readonly name: string
  readonly values: readonly (number | null)[]
  readonly color: string | undefined
}

/** @throws NITRO_CHART_DATA for a value that is not a finite number, and for lists of different lengths. */
export function chartData(props: ChartProps): ChartData {
  const { x, series, values, label, locale = "en-US" } = ownProps(props)
  const kind = kindOf(x, label)
  const list = series ?? [{ name: label, values }]
  const checked = list.map(one => checkSeries(one, x, label))
  // Lines are drawn from left to right.
  const places = x
    .map((place, index) => ({ place, index, at: kind === "category" ? index : Number(place) }))
    .sort((a, b) => a.at - b.at || a.index - b.index)
  return {
    kind,
    positions: places.map(({ at }) => at),
    names: places.map(({ place }) => nameOf(place, locale)),
    series: checked.map(one => ({
      ...one,
      values: places.map(({ index }) => one.values[index] ?? null),
    })),
    isEmpty: checked.every(one => one.values.every(value => value === null)),
  }
}

function kindOf(x: readonly (string | number | Date)[], label: string): XKind {
  const kinds = new Set(
    x.map(place =>
      place instanceof Date ? "time" : typeof place === "number" ? "number" : "category",
    ),
  )
  if (kinds.size > 1) throw refusal(label, "its x axis mixes names, dates and numbers.")
  for (const [index, place] of x.entries()) {
    if (typeof place !== "string" && !isDrawable(Number(place))) {
      throw refusal(
        label,
        `place ${index + 1} of its x axis is ${place instanceof Date ? "an invalid date" : String(place)}.`,
      )
    }
  }
  const [kind = "category"] = kinds
  return kind
}

function checkSeries(entry: ChartSeries, x: ChartProps["x"], label: string): CheckedSeries {
  const { name, values, color } = ownProps(entry)
  if (values.length !== x.length) {
    throw refusal(
      label,
      `the series "${name}" has ${values.length} values for ${x.length} places on the x axis.`,
    )
  }
  const checked = values.map((value, index) => {
    if (value === null || value === undefined) return null
    if (typeof value === "number" && isDrawable(value)) return value
    throw refusal(
      label,
      `value ${index + 1} of the series "${name}" is ${typeof value === "number" ? value : `a ${typeof value}`}.`,
    )
  })
  return { name, values: checked, color }
}

export const isDrawable = (value: number): boolean => Math.abs(value) <= maxMagnitude

export function refusal(label: string, why: string, fix?: string): NitroError {
  return new NitroError(
    "NITRO_CHART_DATA",
    `The chart "${label}" cannot be drawn: ${why}`,
    fix === undefined ? {} : { fix },
  )
}

function nameOf(place: string | number | Date, locale: string): string {
  return place instanceof Date ? dateText(place.getTime(), locale) : String(place)
}
