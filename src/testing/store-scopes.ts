// Scopes: by every way to read or write, the store behaves like one that holds only the rows in scope.
import { z } from "zod"
import {
  Entity,
  type EntityClass,
  memory,
  NitroError,
  type QueryScope,
  ref,
  type Store,
  scope,
  withoutScopes,
  withScopes,
  withStores,
} from "../entity/index.ts"
import { sampleId } from "./samples.ts"
import { present, type Tools } from "./store-tools.ts"

class Folder extends Entity(
  "Folder",
  { label: z.string(), ownerId: z.string(), parentId: ref("Folder").nullable().default(null) },
  { plural: "nitro-suite-folders" },
) {
  get papers() {
    return this.hasMany(Paper, "folderId")
  }
  get parent() {
    return this.belongsTo(Folder, "parentId")
  }
}
class Paper extends Entity(
  "Paper",
  {
    title: z.string(),
    pages: z.int().nullable().default(null),
    ownerId: z.string(),
    folderId: ref("Folder").nullable().default(null),
  },
  { plural: "nitro-suite-papers", softDelete: true },
) {
  get folder() {
    return this.belongsTo(Folder, "folderId")
  }
  get marks() {
    return this.manyToMany(Mark, { through: PaperMark })
  }
}
class Mark extends Entity(
  "Mark",
  { name: z.string(), ownerId: z.string() },
  { plural: "nitro-suite-marks" },
) {}
class PaperMark extends Entity(
  "PaperMark",
  { paperId: ref("Paper"), markId: ref("Mark") },
  { plural: "nitro-suite-paper-marks" },
) {}

/** Ann's rows; papers by a related row too, and more narrowly for what is deleted. */
const hers: readonly QueryScope[] = [
  scope(Folder, { ownerId: "ann" }),
  scope(Paper, p => p.ownerId.eq("ann").or(p.folder.ownerId.eq("ann"))),
  scope(Paper, p => p.pages.gte(0).or(p.pages.isNull()), ["delete"]),
  scope(Mark, m => m.ownerId.eq("ann")),
]

async function fill(): Promise<void> {
  const owners = ["ann", "bob"]
  await Folder.createMany(
    [null, null, 0, 1, 0, 1].map((parent, n) => ({
      id: sampleId(n),
      label: `f${n % 4}`,
      ownerId: present(owners[n % 2]),
      parentId: parent === null ? null : sampleId(parent),
    })),
  )
  await Paper.createMany(
    Array.from({ length: 16 }, (_, n) => ({
      id: sampleId(n),
      title: `t${n % 5}`,
      pages: n % 4 === 3 ? null : n - 2,
      ownerId: present(owners[(n >> 1) % 2]),
      folderId: n % 5 === 4 ? null : sampleId(n % 6),
    })),
  )
  await Mark.createMany(
    ["x", "y", "z"].map((name, n) => ({ id: sampleId(n), name, ownerId: present(owners[n % 2]) })),
  )
  await PaperMark.createMany(
    [0, 1, 2, 3, 4, 5, 6, 9].flatMap(n => [
      { id: sampleId(n), paperId: sampleId(n), markId: sampleId(n % 3) },
      { id: sampleId(n + 20), paperId: sampleId(n), markId: sampleId((n + 1) % 3) },
    ]),
  )
  await (await Paper.require(sampleId(5))).delete()
  await (await Paper.require(sampleId(8))).delete()
}

/** A store that holds only what Ann may see: found out by hand, not by what is tested. */
async function onlyHers(): Promise<Store> {
  const store = memory()
  await withStores(store, async () => {
    await fill()
    const rowsOf = async (entity: EntityClass): Promise<readonly Record<string, unknown>[]> => {
      const { fields } = entity.definition
      const rows = await store.bind(entity.definition).find({ orderBy: [] })
      return rows.map(row =>
        Object.fromEntries(fields.map(({ name, index }) => [name, row[index]])),
      )
    }
    const isOwn = (row: Record<string, unknown> | undefined): boolean => row?.["ownerId"] === "ann"
    // `rowsOf` takes any class. The same of the two below.
    const folders = new Map((await rowsOf(Folder as never)).map(row => [row["id"], row]))
    // As above.
    for (const entity of [Folder, Paper, Mark] as never as EntityClass[]) {
      const hidden = (await rowsOf(entity)).filter(
        // As above.
        row => !isOwn(row) && !(entity === (Paper as never) && isOwn(folders.get(row["folderId"]))),
      )
      await store
        .bind(entity.definition)
        // Their ids are text.
        .write(hidden.map(({ id }) => ({ op: "delete", id: id as string }) as const))
    }
  })
  return store
}

