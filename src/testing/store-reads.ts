// Results of queries besides entities are the same in the store as in memory: pages, streams, fields, groups, pairs, raw rows.
import { type EntityInstance, memory, type Query, unitOfWork, withStores } from "../entity/index.ts"
import { compareBy, type EntityId, type Store } from "../entity/store.ts"
import {
  Account,
  encodeRow,
  Sample,
  type SampleValues,
  sampleId,
  sampleRows,
  Versioned,
} from "./samples.ts"
import { present, type Tools } from "./store-tools.ts"

type Read = () => PromiseLike<unknown>

// JSON is compared elsewhere: a store may keep its keys in another order.
async function fill(): Promise<void> {
  await Sample.createMany(
    sampleRows.map((values, n) => ({
      ...values,
      id: sampleId((n * 5 + 3) % 14),
    })),
  )
  await Account.createMany(
    [1, 2, 3, 3, 4].map((number, n) => ({
      id: sampleId(n),
      email: `${n}@example.org`,
      number,
      region: n < 2 ? "north" : null,
      balance: n * 10,
    })),
  )
}

async function idsOf(query: PromiseLike<readonly EntityInstance[]>): Promise<EntityId[]> {
  return (await query).map(({ id }) => id)
}

const fields = ["text", "count", "limit", "ratio", "flag", "at", "big"] as const

const reads: readonly (readonly [name: string, read: Read])[] = [
  [
    "selects fields of every type",
    () =>
      Sample.all()
        .orderBy("-count")
        .select("text", "flag", "at", "big", "bytes", "ratio")
        .limit(9)
        .offset(2),
  ],
  ["selects by a condition", () => Sample.where(s => s.count.gt(s.limit)).select("count", "limit")],
  ...fields.flatMap((field): (readonly [string, Read])[] => [
    [`gives distinct values of ${field}`, () => Sample.all().select(field).distinct()],
    [
      `gives distinct values of ${field}, last first`,
      () => Sample.all().select(field).distinct().orderBy(`-${field}`).limit(4).offset(1),
    ],
    [
      `counts by ${field}`,
      () => Sample.all().groupBy(field, { rows: { count: true }, counted: { count: "limit" } }),
    ],
  ]),
  [
    "gives distinct values of two fields",
    () => Sample.all().select("flag", "count").distinct().orderBy("-count").limit(7),
  ],
  [
    "aggregates",
    () => {
      const some = Sample.where(s => s.big.between(-10n, 10n))
      return Promise.all([
        some.sum("count"),
        some.avg("count"),
        some.min("text"),
        some.max("text"),
        some.min("at"),
        some.max("big"),
        some.sum("big"),
      ])
    },
  ],
  [
    "aggregates nothing",
    () => {
      const none = Sample.where({ text: "none of these" })
      return Promise.all([
        none.sum("count"),
        none.sum("big"),
        none.avg("ratio"),
        none.min("text"),
        none.max("at"),
        none.groupBy([], { count: true }),
      ])
    },
  ],
  [
    "aggregates groups, null being one",
    () =>
      Sample.where(s => s.big.between(-10n, 10n)).groupBy("flag", {
        count: true,
        total: { sum: "count" },
        mean: { avg: "limit" },
        first: { min: "text" },
        Total: { sum: "big" },
        last: { max: "at" },
      }),
  ],
  [
    "keeps and orders groups by their outputs",
    () =>
      Sample.all()
        .groupBy(["count", "flag"], { rows: { count: true }, first: { min: "text" } })
        .having(g => g.rows.gte(1).and(g.first.startsWith("a").or(g.first.gt("b"))))
        .orderBy("-first")
        .limit(5)
        .offset(1),
  ],
  [
    "keeps groups whose output is null",
    () =>
      Sample.all()
        .groupBy("count", { top: { max: "limit" } })
        .having({ top: null }),
  ],
  [
    "joins pairs",
    async () => {
      const pairs = await Sample.join(Account, (s, a) => s.count.eq(a.number))
        .orderBy("right", "-email")
        .orderBy("left", "text")
      return pairs.map(([s, a]) => [s.id, a.id, s.text])
    },
  ],
  [
    "joins by any condition, with a window",
    async () => {
      const pairs = await Sample.join(Account, (s, a) => s.count.lt(a.number))
        .where((s, a) =>
          a.region
            .isNull()
            .and(s.text.contains("a").or(s.flag.eq(true)))
            .or(a.region.eq("north").and(s.limit.in([1, 2]))),
        )
        .orderBy("left", "-ratio")
        .limit(9)
        .offset(2)
      return pairs.map(([s, a]) => [s.id, a.id])
    },
  ],
  [
    "joins a class with itself",
    async () =>
      (
        await Sample.join(Sample, (s, t) => s.count.eq(t.limit)).where((s, t) => s.text.ne(t.text))
      ).map(([s, t]) => [s.id, t.id]),
  ],
  [
    "checks whether anything matches",
    () =>
      Promise.all([
        Sample.exists({ count: 7 }),
        Sample.exists({ count: 8 }),
        Sample.exists(sampleId(3)),
      ]),
  ],
  ["pages by number", async () => [await pageIds(2), await pageIds(5), await pageIds(6)]],
  [
    "streams in batches, with a window",
    () => streamed(Sample.all().orderBy("-at").limit(11).offset(2).stream({ batchSize: 3 })),
  ],
]

