// The warnings of a start, each in a separate process: the names in them, and that they are printed once.
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, expect, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "nitro-ts-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const run = promisify(execFile)

const classes = `import { configure, Entity, expose, memory } from "nitro-ts"
import { nitro } from "nitro-ts/fetch"
import { sqlite } from "nitro-ts/sqlite"
import { z } from "zod"
class Note extends Entity("Note", { text: z.string() }) {}
class Memo extends Entity("Memo", { text: z.string() }) { static store = memory({ partition: "session" }) }
class Plan extends Entity("Plan", { text: z.string() }) { static store = sqlite(${JSON.stringify(join(folder, "plans.db"))}) }
`

/** The stderr of the process. */
async function warningsOf(lines: string, environment: string): Promise<string> {
  const flags = [
    "--conditions=source",
    "--import",
    "tsx",
    "--input-type=module",
    "--eval",
    classes + lines,
  ]
  const env = {
    ...process.env,
    NODE_ENV: environment,
    NODE_OPTIONS: "",
    NITRO_DATABASE_URL: "",
    NITRO_SECRET: "a secret of more than thirty-two characters",
  }
  return (await run(process.execPath, flags, { cwd: root, env })).stderr
}

const count = (text: string, part: string): number => text.split(part).length - 1

it("names classes that are exposed without a rule, once, whatever the environment", async () => {
  for (const environment of ["production", "development"]) {
    const text = await warningsOf(
      "for (const _ of [1, 2]) nitro({ entities: [expose(Plan), Note] })",
      environment,
    )
    expect(count(text, "NITRO_OPEN_TO_ALL")).toBe(1)
    expect(text).toContain("operations of Plan. Write expose(Plan, { allow:")
  }
})

it("names actions with a permission that no rule checks, once, with the line to write", async () => {
  const bill = `import { action } from "nitro-ts"
    class Bill extends Entity("Bill", {}) {
      static { action(this, "send", { permission: "bills.send" }); action(this, "read") }
      send() {} read() {}
    }
    class Order extends Entity("Order", {}) {
      static { action(this, "ship", { permission: "ship" }) }
      ship() {}
    }
    `
  const text = await warningsOf(
    `${bill} for (const _ of [1, 2]) nitro({ entities: [Bill, expose(Order, { allow: () => true })] })`,
    "development",
  )
  expect(count(text, "NITRO_UNCHECKED_PERMISSION")).toBe(1)
  expect(text).toContain('the permission of Bill.send ("bills.send"), so every visitor may use it.')
  expect(text).toContain("Write expose(Bill, { crud: false, allow: ({ route, user }) => … })")
})

it("names limits that each of several processes counts for itself, unless a store does", async () => {
  const login = `import { action } from "nitro-ts"
    import { memoryBus } from "nitro-ts/events"
    class Login extends Entity("Login", {}) {
      static { action(this, "attempt", { rateLimit: { limit: 1, perSeconds: 1 } }) }
      static attempt() {}
    }
    `
  const text = await warningsOf(
    `${login} nitro({ entities: [Login], changes: memoryBus() })`,
    "development",
  )
  expect(count(text, "NITRO_LIMITS_PER_PROCESS")).toBe(1)
  expect(text).toContain("the rateLimit of Login.attempt each for itself")
  const silent = `${login} nitro({ entities: [Login], changes: memoryBus(), limits: { store: memory() } })
    nitro({ entities: [Login] })`
  expect(await warningsOf(silent, "development")).toBe("")
})

it("names in production classes whose rows end with the process, once, with the line to write", async () => {
  const text = await warningsOf(
    "for (const _ of [1, 2]) nitro({ entities: [Note, Memo, Plan] })",
    "production",
  )
  expect(count(text, "NITRO_NOT_DURABLE")).toBe(1)
  expect(text).toContain("The rows of Note are kept in memory")
  expect(text).toContain("static store = sqlite(")
  expect(text).not.toContain("NITRO_OPEN_TO_ALL")
})

it.each([
  ["in development", "nitro({ entities: [Note] })", "development"],
  ["with rules", "nitro({ entities: [expose(Plan, { allow: () => true })] })", "production"],
  ["where nothing is exposed", "nitro({ entities: [expose(Plan, { crud: [] })] })", "production"],
  [
    "where the store is configured below",
    `nitro({ entities: [Note] }); configure({ store: Plan.store })`,
    "production",
  ],
])("stays silent %s", async (_, lines, environment) => {
  expect(await warningsOf(lines, environment)).toBe("")
})
