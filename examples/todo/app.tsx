// A todo list on SQLite: every open page stays in step, and it works without JavaScript.
import { Hono } from "hono"
import { action, call, Entity, expose, live, Page, respond, serve } from "nitro-ts"
import { ActionButton, ActionInput, ActionToggle, Empty, Panel, Segment } from "nitro-ts/components"
import { nitro } from "nitro-ts/hono"
import { sqlite } from "nitro-ts/sqlite"
import { z } from "zod"

class Todo extends Entity("Todo", {
  title: z.string().trim().min(1, "Please enter a title.").max(200, "At most 200 characters."),
  done: z.boolean().default(false),
}) {
  static store = sqlite("todo.db") // without this line the list lives in memory
  @action() toggle() {
    this.done = !this.done
  }
  @action() static async clearDone() {
    await Todo.deleteWhere({ done: true })
  }
}

const lists = new Map(Object.entries({ active: { done: false }, done: { done: true } }))
const Item = (todo: Todo) => (
  <li id={todo.domId} class={{ done: todo.done }}>
    <ActionToggle call={call(todo, "toggle")} checked={todo.done} label="Done" />
    <ActionInput call={call(todo, "update")} name="title" />
    <ActionButton call={call(todo, "delete")} icon="trash" variant="ghost" size="icon-sm" />
  </li>
)
const Todos = (show = "all") => (
  <Page title="Todos">
    <main class="page-column">
      <h1>Todos</h1>
      <p>{live(Todo.where({ done: false }).count())} left to do</p>
      <Panel>
        <ActionInput call={call(Todo, "create")} name="title" icon="plus" autofocus />
        {live(Todo.where(lists.get(show) ?? {}).orderBy("id"), Item, { empty: <Empty as="li" /> })}
        <footer>
          <Segment label="Show" name="show" options={["all", ...lists.keys()]} value={show} />
          <ActionButton call={call(Todo, "clearDone")} variant="ghost" size="sm" />
        </footer>
      </Panel>
    </main>
  </Page>
)
const app = new Hono()
app.use(nitro({ entities: [expose(Todo)] }))
app.get("/", c => respond(Todos(c.req.query("show"))))
await serve(app)
