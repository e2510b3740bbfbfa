// Changes keep their meaning on the way through the JSON of a log.
import {
  configure,
  Entity,
  embedded,
  field,
  memory,
  type Store,
  ValueObject,
  withPartition,
} from "nitro-ts/entity"
import { type Change, type JsonValue, type LoggedChange, memoryBus } from "nitro-ts/events"
import { nitro } from "nitro-ts/fetch"
import { changeFrom } from "nitro-ts/live"
import { sqlite } from "nitro-ts/sqlite"
import { afterEach, describe, expect, expectTypeOf, it } from "vitest"
import { z } from "zod"

const apps: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map(app => app.close()))
})

/** A log that an app publishes to, as another process reads it. */
function recorded(): LoggedChange[] {
  const log = memoryBus()
  const seen: LoggedChange[] = []
  log.subscribe({
    reset() {},
    change: ({ cursor, change }) =>
      seen.push({ cursor, change: JSON.parse(JSON.stringify(change)) as Change }),
  })
  apps.push(nitro({ changes: log }))
  return seen
}

configure({ encryptionKeys: { test: Buffer.alloc(32, 7).toString("base64") } })

const stores: [string, () => Store][] = [
  ["memory", () => memory()],
  ["SQLite", () => sqlite({ file: ":memory:", schema: "sync" })],
]

