// A counter in memory: one class, two actions, every open page counts along.
import { Hono } from "hono"
import { action, call, Entity, live, Page, respond, serve } from "nitro-ts"
import { nitro } from "nitro-ts/hono"
import { z } from "zod"

class Counter extends Entity("Counter", { count: z.int().default(0) }) {
  @action({ input: { amount: z.int().default(1) } }) add({ amount }: { amount: number }) { this.count += amount }
  static { action(this, "reset", { confirm: "Back to zero?" }) }
  reset() { this.count = 0 }
}

const counter = await Counter.create({ id: "main" })
const Count = (c: Counter) => <p id={c.domId} style={{ "font-size": "4rem" }}>{c.count}</p>

const app = new Hono()
app.use(nitro({ entities: [Counter] }))
app.get("/", () => respond(<Page title="Counter">
  <main class="card" style={{ width: "20rem", margin: "15vh auto", "text-align": "center" }}>
    {live(Counter.where(c => c.id.eq("main")), { each: Count, tag: "div" })}
    <footer style={{ display: "flex", gap: ".5rem", "justify-content": "center" }}>
      <form {...call(counter, "add").form}><button class="btn">+1</button></form>
      <form {...call(counter, "add", { amount: 10 }).form}><button class="btn" data-variant="secondary">+10</button></form>
      <form {...call(counter, "reset").form}><button class="btn" data-variant="ghost">Reset</button></form>
    </footer>
  </main>
</Page>))
await serve(app)
