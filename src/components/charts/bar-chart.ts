// A bar chart: upright or lying, series side by side or stacked, down from zero for negative values.
import { type Child, g, rect } from "../../html/index.ts"
import { type ComponentWithProps, componentWithProps } from "../component.ts"
import { type ChartData, type ChartProps, chartData } from "./data.ts"
import { percent, tickFormat } from "./format.ts"
import { chartFigure, linearScale, type Scale, seriesLook } from "./frame.ts"
import { endsOf, niceTicks } from "./ticks.ts"

export type BarChartProps = ChartProps & {
  /** Bars that lie, one below the other: room for long names. */
  readonly horizontal?: boolean | undefined
  /** Series on top of each other instead of side by side. */
  readonly stacked?: boolean | undefined
}

/** `<BarChart label="Sales" x={["Jan", "Feb"]} series={[{ name: "Shop", values: [3, 4] }, ...]} stacked />`. */
export const BarChart: ComponentWithProps<BarChartProps> = componentWithProps(
  (options: BarChartProps) => {
    const { horizontal: isHorizontal = false, stacked = false } = options
    const data = chartData(options)
    const bars = stacked ? stackedBars(data) : barsFromZero(data)
    const ends = bars.flat().flatMap(bar => (bar === undefined ? [] : [bar.from, bar.to]))
    const ticks = niceTicks(Math.min(0, ...bounds(ends)), Math.max(0, ...bounds(ends)))
    const count = data.names.length
    const labels = data.names.map((text, index) => ({ at: (index + 0.5) / count, text }))
    const band = (index: number): readonly [number, number] => [index / count, 1 / count]
    const place = linearScale(...endsOf(ticks))
    const content = draw(data, bars, place, { isHorizontal, stacked })
    const tickText = tickFormat(ticks, options)
    return chartFigure({ options, data, ticks, tickText, labels, isHorizontal, band, content }, [
      "horizontal",
      "stacked",
    ])
  },
)

/** Where a bar begins and ends on the axis of the values. */
interface Bar {
  readonly from: number
  readonly to: number
}

/** By series and place. */
type Bars = readonly (readonly (Bar | undefined)[])[]

const barsFromZero = ({ series }: ChartData): Bars =>
  series.map(({ values }) =>
    values.map(value => (value === null ? undefined : { from: 0, to: value })),
  )

/** Stacks positive values upwards and negative ones downwards, each from zero. */
function stackedBars({ series, names }: ChartData): Bars {
  const above = names.map(() => 0)
  const below = names.map(() => 0)
  return series.map(({ values }) =>
    values.map((value, index) => {
      if (value === null) return undefined
      const pile = value < 0 ? below : above
      const from = pile[index] ?? 0
      const to = from + value
      pile[index] = to
      return { from, to }
    }),
  )
}

/** Not spread into Math.min: a list of many thousands is too long for that. */
const bounds = (values: readonly number[]): number[] =>
  values.length === 0
    ? [0, 1]
    : [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]

const gap = 0.2

function draw(
  { names, series }: ChartData,
  bars: Bars,
  place: Scale,
  look: { isHorizontal: boolean; stacked: boolean },
): Child {
  const band = 1 / names.length
  const lanes = look.stacked ? 1 : series.length
  const thick = (band * (1 - gap)) / lanes
  return bars.map((list, number) => {
    const lane = look.stacked ? 0 : number
    const rects = list.map((bar, index) => {
      if (bar === undefined) return undefined
      const low = place(Math.min(bar.from, bar.to))
      const high = place(Math.max(bar.from, bar.to))
      const across = index * band + (band * gap) / 2 + lane * thick
      return rect(
        look.isHorizontal
          ? box(low, across, high - low, thick)
          : box(across, 1 - high, thick, high - low),
      )
    })
    const { class: colored, ...color } = seriesLook(number, series[number]?.color)
    return g(
      { class: ["chart-bars", colored], ...color, "data-stacked": look.stacked || undefined },
      rects,
    )
  })
}

const box = (
  x: number,
  y: number,
  width: number,
  height: number,
): Record<"x" | "y" | "width" | "height", string> => ({
  x: `${percent(x)}%`,
  y: `${percent(y)}%`,
  width: `${percent(width)}%`,
  height: `${percent(height)}%`,
})