describe.each(stores)("in %s", (_, openStore) => {
  function makeItem(store = openStore()) {
    class Money extends ValueObject("Money", { amount: z.number(), currency: z.string() }) {}
    class Item extends Entity(
      "Item",
      {
        id: z.bigint(),
        text: z.string().nullable(),
        count: z.int(),
        price: z.number(),
        done: z.boolean(),
        day: z.date(),
        big: z.bigint(),
        bytes: z.instanceof(Uint8Array),
        tags: z.array(z.string()),
        cost: embedded(Money),
        secret: field(z.string(), { hidden: true }).default("s3cret"),
        tax: field(z.string(), { encrypted: true }).default("t4x"),
      },
      { version: true },
    ) {
      static store = store
    }
    return { Item, Money }
  }
  const values = (Money: ReturnType<typeof makeItem>["Money"]) => ({
    id: 2n ** 60n + 1n,
    text: "a\r\nü\u{1f600}",
    count: -7,
    price: 0.1,
    done: true,
    day: new Date("2026-01-02T03:04:05.678Z"),
    big: -(2n ** 62n),
    bytes: new Uint8Array([0, 255, 10]),
    tags: ["x", "y"],
    cost: new Money({ amount: 1.5, currency: "EUR" }),
  })

  it("creates, updates and deletes come back with all values, but not with hidden ones", async () => {
    const seen = recorded()
    const { Item, Money } = makeItem()
    const item = await Item.create(values(Money))
    await item.update({ text: null, count: 8 })
    await item.delete()
    const text = JSON.stringify(seen)
    expect(text).not.toContain("s3cret")
    expect(text).not.toContain("t4x")
    const [created, updated, deleted] = seen.map(logged => changeFrom(Item, logged))
    expectTypeOf(created?.after).toEqualTypeOf<InstanceType<typeof Item> | undefined>()
    expect(created).toMatchObject({ op: "create", id: item.id, version: 1, before: undefined })
    const { cost, ...plain } = values(Money)
    expect(created?.after).toMatchObject(plain)
    expect(created?.after?.cost.equals(cost)).toBe(true)
    // With the key, encrypted values are readable.
    expect(created?.after?.tax).toBe("t4x")
    expect(created?.after?.secret).not.toBe("s3cret")
    expect(updated).toMatchObject({ op: "update", version: 2 })
    expect([...(updated?.changed ?? [])].sort()).toEqual(["count", "text", "version"])
    expect(updated?.after).toMatchObject({ ...plain, text: null, count: 8 })
    expect(updated?.before).toMatchObject({ text: plain.text, day: plain.day, big: plain.big })
    expect(deleted).toMatchObject({ op: "delete", id: item.id, after: undefined })
    expect(deleted?.before).toMatchObject({ count: 8 })
  })

  it("changes of many carry their condition, unless it shows what must not leave the process", async () => {
    const seen = recorded()
    const { Item, Money } = makeItem()
    await Item.create(values(Money))
    seen.length = 0
    await Item.updateWhere(
      i =>
        i.day.gt(new Date(0)).and(i.big.in([1n, -(2n ** 62n)]), i.text.ne("x").or(i.done.eq(true))),
      { count: 9 },
    )
    await Item.updateWhere({ secret: "s3cret" }, { count: 10 })
    await Item.deleteWhere({}, { all: true })
    const [some, hidden, all] = seen.map(logged => changeFrom(Item, logged))
    expect(some).toMatchObject({ op: "update-many", count: 1, id: undefined })
    expect(JSON.stringify(seen)).not.toContain("s3cret")
    expect(some?.where).toEqual({
      op: "and",
      of: [
        { op: "gt", field: "day", value: new Date(0) },
        { op: "in", field: "big", values: [1n, -(2n ** 62n)] },
        {
          op: "or",
          of: [
            { op: "ne", field: "text", value: "x" },
            { op: "eq", field: "done", value: true },
          ],
        },
      ],
    })
    expect(hidden?.where).toBeUndefined()
    expect(all).toMatchObject({ op: "delete-many", where: undefined })
  })

  it("a condition that JSON cannot say is left out, and so is what is none", async () => {
    const seen = recorded()
    const { Item, Money } = makeItem()
    await Item.create(values(Money))
    await Item.updateWhere(i => i.price.lt(Number.POSITIVE_INFINITY), { count: 9 })
    const { cursor, change } = seen.at(-1) as LoggedChange
    expect(change).toMatchObject({ op: "update-many", count: 1 })
    expect(changeFrom(Item, { cursor, change })?.where).toBeUndefined()
    const whereOf = (where: JsonValue) =>
      changeFrom(Item, { cursor, change: { ...change, where } })?.where
    for (const value of [{ $bigint: "1e9" }, { $bigint: "" }, [{ $bigint: "x" }]])
      expect(whereOf({ op: "eq", field: "big", value })).toBeUndefined()
    const count = { op: "eq", field: "count", value: 9 }
    expect(whereOf(count)).toEqual(count)
    const deep = Array.from({ length: 500 }).reduce<JsonValue>(of => ({ op: "not", of }), count)
    const unknown: JsonValue[] = [
      null,
      "x",
      [count],
      {},
      // Of a newer version: another operator, a further part, a field that this one does not have.
      { op: "matchesRegex", field: "text", value: "a" },
      { op: "and", of: [count, { op: "matchesRegex", field: "text", value: "a" }] },
      { op: "not", of: { op: "xor", of: [count] } },
      { op: "some", rows: {}, where: count },
      { ...count, ignoreCase: true },
      { op: "eq", field: "count", value: { field: "price", of: "parent" } },
      { op: "eq", field: "added", value: 9 },
      { op: "eq", field: "count", value: { field: "added" } },
      // Of none at all.
      { op: "eq", field: "count" },
      { op: "eq", field: 1, value: 9 },
      { op: "constructor", field: "count", value: 9 },
      { op: "in", field: "count", values: 9 },
      { op: "in", field: "count", values: [{ $date: 1, more: 1 }] },
      { op: "between", field: "count", from: 1 },
      { op: "contains", field: "text", value: 1 },
      { op: "isNull", field: "text", value: false },
      { op: "json", field: "tags", path: [0.5], test: "eq", value: "x" },
      { op: "json", field: "tags", path: [0], test: "near", value: "x" },
      { op: "json", field: "tags", path: [0], test: "contains", value: 1 },
      { op: "json", field: "tags", path: "0", test: "isNull" },
      { op: "and", of: "x" },
      { op: "or", of: [count], more: 1 },
      deep,
    ]
    for (const where of unknown)
      expect(whereOf(where), JSON.stringify(where).slice(0, 80)).toBe(undefined)
    for (const where of [
      { op: "json", field: "tags", path: [0, "a"], test: "eq", value: true },
      { op: "json", field: "tags", path: [], test: "isNull" },
      { op: "lt", field: "count", value: { field: "price" } },
      { op: "or", of: [] },
      { op: "isNull", field: "text" },
    ])
      expect(whereOf(where)).toEqual(where)
    // Of a publisher with other fields: the same words may mean something else.
    const other = { ...change, where: count, schema: "other" }
    expect(changeFrom(Item, { cursor, change: other })?.where).toBeUndefined()
  })

  it("rows of a store for all belong to no session", async () => {
    const seen = recorded()
    class Draft extends Entity("Draft", { text: z.string() }) {
      static store = openStore()
    }
    const draft = await withPartition("ann", () => Draft.create({ text: "x" }))
    const change = changeFrom(Draft, seen[0] as LoggedChange)
    expect(change).toMatchObject({ id: draft.id, partition: undefined })
  })
})

it("rows of a session carry whose they are, and changes of many too", async () => {
  const seen = recorded()
  class Draft extends Entity("Draft", { text: z.string() }) {
    static store = memory({ partition: "session" })
  }
  for (const name of ["ann", "bob"])
    await withPartition(name, async () => {
      const draft = await Draft.create({ text: name })
      await draft.update({ text: "x" })
      await Draft.updateWhere({ text: "x" }, { text: "y" })
      await Draft.deleteWhere({ text: "y" })
    })
  const changes = seen.map(logged => changeFrom(Draft, logged))
  expect(changes.map(change => `${change?.partition} ${change?.op}`)).toEqual(
    ["ann", "bob"].flatMap(name =>
      ["create", "update", "update-many", "delete-many"].map(op => `${name} ${op}`),
    ),
  )
})

it("reads an expired row as such", () => {
  class Note extends Entity("Note", { text: z.string() }) {
    static store = memory()
  }
  const change: Change = {
    op: "expire",
    entity: "Note",
    id: "n1",
    changed: [],
    at: 5,
    origin: "db",
    seq: 1,
  }
  expect(changeFrom(Note, { cursor: "e:1", change })).toMatchObject({
    op: "expire",
    id: "n1",
    at: new Date(5),
    cursor: "e:1",
  })
})
