// The check at start, each case in a separate process: faults that end it in production, its output, and requests that wait.
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it as sequentially } from "vitest"

// Processes take their time to start, and wait for nothing of each other.
const it = sequentially.concurrent

const root = fileURLToPath(new URL("../..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "nitro-ts-"))
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill("SIGKILL")
  rmSync(folder, { recursive: true, force: true })
})

let files = 0
const fresh = (): string => JSON.stringify(join(folder, `${files++}.db`))

const imports = `import { configure, Entity, expose, memory, ready, ref, serve } from "nitro-ts"
import { nitro } from "nitro-ts/fetch"
import { nitro as onNode } from "nitro-ts/node"
import { nitro as onHono } from "nitro-ts/hono"
import { sqlite } from "nitro-ts/sqlite"
import { createServer } from "node:http"
import { z } from "zod"
import express from "express"
import { Hono } from "hono"
`

interface Ended {
  readonly code: number | null
  readonly output: string
}

/** Runs the lines; resolves when the process ends, or with the code null once it printed "listening". */
function run(lines: string, environment: "production" | "development"): Promise<Ended> {
  const flags = [
    "--conditions=source",
    "--import",
    "tsx",
    "--input-type=module",
    "--eval",
    imports + lines,
  ]
  const env = {
    ...process.env,
    NODE_ENV: environment,
    NODE_OPTIONS: "",
    NITRO_DATABASE_URL: "",
    NITRO_SECRET: "x".repeat(40),
    PORT: "0",
  }
  const child = spawn(process.execPath, flags, {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  })
  children.push(child)
  let output = ""
  return new Promise(resolve => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      // The output that goes with it must arrive too.
      if (output.includes("listening on")) setTimeout(() => child.kill("SIGKILL"), 100)
    }
    child.stdout.on("data", read)
    child.stderr.on("data", read)
    child.on("close", code => resolve({ code, output }))
  })
}

const note = `class Note extends Entity("Note", { text: z.string() }) { static store = sqlite(${"$FILE"}) }\n`
const withFile = (lines: string): string => lines.replaceAll("$FILE", fresh())
const allow = "{ allow: () => true }"

const hosts: [host: string, lines: string][] = [
  ["serve and fetch", `await serve({ fetch: nitro({ entities: [expose(Note, ${allow})] }) })`],
  [
    "serve and Hono",
    `const app = new Hono(); app.use(onHono({ entities: [Note] })); app.get("/", c => c.text("x")); await serve(app)`,
  ],
  ["node:http", "createServer(onNode({ entities: [Note] })).listen(0, () => console.log('open'))"],
  [
    "Express",
    "const app = express(); app.use(onNode({ entities: [Note] })); app.listen(0, () => console.log('open'))",
  ],
  [
    "await app.ready",
    "const app = nitro({ entities: [Note] }); await app.ready; console.log('went on')",
  ],
  ["await ready(), before any app", "await ready(Note); console.log('went on')"],
  [
    "await ready(), with an app",
    "nitro({ entities: [Note] }); await ready(); console.log('went on')",
  ],
  [
    "with a listener for rejections",
    "process.on('unhandledRejection', () => {}); createServer(onNode({ entities: [Note] })).listen(0)",
  ],
]

describe.each(hosts)("under %s", (_, lines) => {
  it("a missing table ends a process of production, and its message says what to do", async () => {
    const { code, output } = await run(withFile(note) + lines, "production")
    expect(code, output).toBeGreaterThan(0)
    expect(output).toContain("NITRO_SCHEMA_MISMATCH")
    expect(output).toMatch(/migration/)
    expect(output).not.toMatch(/listening on|went on/)
  })
})

const faults: [fault: string, lines: string, message: RegExp][] = [
  [
    "a field that no store can keep",
    'class Note extends Entity("Note", { text: z.function() }) {}',
    /text/,
  ],
  [
    "a reference to no class",
    'class Note extends Entity("Note", { categoryId: ref("Categry") }) {}; class C extends Entity("Category", {}) {}',
    /"Category"/,
  ],
  [
    "a class body that hides a field",
    'class Note extends Entity("Note", { text: z.string() }) { text = "x" }',
    /hide the stored value/,
  ],
  [
    "a store under another name",
    'class Note extends Entity("Note", {}) { static db = memory() }',
    /static store/,
  ],
  [
    "two classes of one name",
    'class Note extends Entity("Note", {}) {}; const First = Note; { class Note extends Entity("Note", {}) {}; nitro({ entities: [First, Note] }) }',
    /"Note"/,
  ],
  [
    "a store that cannot be opened",
    'class Note extends Entity("Note", {}) { static store = sqlite("package.json/x.db") }',
    /NITRO_STORE_UNAVAILABLE|package\.json/,
  ],
]

