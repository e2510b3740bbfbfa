// Views whose functions fail or never settle: the page comes back, or its other views still get their patches.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { Entity, memory } from "nitro-ts/entity"
import { live } from "nitro-ts/live"
import { afterEach, beforeEach, expect, it } from "vitest"
import { z } from "zod"
import { makeApp } from "./support/live-pages.tsx"

let isBroken = false
const broken: Record<string, () => unknown> = {
  throws: () => {
    throw new Error("the view failed")
  },
  rejects: async () => {
    throw new Error("the view failed")
  },
  "never settles": () => new Promise(() => {}),
}
const note = (): void => undefined
beforeEach(() => subscribe("nitro:error", note))
afterEach(() => {
  isBroken = false
  unsubscribe("nitro:error", note)
})

it.each(Object.keys(broken))("keeps a page true when the content of a view %s", async kind => {
  class Row extends Entity("CallbackRow", { text: z.string() }) {
    static store = memory()
  }
  const content = async () => (isBroken ? (broken[kind] as () => never)() : <b>whole</b>)
  const Item = (row: Row) => (
    <li id={row.domId}>{isBroken ? ((broken[kind] as () => never)() as never) : row.text}</li>
  )
  const app = makeApp({
    view: () => [
      live(content, { on: [Row] }),
      live(Row.all(), Item),
      live(() => Row.count().then(count => <i>{count} rows</i>), { on: [Row] }),
    ],
  })
  const stream = await app.open(await app.page())
  isBroken = true
  await Row.create({ text: "new" })
  let came = ""
  if (kind === "never settles") {
    while (!came.includes("1 rows")) came += (await stream.next()).join("")
  } else {
    // The page requests it again, and gets the present content of the view.
    await stream.ended()
    isBroken = false
    const again = await app.open(await app.page())
    await Row.create({ text: "newer" })
    while (!came.includes("2 rows")) came += (await again.next()).join("")
    expect(came).toContain("newer")
  }
  await app.close()
})
