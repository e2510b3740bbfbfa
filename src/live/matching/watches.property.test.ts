// Watches that are found by index are those that are found by looking at each, whatever their conditions and the rows are.
import type { Change, EntityInstance } from "nitro-ts/entity"
import { matches, type Predicate } from "nitro-ts/store"
import { describe, expect, it } from "vitest"
import { followAllChanges } from "../../entity/internal.ts"
import { randomFrom } from "../support/random-app.tsx"
import {
  conditionOf,
  fields,
  makeRow,
  pick,
  predicateOf,
  type Random,
  type Row,
  type RowClass,
  rowOf,
  valuesOf,
} from "../support/random-conditions.ts"
import { ClassWatches, type Watch } from "./watches.ts"

const runs = Number(process.env["NITRO_PROPERTY_RUNS"] ?? 40)
interface View {
  readonly where: Predicate | undefined
  readonly leaving: boolean
  readonly watch: Watch<number>
}

function makeViews(Row: RowClass, watches: ClassWatches<number>, random: Random): View[] {
  return Array.from({ length: 60 }, (_, number) => {
    const where = random(20) === 0 ? undefined : predicateOf(random)
    const leaving = random(2) === 0
    return {
      where,
      leaving,
      watch: watches.add({ entity: Row, where, leaving }, undefined, number),
    }
  })
}

const sorted = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b)

describe.each([true, false])("of a class whose rows have a version: %s", version => {
  it("each change concerns the watches whose condition holds for its row, before it or after it", async () => {
    for (let seed = 1; seed <= runs; seed++) {
      const random = randomFrom(seed * 7919)
      const Row = makeRow(version)
      const watches = new ClassWatches<number>()
      const views = makeViews(Row, watches, random)
      const gone = new Set(views.filter(() => random(5) === 0))
      const changes: Change<Row>[] = []
      Row.observe(change => {
        changes.push(change)
      })
      const rows: Row[] = []
      for (let step = 0; step < 30; step++) {
        if (step === 15) for (const { watch } of gone) watch.end()
        const row = pick(random, rows)
        const kind = random(5)
        if (row === undefined || kind === 0) rows.push(await Row.create(rowOf(random)))
        else if (kind === 1) {
          rows.splice(rows.indexOf(row), 1)
          await row.delete()
        } else {
          const { [pick(random, fields)]: _, ...some } = rowOf(random)
          await row.update(some)
        }
        for (const change of changes.splice(0)) {
          const byHand = views.flatMap((view, number) => {
            if (step >= 15 && gone.has(view)) return []
            const { after, before } = change
            const holds =
              (after !== undefined && matches(view.where, after)) ||
              (view.leaving && before !== undefined && matches(view.where, before))
            return holds ? [number] : []
          })
          const found = sorted(watches.concerned(change as unknown as Change<EntityInstance>))
          expect(found, `seed ${seed}, step ${step}`).toEqual(byHand)
        }
      }
      for (const { watch } of views) watch.end()
      expect(watches.isEmpty).toBe(true)
    }
  })
})

it("misses no row that instances change which were read before other changes", async () => {
  for (let seed = 1; seed <= runs; seed++) {
    const random = randomFrom(seed * 104_729)
    const Row = makeRow(false)
    const watches = new ClassWatches<number>()
    const views = makeViews(Row, watches, random)
    const changes: Change<Row>[] = []
    Row.observe(change => {
      changes.push(change)
    })
    const { id } = await Row.create(rowOf(random))
    const stored = async () => ({ ...(await Row.get(id))?.toJSON() })
    const current = async () => await Row.get(id)
    watches.concerned(changes.splice(0)[0] as unknown as Change<EntityInstance>)
    const instances = [await Row.require(id), await Row.require(id), await Row.require(id)]
    for (let step = 0; step < 20; step++) {
      const before = await current()
      const instance = pick(random, instances)
      const field = pick(random, fields)
      await instance.update({ [field]: valuesOf[field](random) } as never)
      if (random(4) === 0) instances[random(3)] = await Row.require(id)
      const after = await current()
      const found = new Set<number>()
      for (const change of changes.splice(0))
        for (const number of watches.concerned(change as unknown as Change<EntityInstance>))
          found.add(number)
      for (const [number, { where, leaving }] of views.entries()) {
        const [was, is] = [matches(where, before as object), matches(where, after as object)]
        const concerns = leaving ? was !== is : is && !was
        if (concerns)
          expect(
            found.has(number),
            `seed ${seed}, step ${step}, ${JSON.stringify(await stored())}`,
          ).toBe(true)
      }
    }
  }
})

describe.each([true, false])("a change of many, of a class with versions: %s", version => {
  it("concerns each watch of which it moves or changes a row", async () => {
    const count = { found: 0, all: 0 }
    for (let seed = 1; seed <= runs; seed++) {
      const random = randomFrom(seed * 15_485_863)
      const Row = makeRow(version)
      const watches = new ClassWatches<number>()
      const views = makeViews(Row, watches, random)
      const changes: Change<Row>[] = []
      const end = followAllChanges(change => {
        changes.push(change as unknown as Change<Row>)
      })
      try {
        await Row.createMany(Array.from({ length: 12 }, () => rowOf(random)))
        const instances = await Row.all()
        const published = (): Set<number> =>
          new Set(
            changes
              .splice(0)
              .flatMap(change => [
                ...watches.concerned(change as unknown as Change<EntityInstance>),
              ]),
          )
        published()
        for (let step = 0; step < 12; step++) {
          const before = new Map((await Row.all()).map(row => [row.id, row]))
          // Instances that know nothing of other writes: the log may bring theirs before a change of many.
          const late = random(3) === 0 ? pick(random, instances) : undefined
          const where = predicateOf(random)
          const field = pick(random, fields)
          const condition = (row: object) => conditionOf(row, where)
          if (random(4) === 0 && before.size > 4) await Row.deleteWhere(condition)
          else await Row.updateWhere(condition, { [field]: valuesOf[field](random) } as never)
          if (late !== undefined && (await Row.get(late.id)) !== undefined) {
            const other = pick(random, fields)
            // Of a class with versions it may come too late.
            await late.update({ [other]: valuesOf[other](random) } as never).catch(() => {})
            changes.reverse()
          }
          const found = published()
          const after = new Map((await Row.all()).map(row => [row.id, row]))
          count.found += found.size
          count.all += views.length
          for (const [number, { where: of, leaving }] of views.entries())
            for (const [id, was] of before) {
              const is = after.get(id)
              const wasIn = matches(of, was)
              const isIn = is !== undefined && matches(of, is)
              if ((leaving && wasIn && !isIn) || (isIn && !wasIn))
                expect(found.has(number), `seed ${seed}, step ${step}`).toBe(true)
            }
        }
      } finally {
        end()
      }
    }
    // It spares some.
    expect(count.found).toBeLessThan(count.all * 0.9)
  })
})
