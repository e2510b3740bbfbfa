// The charts, with the data that charts usually break on.
import { BarChart, DonutChart, LineChart, Sparkline } from "nitro-ts/components"
import type { Child } from "nitro-ts/html"
import { Section } from "./section.tsx"

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
const days = Array.from({ length: 60 }, (_, day) => new Date(Date.UTC(2026, 0, 1 + day)))
const wave = (length: number, size: number, shift = 0) =>
  Array.from({ length }, (_, i) => Math.round(size * (1.2 + Math.sin(i / 4 + shift) + i / length)))

const Example = ({ title, children }: { title: string; children?: Child }) => (
  <div class="card">
    <header>
      <h3>{title}</h3>
    </header>
    <section>{children}</section>
  </div>
)

export const Charts = () => (
  <Section id="charts" title="Charts">
    <div class="columns">
      <Example title="Lines over time, with a gap">
        <LineChart
          label="Visitors a day"
          description="Both lines rise in waves; the website leads."
          x={days}
          series={[
            {
              name: "Website",
              values: wave(60, 900).map((value, i) => (i > 20 && i < 26 ? null : value)),
            },
            { name: "Shop", values: wave(60, 400, 2) },
          ]}
        />
      </Example>
      <Example title="Area">
        <LineChart
          label="Revenue"
          x={months}
          values={wave(12, 21_000)}
          area
          format={value => `$${value / 1000}K`}
        />
      </Example>
      <Example title="Bars, side by side">
        <BarChart
          label="Orders by channel"
          x={months}
          series={[
            { name: "Website", values: wave(12, 40) },
            { name: "Shop", values: wave(12, 30, 1) },
            { name: "Phone", values: wave(12, 12, 3) },
          ]}
          table="details"
        />
      </Example>
      <Example title="Stacked, with losses">
        <BarChart
          label="Result by quarter"
          x={["Q1", "Q2", "Q3", "Q4"]}
          stacked
          series={[
            { name: "Products", values: [12, 15, -4, 9] },
            { name: "Services", values: [5, 7, 9, 11] },
            { name: "Interest", values: [-2, -3, -3, null] },
          ]}
        />
      </Example>
      <Example title="Lying bars, for long names">
        <BarChart
          label="Votes by proposal"
          x={[
            "Plant trees along the whole length of the harbour road",
            "More benches",
            "A new bridge",
            "Leave it",
          ]}
          values={[320, 210, 95, -40]}
          horizontal
        />
      </Example>
      <Example title="Parts of a whole">
        <DonutChart
          label="Orders by state"
          parts={[
            { name: "Delivered", value: 412 },
            { name: "On the way", value: 96 },
            { name: "Returned", value: 31 },
            { name: "Cancelled", value: 12 },
          ]}
        />
      </Example>
      <Example title="One value, and none">
        <LineChart label="First day" x={[new Date("2026-03-01")]} values={[42]} size="sm" />
        <BarChart label="Nothing yet" x={[]} values={[]} size="sm" />
      </Example>
      <Example title="As small as a word">
        <p>
          Visitors <Sparkline label="Visitors, rising from 11 to 24" values={wave(20, 10)} /> orders{" "}
          <Sparkline label="Orders, up and down" type="bar" values={[3, 5, -2, 4, 8, 6, 2]} />{" "}
          errors{" "}
          <Sparkline
            label="Errors, falling to none"
            type="area"
            values={[9, 7, 8, 4, 3, 1, 0]}
            color="var(--destructive)"
          />
        </p>
      </Example>
    </div>
  </Section>
)
