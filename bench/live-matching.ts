// What a change costs while 1,000 pages show other rows: CPU of the save and of all that it starts, against a fixed limit.
import { respond } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { li, Page } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { z } from "zod"
import { bench, type Comparison, type Contender } from "./harness.ts"

const pages = 1000
const rowsOfPage = 5

class Row extends Entity("Row", { owner: z.int(), text: z.string(), tick: z.int().default(0) }) {
  static store = memory()
}
const Item = (row: Row) => li({ id: row.domId }, row.text)

const views: Readonly<Record<string, (owner: number) => unknown>> = {
  "lists by a value": owner => live(Row.where({ owner }), Item),
  "lists by a range": owner =>
    live(
      Row.where(r => r.owner.between(owner * 10, owner * 10 + 5)),
      Item,
    ),
  "windows by a value": owner => live(Row.where({ owner }).orderBy("text").limit(3), Item),
  "counts by a value": owner => live(Row.where({ owner }).count()),
  "regions on a query": owner =>
    live(async () => `${await Row.where({ owner }).count()}`, { on: [Row.where({ owner })] }),
}

/** Nothing of what a change starts is left when the next one comes. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve))
}

/** Every 15 seconds a page is sent where it is in the order of changes, which is no event. */
const isEvent = (piece: Uint8Array) => Buffer.from(piece).includes("event:")

function watched(view: ((owner: number) => unknown) | undefined, change: Change): Contender {
  let row: Row
  let bytes = 0
  const app = nitro({ entities: [Row] })
  return {
    name: view === undefined ? "without pages" : "nitro-ts",
    async setup() {
      await Row.createMany(
        Array.from({ length: pages * rowsOfPage }, (_, i) => ({
          owner: i % pages,
          text: `row ${i}`,
        })),
      )
      for (let owner = 0; view !== undefined && owner < pages; owner++) {
        const path = `http://app.test/${owner}`
        const page = () => respond(Page({ title: "Rows", children: view(owner) as never }))
        const { body } = (await app(new Request(`${path}?_nitro=x`), page)) as Response
        void (async () => {
          for await (const piece of body ?? []) if (isEvent(piece)) bytes += piece.byteLength
        })()
      }
      row = await Row.create({ owner: -100, text: "of nobody" })
      for (let sent = -1; sent !== bytes; await new Promise(resolve => setTimeout(resolve, 200)))
        sent = bytes
      bytes = 0
    },
    async run(i) {
      await change(row, i)
      await turns()
      if (bytes > 0)
        throw new Error(`A page was sent ${bytes} bytes for a row that it does not show.`)
    },
    close: () => app.close(),
  }
}

type Change = (row: Row, i: number) => Promise<unknown>
const changes: Readonly<Record<string, Change>> = {
  update: (row, i) => row.update({ tick: i + 1 }),
  "another value": (row, i) => row.update({ owner: -100 - (i % 50) }),
  create: () => Row.create({ owner: -5, text: "new" }),
}

/** CPU of a change with 1,000 pages, in microseconds. */
const limit: Contender = { name: "the limit", measure: async () => 50 }

await bench(
  "live-matching",
  Object.entries(views).flatMap(([view, show]) =>
    Object.entries(changes).map(
      ([change, apply]): Comparison => ({
        case: `${view}, ${change}`,
        ours: watched(show, apply),
        rivals: [{ ...limit, goal: { max: 1 } }, watched(undefined, apply)],
      }),
    ),
  ),
  { isolate: true, rounds: 5 },
)
