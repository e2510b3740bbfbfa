// Objects with keys from outside are no attributes of a tag function, wherever they come from.

import { action } from "nitro-ts/actions"
import { nitro } from "nitro-ts/fetch"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { Badge } from "../src/components/index.ts"
import { readSignals } from "../src/datastar/index.ts"
import { Entity, memory, withStores } from "../src/entity/index.ts"
import { CustomTag, Div, div, Fragment, html, li, script } from "../src/html/index.ts"
import { isData, markData } from "../src/shared/data.ts"

const hostile =
  '{"style":"position:fixed;inset:0","data-signals":{"admin":true},"popover":"","deep":[{"style":"color:red"}]}'
const refused = expect.objectContaining({
  code: "NITRO_HTML_CHILD",
  fix: expect.stringContaining("{ ...value }"),
})

class Note extends Entity("DataNote", {
  meta: z.any(),
  kept: z.record(z.string(), z.unknown()).nullable().default(null),
}) {}

let input: Record<string, unknown> = {}
class Desk extends Entity("DataDesk", { name: z.string() }) {
  static store = memory()
  @action({ input: { loose: z.any(), copied: z.record(z.string(), z.unknown()) } })
  static take(given: { loose: Record<string, unknown>; copied: Record<string, unknown> }) {
    input = given
  }
}

async function inputOf(name: string): Promise<Record<string, unknown>> {
  const body = `{"loose":${hostile},"copied":${hostile}}`
  const request = new Request("http://x/data-desks/take", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  })
  expect((await nitro({ entities: [Desk] })(request)).ok).toBe(true)
  return input[name] as Record<string, unknown>
}

const doors: Readonly<Record<string, () => Promise<Record<string, unknown>>>> = {
  "a stored field": async () => {
    await Note.create({ meta: JSON.parse(hostile) })
    return (await Note.all().first())?.meta
  },
  "a field of a new entity": async () => new Note({ meta: JSON.parse(hostile) }).meta,
  "a field that zod copies": async () =>
    new Note({ meta: 1, kept: JSON.parse(hostile) }).kept as Record<string, unknown>,
  "an assigned field": async () => {
    const note = new Note({ meta: 1 })
    note.meta = JSON.parse(hostile)
    return note.meta
  },
  "an updated field": async () => {
    const note = await Note.create({ meta: 1 })
    await note.update({ meta: JSON.parse(hostile) })
    return note.meta
  },
  signals: () => readSignals(new Request("http://x/", { method: "POST", body: hostile })),
  "input of an action": () => inputOf("loose"),
  "input that zod copies": () => inputOf("copied"),
  "a frozen object": async () => markData(Object.freeze(JSON.parse(hostile))),
}

describe.each(Object.entries(doors))("%s", (_, read) => {
  it("is refused as attributes, at any depth, and its copy is taken", async () => {
    await withStores({ default: memory() }, async () => {
      const value = await read()
      const inner = (value["deep"] as object[])[0] as object
      for (const one of [value, inner] as never[]) {
        for (const print of [
          () => li(one),
          () => li("text", one),
          () => li(one, "text"),
          () => Div(one),
          () => CustomTag("x-y", one),
          () => Fragment(one),
          () => Badge(one),
          () => Badge("text", one),
        ])
          expect(print).toThrow(refused)
      }
      expect(() => script(value as never)).toThrow(refused)
      expect(String(div({ ...inner }))).toBe('<div style="color:red"></div>')
      expect(String(html`<p ${inner}></p>`)).toBe('<p style="color:red"></p>')
    })
  })
})

it("leaves an object as it was but for the mark", () => {
  const value = markData(JSON.parse(hostile))
  expect(Reflect.ownKeys(value)).toEqual(["style", "data-signals", "popover", "deep"])
  expect(JSON.stringify(value)).toBe(hostile)
  expect(isData({ ...value })).toBe(false)
  expect(isData(structuredClone(value))).toBe(false)
})

it("ends for values that hold themselves, and marks what is in them", () => {
  const list: unknown[] = [{ style: "color:red" }]
  list.push(list, [list])
  const object: Record<string, unknown> = { list }
  object["self"] = object
  list.push(object)
  markData(list)
  expect([isData(list[0] as object), isData(object)]).toEqual([true, true])
})
