import fc from "fast-check"
import { BarChart, DonutChart, LineChart, Sparkline } from "nitro-ts/components"
import { describe, expect, it } from "vitest"
import { niceTicks } from "./ticks.ts"
import { timeTicks } from "./time-ticks.ts"

/** The drawing, without the table. */
const drawn = (markup: unknown): string => String(markup).replace(/<table.*<\/table>/s, "")
const axis = (markup: unknown): string[] =>
  [...(/chart-y".*?<\/div>/.exec(String(markup))?.[0] ?? "").matchAll(/<span>(.*?)<\/span>/g)].map(
    m => m[1] ?? "",
  )
const lineOf = (markup: unknown): string =>
  /class="chart-line" d="([^"]*)"/.exec(String(markup))?.[1] ?? ""

describe("the numbers along an axis", () => {
  it.each([
    [0, 10, [0, 2, 4, 6, 8, 10]],
    [0, 0.3, [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]],
    [-7, 23, [-10, -5, 0, 5, 10, 15, 20, 25]],
    [98, 103, [98, 99, 100, 101, 102, 103]],
    [0, 0, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [5, 5, [0, 1, 2, 3, 4, 5]],
    [-5, -5, [-5, -4, -3, -2, -1, 0]],
    [1e15, 1e15 + 1, [0, 2e14, 4e14, 6e14, 8e14, 1e15]],
  ])("are round from %d to %d", (low, high, expected) => {
    expect(niceTicks(low, high)).toEqual(expected)
  })

  it("span any values, at equal distances, without too many", () => {
    const value = fc.double({ min: -1e300, max: 1e300, noNaN: true })
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const ticks = niceTicks(low, high)
        expect(ticks.length).toBeGreaterThanOrEqual(2)
        expect(ticks.length).toBeLessThanOrEqual(10)
        const size = Math.max(Math.abs(low), Math.abs(high), 1e-280)
        expect(ticks[0]).toBeLessThanOrEqual(low + size * 1e-7)
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(high - size * 1e-7)
        expect([...ticks].sort((x, y) => x - y)).toEqual(ticks)
      }),
    )
  })
})

describe("the dates along an axis", () => {
  const texts = (low: string, high: string): string[] =>
    timeTicks(Date.parse(low), Date.parse(high), "en-US").map(({ text }) => text)

  it.each([
    ["2026-01-01T10:02Z", "2026-01-01T10:21Z", ["10:05", "10:10", "10:15", "10:20"]],
    ["2026-01-01T20:00Z", "2026-01-02T04:00Z", ["21:00", "Jan 2", "03:00"]],
    ["2026-03-02", "2026-03-30", ["Mar 2", "Mar 9", "Mar 16", "Mar 23", "Mar 30"]],
    ["2025-11-15", "2026-03-15", ["Dec 2025", "Jan 2026", "Feb 2026", "Mar 2026"]],
    ["2019-06-01", "2026-02-01", ["2020", "2021", "2022", "2023", "2024", "2025", "2026"]],
    ["1700-01-01", "2000-01-01", ["1700", "1750", "1800", "1850", "1900", "1950", "2000"]],
    ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", ["00:00:00", "00:00:00"]],
    ["2026-03-01", "2026-03-01", ["Mar 1, 2026"]],
  ])("are full from %s to %s", (low, high, expected) => {
    expect(texts(low, high)).toEqual(expected)
  })

  it("lie in the range and are few, whatever it is", () => {
    const moment = fc.date({
      noInvalidDate: true,
      min: new Date("0100-01-01"),
      max: new Date("9000-01-01"),
    })
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const [low, high] = [Math.min(+a, +b), Math.max(+a, +b)]
        const ticks = timeTicks(low, high, "en-US")
        expect(ticks.length).toBeGreaterThanOrEqual(1)
        expect(ticks.length).toBeLessThanOrEqual(10)
        for (const { at } of ticks) expect(at >= low && at <= high).toBe(true)
      }),
    )
  })
})