async function pageIds(number: number): Promise<unknown> {
  const { items, ...page } = await Sample.all()
    .orderBy("flag")
    .orderBy("-count")
    .page({ size: 3, number })
  return { ...page, items: items.map(({ id }) => id) }
}

async function paged(
  query: Query<EntityInstance & SampleValues>,
  size: number,
): Promise<EntityId[]> {
  const ids: EntityId[] = []
  let after: string | undefined
  do {
    const page = await query.page({ size, after })
    ids.push(...page.items.map(({ id }) => id))
    after = page.next
  } while (after !== undefined && ids.length < 1000)
  return ids
}

async function streamed(source: AsyncIterable<EntityInstance>): Promise<EntityId[]> {
  const ids: EntityId[] = []
  for await (const { id } of source) ids.push(id)
  return ids
}

export function readTests({ test, expect }: Tools): void {
  for (const [name, read] of reads) {
    test(name, async store => {
      const expected = await on(memory(), read)
      expect(await on(store, read)).toEqual(expected)
    })
  }

  for (const field of [...fields, "bytes", "id"] as const) {
    test(`pages by ${field}: every row once, through ties and nulls, both ways`, async store => {
      await on(store, async () => {
        for (const descending of [false, true]) {
          const direction = descending ? "desc" : "asc"
          const query = Sample.all()
            // One field stands for all that are tried.
            .orderBy(field as "count", direction)
            .orderBy("-flag")
          const all = [...(await Sample.all())].sort(
            compareBy([
              { field, direction },
              { field: "flag", direction: "desc" },
            ]),
          )
          const ids: EntityId[] = []
          let after: string | undefined
          do {
            const page = await query.page({ size: 4, after })
            ids.push(...page.items.map(({ id }) => id))
            after = page.next
          } while (after !== undefined)
          expect(ids).toEqual(all.map(({ id }) => id))
        }
        expect("next" in (await Sample.all().page({ size: sampleRows.length }))).toBe(false)
      })
    })
  }

  test("pages and streams through the ends of every type, through ties too", async store => {
    await withStores(store, async () => {
      const ratios = [
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        5e-324,
        -5e-324,
        1.7976931348623157e308,
        0.1 + 0.2,
        0.3,
      ]
      const dates = [8.64e15, 8.64e15 - 1, -210_866_803_200_000, -1, 0, 1, 253_402_300_800_000].map(
        ms => new Date(ms),
      )
      const bigs = [
        2n ** 63n - 1n,
        2n ** 63n - 2n,
        -(2n ** 63n),
        2n ** 53n,
        2n ** 53n + 1n,
        -(2n ** 53n) - 1n,
        0n,
      ]
      const repository = store.bind(Sample.definition)
      for (let n = 0; n < 21; n++) {
        const row = encodeRow(store, Sample.definition, {
          id: sampleId(n),
          ratio: ratios[n % 7],
          at: dates[n % 7],
          big: bigs[n % 7],
        })
        await repository.write([{ op: "insert", row }])
      }
      // One field stands for all that are tried.
      for (const order of ["ratio", "at", "big"].flatMap(field => [
        field,
        `-${field}`,
      ]) as "ratio"[]) {
        const query = Sample.all().orderBy(order)
        const all = await idsOf(query)
        expect(new Set(all).size).toBe(21)
        expect(await streamed(query.stream({ batchSize: 2 }))).toEqual(all)
        expect(await paged(query, 2)).toEqual(all)
      }
    })
  })

  test("continues a page after what is stored, whatever an entity has unsaved", async store => {
    if (!store.capabilities.transactions) return
    await withStores(store, async () => {
      await Sample.createMany([1, 2, 3, 4, 5, 6].map(count => ({ id: sampleId(count), count })))
      await unitOfWork(async () => {
        for (const sample of await Sample.all()) sample.count = 100 - present(sample.count)
        expect(await paged(Sample.all().orderBy("count"), 2)).toEqual(
          [1, 2, 3, 4, 5, 6].map(sampleId),
        )
        expect(await streamed(Sample.all().orderBy("-count").stream({ batchSize: 2 }))).toEqual(
          [6, 5, 4, 3, 2, 1].map(sampleId),
        )
      })
    })
  })

  test("reads by a statement of the program, where it has such a language", async store => {
    if (store.bind(Sample.definition).raw === undefined) return
    await on(store, async () => {
      const [text, day, big] = [
        "o'clock\" ; --",
        new Date(Date.UTC(2024, 0, 2, 12, 30, 15, 250)),
        9007199254740993n,
      ]
      await Sample.create({
        id: "raw",
        text,
        count: 77,
        at: day,
        big,
        flag: true,
        data: { a: [1] },
      })
      const [raw] =
        await Sample.sql`select * from nitro_suite_samples where text = ${text} -- by text
        ;`
      expect(raw?.toJSON()).toEqual({ ...(await Sample.require("raw")).toJSON() })
      expect(
        await idsOf(
          Sample.sql`select * from nitro_suite_samples where at = ${day} and flag = ${true} order by count desc`,
        ),
      ).toEqual(["raw", sampleId(13)])
      expect(
        await idsOf(
          Sample.sql`select * from nitro_suite_samples where big = ${big} and count in ${[77, 78]}`,
        ),
      ).toEqual(["raw"])
      expect(
        (
          await Sample.sql`select * from nitro_suite_samples where count > ${100} or text = ${"' or 1=1 --"}`
        ).length,
      ).toBe(0)
      await expect(Sample.sql`select id, text from nitro_suite_samples`).rejects.toMatchObject({
        code: "NITRO_SQL",
      })
      await expect(Sample.sql`delete from nitro_suite_samples`).rejects.toMatchObject({
        code: "NITRO_SQL",
      })
      expect((await Sample.all()).length).toBe(sampleRows.length + 1)
    })
  })
}

