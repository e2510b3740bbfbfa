// A todo list on SQLite: every open page stays in step, and it works without JavaScript.
import { Hono } from "hono"
import { action, call, Entity, html, live, Page, respond, serve } from "nitro-ts"
import { nitro } from "nitro-ts/hono"
import { sqlite } from "nitro-ts/sqlite"
import { z } from "zod"

const title = z.string().trim().min(1, "What needs doing?").max(200, "Keep it under 200 characters.")
class Todo extends Entity("Todo", { title, done: z.boolean().default(false) }, { timestamps: true }) {
  static store = sqlite("todo.db") // without this line the list lives in memory
  @action() toggle() {
    this.done = !this.done
  }
}

const Item = (todo: Todo) => (
  <li id={todo.domId} class={{ done: todo.done }}>
    {call(todo, "toggle").button(todo.done && "✓", { role: "checkbox", "aria-checked": todo.done, "aria-label": "Done", ...icon })}
    {call(todo, "update").input("title", { "aria-label": "Title" })}
    {call(todo, "delete").button("×", { "aria-label": "Delete", ...icon, "data-variant": "ghost" })}
  </li>
)
const icon = { "data-variant": "outline", "data-size": "icon" }
const lists = { all: Todo.where(), active: Todo.where(t => t.done.eq(false)), done: Todo.where(t => t.done.eq(true)) }
const link = (name: string, shown: string) =>
  html`<a class="btn" data-variant="${name === shown ? "secondary" : "ghost"}" data-size="sm" href="/?show=${name}">${name}</a>`
const style = html`<style>
  main { width: min(36rem, 100% - 2rem); margin: 10vh auto; gap: 1rem; padding: 1.5rem; } h1 { font-size: 1.5rem; font-weight: 600; }
  li { display: flex; gap: .5rem; padding-block: .125rem; } li .input:not(:focus) { border-color: transparent; background: none; box-shadow: none; }
  .done .input { text-decoration: line-through; color: var(--muted-foreground); } nav { text-transform: capitalize; }
</style>`

const app = new Hono()
app.use(nitro({ entities: [Todo] }))
app.get("/", c => {
  const show = c.req.query("show") ?? "all"
  return respond(
    <Page title="Todos" head={style}>
      <main class="card">
        <h1>{live(lists.active.count())} left to do</h1>
        {call(Todo, "create").input("title", { placeholder: "What needs doing?", "aria-label": "New todo", autofocus: true })}
        {live((lists[show as keyof typeof lists] ?? lists.all).orderBy("createdAt"), Item)}
        <nav>{Object.keys(lists).map(name => link(name, show))}</nav>
      </main>
    </Page>,
  )
})
await serve(app)
