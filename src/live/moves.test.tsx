// A row that changes its place is the same element for a client that can move it, and others get it removed and inserted.
import { Entity, memory, type Query } from "nitro-ts/entity"
import { type LiveListOptions, live } from "nitro-ts/live"
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { longestAscending } from "./row-order.ts"
import type { Element } from "./support/html-tree.ts"
import { makeApp, type TestApp, TestBrowser } from "./support/live-pages.tsx"

function makeRow() {
  return class Row extends Entity("Row", { text: z.string(), rank: z.int() }) {
    static store = memory()
  }
}
type RowClass = ReturnType<typeof makeRow>
type Row = InstanceType<RowClass>
const Item = (row: Row) => (
  <li id={row.domId}>
    <input name="title" />
    {row.text}
  </li>
)

const apps: TestApp[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map(app => app.close()))
})

type Rows = Query<Row>
const queries: Record<string, (Row: RowClass) => Rows> = {
  "matched in memory": Row => Row.all().orderBy("rank"),
  "read from the store": Row => Row.all().orderBy("rank").limit(50),
}

async function opened(
  Row: RowClass,
  query: Rows,
  moves = true,
  options: LiveListOptions = {},
): Promise<TestBrowser> {
  const app = makeApp({
    entities: [Row],
    view: () => live(query, Item, { id: "rows", ...options }),
  })
  apps.push(app)
  const browser = new TestBrowser(app, { moves })
  await browser.load()
  await browser.settle()
  return browser
}

const rowsOf = (browser: TestBrowser) => browser.page.root.byId("rows")?.elements as Element[]
const modes = (browser: TestBrowser, from: number) =>
  [...(browser.stream?.text.slice(from) ?? "").matchAll(/^data: mode (\w+)/gm)].map(
    ([, mode]) => mode,
  )

describe.each(Object.entries(queries))("in a list that is %s", (_, query) => {
  it("one event moves one row, with what was typed in it", async () => {
    const Row = makeRow()
    const rows = (await Row.createMany(
      [1, 2, 3, 4, 5].map(rank => ({ text: `row ${rank}`, rank })),
    )) as Row[]
    const browser = await opened(Row, query(Row))
    const before = rowsOf(browser)
    for (const element of before) element.typed = `typed in ${element.id}`
    for (const [row, rank] of [
      [0, 10],
      [4, 0],
      [2, 11],
      [1, 2.5],
    ] as const) {
      const from = browser.stream?.text.length ?? 0
      await rows[row]?.update({ rank: Math.round(rank * 10), text: `moved to ${rank}` })
      await browser.settle()
      expect(modes(browser, from)).toHaveLength(1)
      expect(browser.page.views).toBe(await browser.fresh())
      expect(new Set(rowsOf(browser))).toEqual(new Set(before))
      for (const element of rowsOf(browser)) expect(element.typed).toBe(`typed in ${element.id}`)
    }
  })

  it("a client of another kind gets the row removed and inserted", async () => {
    const Row = makeRow()
    const [row] = (await Row.createMany(
      [1, 2, 3].map(rank => ({ text: `row ${rank}`, rank })),
    )) as Row[]
    const browser = await opened(Row, query(Row), false)
    const from = browser.stream?.text.length ?? 0
    await row?.update({ rank: 9 })
    await browser.settle()
    expect(modes(browser, from)).toEqual(["remove", "append"])
    expect(browser.page.views).toBe(await browser.fresh())
  })

  it("any new order keeps every element", async () => {
    const Row = makeRow()
    const ranks = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    const rows = (await Row.createMany(ranks.map(rank => ({ text: `row ${rank}`, rank })))) as Row[]
    const browser = await opened(Row, query(Row))
    const before = new Set(rowsOf(browser))
    let seed = 7
    for (let round = 0; round < 20; round++) {
      const next = ranks.map(() => (seed = (seed * 1103515245 + 12345) & 0x7fffffff))
      await Promise.all(rows.map((row, index) => row.update({ rank: next[index] as number })))
      await browser.settle()
      expect(browser.page.views).toBe(await browser.fresh())
      expect(new Set(rowsOf(browser))).toEqual(before)
    }
  })

  it("rows come, go and move around a placeholder", async () => {
    const Row = makeRow()
    const browser = await opened(Row, query(Row), true, { empty: <li>nothing</li> })
    const expectFresh = async () => {
      await browser.settle()
      expect(browser.page.views).toBe(await browser.fresh())
    }
    const [one, two] = (await Row.createMany([
      { text: "1", rank: 1 },
      { text: "2", rank: 2 },
    ])) as [Row, Row]
    await expectFresh()
    await one.update({ rank: 3 })
    await two.update({ rank: 4 })
    await expectFresh()
    await Row.deleteWhere({}, { all: true })
    await expectFresh()
    await Row.create({ text: "3", rank: 3 })
    await Row.deleteWhere({}, { all: true })
    await expectFresh()
    await Row.create({ text: "4", rank: 3 })
    await expectFresh()
  })
})

it("a row that leaves one list for another is removed there before it is inserted here", async () => {
  const Row = makeRow()
  const [row] = (await Row.createMany([{ text: "a", rank: 1 }])) as [Row]
  const app = makeApp({
    entities: [Row],
    view: () => [
      live(
        Row.where(r => r.rank.gt(5)),
        Item,
        { id: "high" },
      ),
      live(
        Row.where(r => r.rank.lte(5)),
        Item,
        { id: "low" },
      ),
    ],
  })
  apps.push(app)
  const browser = new TestBrowser(app)
  await browser.load()
  for (const rank of [9, 1]) {
    await browser.settle()
    const from = browser.stream?.text.length ?? 0
    await row.update({ rank })
    await browser.settle()
    expect(modes(browser, from)).toEqual(["remove", "append"])
    expect(browser.page.views).toBe(await browser.fresh())
  }
})

it("a row that two lists of a page show is moved in the one whose order changed", async () => {
  const Row = makeRow()
  const rows = (await Row.createMany(
    [1, 2, 3].map(rank => ({ text: `row ${rank}`, rank })),
  )) as Row[]
  const app = makeApp({
    entities: [Row],
    view: () => [
      live(Row.all().orderBy("rank"), Item, { id: "up" }),
      live(Row.all().orderBy("rank", "desc"), Item, { id: "down" }),
    ],
  })
  apps.push(app)
  const browser = new TestBrowser(app)
  await browser.load()
  await browser.settle()
  await rows[0]?.update({ rank: 9 })
  await rows[2]?.update({ rank: 5 })
  await browser.settle()
  expect(browser.page.views).toBe(await browser.fresh())
})

it.each([
  [[], 0],
  [[1], 1],
  [[3, 2, 1], 1],
  [[1, 2, 3], 3],
  [[5, 1, 2, 3, 4], 4],
  [[2, 9, 3, 8, 4, 7], 4],
])("of %j the longest ascending run has %i", (values, length) => {
  const found = [...longestAscending(values)]
    .sort((a, b) => a - b)
    .map(index => values[index] as number)
  expect(found).toHaveLength(length)
  expect(found).toEqual([...found].sort((a, b) => a - b))
})
