// The todo app by hand: Hono, raw SQLite, template strings. What a careful person writes without us, made to be fast.
//
// The same routes, checks and page as examples/todo, so that the page weighs the same: rows are escaped, the add is
// validated, posts of other sites are refused, open pages are told of each change. The page's script and stylesheet are
// not served: the bench does not ask for them.
import { randomUUID } from "node:crypto"
import { type Context, Hono } from "hono"
import Database from "libsql"
import { serve } from "srvx/node"

const database = new Database("todo.db")
database.exec(`pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on; pragma busy_timeout = 5000;
  create table if not exists todos (id text primary key, title text not null, done integer not null, created_at text not null, updated_at text not null) strict`)

interface Todo {
  readonly id: string
  readonly title: string
  readonly done: number
}

// Rows as arrays and one prepared statement each: the fastest way that the driver has.
const columns = "select id, title, done from todos"
const all = database.prepare(`${columns} order by created_at, id`).raw()
const byDone = database.prepare(`${columns} where done = ? order by created_at, id`).raw()
const one = database.prepare(`${columns} where id = ?`).raw()
const countOf = database.prepare("select count(*) from todos where done = ?").raw()
const insert = database.prepare(
  "insert into todos (id, title, done, created_at, updated_at) values (?, ?, 0, ?, ?)",
)
const setDone = database.prepare("update todos set done = ?, updated_at = ? where id = ?")
const setTitle = database.prepare("update todos set title = ?, updated_at = ? where id = ?")
const remove = database.prepare("delete from todos where id = ?")

type Row = [id: string, title: string, done: number]
const toTodo = ([id, title, done]: Row): Todo => ({ id, title, done })

function find(id: string): Todo | undefined {
  const row = one.get(id) as Row | undefined
  return row && toTodo(row)
}

function count(done: 0 | 1): number {
  return (countOf.get(done) as [number])[0]
}

const special = /[&<>"']/
const replacements: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}
function escapeHtml(text: string): string {
  return special.test(text)
    ? text.replace(/[&<>"']/g, character => replacements[character] as string)
    : text
}

/** What is wrong with a title, or "" when nothing is. */
function complaint(title: string): string {
  if (title.length === 0) return "Please enter a title."
  return title.length > 200 ? "Keep it under 200 characters." : ""
}

const send = "@post(el.action, {contentType: 'form'})"
const sendFields = `[...el.elements].forEach(each => each.sent = each.value); ${send}`

function formOf(action: string, submit: string): string {
  return `<form method="post" action="${action}" data-on:submit__prevent="${submit}"`
}

/** An input with its message. `after` is the property that a success gives back to the input. */
function field(
  key: string,
  attributes: string,
  value: string,
  after: string,
  message = "",
): string {
  return (
    `<input class="input" ${attributes} id="${key}_title" name="title" value="${escapeHtml(value)}" aria-describedby="${key}_title_error" data-attr:aria-invalid="$_${key}_title ? 'true' : 'false'" data-effect="$_${key} &amp;&amp; el.value === el.sent &amp;&amp; (${after})">` +
    `<p id="${key}_title_error" role="alert" data-text="$_${key}_title">${escapeHtml(message)}</p>`
  )
}

const svg = (name: string, paths: string): string =>
  `<svg class="lucide lucide-${name}" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>`
const check = svg("check", '<path d="M20 6 9 17l-5-5"/>')
const plus = svg("plus", '<path d="M5 12h14"/><path d="M12 5v14"/>')
const trash = svg(
  "trash",
  '<path d="M10 11v6"/><path d="M14 11v6"/><path d="M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6"/><path d="M3 6h18"/><path d="M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2"/>',
)
const empty = `<li class="none"><h2>Nothing here</h2><p>Write the next thing above. Every open page shows it at once.</p></li>`

function item({ id, title, done }: Todo): string {
  const path = `/todos/${id}`
  const key = `todo_${id.slice(24)}_update`
  const editsInPlace = `data-on:change="el.form.requestSubmit()" data-on:keydown="evt.key == 'Escape' ? ($_${key}_title = '', el.value = el.defaultValue) : 0"`
  return (
    `<li id="todo-${id}"${done ? ' class="done"' : ""}>` +
    `${formOf(`${path}/toggle`, send)} style="display: contents"><button class="btn" role="checkbox" aria-checked="${done ? "true" : "false"}" aria-label="Done">${done ? check : ""}</button></form>` +
    `${formOf(`${path}/update`, sendFields)} class="field">${field(key, `aria-label="Title" ${editsInPlace}`, title, "el.defaultValue = el.value")}</form>` +
    `${formOf(`${path}/delete`, send)} style="display: contents"><button class="btn" aria-label="Delete" data-variant="ghost" data-size="icon-sm">${trash}</button></form></li>`
  )
}

const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Todos</title><link rel="icon" href="data:,"><script>try{const t=localStorage.themeMode;if(t?t==="dark":matchMedia("(prefers-color-scheme: dark)").matches)document.documentElement.classList.add("dark")}catch{}</script><link rel="stylesheet" href="/style.css"><script type="module" src="/client.js"></script>`

function page(show: string, typed = "", message = ""): string {
  const rows = (
    show === "active" ? byDone.all(0) : show === "done" ? byDone.all(1) : all.all()
  ) as Row[]
  const placeholder = 'placeholder="What needs doing?" aria-label="New todo" autofocus'
  let items = ""
  for (const row of rows) items += item(toTodo(row))
  const links = ["all", "active", "done"].map(
    name => `<a href="/?show=${name}"${name === show ? ' aria-current="page"' : ""}>${name}</a>`,
  )
  return `<!doctype html><html lang="en"><head>${head}</head><body><main><h1>Todos</h1><p><span id="left">${count(0)}</span> left, <span id="done">${count(1)}</span> done</p><section class="card"><header>${plus}${formOf("/todos", sendFields)} class="field">${field("todo_create", placeholder, typed, "el.value = el.defaultValue", message)}</form></header><ul id="list">${items || empty}</ul><footer><nav>${links.join("")}</nav>${formOf("/todos/clear-done", send)} style="display: contents"><button class="btn" data-variant="ghost" data-size="sm">Clear done</button></form></footer></section></main><div id="live" hidden data-init="@get('/live?show=${show}', {filterSignals: {include: /^$/}, openWhenHidden: false, retry: 'always', retryMaxCount: Infinity, requestCancellation: 'disabled'})"></div></body></html>`
}

// One open page: its stream, and the list that it shows.
interface Viewer {
  readonly show: string
  readonly controller: ReadableStreamDefaultController<Uint8Array>
}
const viewers = new Set<Viewer>()
const encoder = new TextEncoder()

function patch(elements: string, options: string): string {
  return `event: datastar-patch-elements\n${options}data: elements ${elements.replaceAll("\n", "\ndata: elements ")}\n\n`
}

/** Tells every open page what became of a todo. */
function tell(id: string, todo: Todo | undefined, isNew: boolean): void {
  if (viewers.size === 0) return
  const counts = patch(`<span id="left">${count(0)}</span><span id="done">${count(1)}</span>`, "")
  const gone = patch("", `data: selector #todo-${id}\ndata: mode remove\n`)
  const html = todo ? item(todo) : ""
  for (const { show, controller } of viewers) {
    const visible = todo && (show === "all" || (show === "done") === (todo.done === 1))
    const append = visible ? patch(html, "data: selector #list\ndata: mode append\n") : ""
    const change = isNew ? append : visible && show === "all" ? patch(html, "") : gone + append
    controller.enqueue(encoder.encode(change + counts))
  }
}

function showOf(c: Context): string {
  const show = c.req.query("show")
  return show === "active" || show === "done" ? show : "all"
}

const app = new Hono()

app.post("*", async (c, next) => {
  const site = c.req.header("sec-fetch-site")
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return c.text("Cross-site", 403)
  return await next()
})

app.get("/", c => c.html(page(showOf(c))))

app.get("/live", c => {
  const show = showOf(c)
  let viewer: Viewer
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      viewer = { show, controller }
      viewers.add(viewer)
      controller.enqueue(encoder.encode(": live\n\n"))
    },
    cancel() {
      viewers.delete(viewer)
    },
  })
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    },
  })
})

