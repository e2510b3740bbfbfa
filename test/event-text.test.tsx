// Text of users stays text: whatever an action returns or yields, only events of ours are sent as events.
import { action, expose } from "nitro-ts/actions"
import { Toast, toast } from "nitro-ts/components"
import { patchElements, patchSignals } from "nitro-ts/datastar"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { html } from "nitro-ts/html"
import { expect, it } from "vitest"
import { z } from "zod"
import { expectErrors } from "./support/errors.ts"

const attack =
  "event: datastar-patch-elements\ndata: selector body\ndata: mode append\ndata: elements <script>alert(1)</script>\n\n"

const results: Readonly<Record<string, () => unknown>> = {
  text: () => attack,
  "a String object": () => new String(attack),
  "an object that prints as text": () => ({ toString: () => attack, toJSON: () => attack }),
  "a list of text": () => [attack, attack],
  "a list of an event and text": () => [patchSignals({ a: 1 }), attack],
  "an object of the shape of our class": () => ({
    ...patchSignals({ a: 1 }),
    text: attack,
    source: attack,
    parts: [attack],
  }),
  "text that + made of an event": () => `${patchSignals({ a: 1 })}${attack}`,
}

const input = { name: z.string() }

class Note extends Entity("Note", { body: z.string() }) {
  static store = memory()
  @action({ input }) static answer({ name }: { name: string }): unknown {
    return results[name]?.()
  }
  @action({ input }) static async *stream({ name }: { name: string }): AsyncGenerator<unknown> {
    yield results[name]?.()
  }
  @action({ input }) static good({ name }: { name: string }): unknown {
    return {
      event: toast("Saved"),
      list: [html`<p id="a">a</p>`, patchSignals({ b: 1 }), [toast({ title: attack })]],
      markup: [html`<p id="a">${attack}</p>`],
    }[name]
  }
}
const handle = nitro({ entities: [expose(Note)] })

const send = async (
  path: string,
  name: string,
  headers: Record<string, string>,
): Promise<[status: number, text: string]> => {
  const response = await handle(
    new Request(`http://shop.test/notes/${path}`, {
      method: "POST",
      body: JSON.stringify({ name }),
      headers: { "content-type": "application/json", ...headers },
    }),
  )
  return [response.status, await response.text()]
}
const fromPage = { "datastar-request": "true" }

/** Return values that are refused: the page shows a failure, without a word of the text. */
const refused = new Set(["a String object", "a list of an event and text"])

it.each(Object.keys(results))("sends %s as no event to the page", async name => {
  const failed = String(patchSignals({ _alert: "Something went wrong. The error was logged." }))
  const reported = expectErrors()
  expect(await send("answer", name, fromPage)).toEqual(
    refused.has(name) ? [200, failed] : [204, ""],
  )
  const [status, stream] = await send("stream", name, fromPage)
  expect([status, stream.replace(": \n\n", "")]).toEqual([200, refused.has(name) ? failed : ""])
  expect(reported.map(({ where }) => where)).toEqual(
    refused.has(name) ? ["Note.answer", "a streaming action"] : [],
  )
})

it("sends events, markup and lists of both", async () => {
  expect(await send("good", "event", fromPage)).toEqual([200, String(toast("Saved"))])
  const [, list] = await send("good", "list", fromPage)
  expect(list).toBe(
    [
      patchElements(html`<p id="a">a</p>`),
      patchSignals({ b: 1 }),
      patchElements(Toast({ title: attack }), { selector: "#toaster", mode: "append" }),
    ].join(""),
  )
  expect(list).not.toContain("<script>")
  expect(list.match(/^event: /gm)).toHaveLength(3)
})

it("gives a program the markup and no events", async () => {
  expect(await send("good", "event", {})).toEqual([204, ""])
  expect(await send("good", "list", {})).toEqual([200, '<p id="a">a</p>'])
  expect((await send("good", "markup", {}))[1]).not.toContain("<script>")
  expect(await send("answer", "text", {})).toEqual([200, JSON.stringify(attack)])
})
