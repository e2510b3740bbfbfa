// Modules that are evaluated again: they replace what they declared, and two modules still cannot declare the same.
import { execFile } from "node:child_process"
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { createServer } from "vite"
import { expect, it } from "vitest"
import { nitro } from "../src/adapters/fetch.ts"
import { eventsOf } from "../src/live/index.ts"
import { root } from "./support/imports.ts"

const folder = join(root, "test/fixtures/reload")
const once = [
  ...["exact", "pattern", "first", "second", "registered"],
  ...["middleware", "open", "middleware", "shut by command"],
  ...["visitor", "all: Visitor", "all: Shop", "created", "shut", "204"],
].sort()

interface Runs {
  run(): Promise<string[]>
}

it("replaces what the same file declared under another query string", async () => {
  for (const query of ["a", "b", "c"]) {
    const { run } = (await import(/* @vite-ignore */ `${folder}/shop.ts?${query}`)) as Runs
    expect((await run()).sort()).toEqual(once)
  }
})

it.each([
  ["and no more", "shop.ts"],
  ["but nothing before an await of its own", "waits.ts"],
])("does so in a process of Node, %s", async (_title, name) => {
  const program = ["--conditions=source", "--import", "tsx", join(folder, "two-copies.ts"), name]
  const { stdout } = await promisify(execFile)(process.execPath, program, { cwd: root })
  const [first, second] = JSON.parse(stdout) as string[][]
  if (name === "shop.ts") expect([first?.sort(), second?.sort()]).toEqual([once, once])
  else expect(first).toEqual(["before", "one", "two", "after"])
})

it("replaces what vite evaluates again after an edit", async () => {
  const copy = join(root, "test/fixtures/reload-edited")
  cpSync(folder, copy, { recursive: true })
  const server = await createServer({
    root,
    configFile: false,
    logLevel: "error",
    server: { middlewareMode: true, ws: false, watch: null },
    ssr: {
      resolve: { conditions: ["source"], externalConditions: ["source"] },
      noExternal: ["nitro-ts"],
    },
    resolve: { conditions: ["source"] },
  })
  try {
    const load = async (): Promise<string[]> => {
      const { run } = (await server.ssrLoadModule("/test/fixtures/reload-edited/shop.ts")) as Runs
      return (await run()).sort()
    }
    const file = join(copy, "shop.ts")
    const edit = async (change: (code: string) => string): Promise<void> => {
      writeFileSync(file, change(readFileSync(file, "utf8")))
      server.moduleGraph.onFileChange(file)
    }
    expect(await load()).toEqual(once)
    await edit(code => code)
    expect(await load()).toEqual(once)
    await edit(code =>
      code.replace("import { log,", "\n\n\nimport { log,").replace(/^on\("reload.*$/m, ""),
    )
    expect(await load()).toEqual(once.filter(entry => entry !== "pattern"))
    await edit(code =>
      code.replace("z.coerce.number()", "z.string()").replace('"exact"', '"edited"'),
    )
    expect(await load()).toEqual(
      once
        .filter(entry => entry !== "pattern")
        .map(entry => (entry === "exact" ? "edited" : entry))
        .sort(),
    )
  } finally {
    await server.close()
    rmSync(copy, { recursive: true })
  }
})

it("refuses two modules that declare one name", async () => {
  const shop = (await import(
    "./fixtures/reload/shop.ts"
  )) as typeof import("./fixtures/reload/shop.ts")
  const other = await import("./fixtures/reload/other-shop.ts")
  expect(() => nitro({ entities: [shop.Shop, other.Shop] })).toThrow(
    expect.objectContaining({ code: "NITRO_ROUTE_COLLISION" }),
  )
  expect(() => eventsOf(other.Shop)).toThrow(
    /named "ReloadedShop": at .*shop\.ts:\d+:\d+ and at .*other-shop\.ts:\d+:\d+/,
  )
  expect(other.declareEvent).toThrow(expect.objectContaining({ code: "NITRO_EVENT_REDECLARED" }))
  expect(other.declareHandler).toThrow(expect.objectContaining({ code: "NITRO_CQRS_TWO_HANDLERS" }))
})