async function titleIn(c: Context): Promise<string> {
  return (new URLSearchParams(await c.req.text()).get("title") ?? "").trim()
}

app.post("/todos", async c => {
  const title = await titleIn(c)
  const wrong = complaint(title)
  if (wrong !== "") return c.html(page("all", title, wrong), 422)
  const id = randomUUID()
  const now = new Date().toISOString()
  insert.run(id, title, now, now)
  tell(id, { id, title, done: 0 }, true)
  return c.redirect("/", 303)
})

app.post("/todos/clear-done", c => {
  for (const row of byDone.all(1) as Row[]) {
    remove.run(row[0])
    tell(row[0], undefined, false)
  }
  return c.redirect("/", 303)
})

app.post("/todos/:id/toggle", c => {
  const todo = find(c.req.param("id"))
  if (!todo) return c.notFound()
  const done = todo.done ? 0 : 1
  setDone.run(done, new Date().toISOString(), todo.id)
  tell(todo.id, { ...todo, done }, false)
  return c.redirect("/", 303)
})

app.post("/todos/:id/update", async c => {
  const todo = find(c.req.param("id"))
  if (!todo) return c.notFound()
  const title = await titleIn(c)
  if (complaint(title) !== "") return c.redirect("/", 303)
  setTitle.run(title, new Date().toISOString(), todo.id)
  tell(todo.id, { ...todo, title }, false)
  return c.redirect("/", 303)
})

app.post("/todos/:id/delete", c => {
  const id = c.req.param("id")
  if (Number(remove.run(id).changes) === 0) return c.notFound()
  tell(id, undefined, false)
  return c.redirect("/", 303)
})

const server = serve({
  fetch: app.fetch,
  port: Number(process.env["PORT"] ?? 3000),
  hostname: "127.0.0.1",
  silent: true,
  gracefulShutdown: false,
})
await server.ready()
console.log(`listening on ${server.url}`)
process.once("SIGTERM", () => process.exit(0))
