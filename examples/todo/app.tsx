// A todo list on SQLite: every open page stays in step, and it works without JavaScript.
import { Hono } from "hono"
import { action, call, Entity, html, live, Page, respond, serve } from "nitro-ts"
import { nitro } from "nitro-ts/hono"
import { sqlite } from "nitro-ts/sqlite"
import { z } from "zod"

const title = z.string().trim().min(1, "What needs doing?").max(200, "Keep it under 200 characters.")
class Todo extends Entity("Todo", { title, done: z.boolean().default(false) }, { timestamps: true }) {
  static repository = sqlite("todo.db") // or memory(): one line
  @action() toggle() {
    this.done = !this.done
  }
}

const Item = (todo: Todo) => (
  <li id={todo.domId} class={{ done: todo.done }}>
    {call(todo, "toggle").button(todo.done && "✓", { role: "checkbox", "aria-checked": todo.done, "aria-label": "Done" })}
    {call(todo, "update").input("title", { "aria-label": "Title" })}
    {call(todo, "delete").button("✕", { "aria-label": "Delete", "data-variant": "ghost" })}
  </li>
)
const lists = { all: Todo.where(), active: Todo.where(t => t.done.eq(false)), done: Todo.where(t => t.done.eq(true)) }
const links = (shown: string) =>
  Object.keys(lists).map(name => html`<a href="/?show=${name}" aria-current="${name === shown && "page"}">${name}</a>`)
const style = html`<style>
  main { width: min(34rem, 100% - 2rem); margin: 8vh auto; } main > * { margin-inline: 1.5rem; } footer { display: flex; gap: 1rem; }
  li { display: flex; gap: .5rem; } li .input { border-color: transparent; box-shadow: none; } .done .input { text-decoration: line-through; }
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
        {live((lists[show as keyof typeof lists] ?? lists.all).orderBy("createdAt"), { each: Item })}
        <footer>{links(show)}</footer>
      </main>
    </Page>,
  )
})
await serve(app)
