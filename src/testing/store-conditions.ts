// Conditions of any breadth and depth: flat ones work with thousands of operands, and what is too deep is refused alike.
import { z } from "zod"
import {
  and,
  type Columns,
  type Condition,
  Entity,
  not,
  or,
  ref,
  type Store,
  withStores,
} from "../entity/index.ts"
import type { Tools } from "./store-tools.ts"

class Node extends Entity(
  "Node",
  {
    n: z.int(),
    x: z.number().default(0),
    name: z.string().default(""),
    bytes: z.instanceof(Uint8Array).nullable().default(null),
    parentId: ref("Node").nullable().default(null),
  },
  { plural: "nitro-suite-nodes" },
) {
  get parent() {
    return this.belongsTo(Node, "parentId")
  }
  get children() {
    return this.hasMany(Node, "parentId")
  }
}

const rows = 12
const refused = { code: "NITRO_QUERY" }
interface Values {
  readonly id: string
  n: number
  x: number
  name: string
  bytes: Uint8Array<ArrayBuffer> | null
  parentId: string | null
}
type Fields = Columns<Values, Node>
type Build = (n: Fields) => Condition
const range = (length: number): number[] => Array.from({ length }, (_, index) => index)

/** `((n = 1 or n = 2) and n < 100) or ...`, so that the deepest part is written first, last, or in between. */
const alternating: Readonly<Record<string, (n: Fields, levels: number) => Condition>> = {
  first: (n, levels) =>
    range(levels).reduce(
      (deep: Condition, level) => (level % 2 ? deep.and(n.n.lt(100)) : deep.or(n.n.eq(2))),
      n.n.eq(1),
    ),
  last: (n, levels) =>
    range(levels).reduce(
      (deep: Condition, level) => (level % 2 ? and(n.n.lt(100), deep) : or(n.n.eq(2), deep)),
      n.n.eq(1),
    ),
  between: (n, levels) =>
    range(levels).reduce(
      (deep: Condition, level) =>
        level % 2 ? and(n.n.lt(100), deep, n.n.gte(0)) : or(n.n.eq(2), deep, n.n.eq(1)),
      n.n.eq(1),
    ),
  "below not": (n, levels) =>
    range(levels / 2).reduce(
      (deep: Condition) => not(and(n.n.gte(0), not(or(n.n.eq(2), deep)))).not(),
      n.n.eq(1),
    ),
}

