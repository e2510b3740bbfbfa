// The frame of all charts with axes: the figure with legend, axes and grid, and the values as a table.

import {
  type AnyAttributes,
  type Child,
  caption,
  desc,
  details,
  div,
  figure,
  g,
  li,
  line,
  type Markup,
  rect,
  span,
  summary,
  svg,
  table,
  tbody,
  td,
  text,
  th,
  thead,
  title,
  tr,
  ul,
} from "../../html/index.ts"
import { ownProps } from "../../shared/own-props.ts"
import { withClass } from "../attributes.ts"
import type { ChartData, ChartOptions, ChartProps, CheckedSeries } from "./data.ts"
import { percent, valueFormat } from "./format.ts"
import { endsOf, type Ticks } from "./ticks.ts"

/** A name along an axis. `at` is its part of the axis, from 0 to 1. */
export interface AxisLabel {
  readonly at: number
  readonly text: string
}

/** From a value to its place, 0 at the low end of the axis and 1 at the high end. */
export type Scale = (value: number) => number

export interface Plot {
  readonly options: ChartProps
  readonly data: ChartData
  /** The axis of the values. */
  readonly ticks: Ticks
  readonly tickText: (value: number) => string
  /** Names of the places on the other axis. */
  readonly labels: readonly AxisLabel[]
  readonly isHorizontal?: boolean
  /** Where a place begins and how long it is, from 0 to 1: shows its values when the pointer is there. */
  readonly band: (index: number) => readonly [from: number, length: number]
  readonly content: Child
}

export function linearScale(low: number, high: number): Scale {
  // Halves, because the distance between two very large numbers may be none.
  return low === high ? () => 0.5 : value => (value / 2 - low / 2) / (high / 2 - low / 2)
}

/** Sets the colour of a series on SVG elements: an attribute, because a strict Content-Security-Policy allows no styles. */
export function seriesLook(
  index: number,
  color: string | undefined,
): { class?: string; color?: string } {
  return color === undefined ? { class: `series-${(index % 6) + 1}` } : { color }
}

/** The attributes for the figure; what belongs to the chart is taken out. */
export function figureAttributes(
  options: Readonly<Record<string, unknown>> & Pick<ChartOptions, "size">,
): AnyAttributes {
  const {
    label: _label,
    description: _description,
    x: _x,
    size = "md",
    format: _format,
    locale: _locale,
    empty: _empty,
    table: _table,
    legend: _legend,
    values: _values,
    series: _series,
    children: _children,
    ...rest
  } = ownProps(options)
  return { "data-size": size, ...withClass("chart-figure", rest) }
}

export function chartFigure(plot: Plot, ownNames: readonly string[]): Markup {
  const { options, data, isHorizontal = false } = plot
  const rest: Record<string, unknown> = { ...options }
  for (const name of ownNames) delete rest[name]
  return figure(
    figureAttributes(rest),
    (options.legend ?? data.series.length > 1) && chartLegend(data.series),
    div(
      { class: "chart-body", "data-orientation": isHorizontal ? "horizontal" : undefined },
      isHorizontal ? nameColumn(plot) : valueColumn(plot),
      canvas(plot),
      isHorizontal
        ? axisBelow(valueLabels(plot), widthsBesideNames)
        : axisBelow(plot.labels, widths),
    ),
    valuesTable(options, data),
  )
}

export function chartLegend(
  series: readonly { readonly name: string; readonly color?: string | undefined }[],
  extra: readonly Child[] = [],
): Markup {
  const items = series.map((one, index) => {
    const { name, color } = ownProps(one)
    const { class: colored, ...look } = seriesLook(index, color)
    const swatch = svg(
      { class: ["chart-swatch", colored], ...look, "aria-hidden": true },
      rect({ width: "100%", height: "100%" }),
    )
    return li({ class: "chart-legend-item" }, swatch, name, extra[index])
  })
  return ul({ class: "chart-legend" }, items)
}

/** From the highest tick to the lowest: at equal distances, so that the stylesheet alone can place them. */
const valueColumn = ({ data, ticks, tickText }: Plot): Markup =>
  div(
    { class: "chart-y", "aria-hidden": true },
    data.isEmpty ? [] : ticks.toReversed().map(tick => span(tickText(tick))),
  )

const nameColumn = ({ data }: Plot): Markup =>
  div(
    { class: "chart-names", "aria-hidden": true },
    data.names.map(name => span({ title: name }, name)),
  )

function valueLabels({ data, ticks, tickText }: Plot): AxisLabel[] {
  if (data.isEmpty) return []
  const place = linearScale(...endsOf(ticks))
  return ticks.map(tick => ({ at: place(tick), text: tickText(tick) }))
}

