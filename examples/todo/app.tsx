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
    <ui.ActionInput call={call(todo, "update")} name="title" keys="F2" buttons />
    <ui.ActionButton call={call(todo, "delete")} icon="trash" size="icon-sm" keys="Del" />
  </li>
)
const count = (done: boolean, empty = "") => live(Todo.where({ done }).count(), { empty })
const Todos = (show = "all", empty = <ui.Empty as="li" />) => (
  <Page title="Todos">
    <main class="page-column">
      <ui.PageHead title="Todos" live theme>
        {count(false, "0")} left, {count(true, "0")} done
      </ui.PageHead>
      <ui.Panel>
        <ui.ActionInput call={call(Todo, "create")} name="title" icon="plus" keys="N" autofocus />
        {live(Todo.where(lists.get(show) ?? {}).orderBy("id"), Item, { empty })}
        <footer>
          <ui.Segment label="Show" name="show" options={["all", ...lists.keys()]} value={show} />
          <ui.ActionButton call={call(Todo, "clearDone")}>Clear {count(true)} done</ui.ActionButton>
        </footer>
      </ui.Panel>
      <ui.KeyHints keys={{ N: "new", Space: "done", F2: "rename", Del: "delete" }} />
    </main>
  </Page>
)
const app = new Hono().use(nitro({ entities: [expose(Todo)] }))
await serve(app.get("/", c => respond(Todos(c.req.query("show")))))
