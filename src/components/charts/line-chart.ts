// A line chart: one line for each series, with gaps where there is no value.
import { circle, g, type Markup, path, svg } from "../../html/index.ts"
import { type ComponentWithProps, componentWithProps } from "../component.ts"
import { type ChartData, type ChartProps, type CheckedSeries, chartData } from "./data.ts"
import { percent, tickFormat } from "./format.ts"
import { type AxisLabel, chartFigure, linearScale, type Scale, seriesLook } from "./frame.ts"
import { endsOf, niceTicks, type Ticks } from "./ticks.ts"
import { timeTicks } from "./time-ticks.ts"

export type LineChartProps = ChartProps & {
  /** Fills what lies between a line and zero. */
  readonly area?: boolean | undefined
  /** Shows zero on the axis of the values. Default: with `area`, and where it takes less than half of the height. */
  readonly fromZero?: boolean | undefined
  /** A dot at every value. Default: up to 40 values; one without neighbours always has a dot. */
  readonly dots?: boolean | undefined
}

/** `<LineChart label="Visitors" x={days} values={[12, 18, null, 9]} />`; drawn on the server, as wide as its place. */
export const LineChart: ComponentWithProps<LineChartProps> = componentWithProps(
  (options: LineChartProps) => {
    const data = chartData(options)
    const ticks = valueTicks(data, options)
    const { place, labels } = xAxis(data, options)
    const parts = data.positions.map(place)
    const y = linearScale(...endsOf(ticks))
    const content = data.series.map((one, index) =>
      drawSeries(one, index, parts, y, ticks, options),
    )
    const tickText = tickFormat(ticks, options)
    return chartFigure(
      { options, data, ticks, tickText, labels, band: bandsAround(parts), content },
      ["area", "fromZero", "dots"],
    )
  },
)

function valueTicks(data: ChartData, { area, fromZero }: LineChartProps): Ticks {
  const values = data.series.flatMap(one => one.values).filter(value => value !== null)
  if (values.length === 0) return niceTicks(0, 1)
  let low = values.reduce((a, b) => Math.min(a, b))
  let high = values.reduce((a, b) => Math.max(a, b))
  const isNearZero = low > 0 ? low < high / 2 : high < 0 && high > low / 2
  if (fromZero ?? (area || isNearZero)) {
    low = Math.min(0, low)
    high = Math.max(0, high)
  }
  return niceTicks(low, high)
}

interface XAxis {
  /** From a position to its part of the axis. */
  readonly place: Scale
  readonly labels: readonly AxisLabel[]
}

function xAxis({ kind, positions, names }: ChartData, { locale = "en-US" }: LineChartProps): XAxis {
  if (kind === "category") {
    const place: Scale = index => (index + 0.5) / positions.length
    return { place, labels: names.map((text, index) => ({ at: place(index), text })) }
  }
  const [low, high] = [positions[0] ?? 0, positions.at(-1) ?? 0]
  if (kind === "time") {
    const place = linearScale(low, high)
    const labels = positions.length === 0 ? [] : timeTicks(low, high, locale)
    return { place, labels: labels.map(({ at, text }) => ({ at: place(at), text })) }
  }
  const ticks = niceTicks(low, high, 6)
  const place = linearScale(...endsOf(ticks))
  const write = tickFormat(ticks, { locale })
  return { place, labels: ticks.map(tick => ({ at: place(tick), text: write(tick) })) }
}

/** The room around each place, up to half the way to its neighbours. */
function bandsAround(parts: readonly number[]): (index: number) => readonly [number, number] {
  return index => {
    const at = parts[index] ?? 0
    const before = parts[index - 1]
    const after = parts[index + 1]
    const from = before === undefined ? 0 : (before + at) / 2
    const to = after === undefined ? 1 : (after + at) / 2
    return [from, to - from]
  }
}

interface Point {
  readonly x: number
  readonly y: number
}

const maxDots = 40

function drawSeries(
  { values, color }: CheckedSeries,
  index: number,
  parts: readonly number[],
  y: Scale,
  ticks: Ticks,
  { area, dots }: LineChartProps,
): Markup {
  const runs = runsOf(values, parts, y)
  const [low, high] = endsOf(ticks)
  const base = percent(1 - y(Math.min(Math.max(0, low), high)))
  const lines = runs.map(run => `M${run.map(point => `${point.x},${point.y}`).join("L")}`).join("")
  const areas = runs
    .map(
      run =>
        `M${run[0]?.x},${base}L${run.map(point => `${point.x},${point.y}`).join("L")}V${base}Z`,
    )
    .join("")
  const hasDots = dots ?? values.length <= maxDots
  const points = runs.flatMap(run => (hasDots || run.length === 1 ? run : []))
  // The lines are stretched to the size of the chart, the dots must stay round.
  return g(
    seriesLook(index, color),
    svg({ viewBox: "0 0 100 100", preserveAspectRatio: "none", class: "chart-lines" }, [
      area && path({ class: "chart-fill", d: areas }),
      path({
        class: "chart-line",
        d: lines,
        "vector-effect": "non-scaling-stroke",
        "data-dash": index >= 6 || undefined,
      }),
    ]),
    points.map(point => circle({ class: "chart-dot", cx: `${point.x}%`, cy: `${point.y}%`, r: 3 })),
  )
}

/** The values that follow each other without a gap. */
function runsOf(values: CheckedSeries["values"], parts: readonly number[], y: Scale): Point[][] {
  const runs: Point[][] = []
  let run: Point[] | undefined
  for (const [index, value] of values.entries()) {
    if (value === null) run = undefined
    else {
      if (run === undefined) {
        run = []
        runs.push(run)
      }
      run.push({ x: percent(parts[index] ?? 0), y: percent(1 - y(value)) })
    }
  }
  return runs
}