describe("in production", () => {
  it.each(faults)("%s keeps the server from listening", async (_, lines, message) => {
    const { code, output } = await run(
      `${lines}\nawait serve({ fetch: nitro({ entities: [Note] }) })`,
      "production",
    )
    expect(code, output).toBeGreaterThan(0)
    expect(output).toMatch(message)
    expect(output).not.toContain("listening on")
  })

  it("all faults are named at once", async () => {
    const lines = `${withFile(note)}${withFile(note.replaceAll("Note", "Memo"))}await serve({ fetch: nitro({ entities: [Note, Memo] }) })`
    const { output } = await run(lines, "production")
    expect(output).toContain("NITRO_START")
    expect(output).toMatch(/fit Note[\s\S]*fit Memo/)
  })

  it("tables that a migration makes after nitro() are no fault", async () => {
    const file = fresh()
    const lines = `${note.replace("$FILE", `{ file: ${file}, schema: "check" }`)}
const app = nitro({ entities: [Note] })
await new Promise(resolve => setTimeout(resolve, 400))
const { DatabaseSync } = await import("node:sqlite").catch(() => ({}))
const database = DatabaseSync ? new DatabaseSync(${file}) : new (await import("libsql")).default(${file})
database.exec("create table notes (id text primary key not null, text text not null)")
await serve({ fetch: app })`
    const { output } = await run(lines, "production")
    expect(output).toContain("listening on")
  })

  it("`ready` of what is well resolves, and says nothing", async () => {
    const lines =
      'class Note extends Entity("Note", {}) { static store = memory({ partition: "session" }) }\nawait ready(Note); console.log("went on")'
    expect(await run(lines, "production")).toEqual({ code: 0, output: "went on\n" })
  })

  it("`ready` without arguments knows every declaration", async () => {
    const { code, output } = await run(
      'Entity("Note", { categoryId: ref("Categry") }); await ready()',
      "production",
    )
    expect(code).toBeGreaterThan(0)
    expect(output).toContain("Categry")
  })

  it("`ready` refuses what is no class", async () => {
    const { code, output } = await run("await ready({ entities: [] })", "production")
    expect(code).toBeGreaterThan(0)
    expect(output).toContain("await ready(Product, Order)")
  })
})

describe("in development", () => {
  it("a table that does not fit is one warning, and the server listens", async () => {
    const lines = `${note.replace("$FILE", `{ file: ${fresh()}, schema: "check" }`)}
for (const _ of [1, 2]) nitro({ entities: [Note] })
await serve({ fetch: nitro({ entities: [Note] }) })`
    const { output } = await run(lines, "development")
    expect(output.split("[NITRO_SCHEMA_MISMATCH]")).toHaveLength(2)
    expect(output).toContain("listening on")
  })

  it("tables are made at start", async () => {
    const lines = `${withFile(note)}const app = nitro({ entities: [Note] }); await app.ready; console.log(await Note.count())`
    expect(await run(lines, "development")).toEqual({ code: 0, output: "0\n" })
  })
})

it("a request that comes before the end of the check waits for it", async () => {
  const lines = `class Slow extends Entity("Slow", {}) {}
const inner = memory()
let isReady = false
const store = { __proto__: inner, bind(definition) {
  const repository = inner.bind(definition)
  return { __proto__: repository, async find(plan) { await new Promise(resolve => setTimeout(resolve, 300)); isReady = true; return repository.find(plan) } }
} }
Object.assign(Slow, { store: Object.assign(Object.create(inner), { name: "slow", capabilities: inner.capabilities, encoding: inner.encoding, bind: store.bind }) })
const app = nitro({ entities: [Slow] })
const response = await app(new Request("http://app.test/"), async () => new Response(String(isReady)))
console.log(await response.text())`
  expect(await run(lines, "production")).toMatchObject({ output: expect.stringContaining("true") })
})
