// The rules that keep the house a house: who may import whom, and what a source file may contain.
import { expect, it } from "vitest"
import { breaches, circles, isInternal } from "./support/boundaries.ts"
import {
  filesBelow,
  importsOf,
  resolveImport,
  type SourceFile,
  shippedSources,
} from "./support/imports.ts"

it("finds no breach in the sources", () => {
  const files = shippedSources()
  expect(files.length).toBeGreaterThan(5)
  expect(breaches(files)).toEqual([])
})

it("lets examples use public subpaths only", () => {
  const outside = filesBelow("examples", /\.tsx?$/).flatMap(file =>
    importsOf(file)
      .filter(
        ({ specifier }) => resolveImport(file.path, specifier)?.startsWith("examples/") === false,
      )
      .map(
        ({ specifier, line }) =>
          `${file.path}:${line} imports ${specifier}. Examples show what users can write: import nitro-ts/... instead.`,
      ),
  )
  expect(outside).toEqual([])
})

it("lets nothing outside of the sources use an internal door", () => {
  const outside = ["test", "bench", "examples", "scripts"].flatMap(folder =>
    filesBelow(folder, /\.(m?ts|tsx|mjs|jsx)$/),
  )
  const uses = outside.flatMap(file =>
    importsOf(file)
      .filter(({ specifier }) => isInternal(resolveImport(file.path, specifier) ?? ""))
      .map(
        ({ specifier, line }) =>
          `${file.path}:${line} imports ${specifier}. Use what users have, or move the test into src.`,
      ),
  )
  expect(uses).toEqual([])
})

/** A source that breaches nothing but what its body breaches. */
function source(path: string, body: string): SourceFile {
  return { path, text: `// A file.\n${body}\n` }
}

function breachesOf(path: string, body: string): string[] {
  return breaches([source(path, body)])
}

it("accepts what the rules allow", () => {
  const files = [
    source(
      "src/entity/entity.ts",
      'import { z } from "zod"\nimport type { Json } from "../shared/types.ts"\nimport { AsyncLocalStorage } from "node:async_hooks"',
    ),
    source(
      "src/stores/sql/sqlite.ts",
      'import type { Store } from "../../entity/index.ts"\nconst load = () => import("libsql")',
    ),
    source("src/adapters/srvx.ts", 'const load = () => import("srvx/node")'),
    source("src/client/browser/morph.ts", 'import { Idiomorph } from "idiomorph"'),
    source(
      "src/live/index.ts",
      'export * from "./live-list.ts"\nexport { call } from "../actions/index.ts"',
    ),
  ]
  expect(breaches(files)).toEqual([])
})

it("refuses that the independent modules know each other, even by type", () => {
  expect(breachesOf("src/entity/save.ts", 'import type { Html } from "../html/index.ts"')).toEqual([
    "src/entity/save.ts:2 imports src/html/index.ts. entity, events and html never import each other, not even types: join them in actions or live, or move a small type to shared.",
  ])
  expect(
    breachesOf("src/html/page.ts", 'type E = import("../events/bus.ts").EventBus'),
  ).toHaveLength(1)
  expect(
    breachesOf(
      "src/events/emit.ts",
      'export { all } from "../entity/index.ts"\nexport const one = 1',
    ),
  ).toHaveLength(1)
  expect(
    breachesOf("src/events/emit.ts", 'const entity = () => import("../entity/index.ts")'),
  ).toHaveLength(1)
})

it("refuses that a lower folder reaches up", () => {
  expect(breachesOf("src/shared/types.ts", 'import "../entity/index.ts"')).toEqual([
    "src/shared/types.ts:2 imports src/entity/index.ts. shared imports nothing of ours: move this file up, or what it needs down.",
  ])
  expect(breachesOf("src/stores/sql/sqlite.ts", 'import "../../events/index.ts"')).toEqual([
    "src/stores/sql/sqlite.ts:2 imports src/events/index.ts. stores may import only shared, entity: let a folder that may know both join them.",
  ])
  expect(
    breachesOf("src/index.ts", 'export { sqlite } from "./stores/sql/sqlite.ts"')[0],
  ).toContain("index.ts may import only")
  expect(breachesOf("src/entity/save.ts", 'import "../../test/support/imports.ts"')[0]).toContain(
    "does not ship",
  )
})

it("refuses that a room reaches a later one, or a door of its folder", () => {
  expect(
    breachesOf(
      "src/entity/definition/fields.ts",
      'import type { Query } from "../queries/query.ts"',
    ),
  ).toEqual([
    "src/entity/definition/fields.ts:2 imports src/entity/queries/query.ts. The room definition of entity may import only contract: move what both need into an earlier room, or hand it down.",
  ])
  expect(
    breachesOf("src/stores/sql/compile/compiler.ts", 'import "../sqlite/dialect.ts"')[0],
  ).toContain("The room compile of stores/sql")
  expect(breachesOf("src/html/markup/child.ts", 'import "../index.ts"')[0]).toContain(
    "A room of html imports no door of it",
  )
  expect(
    breachesOf("src/html/page/page.ts", 'import "../markup/child.ts"\nimport "./layout.ts"'),
  ).toEqual([])
  expect(
    breachesOf("src/html/index.ts", 'export { page } from "./page/page.ts"\nexport const one = 1'),
  ).toEqual([])
  expect(breachesOf("src/html/magic/wand.ts", "export const wand = 1")[0]).toContain(
    "Add magic to the rooms of html",
  )
})