export function conditionTests({ test: plain, expect }: Tools): void {
  const test = (name: string, run: (store: Store) => Promise<void>): void =>
    plain(name, store =>
      withStores(store, async () => {
        await Node.createMany(
          range(rows).map(n => ({
            id: `n${n}`,
            n,
            x: n + 0.5,
            name: `é${n}`,
            bytes: Uint8Array.of(n),
            parentId: n === 0 ? null : `n${n - 1}`,
          })),
        )
        await run(store)
      }),
    )
  const matches = async (where: Build): Promise<number[]> =>
    (await Node.where(where).orderBy("n")).map(({ n }) => n)

  for (const count of [95, 250, 3000, 10_000]) {
    test(`takes a chain of ${count} or and of ${count} and`, async () => {
      const any: Build = n =>
        range(count).reduce((chain: Condition, at) => chain.or(n.n.eq(at + 7)), n.n.eq(3))
      expect(await matches(any)).toEqual([3, 7, 8, 9, 10, 11])
      expect(await Node.count(any)).toBe(6)
      const all: Build = n =>
        range(count).reduce((chain: Condition, at) => chain.and(n.n.ne(at + 7)), n.n.gt(3))
      expect(await matches(all)).toEqual([4, 5, 6])
      expect(await matches(n => or(...range(count).map(at => n.n.eq(at + 7)), n.n.eq(3)))).toEqual([
        3, 7, 8, 9, 10, 11,
      ])
      expect(await matches(n => not(any(n)).and(n.n.lt(6)))).toEqual([0, 1, 2, 4, 5])
      expect(
        await matches(n =>
          or(...range(count / 5).map(at => and(n.n.eq(at + 7), n.name.eq(`é${at + 7}`)))),
        ),
      ).toEqual([7, 8, 9, 10, 11])
    })
  }

  test("takes a chain of a thousand calls of where, and of changes by such conditions", async () => {
    const chain = range(1000).reduce((query, at) => query.where(n => n.n.ne(at + 5)), Node.all())
    expect((await chain.orderBy("n")).map(({ n }) => n)).toEqual([0, 1, 2, 3, 4])
    const any: Build = n => or(...range(3000).map(at => n.n.eq(at + 10)))
    expect(await Node.updateWhere(any, { name: "changed" })).toBe(2)
    expect(await Node.all().where(any).sum("n")).toBe(21)
    expect(await Node.deleteWhere(n => n.n.eq(11).and(any(n)))).toBe(1)
  })

  test("takes thousands of conditions on related rows by a list, and hundreds written out", async () => {
    expect(await matches(n => n.parent.n.in(range(10_000).map(at => at + 8)))).toEqual([9, 10, 11])
    expect(
      await matches(n => or(...range(100).map(at => n.children.some(child => child.n.eq(at + 9))))),
    ).toEqual([8, 9, 10])
    expect(
      await matches(n =>
        n.children.some(child => or(...range(5000).map(at => child.n.eq(at + 10)))),
      ),
    ).toEqual([9, 10])
  })

  test("takes lists of a hundred thousand values", async () => {
    const numbers = range(100_000).map(at => at + 9)
    expect(await matches(n => n.n.in(numbers))).toEqual([9, 10, 11])
    expect(await matches(n => n.n.notIn(numbers).and(n.n.gt(6)))).toEqual([7, 8])
    expect(await matches(n => n.name.in(numbers.map(at => `é${at}`)))).toEqual([9, 10, 11])
    expect(await matches(n => n.id.in(numbers.map(at => `n${at}`)))).toEqual([9, 10, 11])
    expect(await matches(n => n.x.in(range(16_384).map(at => at + 9.5)))).toEqual([9, 10, 11])
    expect(
      await matches(n =>
        n.bytes.in(
          range(16_384)
            .map(at => Uint8Array.of(at >> 8, at))
            .concat([Uint8Array.of(9)])
            .slice(1),
        ),
      ),
    ).toEqual([9])
    await expect(matches(n => n.x.in(range(16_385).map(at => at + 0.5)))).rejects.toMatchObject(
      refused,
    )
    await expect(
      matches(n => n.bytes.in(range(16_385).map(() => Uint8Array.of(1)))),
    ).rejects.toMatchObject(refused)
  })

  test("refuses more than 32,000 values, alike everywhere", async () => {
    expect(await matches(n => or(...range(32_000).map(at => n.n.eq(at + 10))))).toEqual([10, 11])
    await expect(matches(n => or(...range(32_001).map(at => n.n.eq(at))))).rejects.toMatchObject(
      refused,
    )
    await expect(
      matches(n => or(...range(16_001).map(at => n.n.between(at, at)))),
    ).rejects.toMatchObject(refused)
    await expect(
      Node.deleteWhere(n => or(...range(32_001).map(at => n.n.eq(at)))),
    ).rejects.toMatchObject(refused)
  })

  for (const [where, build] of Object.entries(alternating)) {
    test(`takes 60 levels of and, or and not with the deepest ${where}, and refuses 70 and 10,000`, async () => {
      expect(await matches(n => build(n, 60))).toEqual(await matches(n => build(n, 4)))
      for (const levels of [70, 10_000]) {
        await expect((async () => matches(n => build(n, levels)))()).rejects.toMatchObject(refused)
        await expect((async () => Node.count(n => build(n, levels)))()).rejects.toMatchObject(
          refused,
        )
      }
    })
  }

  test("takes levels that are long themselves", async () => {
    const deep: Build = n =>
      range(50).reduce(
        (inner: Condition, level) =>
          level % 2
            ? and(...range(40).map(at => n.n.lt(at + 100)), inner)
            : or(...range(40).map(at => n.n.eq(at + 100)), inner),
        n.n.eq(4),
      )
    expect(await matches(deep)).toEqual([4])
  })

  test("takes any number of not, and ten levels of related rows, and refuses eleven", async () => {
    expect(
      await matches(n => range(10_001).reduce((inner: Condition) => inner.not(), n.n.gt(1))),
    ).toEqual([0, 1])
    const nested = (levels: number): Build =>
      range(levels).reduce(
        (inner: Build): Build =>
          n =>
            n.parent.some(parent => inner(parent)),
        (n => n.n.lt(5)) as Build, // so that `n` has its type
      )
    expect(await matches(nested(6))).toEqual([6, 7, 8, 9, 10])
    expect(await matches(nested(10))).toEqual([10, 11])
    await expect((async () => matches(nested(11)))()).rejects.toMatchObject(refused)
    const negated = (levels: number): Build =>
      range(levels).reduce(
        (inner: Build): Build =>
          n =>
            n.children.none(child => inner(child).or(child.n.gt(100))),
        (n => n.n.eq(8)) as Build, // so that `n` has its type
      )
    expect(await matches(negated(7))).toEqual(negatedByHand(7))
  })
}

/** The nodes whose children have none whose children have none ... with `n = 8`. */
function negatedByHand(levels: number): number[] {
  const holds = (n: number, level: number): boolean =>
    level === 0 ? n === 8 : !(n + 1 < rows && holds(n + 1, level - 1))
  return range(rows).filter(n => holds(n, levels))
}
