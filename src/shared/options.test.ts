// Misspelt options: each function that takes options refuses a name that it does not know, with the one that was meant.
import {
  action,
  call,
  configure,
  Entity,
  expose,
  memory,
  Page,
  redirect,
  serve,
  unitOfWork,
} from "nitro-ts"
import { assets } from "nitro-ts/assets"
import { nitro as fetchNitro } from "nitro-ts/fetch"
import { nitro as honoNitro } from "nitro-ts/hono"
import { live } from "nitro-ts/live"
import { nitro as nodeNitro } from "nitro-ts/node"
import { postgres } from "nitro-ts/postgres"
import { sqlite } from "nitro-ts/sqlite"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { optionNames, refuseUnknownOptions } from "./options.ts"

class Todo extends Entity("Todo", { title: z.string() }) {
  static store = memory()
}
const todo = new Todo({ title: "x" })
const item = () => "x"
// As JavaScript calls them: the types refuse these names already.
// biome-ignore lint/suspicious/noExplicitAny: what is wrong on purpose has no type.
type Anything = any
const loose = <T>(options: T): Anything => options

const doors: [call: string, wrong: string, right: string, run: () => unknown][] = [
  ["nitro of fetch", "entites", "entities", () => fetchNitro(loose({ entites: [Todo] }))],
  ["nitro of node", "secrets", "secret", () => nodeNitro(loose({ secrets: "x" }))],
  ["nitro of hono", "basepath", "basePath", () => honoNitro(loose({ basepath: "/x" }))],
  [
    "nitro({ idempotency })",
    "stor",
    "store",
    () => fetchNitro({ idempotency: loose({ stor: memory() }) }),
  ],
  ["Entity", "timestamp", "timestamps", () => Entity("Misspelt", {}, loose({ timestamp: true }))],
  ["Entity", "uniqe", "unique", () => Entity("Misspelt", {}, loose({ uniqe: ["id"] }))],
  ["expose", "alow", "allow", () => expose(Todo, loose({ alow: () => true }))],
  [
    "action()",
    "inputs",
    "input",
    () => (action(loose({ inputs: {} })) as Anything)(() => undefined, { name: "run" }),
  ],
  [
    "action(this, name)",
    "methode",
    "method",
    () => {
      class Misspelt {
        run() {}
      }
      action(Misspelt, "run", loose({ methode: "GET" }))
    },
  ],
  ["live(query)", "emtpy", "empty", () => live(Todo.where(), item, loose({ emtpy: "none" }))],
  ["live(entity)", "ids", "id", () => live(todo, item, loose({ ids: "x" }))],
  ["live(count)", "ids", "id", () => live(Todo.where().count(), loose({ ids: "x" }))],
  ["live(content)", "tags", "tag", () => live(item, loose({ on: [Todo], tags: "div" }))],
  ["memory", "ttlSecond", "ttlSeconds", () => memory(loose({ ttlSecond: 1 }))],
  [
    "sqlite",
    "waitTimeout",
    "waitTimeoutMs",
    () => sqlite(loose({ file: ":memory:", waitTimeout: 1 })),
  ],
  [
    "postgres",
    "drivr",
    "driver",
    () => postgres(loose({ url: "postgres://localhost/x", drivr: "pg" })),
  ],
  ["assets", "dirctory", "directory", () => assets(loose({ dirctory: "public" }))],
  ["configure", "stores", "store", () => configure(loose({ stores: memory() }))],
  [
    "unitOfWork",
    "deadline",
    "deadlineMs",
    () => unitOfWork(() => undefined, loose({ deadline: 1 })),
  ],
  ["redirect", "cookie", "cookies", () => redirect("/", loose({ cookie: {} }))],
  ["Page", "titel", "title", () => Page(loose({ titel: "Shop" }))],
  ["serve", "prot", "port", () => serve({ fetch: () => new Response() }, loose({ prot: 0 }))],
]

describe("an option that nothing reads", () => {
  it.each(doors)("%s refuses %s and names %s", async (name, wrong, right, run) => {
    const error = await Promise.resolve()
      .then(run)
      .then(
        () => undefined,
        (reason: unknown) => reason,
      )
    expect(error).toMatchObject({
      fix: `Did you mean "${right}"?`,
      message: expect.stringContaining(`"${wrong}"`),
      // All mistakes in an exposure have one code.
      ...(name === "expose"
        ? { code: "NITRO_EXPOSE" }
        : { code: "NITRO_UNKNOWN_OPTION", details: { option: wrong, suggestion: right } }),
    })
  })

  it("lists all options where none is near, and takes those it knows", () => {
    const names = optionNames<{ port?: number; host?: string }>({ port: true, host: true })
    expect(() => refuseUnknownOptions("f({ … })", { colour: 1 }, names)).toThrow(
      expect.objectContaining({
        message: 'f({ … }) has no option "colour". The options are port, host.',
        fix: "The options are port, host.",
        details: { option: "colour" },
      }),
    )
    for (const options of [{}, { port: 1, host: "x" }, undefined, null])
      expect(() => refuseUnknownOptions("f", options, names)).not.toThrow()
  })

  it("takes options that a polluted prototype adds for none of the call's", () => {
    Object.assign(Object.prototype, { polluted: true })
    try {
      expect(() => memory({})).not.toThrow()
    } finally {
      delete (Object.prototype as { polluted?: boolean }).polluted
    }
  })

  it("refuses a method that no route has", () => {
    class Odd {
      run() {}
    }
    expect(() => action(Odd, "run", loose({ method: "get" }))).toThrow('"get"')
    expect(call).toBeTypeOf("function")
  })
})