it("knows which doors are for whom", () => {
  expect(
    breaches([
      source("src/entity/internal.ts", 'export { storeOf } from "./binding/stores.ts"'),
      source("src/entity/store.ts", 'export { matches } from "./conditions/matches.ts"'),
      source("src/live/topic.ts", 'import { storeOf } from "../entity/internal.ts"'),
    ]),
  ).toEqual([])
  expect(
    breachesOf("src/live/topic.ts", 'import { storeOf } from "../entity/binding/stores.ts"'),
  ).toEqual([
    "src/live/topic.ts:2 imports src/entity/binding/stores.ts, a room of entity. Use a door: index.ts, or internal.ts for what users have no use for.",
  ])
  expect(breachesOf("src/compile/p.ts", 'import "../html/markup/escape.ts"')).toEqual([])
  expect(breachesOf("src/testing/suite.ts", 'import "../entity/internal.ts"')).toEqual([
    "src/testing/suite.ts:2 imports src/entity/internal.ts. The suites are for stores of others: they use public doors only.",
  ])
  expect(
    breachesOf("src/entity/index.ts", 'export { storeOf } from "./internal.ts"\nexport {}'),
  ).toEqual([
    "src/entity/index.ts:2 imports src/entity/internal.ts. A public door shows nothing of the internal one.",
  ])
})

it("asks for a rule when a folder has none", () => {
  expect(breachesOf("src/magic/wand.ts", "export const wand = 1")[0]).toContain(
    "Add magic to mayImport",
  )
})

it("keeps the browser script apart from everything else", () => {
  expect(breachesOf("src/client/browser/morph.ts", 'import "../../shared/types.ts"')[0]).toContain(
    "imports nothing of ours",
  )
  expect(breachesOf("src/client/browser/morph.ts", 'import "node:fs"')[0]).toContain(
    "The browser has no Node modules",
  )
  expect(breachesOf("src/client/index.ts", 'import "./browser/morph.ts"')[0]).toContain(
    "import the generated file",
  )
})

it("finds circles of files and of folders", () => {
  const files = [
    source("src/html/a.ts", 'import "./b.ts"'),
    source("src/html/b.ts", 'import type { C } from "./c.ts"'),
    source("src/html/c.ts", 'import "./a.ts"'),
  ]
  expect(breaches(files)).toEqual([
    "These files import each other in a circle: src/html/a.ts -> src/html/b.ts -> src/html/c.ts -> src/html/a.ts. Move what they share into a file of its own.",
  ])
  const folders = [
    source("src/live/a.ts", 'import "../actions/b.ts"'),
    source("src/actions/c.ts", 'import "../live/d.ts"'),
  ]
  expect(breaches(folders)).toContain(
    "These folders import each other in a circle: live -> actions -> live. Let the upper one hand down what the lower one needs.",
  )
  expect(
    circles([
      ["a", "b"],
      ["b", "c"],
      ["a", "c"],
    ]),
  ).toEqual([])
})

it("keeps third-party packages where they belong", () => {
  expect(breachesOf("src/html/page.ts", 'import { z } from "zod"')[0]).toContain(
    "Third-party packages appear only in stores",
  )
  expect(breachesOf("src/events/emit.ts", 'import "fs"')).toEqual([
    "src/events/emit.ts:2 imports fs. Write node:fs.",
  ])
  expect(breachesOf("src/adapters/hono.ts", 'import { Hono } from "hono"')[0]).toContain(
    "load it on use with import()",
  )
  expect(breachesOf("src/adapters/hono.ts", 'import type { Context } from "hono"')[0]).toContain(
    "describe the part you need as an interface",
  )
  expect(breachesOf("src/live/index.ts", 'import "nitro-ts/entity"')[0]).toContain("relative path")
})

it("refuses files that say nothing, pass on, decorate or shout", () => {
  expect(breaches([{ path: "src/html/a.ts", text: "export const a = 1\n" }])[0]).toContain(
    "does not begin with a comment",
  )
  expect(breachesOf("src/html/all.ts", 'export * from "./tags.ts"')[0]).toContain(
    "only passes on other files",
  )
  expect(breachesOf("src/html/SafeHtml.ts", "export const a = 1")[0]).toContain("kebab-case")
  expect(breachesOf("src/actions/b.ts", "class B { @action() run() {} }")[0]).toContain(
    "uses a decorator",
  )
})