describe("a line chart", () => {
  it("draws its values from left to right, however they are ordered", () => {
    const x = [new Date("2026-01-03"), new Date("2026-01-01"), new Date("2026-01-02")]
    expect(lineOf(<LineChart label="L" x={x} values={[10, 0, 5]} />)).toBe("M0,100L50,50L100,0")
  })

  it("has a gap where there is no value, and a dot where a value has no neighbour", () => {
    const chart = drawn(
      <LineChart label="L" x={["a", "b", "c", "d"]} values={[0, 10, null, 10]} dots={false} />,
    )
    expect(lineOf(chart)).toBe("M12.5,100L37.5,0M87.5,0")
    expect(chart.match(/<circle/g)).toHaveLength(1)
    expect(chart).toContain('cx="87.5%" cy="0%"')
  })

  it("shows zero only where it costs little, or by an option", () => {
    expect(axis(<LineChart label="L" x={[1, 2]} values={[10, 40]} />)).toContain("0")
    expect(axis(<LineChart label="L" x={[1, 2]} values={[90, 100]} />)).not.toContain("0")
    expect(axis(<LineChart label="L" x={[1, 2]} values={[90, 100]} fromZero />)).toContain("0")
    expect(axis(<LineChart label="L" x={[1, 2]} values={[90, 100]} area />)).toContain("0")
  })

  it("writes large numbers short on the axis and in full in the table", () => {
    const chart = <LineChart label="L" x={["a", "b"]} values={[0, 1_234_567]} />
    expect(axis(chart)).toEqual(["1.4M", "1.2M", "1M", "800K", "600K", "400K", "200K", "0"])
    expect(String(chart)).toContain("<td>1,234,567</td>")
    expect(
      axis(<LineChart label="L" x={["a", "b"]} values={[0, 2]} format={value => `${value} h`} />),
    ).toContain("0.5 h")
  })

  it("shows one value, and says so when there is none", () => {
    const one = drawn(<LineChart label="L" x={[new Date("2026-03-01")]} values={[42]} />)
    expect(one).toContain('cx="50%"')
    expect(one).toContain(">Mar 1, 2026</text>")
    for (const none of [
      LineChart({ label: "L", x: [], values: [] }),
      LineChart({ label: "L", x: ["a"], values: [null] }),
    ]) {
      expect(String(none)).toContain(">No data</text>")
      expect(axis(none)).toEqual([])
    }
    expect(String(<BarChart label="L" x={[]} values={[]} empty="Keine Daten" />)).toContain(
      ">Keine Daten</text>",
    )
  })

  it("never prints what is no number, whatever the values", () => {
    const value = fc.option(fc.double({ min: -1e300, max: 1e300, noNaN: true }), { nil: null })
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { maxLength: 20 }), rows => {
        const props = {
          label: "L",
          x: rows.map((_, index) => index),
          series: [
            { name: "a", values: rows.map(([a]) => a) },
            { name: "b", values: rows.map(([, b]) => b) },
          ],
        }
        for (const chart of [
          LineChart({ ...props, area: true }),
          BarChart(props),
          BarChart({ ...props, stacked: true, horizontal: true }),
        ]) {
          expect(String(chart)).not.toMatch(/NaN|Infinity|undefined|="-[\d.]+%"/)
          expect(String(chart)).toBe(String(chart))
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe("the values of a chart", () => {
  it.each([
    ["not a number", Number.NaN, 'value 2 of the series "Sold" is NaN'],
    ["infinite", Number.NEGATIVE_INFINITY, 'value 2 of the series "Sold" is -Infinity'],
    ["text", "12" as unknown as number, 'value 2 of the series "Sold" is a string'],
  ])("are refused when one is %s, by its place", (_, value, message) => {
    const chart = () => (
      <BarChart label="Sales" x={["a", "b"]} series={[{ name: "Sold", values: [1, value] }]} />
    )
    expect(chart).toThrow(`The chart "Sales" cannot be drawn: ${message}`)
    expect(chart).toThrow(expect.objectContaining({ code: "NITRO_CHART_DATA" }))
  })

  it("are refused when they do not fit the axis", () => {
    expect(() => <LineChart label="L" x={["a"]} values={[1, 2]} />).toThrow(
      '"L" has 2 values for 1 places',
    )
    expect(() => <LineChart label="L" x={["a", 1]} values={[1, 2]} />).toThrow(
      "mixes names, dates and numbers",
    )
    expect(() => <LineChart label="L" x={[new Date("?")]} values={[1]} />).toThrow(
      "place 1 of its x axis is an invalid date",
    )
    expect(() => <DonutChart label="L" parts={[{ name: "a", value: -1 }]} />).toThrow(
      'the part "a" is -1',
    )
  })

  it("are a table for those who do not see the chart", () => {
    const series = [
      { name: "A", values: [1, null] },
      { name: "B", values: [2, -3] },
    ]
    expect(String(<BarChart label="Sales" x={["x", "y"]} series={series} />)).toContain(
      '<table class="chart-table"><caption>Sales</caption><thead><tr><td></td><th scope="col">A</th><th scope="col">B</th></tr></thead>' +
        '<tbody><tr><th scope="row">x</th><td>1</td><td>2</td></tr><tr><th scope="row">y</th><td>-</td><td>-3</td></tr></tbody></table>',
    )
    expect(
      String(<BarChart label="Sales" x={["x", "y"]} series={series} table={false} />),
    ).not.toContain("<table")
    expect(
      String(<BarChart label="Sales" x={["x", "y"]} series={series} table="details" />),
    ).toContain("<summary>")
  })

  it("are escaped wherever they are text", () => {
    const attack = '"><script>alert(1)</script>'
    const charts = [
      LineChart({
        label: attack,
        description: attack,
        x: [attack],
        series: [{ name: attack, values: [1], color: attack }],
        legend: true,
      }),
      LineChart({ label: attack, x: [], values: [], empty: attack, class: attack, id: attack }),
      BarChart({
        label: attack,
        x: [attack],
        values: [1],
        horizontal: true,
        format: () => attack,
        table: "details",
      }),
      DonutChart({
        label: attack,
        parts: [{ name: attack, value: 1, color: "red;background:url(//evil)" }],
        center: attack,
      }),
      Sparkline({ label: attack, values: [1, 2], color: attack }),
    ]
    for (const chart of charts) expect(String(chart)).not.toMatch(/<script| style=/)
  })
})

describe("a bar chart", () => {
  it("stacks what is positive upwards and what is negative downwards", () => {
    const series = [
      { name: "a", values: [10] },
      { name: "b", values: [-10] },
      { name: "c", values: [10] },
    ]
    const bars = [
      ...drawn(<BarChart label="L" x={["q"]} series={series} stacked />).matchAll(
        /<rect x="10%" y="([\d.]+)%" width="80%" height="([\d.]+)%"/g,
      ),
    ]
    // The axis goes from -10 to 20.
    expect(bars.map(([, y, height]) => [y, height])).toEqual([
      ["33.33", "33.33"],
      ["66.67", "33.33"],
      ["0", "33.33"],
    ])
  })

  it("leaves out names that have no room in a narrow place, and shortens long ones", () => {
    const x = Array.from({ length: 40 }, (_, index) => `Category number ${index}, with a long name`)
    const names = [
      ...drawn(<BarChart label="L" x={x} values={x.map(() => 1)} />).matchAll(
        /<text ([^>]*)>(.*?)<\/text>/g,
      ),
    ]
    expect(names.length).toBeLessThan(10)
    expect(
      names.filter(([, attributes]) => !attributes?.includes("data-from")).length,
    ).toBeLessThan(4)
    expect(names[0]?.[2]).toBe("Category number 0…")
  })
})

it("draws the parts of a whole as dashes of a ring", () => {
  const chart = String(
    <DonutChart
      label="L"
      parts={[
        { name: "a", value: 3 },
        { name: "b", value: 0 },
        { name: "c", value: 1 },
      ]}
    />,
  )
  expect(
    [...chart.matchAll(/stroke-dasharray="(\S+) 100" stroke-dashoffset="(\S+)"/g)].map(
      ([, length, offset]) => [length, offset],
    ),
  ).toEqual([
    ["75", "0"],
    ["25", "-75"],
  ])
  expect(chart).toContain('<span class="chart-share">75%</span>')
  expect(String(<DonutChart label="L" parts={[{ name: "a", value: 0 }]} />)).toContain("No data")
})

it("draws a sparkline with gaps, negative bars, and nothing of nothing", () => {
  expect(lineOf(<Sparkline label="L" values={[0, 10, null, 5, null]} />)).toBe("M2,94L26,6M74,50h0")
  expect(String(<Sparkline label="L" values={[4, -4]} type="bar" />)).toContain(
    'y="50" width="40" height="44"',
  )
  expect(lineOf(<Sparkline label="L" values={[]} />)).toBe("")
  expect(() => <Sparkline label="L" values={[Number.NaN]} />).toThrow("NaN")
})