const everyId = Array.from({ length: 17 }, (_, n) => sampleId(n))

async function outcome(run: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    return plain(await run())
  } catch (error) {
    if (error instanceof NitroError) return `throws ${error.code}`
    throw error
  }
}

function plain(value: unknown): unknown {
  return JSON.parse(
    // When something was deleted differs from run to run.
    JSON.stringify(value ?? null, (name, one: unknown) =>
      name === "deletedAt" ? one !== null : one,
    ),
  )
}

const idsOf = async (result: PromiseLike<readonly { readonly id: string }[]>): Promise<string[]> =>
  (await result).map(({ id }) => id.slice(-2))

const each = async (run: (id: string) => PromiseLike<unknown>): Promise<unknown[]> => {
  const results: unknown[] = []
  for (const id of everyId) results.push(await outcome(() => run(id)))
  return results
}

const reads: Readonly<Record<string, () => PromiseLike<unknown>>> = {
  get: () => each(id => Paper.get(id)),
  require: () => each(id => Folder.require(id)),
  exists: () => each(id => Paper.exists(id)),
  all: () => idsOf(Paper.all()),
  where: () => idsOf(Paper.where({ title: "t1" }).orderBy("-pages")),
  "where with or": () => idsOf(Paper.where(p => p.title.eq("t1").or(p.ownerId.eq("bob")))),
  "where by ids": () => idsOf(Paper.where(p => p.id.in(everyId))),
  "where not": () => idsOf(Paper.where(p => p.ownerId.eq("ann").not())),
  first: () => Paper.where().orderBy("-title").first(),
  count: async () => [
    await Paper.count(),
    await Folder.count({ ownerId: "bob" }),
    await Mark.count(),
  ],
  window: () => idsOf(Paper.all().orderBy("title").limit(4).offset(2)),
  deleted: async () => [await idsOf(Paper.withDeleted()), await idsOf(Paper.onlyDeleted())],
  "numbered page": async () => {
    const { items, total } = await Paper.all().page({ size: 3, number: 2 })
    return [items.map(({ id }) => id), total]
  },
  "keyset pages": async () => {
    const pages: string[][] = []
    for (let after: string | undefined, more = true; more; ) {
      const page = await Paper.all().orderBy("-pages").page({ size: 2, after })
      pages.push(page.items.map(({ id }) => id))
      after = page.next ?? undefined
      more = after !== undefined
    }
    return pages
  },
  stream: async () => {
    const ids: string[] = []
    for await (const paper of Paper.all().orderBy("pages").stream({ batchSize: 3 }))
      ids.push(paper.id)
    return ids
  },
  select: async () => await Paper.all().select("title", "pages").orderBy("title"),
  distinct: async () => await Paper.all().groupBy("ownerId", { rows: { count: true } }),
  aggregates: async () => [
    await Paper.all().sum("pages"),
    await Paper.all().avg("pages"),
    await Paper.all().min("pages"),
    await Folder.all().max("label"),
  ],
  search: () => idsOf(Paper.search("t")),
  "to-one condition": () => idsOf(Paper.where(p => p.folder.label.in(["f0", "f1", "f2"]))),
  "to-one condition that is missing": () => idsOf(Paper.where(p => p.folder.id.isNull())),
  "at depth": () => idsOf(Paper.where(p => p.folder.parent.label.eq("f0"))),
  some: () => idsOf(Folder.where(f => f.papers.some(p => p.pages.gt(0)))),
  every: () => idsOf(Folder.where(f => f.papers.every(p => p.pages.gt(2)))),
  none: () => idsOf(Folder.where(f => f.papers.none())),
  "some over rows between": () => idsOf(Paper.where(p => p.marks.some({ name: "y" }))),
  "none over rows between": () => idsOf(Paper.where(p => p.marks.none())),
  "count by a relation": () => Paper.where(p => p.folder.label.eq("f1")).count(),
  "lazy to-one": () =>
    each(async id => {
      const paper = await Paper.get(id)
      return paper === undefined ? "none" : ((await paper.folder)?.id ?? null)
    }),
  "lazy to-many": () =>
    each(async id => {
      const folder = await Folder.get(id)
      return folder === undefined ? "none" : await idsOf(folder.papers)
    }),
  "lazy over rows between": () =>
    each(async id => {
      const paper = await Paper.get(id)
      return paper === undefined
        ? "none"
        : [
            await idsOf(paper.marks),
            await paper.marks.count(),
            await paper.marks.where({ name: "x" }),
          ]
    }),
  "eager to-one": async () => {
    const papers = await Paper.all().with("folder")
    return Promise.all(papers.map(async paper => [paper.id, (await paper.folder)?.id]))
  },
  "eager to-one at depth": async () => {
    const papers = await Paper.all().with("folder.parent")
    return Promise.all(
      papers.map(async paper => [paper.id, (await (await paper.folder)?.parent)?.id]),
    )
  },
  "eager to-many": async () => {
    const folders = await Folder.all().with("papers")
    return Promise.all(folders.map(async folder => [folder.id, await idsOf(folder.papers)]))
  },
  "eager over rows between": async () => {
    const papers = await Paper.all().with("marks")
    return Promise.all(papers.map(async paper => [paper.id, await idsOf(paper.marks)]))
  },
  join: async () => {
    const pairs = await Paper.join(Folder, (p, f) => p.folderId.eq(f.id)).orderBy("left", "title")
    return pairs.map(([p, f]) => [p.id, f.id])
  },
  "join of all with all": async () => {
    const pairs = await Folder.join(Mark, (f, m) => f.label.ne(m.name))
    return pairs.map(([f, m]) => [f.id, m.id])
  },
  "left join": async () => {
    const pairs = await Folder.leftJoin(Paper, (f, p) => f.id.eq(p.folderId))
    return pairs.map(([f, p]) => [f.id, p?.id])
  },
}

