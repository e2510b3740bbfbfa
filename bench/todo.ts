// Request CPU of the todo app against the same app written by hand on Hono and raw SQLite.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bench, type Contender } from "./harness.ts"
import { BenchServer } from "./support/server.ts"

const apps = { ours: "examples/todo/app.tsx", rival: "bench/rivals/todo-hono-raw.ts" }
const goal = { max: 1.5 }
// Optimised code comes late on a page this long: both sides are measured only once their figures have settled.
const warmUp = 6000
const perRound = 600
const concurrency = 4
/** Rows on the page that the list case renders. */
const listed = 100

const form = {
  "content-type": "application/x-www-form-urlencoded",
  accept: "text/html",
  "sec-fetch-site": "same-origin",
}
const titleOf = (i: number): string => `Buy ${i} apples & pears, <ripe> ones`

/** A started app with data of its own, and what the cases do with it. */
class App {
  readonly server: BenchServer
  readonly #folder: string

  private constructor(server: BenchServer, folder: string) {
    this.server = server
    this.#folder = folder
  }

  static async start(file: string): Promise<App> {
    const folder = mkdtempSync(join(tmpdir(), "nitro-bench-"))
    // Tables are made in development only, so the first start is one.
    const first = await BenchServer.start(file, { cwd: folder, env: { NODE_ENV: "development" } })
    await first.send("/")
    await first.close()
    return new App(await BenchServer.start(file, { cwd: folder }), folder)
  }

  async add(i: number): Promise<void> {
    const body = new URLSearchParams({ title: titleOf(i) }).toString()
    const answer = await this.server.send("/todos", { method: "POST", headers: form, body })
    if (answer.status !== 303)
      throw new Error(`add answered ${answer.status}: ${answer.body.slice(0, 500)}`)
  }

  async page(): Promise<string> {
    const answer = await this.server.send("/", { headers: { accept: "text/html" } })
    if (answer.status !== 200)
      throw new Error(`The page answered ${answer.status}: ${answer.body.slice(0, 500)}`)
    return answer.body
  }

  /** Deletes every todo by its own form, as a person would. Returns how many there were. */
  async empty(): Promise<number> {
    const paths = new Set(
      Array.from(
        (await this.page()).matchAll(/action="(\/todos\/[^"]+\/delete)"/g),
        match => match[1] as string,
      ),
    )
    for (const path of paths)
      await this.server.send(path, { method: "POST", headers: form, body: "" })
    return paths.size
  }

  /** Opens the page's stream of changes, as its script would. */
  async openLive(): Promise<{ bytes(): number; close(): void }> {
    const path = /data-init="[^"]*?@get\((?:'|&#39;|&quot;)([^'"&]+(?:&amp;[^'"&]+)*)/.exec(
      await this.page(),
    )?.[1]
    if (!path) throw new Error("The page opens no stream.")
    return await this.server.openStream(path.replaceAll("&amp;", "&"), {
      accept: "text/event-stream",
      "datastar-request": "true",
    })
  }

  async close(): Promise<void> {
    await this.server.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Renders a page of todos, over and over. Nobody else looks. */
function listCase(name: string, file: string): Contender {
  let app: App
  return {
    name,
    async setup() {
      app = await App.start(file)
      for (let i = 0; i < listed; i++) await app.add(i)
      weigh(name, await app.page())
      await app.server.cpuPerRequest(warmUp, concurrency, () => app.page())
    },
    measure: () => app.server.cpuPerRequest(perRound, concurrency, () => app.page()),
    close: () => app?.close(),
  }
}

/** Adds todos by form post while one page is open and must be told. */
function addCase(name: string, file: string): Contender {
  let app: App
  let live: { bytes(): number; close(): void }
  const round = async (count: number): Promise<number> => {
    const heard = live.bytes()
    const figure = await app.server.cpuPerRequest(count, concurrency, i => app.add(i))
    // A patch holds at least the title; an app that told the page nothing would win unfairly.
    if (live.bytes() - heard < count * titleOf(0).length)
      throw new Error(`${name} did not tell the open page of every new todo.`)
    const rows = await app.empty()
    if (rows !== count) throw new Error(`${name} acknowledged ${count} todos and kept ${rows}.`)
    return figure
  }
  return {
    name,
    async setup() {
      app = await App.start(file)
      live = await app.openLive()
      for (let added = 0; added < warmUp; added += perRound) await round(perRound)
    },
    measure: () => round(perRound),
    async close() {
      live?.close()
      await app?.close()
    },
  }
}

const weights = new Map<string, number>()

/** Both pages must weigh about the same, or their ratio says nothing. */
function weigh(name: string, page: string): void {
  weights.set(name, Buffer.byteLength(page))
  const [least = 0, most = 0] = [Math.min(...weights.values()), Math.max(...weights.values())]
  if (most > least * 1.1)
    throw new Error(
      `The pages differ in weight: ${JSON.stringify(Object.fromEntries(weights))} bytes. Bring the rival up to date.`,
    )
}

const rival = "Hono + raw SQLite"
await bench(
  "todo",
  [
    {
      case: `list ${listed}`,
      metric: "cpu us/request",
      ours: listCase("nitro-ts", apps.ours),
      rivals: [{ ...listCase(rival, apps.rival), goal }],
    },
    {
      case: "add, one page open",
      metric: "cpu us/request",
      ours: addCase("nitro-ts", apps.ours),
      rivals: [{ ...addCase(rival, apps.rival), goal }],
    },
  ],
  { rounds: 7 },
)
