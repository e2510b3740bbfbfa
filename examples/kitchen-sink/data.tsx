// Code, figures, and terms with what they stand for.
import { CodeBlock, DescriptionList, Sparkline, Stat } from "nitro-ts/components"
import type { Markup } from "nitro-ts/html"
import { Section } from "./section.tsx"

const code = `import { Entity, serve } from "nitro-ts"

// "<script>" in code is text.
class Todo extends Entity("Todo", { title: z.string().min(1) }) {
  get isLong() {
    return this.title.length > 40 && /\\w+/.test(this.title)
  }
}
`

export const Data = (): Markup => (
  <>
    <Section id="figures" title="Figures">
      <div class="columns">
        <Stat
          label="Revenue"
          value={128_400}
          type="currency"
          change={0.124}
          help="since last month"
        />
        <Stat label="Returns" value={0.031} type="percent" change={-0.2} help="since last month" />
        <Stat
          label="Visitors"
          value={48_210}
          type="number"
          help={<Sparkline label="Visitors, up and down" values={[4, 6, 5, 8, 7, 9]} />}
        />
      </div>
    </Section>
    <Section id="descriptions" title="Description list">
      <DescriptionList
        items={[
          { term: "Order", value: "1041" },
          { term: "Placed", value: new Date("2026-03-01T09:30:00Z") },
          { term: "Total", value: 1234.5, type: "currency" },
          { term: "Paid", value: true },
          { term: "Note", value: null },
        ]}
      />
    </Section>
    <Section id="code" title="Code block">
      <CodeBlock code={code} language="ts" title="todo.ts" lineNumbers />
      <CodeBlock code="npm install nitro-ts" label="The command" />
    </Section>
  </>
)