function canvas({ options, data, ticks, isHorizontal = false, band, content }: Plot): Markup {
  const place = linearScale(...endsOf(ticks))
  const grid = ticks.map(tick => {
    const at = `${percent(isHorizontal ? place(tick) : 1 - place(tick))}%`
    const across = isHorizontal
      ? { x1: at, x2: at, y1: 0, y2: "100%" }
      : { x1: 0, x2: "100%", y1: at, y2: at }
    return line({ class: ["chart-grid", tick === 0 && "chart-zero"], ...across })
  })
  return svg(
    { class: "chart-canvas", role: "img", "aria-label": options.label },
    options.description !== undefined && desc(options.description),
    grid,
    data.isEmpty
      ? text(
          { class: "chart-empty", x: "50%", y: "50%", "text-anchor": "middle" },
          options.empty ?? "No data",
        )
      : [content, hovers(options, data, band, isHorizontal)],
  )
}

/** So many places can still be pointed at. */
const maxHovers = 400

/** Titles for places under the pointer, with their values; browsers show them. */
function hovers(
  options: ChartProps,
  data: ChartData,
  band: Plot["band"],
  isHorizontal: boolean,
): Child {
  if (data.names.length > maxHovers) return undefined
  const write = valueFormat(options)
  return data.names.map((name, index) => {
    const [from, length] = band(index).map(part => `${percent(part)}%`)
    const across = isHorizontal
      ? { x: 0, width: "100%", y: from, height: length }
      : { x: from, width: length, y: 0, height: "100%" }
    const lines = data.series.map(one => valueLine(one, index, data.series.length > 1, write))
    return g(rect({ class: "chart-hit", ...across }, title([name, ...lines].join("\n"))))
  })
}

function valueLine(
  { name, values }: CheckedSeries,
  index: number,
  isNamed: boolean,
  write: (value: number) => string,
): string {
  const value = values[index]
  const text = value === null || value === undefined ? "-" : write(value)
  return isNamed ? `${name}: ${text}` : text
}

const characterPixels = 6.5
const gapPixels = 12
/** Least widths of the plot, in pixels, for the figure widths that the stylesheet distinguishes. */
const widths = [600, 390, 230]
const widthsBesideNames = [450, 250, 150]
const maxLabelCharacters = 18

/** Names below the plot. Where there is no room for all, the stylesheet hides those that need a wider chart. */
function axisBelow(labels: readonly AxisLabel[], room: readonly number[]): Markup {
  const shortened = labels.map(({ at, text }) => ({ at, text: shorten(text) }))
  const longest =
    Math.max(0, ...shortened.map(({ text }) => text.length)) * characterPixels + gapPixels
  const first = shortened[0]?.at ?? 0
  const distance =
    shortened.length > 1 ? ((shortened.at(-1)?.at ?? 1) - first) / (shortened.length - 1) : 1
  let every = 1
  const steps = room.map(width => {
    every *= Math.max(1, Math.ceil(longest / (distance * width * every)))
    return every
  })
  const [wide = 1, medium = 1, narrow = 1] = steps
  const texts = shortened.map(({ at, text: name }, index) => {
    if (index % wide !== 0) return undefined
    const from = index % medium !== 0 ? "wide" : index % narrow !== 0 ? "medium" : undefined
    const anchor = at < 0.02 ? "start" : at > 0.98 ? "end" : "middle"
    return text({ x: `${percent(at)}%`, y: "1em", "text-anchor": anchor, "data-from": from }, name)
  })
  return svg({ class: "chart-x", "aria-hidden": true }, texts)
}

function shorten(text: string): string {
  const characters = [...text]
  return characters.length > maxLabelCharacters
    ? `${characters.slice(0, maxLabelCharacters - 1).join("")}…`
    : text
}

function valuesTable(options: ChartProps, data: ChartData): Child {
  if (options.table === false) return undefined
  const write = valueFormat(options)
  const rows = data.names.map((name, index) => [
    name,
    ...data.series.map(one => valueLine(one, index, false, write)),
  ])
  return tableOf(options, ["", ...data.series.map(({ name }) => name)], rows)
}

/** The values behind a chart, for those who do not see it. */
export function tableOf(
  { label, table: kind = "hidden" }: Pick<ChartOptions, "label" | "table">,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): Child {
  if (kind === false) return undefined
  const [corner, ...names] = head
  const content = [
    caption(label),
    thead(
      tr(
        corner === "" ? td() : th({ scope: "col" }, corner),
        names.map(name => th({ scope: "col" }, name)),
      ),
    ),
    tbody(
      rows.map(([name, ...values]) =>
        tr(
          th({ scope: "row" }, name),
          values.map(value => td(value)),
        ),
      ),
    ),
  ]
  if (kind === "hidden") return table({ class: "chart-table" }, content)
  return details(
    { class: "chart-data" },
    summary("Data as a table"),
    div(table({ class: "table" }, content)),
  )
}
