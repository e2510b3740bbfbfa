// A donut chart: the parts of a whole as a ring.

import { circle, desc, div, figure, type Markup, span, svg, title } from "../../html/index.ts"
import { ownProps } from "../../shared/own-props.ts"
import { type ComponentWithProps, componentWithProps } from "../component.ts"
import { type ChartOptions, isDrawable, refusal } from "./data.ts"
import { percent, valueFormat } from "./format.ts"
import { chartLegend, figureAttributes, seriesLook, tableOf } from "./frame.ts"

export interface DonutPart {
  readonly name: string
  /** Zero or more. */
  readonly value: number
  /** Any CSS colour. Default: the next of the theme's `--series-1` to `--series-6`. */
  readonly color?: string | undefined
}

export interface DonutChartProps extends Omit<ChartOptions, "x" | "legend"> {
  readonly parts: readonly DonutPart[]
  /** Text in the middle. Default the sum of all parts; `false` leaves it empty. */
  readonly center?: string | false | undefined
}

interface Slice {
  readonly part: DonutPart
  /** From 0 to 1. */
  readonly share: number
  /** Its value and its share, as they are shown. */
  readonly texts: readonly [value: string, share: string]
}

/** `<DonutChart label="Orders by state" parts={[{ name: "Open", value: 3 }, { name: "Paid", value: 9 }]} />`. */
export const DonutChart: ComponentWithProps<DonutChartProps> = componentWithProps(
  (options: DonutChartProps) => {
    const { parts, center, ...rest } = options
    const { label, description, empty = "No data" } = options
    const sum = sumOf(parts, label)
    const write = valueFormat(options)
    const slices = parts.map((part): Slice => {
      const share = sum === 0 ? 0 : part.value / sum
      return { part, share, texts: [write(part.value), `${Math.round(share * 1000) / 10}%`] }
    })
    const middle = sum === 0 ? empty : center === undefined ? write(sum) : center
    return figure(
      figureAttributes(rest),
      div(
        { class: "chart-donut" },
        div(
          { class: "chart-ring" },
          svg(
            { viewBox: "0 0 100 100", role: "img", "aria-label": label },
            description !== undefined && desc(description),
            circle({ class: "chart-ring-empty", cx: 50, cy: 50, r: 40 }),
            ring(slices),
          ),
          middle !== false && span({ "aria-hidden": true }, middle),
        ),
        chartLegend(
          parts,
          slices.map(({ texts: [, share] }) => span({ class: "chart-share" }, share)),
        ),
      ),
      tableOf(
        options,
        ["", "Value", "Share"],
        slices.map(({ part, texts }) => [part.name, ...texts]),
      ),
    )
  },
)

function sumOf(parts: readonly DonutPart[], label: string): number {
  const fix =
    "The parts of a whole are finite numbers that are not negative. A bar chart shows others."
  for (const { name, value } of parts) {
    if (typeof value !== "number" || !isDrawable(value))
      throw refusal(
        label,
        `the part "${name}" is ${typeof value === "number" ? value : `a ${typeof value}`}.`,
        fix,
      )
    if (value < 0)
      throw refusal(label, `the part "${name}" is ${value}, and nothing is less than no part.`, fix)
  }
  const sum = parts.reduce((total, { value }) => total + value, 0)
  if (!isDrawable(sum)) throw refusal(label, "the sum of its parts is too large.", fix)
  return sum
}

/** Each part is a dash along the circle, whose length is declared to be 100. */
function ring(slices: readonly Slice[]): (Markup | undefined)[] {
  let before = 0
  return slices.map(({ part, share, texts }, index) => {
    const { name, color } = ownProps(part)
    const from = before
    before += share
    if (share === 0) return undefined
    const dash = {
      "stroke-dasharray": `${percent(share)} 100`,
      "stroke-dashoffset": percent(-from),
      pathLength: 100,
    }
    return circle(
      { ...seriesLook(index, color), cx: 50, cy: 50, r: 40, ...dash },
      title(`${name}\n${texts.join(", ")}`),
    )
  })
}
