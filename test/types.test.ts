// What a user's compiler makes of our types: under strict settings, whatever module resolution and library they chose.
import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { ensureBuilt } from "./support/built.ts"
import { root } from "./support/imports.ts"

const folder = join(root, "test/.output/types")
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: Record<string, unknown> }
const names = Object.keys(manifest.exports)
  .filter(subpath => subpath !== "./package.json")
  .map(subpath => `nitro-ts${subpath.slice(1)}`)

beforeAll(ensureBuilt, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Compiles files as a project of a user would, declarations of packages included. Gives the compiler's complaints. */
function compile(name: string, files: Readonly<Record<string, string>>, compilerOptions: object): string[] {
  const project = join(folder, name)
  mkdirSync(project, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text)
  const strict = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    types: ["node"],
  }
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, include: ["."] }))
  const tsc = join(root, "node_modules/typescript7/bin/tsc")
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", project, "--pretty", "false"], { cwd: root, encoding: "utf8" })
  return stdout.split("\n").filter(line => line.includes("error TS"))
}

const everything = names.map((name, i) => `import * as m${i} from "${name}"\nexport { m${i} }`).join("\n")

it.each([
  [
    "nodenext without the DOM",
    { target: "es2022", module: "nodenext", moduleResolution: "nodenext", lib: ["es2022", "esnext.disposable"] },
  ],
  [
    "bundler with the DOM",
    { target: "es2022", module: "esnext", moduleResolution: "bundler", lib: ["es2022", "esnext.disposable", "dom", "dom.iterable"] },
  ],
])("compiles in a project with %s, declarations checked", (name, options) => {
  expect(compile(name.replaceAll(" ", "-"), { "all.ts": everything }, options)).toEqual([])
})

it("compiles the example of day 1, and not with a field that does not exist", () => {
  const app = (field: string): string => `
    import { Entity } from "nitro-ts"
    import { z } from "zod"
    class Todo extends Entity("Todo", { title: z.string(), done: z.boolean().default(false) }) {}
    export const open = Todo.where(todo => todo.${field}.eq(false))
    export const make = async (): Promise<string> => (await Todo.create({ title: "Milk" })).title
  `
  const options = { target: "es2022", module: "nodenext", moduleResolution: "nodenext", lib: ["es2022", "esnext.disposable"] }
  expect(compile("right", { "app.ts": app("done") }, options)).toEqual([])
  expect(compile("wrong", { "app.ts": app("dome") }, options)).toEqual([expect.stringContaining("'dome'")])
})
