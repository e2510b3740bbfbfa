// Every operator of the table gives the same rows as a method and in an object, of a field and inside of JSON, on every store.
import { afterAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { postgresMissing, testDatabase } from "../../../test/support/postgres.ts"
import { toCondition } from "../../entity/conditions/columns.ts"
import { Entity, memory, withStores } from "../../entity/index.ts"
import { operators } from "../../entity/internal.ts"
import { matches, type Store } from "../../entity/store.ts"
import { postgres } from "./postgres/store.ts"
import { sqlite } from "./sqlite/store.ts"

const parts = { title: z.string().nullable(), size: z.number().nullable() }
class Note extends Entity("Note", { ...parts, facts: z.object(parts) }) {}
type Condition = Parameters<typeof Note.where>[0]

const titles = ["", "a", "A%b", "a_b", "b", "B\\c", "abc", "é", "É", "\u{10000}", "\uffff", null]
const sizes = [-1.5, 0, 1, 2, 2, null]
const rows = titles.map((title, at) => ({ title, size: sizes[at % sizes.length] ?? null }))

const server = postgresMissing === undefined ? await testDatabase(1) : undefined
if (server === undefined) console.log(`Skipped on Postgres: ${postgresMissing}`)
const stores: (readonly [string, Store])[] = [
  ["memory", memory()],
  ["sqlite", sqlite(":memory:")],
]
if (server !== undefined) stores.push(["postgres", postgres({ url: server.emptySchema(), max: 2 })])
afterAll(async () => {
  for (const [, store] of stores) await store.close()
  await server?.remove()
})

type Takes = (typeof operators)[keyof typeof operators]["takes"]
/** The operand of an operator, from some values of a field. */
const operands: Readonly<Record<Takes, (values: readonly unknown[]) => readonly unknown[]>> = {
  same: values => values,
  order: values => values.filter(value => value !== null),
  list: values => [[], values.slice(0, 2), [...values.slice(1, 3), null]],
  range: ([, low, , high]) => [
    [low, high],
    [high, low],
  ],
  flag: () => [true, false],
  text: () => ["", "a", "A", "b", "%", "_", "A%b", "a_", "%b", "\\", "É", "\u{10000}"],
}

/** The methods of a column, as the table promises them. */
type Methods = Readonly<Record<string, (...operands: readonly unknown[]) => object>>

function call(column: object, name: string, takes: Takes, operand: unknown): object | undefined {
  const methods = column as Methods
  if (takes === "flag") return methods[operand === true ? "isNull" : "isNotNull"]?.()
  return takes === "range"
    ? methods[name]?.(...(operand as readonly unknown[]))
    : methods[name]?.(operand)
}

/** A condition in each way that it can be said. */
function waysOf(field: "title" | "size", name: string, takes: Takes, operand: unknown) {
  type Columns = Readonly<Record<"title" | "size", object>> & {
    readonly facts: { path(key: string): object }
  }
  return {
    object: { [field]: { [name]: operand } },
    method: (note: Columns) => call(note[field], name, takes, operand),
    "object of a path": { facts: { path: [field], [name]: operand } },
    "method of a path": (note: Columns) => call(note.facts.path(field), name, takes, operand),
  }
}

describe.each(stores)("on %s", (_, store) => {
  it("stores the rows to query", async () => {
    await withStores(store, () => Note.createMany(rows.map(row => ({ ...row, facts: row }))))
  })

  it.each(Object.entries(operators))("%s gives the same rows", async (name, { takes }) => {
    const sorted = (found: readonly object[]): string[] =>
      found
        .map(({ title, size }: Partial<(typeof rows)[0]>) => JSON.stringify([title, size]))
        .sort()
    for (const field of takes === "text" ? (["title"] as const) : (["title", "size"] as const)) {
      const values = field === "title" ? ["a", "b", "A%b", "é", "", null] : [0, -1.5, 1, 2, null]
      const responses = new Set<string>()
      for (const operand of operands[takes](values)) {
        const ways = waysOf(field, name, takes, operand)
        const predicate = toCondition(Note.definition, ways.object)
        const expected = sorted(rows.filter(row => matches(predicate, row)))
        responses.add(expected.join())
        await withStores(store, async () => {
          for (const [way, where] of Object.entries(ways))
            expect(
              sorted(await Note.where(where as Condition)),
              `${way}, ${field} ${name} ${JSON.stringify(operand)}`,
            ).toEqual(expected)
        })
      }
      expect(responses.size, "different operands, different rows").toBeGreaterThan(1)
    }
  })
})
