// An instance that was read before other writes is not trusted for the fields that they wrote, whatever the type of the field is.
import { type Change, Entity, type EntityInstance, memory } from "nitro-ts/entity"
import { expect, it } from "vitest"
import { z } from "zod"
import { ClassWatches } from "./watches.ts"

class Row extends Entity("Row", {
  data: z.json().default({}),
  bytes: z.instanceof(Uint8Array).default(new Uint8Array()),
  name: z.string(),
}) {
  static store = memory()
}

it.each([
  [
    "JSON",
    { data: { kind: "a" } },
    { op: "json", field: "data", path: ["kind"], test: "eq", value: "a" },
  ],
  [
    "long JSON",
    { data: { kind: "a", rest: "x".repeat(1000) } },
    { op: "json", field: "data", path: ["kind"], test: "eq", value: "a" },
  ],
  ["bytes", { bytes: Uint8Array.of(1) }, { op: "eq", field: "bytes", value: Uint8Array.of(1) }],
] as const)(
  "finds a row that comes in by %s that another instance wrote",
  async (_, written, condition) => {
    const watches = new ClassWatches<string>()
    const where = { op: "and", of: [condition, { op: "eq", field: "name", value: "new" }] } as const
    watches.add({ entity: Row, where, leaving: false }, undefined, "view")
    const changes: Change<Row>[] = []
    const end = Row.observe(change => {
      changes.push(change)
    })
    const { id } = await Row.create({ name: "old" })
    const [one, other] = [await Row.require(id), await Row.require(id)]
    await one.update(written)
    await other.update({ name: "new" })
    end()
    expect(await Row.require(id)).toMatchObject({ ...written, name: "new" })
    const found = changes.flatMap(change => [
      ...watches.concerned(change as unknown as Change<EntityInstance>),
    ])
    expect(found).toEqual(["view"])
  },
)