const writes: Readonly<Record<string, () => PromiseLike<unknown>>> = {
  create: async () => {
    await Paper.create({ id: sampleId(30), title: "new", ownerId: "ann" })
  },
  "create in a folder": async () => {
    await Paper.create({ id: sampleId(30), title: "new", ownerId: "bob", folderId: sampleId(0) })
  },
  "create many": async () => {
    await Folder.createMany([
      { id: sampleId(30), label: "a", ownerId: "ann" },
      { id: sampleId(31), label: "b", ownerId: "ann" },
    ])
  },
  save: () =>
    each(async id => {
      const paper = await Paper.get(id)
      await paper?.update({ title: "changed" })
    }),
  "save many": async () => {
    const folders = await Folder.all()
    for (const folder of folders) folder.label = "all"
    await Folder.saveMany(folders)
  },
  delete: () => each(async id => (await Folder.get(id))?.delete()),
  "delete softly": () =>
    each(async id => ((await Paper.get(id))?.pages ?? 1) > 0 && (await Paper.get(id))?.delete()),
  "update where": () => Paper.updateWhere({ title: "t1" }, { title: "bulk" }),
  "update all": () => Folder.updateWhere({}, { label: "bulk" }, { all: true }),
  "update by a relation": () => Paper.updateWhere(p => p.folder.label.eq("f1"), { pages: 7 }),
  "delete where": () => Mark.deleteWhere({}, { all: true }),
  "delete softly where": () => Paper.deleteWhere(p => p.pages.gt(0)),
  "delete for good": () => Paper.deleteWhere(p => p.pages.gt(0), { permanently: true }),
  restore: async () => {
    const deleted = await Paper.onlyDeleted()
    return Promise.all(deleted.map(paper => paper.restore()))
  },
}

/** Every row of the papers, folders and marks, without scopes. */
function everything(): Promise<{ readonly id: string; readonly content: unknown }[][]> {
  return withoutScopes(async () => {
    const lists = [await Folder.all(), await Paper.withDeleted(), await Mark.all()]
    return lists.map(rows => rows.map(row => ({ id: row.id, content: plain(row) })))
  })
}

async function hidden(): Promise<Map<string, unknown>> {
  const hers = await withStores(await onlyHers(), everything)
  const visible = new Set(hers.flatMap((rows, at) => rows.map(({ id }) => `${at} ${id}`)))
  const all = await everything()
  return new Map(
    all.flatMap((rows, at) =>
      rows
        .filter(
          ({ id }) => !visible.has(`${at} ${id}`) && id !== sampleId(30) && id !== sampleId(31),
        )
        .map(({ id, content }) => [`${at} ${id}`, content] as const),
    ),
  )
}

