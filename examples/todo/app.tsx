// A todo list on SQLite: every open page stays in step, and it works without JavaScript.
import { Hono } from "hono"
import { action, call, Entity, html, live, Page, respond, serve } from "nitro-ts"
import { nitro } from "nitro-ts/hono"
import { sqlite } from "nitro-ts/sqlite"
import { z } from "zod"

const title = z.string().trim().min(1, "What needs doing?").max(200, "Keep it under 200 characters.")

class Todo extends Entity("Todo", { title, done: z.boolean().default(false) }, { timestamps: true }) {
  static repository = sqlite("todo.db") // or memory(): one line
  @action() toggle() { this.done = !this.done }
}

const Item = (todo: Todo) => {
  const rename = call(todo, "update")
  return <li id={todo.domId} class={{ done: todo.done }}>
    <form {...call(todo, "toggle").form}><button class="btn" data-variant="outline" data-size="icon-sm" role="checkbox" aria-checked={todo.done} aria-label="Done">{todo.done && "✓"}</button></form>
    <form {...rename.form} class="field"><input {...rename.field("title")} class="input" aria-label="Title" />{rename.error("title")}</form>
    <form {...call(todo, "delete").form}><button class="btn" data-variant="ghost" data-size="icon-sm" aria-label="Delete">✕</button></form>
  </li>
}

const active = Todo.where(t => t.done.eq(false))
const lists = { all: Todo.where(), active, done: Todo.where(t => t.done.eq(true)) }
const style = html`<style>
  main { width: min(36rem, 100% - 2rem); margin: 8vh auto } ul { display: grid; gap: .25rem; padding: 0 } main form { display: flex; gap: .5rem }
  li { display: grid; grid-template-columns: auto 1fr auto; gap: .5rem; align-items: start } .done .input { text-decoration: line-through; opacity: .6 }
  li .input { border-color: transparent; box-shadow: none } li .input:hover, li .input:focus { border-color: var(--input) } .field { flex: 1 }
</style>`

const app = new Hono()
app.use(nitro({ entities: [Todo] }))
app.get("/", c => {
  const show = c.req.query("show") as keyof typeof lists
  const add = call(Todo, "create")
  return respond(<Page title="Todos" head={style}><main class="card">
    <header><h1>Todos</h1><p>{live(active.count())} left to do</p></header>
    <section>
      <form {...add.form}><div class="field"><input {...add.field("title")} class="input" placeholder="What needs doing?" aria-label="New todo" autofocus />{add.error("title")}</div><button class="btn">Add</button></form>
      {live((lists[show] ?? lists.all).orderBy("createdAt"), { each: Item })}
    </section>
    <footer>{Object.keys(lists).map(name => <a class="btn" data-variant={name === (show ?? "all") ? "secondary" : "ghost"} data-size="sm" href={`/?show=${name}`}>{name}</a>)}</footer>
  </main></Page>)
})
await serve(app)
