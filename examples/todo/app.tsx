// A todo list on SQLite: every open page stays in step, and it works without JavaScript.
import { Hono } from "hono"
import { action, call, Entity, expose, live, Page, respond, serve } from "nitro-ts"
import * as ui from "nitro-ts/components"
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
    <ui.ActionToggle call={call(todo, "toggle")} checked={todo.done} label="Done" />
    <ui.ActionInput call={call(todo, "update")} name="title" />
    <ui.ActionButton call={call(todo, "delete")} icon="trash" variant="ghost" size="icon-sm" />
  </li>
)
const count = (done: boolean) => live(Todo.where({ done }).count())
const Todos = (show = "all", empty = <ui.Empty as="li" />) => (
  <Page title="Todos">
    <main class="page-column">
      <ui.PageHead title="Todos" live theme>
        {count(false)} left, {count(true)} done
      </ui.PageHead>
      <ui.Panel>
        <ui.ActionInput call={call(Todo, "create")} name="title" icon="plus" autofocus />
        {live(Todo.where(lists.get(show) ?? {}).orderBy("id"), Item, { empty })}
        <footer>
          <ui.Segment label="Show" name="show" options={["all", ...lists.keys()]} value={show} />
          <ui.ActionButton call={call(Todo, "clearDone")} variant="ghost" size="sm" />
        </footer>
      </ui.Panel>
      <ui.KeyHints keys={{ Enter: "save", Esc: "revert", Space: "done" }} />
    </main>
  </Page>
)
const app = new Hono().use(nitro({ entities: [expose(Todo)] }))
await serve(app.get("/", c => respond(Todos(c.req.query("show")))))