export function scopeTests({ test, expect }: Tools): void {
  const scoped = <T>(run: () => Promise<T>): Promise<T> => withScopes(hers, run)

  for (const [name, read] of Object.entries(reads)) {
    test(`shows a scoped reader what is hers alone: ${name}`, async store => {
      const expected = await withStores(await onlyHers(), () => outcome(read))
      await withStores(store, async () => {
        await fill()
        expect(await scoped(() => outcome(read))).toEqual(expected)
      })
    })
  }

  for (const [name, write] of Object.entries(writes)) {
    test(`lets a scoped writer touch what is hers alone: ${name}`, async store => {
      const [expected, left] = await withStores(await onlyHers(), async () => [
        await outcome(write),
        await everythingSeen(),
      ])
      await withStores(store, async () => {
        await fill()
        const before = await hidden()
        expect(before.size > 5).toEqual(true)
        expect(await scoped(() => outcome(write))).toEqual(expected)
        expect(await scoped(everythingSeen)).toEqual(left)
        expect([...(await hidden())]).toEqual([...before])
      })
    })
  }

  test("refuses writes that would lead out of the scopes, and keeps the rows", async store => {
    const refused = { code: "NITRO_SCOPE", status: 403 }
    await withStores(store, async () => {
      await fill()
      const before = await everything()
      await scoped(async () => {
        await expect(Mark.create({ name: "m", ownerId: "bob" })).rejects.toMatchObject(refused)
        await expect(
          Mark.createMany([
            { name: "m", ownerId: "bob" },
            { name: "m", ownerId: "bob" },
          ]),
        ).rejects.toMatchObject(refused)
        const mark = await Mark.require(sampleId(0))
        await expect(mark.update({ ownerId: "bob" })).rejects.toMatchObject(refused)
        await expect(Mark.updateWhere({ name: "x" }, { ownerId: "bob" })).rejects.toMatchObject(
          refused,
        )
        await expect(
          Mark.upsert({ id: sampleId(0), name: "x", ownerId: "bob" }),
        ).rejects.toMatchObject(refused)
        // She may read it, but delete none of fewer than no pages.
        const paper = await Paper.require(sampleId(0))
        await expect(paper.delete()).rejects.toMatchObject(refused)
        await expect(paper.delete({ permanently: true })).rejects.toMatchObject(refused)
        expect(await Paper.deleteWhere({ id: sampleId(0) })).toBe(0)
      })
      expect(await everything()).toEqual(before)
    })
  })

  test("keeps a writer from a row that she read before it was hidden", async store => {
    await withStores(store, async () => {
      await fill()
      const [saved, deleted] = await scoped(async () => [
        await Mark.require(sampleId(0)),
        await Mark.require(sampleId(2)),
      ])
      await Mark.updateWhere({}, { ownerId: "bob" }, { all: true })
      const before = await everything()
      await scoped(async () => {
        await expect(saved?.update({ name: "late" })).rejects.toMatchObject({
          code: "NITRO_ENTITY_NOT_FOUND",
        })
        expect(await deleted?.delete()).toEqual(false)
      })
      expect(await everything()).toEqual(before)
    })
  })

  test("nests scopes, and leaves them", async store => {
    await withStores(store, async () => {
      await fill()
      await scoped(async () => {
        const narrow: QueryScope = () => ({ name: "x" })
        expect(await withScopes([narrow], () => Mark.count())).toBe(1)
        expect(await Mark.count()).toBe(2)
        expect(await withoutScopes(() => Mark.count())).toBe(3)
        expect(await withScopes([() => false], () => Mark.count())).toBe(0)
        expect(await withScopes([() => true], () => Mark.count())).toBe(2)
      })
      expect(await Mark.count()).toBe(3)
    })
  })

  test("calls a scope once per class and operation, and a failing one lets nothing through", async store => {
    await withStores(store, async () => {
      await fill()
      const calls: string[] = []
      const counting: QueryScope = (entity, operation) => {
        calls.push(`${entity.name} ${operation}`)
        return true
      }
      await withScopes([counting], async () => {
        await Mark.all()
        await Mark.get(sampleId(0))
        await (await Mark.require(sampleId(1))).update({ name: "new" })
      })
      expect([...new Set(calls)].sort()).toEqual(calls.sort())
      const failure = new Error("on purpose")
      const failing: QueryScope = () => {
        throw failure
      }
      await expect(withScopes([failing], async () => await Mark.all())).rejects.toMatchObject({
        message: "on purpose",
      })
      await expect(
        // Types refuse it as well.
        withScopes([(async () => true) as never], async () => await Mark.all()),
      ).rejects.toMatchObject({ code: "NITRO_DEFINITION" })
    })
  })
}

/** All rows of all classes that a reader of this context sees. */
async function everythingSeen(): Promise<unknown> {
  return plain([await Folder.all(), await Paper.withDeleted(), await Mark.all()])
}