export function bulkTests({ test, expect }: Tools): void {
  test("updates everything that matches, and nothing else", async store => {
    await on(store, async () => {
      expect(
        await Sample.updateWhere(s => s.count.between(2, 7), {
          text: "new",
          at: null,
          big: 12n,
          flag: null,
          bytes: Uint8Array.of(9),
          data: [1],
        }),
      ).toBe(7)
      const changed = await Sample.where({ text: "new" })
      expect(changed.map(s => [s.at, s.big, s.flag, s.bytes, s.data])).toEqual(
        changed.map(() => [null, 12n, null, Uint8Array.of(9), [1]]),
      )
      expect(await Sample.count({ big: 12n })).toBe(7)
      expect(await Sample.updateWhere({ text: "nobody" }, { count: 1 })).toBe(0)
    })
  })

  test("deletes nothing where a part of the condition is lost", async store => {
    await on(store, async () => {
      const lost = async (): Promise<unknown> =>
        Sample.deleteWhere(s => s.count.eq(2) && s.limit.eq(1))
      await expect(lost()).rejects.toMatchObject({ code: "NITRO_QUERY" })
      expect(await Sample.deleteWhere(s => s.count.eq(2).and(s.limit.eq(1)))).toBe(1)
      expect(await Sample.count()).toBe(sampleRows.length - 1)
    })
  })

  test("raises versions and renews timestamps where it updates", async store => {
    await withStores(store, async () => {
      const [a, b] = await Versioned.createMany([{ title: "a" }, { title: "b" }])
      expect(await Versioned.updateWhere({ title: "a" }, { note: "x" })).toBe(1)
      expect([
        (await Versioned.require(a?.id ?? "")).version,
        (await Versioned.require(b?.id ?? "")).version,
      ]).toEqual([2, 1])
      if (a) a.title = "stale"
      await expect(a?.save()).rejects.toMatchObject({ code: "NITRO_STALE_ENTITY" })
    })
  })

  test("takes nothing over when an update of many fails", async store => {
    if (!store.capabilities.unique || !store.capabilities.transactions) return
    await on(store, async () => {
      await expect(Account.updateWhere({ region: null }, { email: "same" })).rejects.toMatchObject({
        code: "NITRO_DUPLICATE",
      })
      expect(await Account.count({ email: "same" })).toBe(0)
    })
  })

  test("updates or else creates, once", async store => {
    if (!store.capabilities.unique) return
    await on(store, async () => {
      const existing = await Account.upsert({ email: "1@example.org", balance: 500 })
      expect([existing.id, existing.region, existing.balance]).toEqual([sampleId(1), "north", 500])
      await Promise.all(
        [1, 2, 3, 4].map(balance => Account.upsert({ email: "new", balance }, { by: "email" })),
      )
      expect(await Account.count()).toBe(6)
    })
  })
}

/** Runs on a store with the samples in it. */
async function on<T>(store: Store, run: () => PromiseLike<T>): Promise<T> {
  return withStores(store, async () => {
    await fill()
    return run()
  })
}
