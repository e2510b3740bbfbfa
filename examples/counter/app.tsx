// A counter in memory: every open page counts along.
import { Hono } from "hono"
import { action, call, Entity, live, Page, respond, serve } from "nitro-ts"
import { ActionButton, PageHead, Panel } from "nitro-ts/components"
import { nitro } from "nitro-ts/hono"
import { z } from "zod"

class Counter extends Entity("Counter", { count: z.int().default(0) }) {
  @action({ input: { amount: z.int() } }) add({ amount }: { amount: number }) {
    this.count += amount
  }
  @action({ confirm: "Back to zero?" }) reset() {
    this.count = 0
  }
}

const counter = await Counter.create({})
const Card = (counter: Counter) => (
  <main id={counter.domId} class="page-column">
    <PageHead title={counter.count} live theme>
      Every open page counts along.
    </PageHead>
    <Panel>
      <footer>
        <div class="page-actions">
          {[1, 10].map(amount => (
            <ActionButton call={call(counter, "add", { amount })}>+{amount}</ActionButton>
          ))}
        </div>
        <ActionButton call={call(counter, "reset")} variant="outline" />
      </footer>
    </Panel>
  </main>
)

const app = new Hono()
app.use(nitro({ entities: [Counter] }))
app.get("/", () => respond(<Page title="Counter">{live(counter, Card)}</Page>))
await serve(app)
