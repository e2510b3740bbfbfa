// A sparkline: how something went, as small as a word.
import { type Child, path, rect, svg } from "../../html/index.ts"
import { type ElementProps, withClass } from "../attributes.ts"
import { type ComponentWithProps, componentWithProps } from "../component.ts"
import { type ChartValue, chartData } from "./data.ts"
import { percent } from "./format.ts"
import { linearScale, seriesLook } from "./frame.ts"

export interface SparklineProps extends ElementProps<"svg", "label" | "values" | "type"> {
  /** Its message, with the outcome: "Visitors this week, from 12 to 40". It is all that screen readers say. */
  readonly label: string
  readonly values: readonly ChartValue[]
  /** Default `"line"`. */
  readonly type?: "line" | "area" | "bar" | undefined
  /** Any CSS colour. Default the theme's `--series-1`. */
  readonly color?: string | undefined
}

/** `<Sparkline label="Visitors, from 12 to 40" values={[12, 30, 25, 40]} />`. Its size is that of the text: 6em by 1.5em. */
export const Sparkline: ComponentWithProps<SparklineProps> = componentWithProps(
  ({ label, values, type = "line", color, ...rest }) => {
    const { series } = chartData({ label, values, x: values.map((_, index) => index) })
    const list = series[0]?.values ?? []
    const present = list.filter(value => value !== null)
    const low = present.reduce((a, b) => Math.min(a, b), type === "line" ? (present[0] ?? 0) : 0)
    const high = present.reduce((a, b) => Math.max(a, b), type === "line" ? (present[0] ?? 0) : 0)
    const scale = linearScale(low, high)
    // A little room, or the stroke is cut at the edges.
    const y = (value: number): number => percent(0.06 + (1 - scale(value)) * 0.88)
    const { class: colored, ...look } = seriesLook(0, color)
    const { class: names, ...attributes } = withClass("sparkline", rest)
    const shape = type === "bar" ? bars(list, y) : line(list, y, type === "area")
    return svg(
      {
        viewBox: "0 0 100 100",
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": label,
        ...look,
        ...attributes,
        class: [names, colored],
      },
      shape,
    )
  },
)

type Values = readonly (number | null)[]

function line(values: Values, y: (value: number) => number, isFilled: boolean): Child {
  const x = (index: number): number =>
    percent(values.length === 1 ? 0.5 : 0.02 + (index / (values.length - 1)) * 0.96)
  const outline: string[] = []
  const filled: string[] = []
  for (const [index, value] of values.entries()) {
    if (value === null) continue
    const isFirst = typeof values[index - 1] !== "number"
    const isLast = typeof values[index + 1] !== "number"
    outline.push(`${isFirst ? "M" : "L"}${x(index)},${y(value)}`)
    // A value between two gaps is a dot: a line without length and with round ends.
    if (isFirst && isLast) outline.push("h0")
    filled.push(
      isFirst ? `M${x(index)},${y(0)}V${y(value)}` : `L${x(index)},${y(value)}`,
      isLast ? `V${y(0)}Z` : "",
    )
  }
  return [
    isFilled && path({ class: "chart-fill", d: filled.join("") }),
    path({ class: "chart-line", d: outline.join(""), "vector-effect": "non-scaling-stroke" }),
  ]
}

function bars(values: Values, y: (value: number) => number): Child {
  const width = 1 / Math.max(values.length, 1)
  return values.map((value, index) => {
    if (value === null) return undefined
    const [top, bottom] = [Math.min(y(value), y(0)), Math.max(y(value), y(0))]
    return rect({
      x: percent((index + 0.1) * width),
      y: top,
      width: percent(width * 0.8),
      height: Math.round((bottom - top) * 100) / 100,
    })
  })
}
