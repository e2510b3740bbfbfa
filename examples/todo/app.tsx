// A todo list on SQLite: every open page stays in step, and it works without JavaScript.
import { Hono } from "hono"
import { action, call, Entity, expose, live, Page, respond, serve } from "nitro-ts"
import { assets } from "nitro-ts/assets"
import { ActionButton, ActionInput, ActionToggle } from "nitro-ts/components"
import { nitro } from "nitro-ts/hono"
import { ListChecks, Plus, Trash } from "nitro-ts/icons/lucide"
import { sqlite } from "nitro-ts/sqlite"
import { z } from "zod"

const title = z
  .string()
  .trim()
  .min(1, "Please enter a title.")
  .max(200, "Keep it under 200 characters.")

class Todo extends Entity(
  "Todo",
  { title, done: z.boolean().default(false) },
  { timestamps: true },
) {
  static store = sqlite("todo.db") // without this line the list lives in memory

  @action() toggle() {
    this.done = !this.done
  }
  @action() static async clearDone() {
    await Todo.deleteWhere(t => t.done.eq(true))
  }
}

const oldestFirst = Todo.all().orderBy("createdAt")
const lists = new Map([
  ["all", oldestFirst],
  ["active", oldestFirst.where({ done: false })],
  ["done", oldestFirst.where({ done: true })],
])

const Item = (todo: Todo) => (
  <li id={todo.domId} class={{ done: todo.done }}>
    <ActionToggle call={call(todo, "toggle")} checked={todo.done} label="Done" />
    <ActionInput call={call(todo, "update")} name="title" label="Title" />
    <ActionButton
      call={call(todo, "delete")}
      icon={Trash()}
      variant="ghost"
      size="icon-sm"
      aria-label="Delete"
    />
  </li>
)

const empty = (
  <li class="none">
    {ListChecks()}
    <h2>Nothing here</h2>
    <p>Write the next thing above. Every open page shows it at once.</p>
  </li>
)

const files = assets({ directory: new URL("./public", import.meta.url) })
const app = new Hono()
app.use(nitro({ entities: [expose(Todo)], assets: files }))
app.get("/", c => {
  const shown = c.req.query("show") ?? "all"
  return respond(
    <Page title="Todos" styles={[files.style("todo.css")]}>
      <main>
        <h1>Todos</h1>
        <p>{live(Todo.where({ done: false }).count())} left to do</p>
        <section class="card">
          <header>
            {Plus()}
            <ActionInput
              call={call(Todo, "create")}
              name="title"
              label="New todo"
              placeholder="What needs doing?"
              autofocus
            />
          </header>
          {live(lists.get(shown) ?? oldestFirst, Item, { empty })}
          <footer>
            <nav>
              {[...lists.keys()].map(name => (
                <a href={`/?show=${name}`} aria-current={name === shown ? "page" : undefined}>
                  {name}
                </a>
              ))}
            </nav>
            <ActionButton call={call(Todo, "clearDone")} variant="ghost" size="sm">
              Clear done
            </ActionButton>
          </footer>
        </section>
      </main>
    </Page>,
  )
})
await serve(app)
