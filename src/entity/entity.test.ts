import { inspect } from "node:util"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { ref } from "./definition/fields.ts"
import { Entity, isEntity, isEntityClass } from "./entity.ts"
import { memory } from "./memory/store.ts"

const options = { timestamps: true, version: true } as const
const make = () =>
  class Todo extends Entity(
    "Todo",
    {
      title: z.string().trim().min(1, "What needs doing?").max(200),
      done: z.boolean().default(false),
      tags: z.array(z.string()).default([]),
      due: z.date().nullable().default(null),
      note: z.string().optional(),
    },
    options,
  ) {
    static store = memory()
  }
class Todo extends make() {}

const code = (expected: string, details: object = {}) =>
  expect.objectContaining({ code: expected, details: expect.objectContaining(details) })

describe("an instance", () => {
  it("holds validated values with defaults, an id, timestamps and version 1", () => {
    const todo = new Todo({ title: "  Milk " })
    expect(todo).toMatchObject({
      title: "Milk",
      done: false,
      tags: [],
      due: null,
      note: undefined,
      version: 1,
      isNew: true,
    })
    expect(todo.createdAt).toEqual(todo.updatedAt)
    expect(todo.createdAt).not.toBe(todo.updatedAt)
    expect(new Todo({ id: "mine", title: "x" }).id).toBe("mine")
  })

  it("shares no default with another instance", () => {
    const [one, two] = [new Todo({ title: "a" }), new Todo({ title: "b" })]
    one.tags.push("x")
    expect(two.tags).toEqual([])
  })

  it("reports every field that does not fit at once", () => {
    expect(() => new Todo({ title: " ", done: 3, tags: ["a", 5], id: "" } as never)).toThrow(
      code("NITRO_VALIDATION", {
        issues: [
          { path: "title", message: "What needs doing?" },
          { path: "done", message: expect.stringContaining("boolean") },
          { path: "tags.1", message: expect.stringContaining("string") },
          { path: "id", message: expect.stringContaining("255") },
        ],
      }),
    )
  })

  it("refuses data that is no object", () => {
    for (const data of [null, 5, "text", [], true])
      expect(() => new Todo(data as never)).toThrow(code("NITRO_VALIDATION"))
  })

  it("refuses an unknown field with a suggestion", () => {
    expect(() => new Todo({ titl: "x" } as never)).toThrow(
      expect.objectContaining({ code: "NITRO_UNKNOWN_FIELD", fix: 'Did you mean "title"?' }),
    )
  })

  it("is safe from __proto__ and constructor as keys", async () => {
    for (const key of ["__proto__", "constructor", "toString", "save"]) {
      const data = JSON.parse(`{"title":"x","${key}":{"polluted":true}}`)
      expect(() => new Todo(data)).toThrow(code("NITRO_UNKNOWN_FIELD"))
      const todo = await Todo.create({ title: "x" })
      await expect(todo.update(data)).rejects.toThrow(code("NITRO_UNKNOWN_FIELD"))
      expect(() => Todo.where(JSON.parse(`{"${key}":1}`))).toThrow(code("NITRO_UNKNOWN_FIELD"))
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it("cannot be made to look stored by input", () => {
    const forged = { values: { id: "x", title: "" }, row: [], origin: {} }
    for (const data of [Symbol("hydration"), { hydration: true }, "hydration"]) {
      expect(
        () => new (Todo as unknown as new (a: unknown, b: unknown) => unknown)(data, forged),
      ).toThrow()
    }
  })

  it("validates assignments and keeps the old value when they fail", () => {
    const todo = new Todo({ title: "Milk" })
    expect(() => {
      todo.title = ""
    }).toThrow(
      code("NITRO_VALIDATION", { issues: [{ path: "title", message: "What needs doing?" }] }),
    )
    expect(todo.title).toBe("Milk")
    todo.title = " Bread "
    expect(todo.title).toBe("Bread")
    expect(() => Object.assign(todo, { done: "yes" })).toThrow("done")
  })

  it("refuses to assign what the library keeps", () => {
    const todo = new Todo({ title: "x" }) as unknown as Record<string, unknown>
    for (const field of ["id", "createdAt", "updatedAt", "version"]) {
      expect(() => {
        todo[field] = 1
      }).toThrow(code("NITRO_READONLY_FIELD", { field }))
    }
  })

  it("works with class fields, private fields, getters and methods of its class", async () => {
    class Counter extends Entity("Counter", { count: z.int().default(0) }) {
      #clicks = 0
      label = "counter"
      get double() {
        return this.count * 2
      }
      click() {
        this.#clicks++
        this.count++
        return this.#clicks
      }
    }
    const { id } = await Counter.create({ count: 2 })
    const counter = await Counter.require(id)
    expect([counter.click(), counter.click(), counter.double, counter.label]).toEqual([
      1,
      2,
      8,
      "counter",
    ])
    await counter.save()
    expect((await Counter.require(id)).count).toBe(4)
  })

  it("gives JSON with its values alone", () => {
    class All extends Entity("All", {
      big: z.bigint(),
      bytes: z.instanceof(Uint8Array),
      at: z.date(),
    }) {
      #secret = 1
      get secret() {
        return this.#secret
      }
    }
    const all = new All({ id: "x", big: 5n, bytes: Uint8Array.of(1, 2), at: new Date(0) })
    expect(JSON.parse(JSON.stringify(all))).toEqual({
      id: "x",
      big: "5",
      bytes: "AQI=",
      at: "1970-01-01T00:00:00.000Z",
    })
  })

  it("is equal to another by its values, for test libraries", async () => {
    const todo = await Todo.create({ title: "x" })
    expect(await Todo.get(todo.id)).toEqual(todo)
    const other = await Todo.require(todo.id)
    other.title = "y"
    expect(other).not.toEqual(todo)
  })

  it("prints its name and values", () => {
    class Cat extends Entity("Cat", { name: z.string() }) {}
    expect(inspect(new Cat({ id: "1", name: "Tom" }))).toBe("Cat { id: '1', name: 'Tom' }")
  })

  it("has an id for HTML that is valid and its own, whatever the id", () => {
    class TodoItem extends Entity("TodoItem", { n: z.int().default(0) }) {}
    expect(new TodoItem({ id: "01a-B" }).domId).toBe("todo-item-01a-B")
    const given = ["a b", "a_20_b", "a\tb", "é", "a.b", "a:b", "<x>"]
    const domIds = given.map(id => new TodoItem({ id }).domId)
    for (const domId of domIds) expect(domId).toMatch(/^[A-Za-z0-9_-]+$/)
    expect(new Set(domIds).size).toBe(given.length)
  })

  it("takes nothing from another entity but its field values when that is assigned to it", () => {
    const [one, two] = [new Todo({ title: "a" }), new Todo({ title: "b" })]
    Object.assign(one, two)
    one.title = "c"
    expect(two.title).toBe("b")
  })
})

describe("saving", () => {
  it("writes nothing when nothing changed", async () => {
    const todo = await Todo.create({ title: "x" })
    const { updatedAt } = todo
    await todo.save()
    expect(todo).toMatchObject({ version: 1, updatedAt, isDirty: false, changes: {} })
  })

  it("sees changes inside of JSON and dates", async () => {
    const { id } = await Todo.create({ title: "x", due: new Date(0) })
    const todo = await Todo.require(id)
    todo.tags.push("urgent")
    ;(todo.due as Date).setFullYear(2030)
    expect(todo.changes).toEqual({
      tags: { from: [], to: ["urgent"] },
      due: { from: new Date(0), to: todo.due },
    })
    await todo.save()
    expect(await Todo.require(id)).toMatchObject({ tags: ["urgent"], due: todo.due, version: 2 })
  })

  it("sees what changes in place, whichever way it was got hold of", async () => {
    const { id } = await Todo.create({ title: "x", tags: ["a"] })
    const loaded = () => Todo.require(id)
    const byJson = await loaded()
    ;(byJson.toJSON()["tags"] as string[]).push("b")
    expect(byJson.isDirty).toBe(true)
    const given = ["a"]
    for (const assign of [
      (todo: Todo) => todo.update({ tags: given }),
      (todo: Todo) => Object.assign(todo, { tags: given }).save(),
    ]) {
      const todo = await loaded()
      await assign(todo)
      expect(todo.isDirty).toBe(false)
      todo.tags.push("c")
      expect(todo.isDirty).toBe(true)
    }
    const untouched = await loaded()
    untouched.title = "y"
    expect(Object.keys(untouched.changes)).toEqual(["title"])
    const unsaved = new Todo({ title: "x", tags: ["a"] })
    const { to } = unsaved.changes.tags as { to: string[] }
    await unsaved.save()
    to.push("b")
    expect(unsaved.isDirty).toBe(true)
  })

  it("validates what was changed in place", async () => {
    const todo = await Todo.create({ title: "x", due: new Date() })
    todo.tags.push(5 as never)
    ;(todo.due as Date).setTime(Number.NaN)
    await expect(todo.save()).rejects.toThrow(
      code("NITRO_VALIDATION", {
        issues: [
          expect.objectContaining({ path: "tags.0" }),
          expect.objectContaining({ path: "due" }),
        ],
      }),
    )
    const unsaved = new Todo({ title: "x" })
    unsaved.tags.push(5 as never)
    await expect(unsaved.save()).rejects.toThrow(code("NITRO_VALIDATION"))
  })

  it("says what a new entity would store", () => {
    const todo = new Todo({ id: "a", title: "x" })
    expect(todo.isDirty).toBe(true)
    expect(todo.changes.title).toEqual({ from: undefined, to: "x" })
  })

  it("renews updatedAt and keeps createdAt", async () => {
    const past = new Date(Date.now() - 60_000)
    const todo = await Todo.create({ title: "x", createdAt: past })
    await todo.update({ done: true })
    expect(todo.createdAt).toEqual(past)
    expect(todo.updatedAt.getTime()).toBeGreaterThan(past.getTime())
    expect((await Todo.require(todo.id)).toJSON()).toEqual(todo.toJSON())
  })

  it("updates all of the data or none", async () => {
    const todo = await Todo.create({ title: "x" })
    await expect(todo.update({ done: true, title: "" })).rejects.toThrow(code("NITRO_VALIDATION"))
    expect(todo).toMatchObject({ done: false, title: "x", isDirty: false })
    await todo.update({ done: true, title: undefined })
    expect(todo).toMatchObject({ done: true, title: "x" })
  })

  it("compares a version that came with the data instead of setting it", async () => {
    const todo = await Todo.create({ title: "x" })
    await todo.update({ title: "y", version: 1 })
    await expect(todo.update({ title: "z", version: 1 })).rejects.toThrow(
      code("NITRO_STALE_ENTITY", { version: 1, storedVersion: 2 }),
    )
    await expect(todo.update({ id: "other", title: "z" })).rejects.toThrow(code("NITRO_VALIDATION"))
    await expect(todo.update({ createdAt: new Date() } as never)).rejects.toThrow(
      code("NITRO_VALIDATION"),
    )
    expect(todo.title).toBe("y")
  })

  it("reports that the entity is gone", async () => {
    const todo = await Todo.create({ title: "x" })
    const copy = await Todo.require(todo.id)
    expect(await todo.delete()).toBe(true)
    expect(await todo.delete()).toBe(false)
    expect(todo.isNew).toBe(true)
    expect(await todo.exists()).toBe(false)
    await expect(todo.save()).rejects.toThrow(code("NITRO_ENTITY_NOT_FOUND"))
    await expect(copy.update({ done: true })).rejects.toThrow(code("NITRO_ENTITY_NOT_FOUND"))
    await expect(copy.reload()).rejects.toThrow(code("NITRO_ENTITY_NOT_FOUND"))
    expect(await copy.delete()).toBe(false)
    await expect(Todo.require(todo.id)).rejects.toThrow(`Todo "${todo.id}" not found`)
  })

  it("saves one instance once, however often at the same time", async () => {
    const todo = new Todo({ title: "x" })
    await Promise.all([todo.save(), todo.save(), todo.save()])
    todo.done = true
    await Promise.all([todo.save(), todo.save()])
    expect(await Todo.require(todo.id)).toMatchObject({ done: true, version: 2 })
  })

  it("creates and saves many, or none when one is not valid", async () => {
    const before = await Todo.count()
    await expect(Todo.createMany([{ title: "a" }, { title: "" }])).rejects.toThrow(
      code("NITRO_VALIDATION"),
    )
    await expect(
      Todo.createMany([
        { id: "same", title: "a" },
        { id: "same", title: "b" },
      ]),
    ).rejects.toThrow(code("NITRO_DUPLICATE"))
    expect(await Todo.count()).toBe(before)
    const [one, two] = await Todo.createMany([{ title: "a" }, { title: "b" }])
    const stale = await Todo.require((two as InstanceType<typeof Todo>).id)
    await two?.update({ title: "newer" })
    ;(one as InstanceType<typeof Todo>).title = "changed"
    stale.title = "stale"
    await expect(Todo.saveMany([one as InstanceType<typeof Todo>, stale])).rejects.toThrow(
      code("NITRO_STALE_ENTITY"),
    )
    expect((await Todo.require((one as InstanceType<typeof Todo>).id)).title).toBe("a")
    expect(one).toMatchObject({ title: "changed", isDirty: true, version: 1 })
    await Todo.saveMany([one as InstanceType<typeof Todo>])
    expect((await Todo.require((one as InstanceType<typeof Todo>).id)).title).toBe("changed")
  })

  it("gives undefined for ids that are no text", async () => {
    for (const id of [undefined, null, 5, {}, ["a"]])
      expect(await Todo.get(id as never)).toBeUndefined()
    await expect(Todo.require(undefined as never)).rejects.toThrow(code("NITRO_ENTITY_NOT_FOUND"))
  })
})

describe("the class body", () => {
  it("must not declare a field again", async () => {
    class Shadow extends Entity("Shadow", { title: z.string() }) {
      // @ts-expect-error A field of the class body would hide the stored one.
      title: number
    }
    await expect(Shadow.create({ title: "x" })).rejects.toThrow(code("NITRO_DEFINITION"))
    class Getter extends Entity("Getter", { title: z.string() }) {}
    Object.defineProperty(Getter.prototype, "title", { get: () => "x" })
    await expect(Getter.create({ title: "x" })).rejects.toThrow('declares or sets "title" itself')
  })

  it("must not set a field of stored entities", async () => {
    class Setter extends Entity("Setter", { title: z.string() }) {
      constructor(
        ...args: ConstructorParameters<ReturnType<typeof Entity<{ title: z.ZodString }>>>
      ) {
        super(...args)
        this.title = "always"
      }
    }
    const { id } = await Setter.create({ title: "always" })
    await expect(Setter.get(id)).resolves.toMatchObject({ title: "always" })
    class Other extends Setter {}
    await Other.deleteWhere({}, { all: true })
    const row = ["a", "stored"]
    await (Other as unknown as { repository?: { bind(d: unknown): { write(w: unknown): void } } })
      .repository
    const store = memory()
    await store.bind(Setter.definition).write([{ op: "insert", row }])
    class Bound extends Setter {
      static store = store
    }
    await expect(Bound.get("a")).rejects.toThrow('declares or sets "title" itself')
  })

  it("may be extended further, and shares the store of its parent", async () => {
    class Base extends Entity("Base", { n: z.int() }) {}
    class Special extends Base {
      get next() {
        return this.n + 1
      }
    }
    const { id } = await Special.create({ n: 1 })
    expect((await Special.require(id)).next).toBe(2)
    expect(await Base.get(id)).not.toBeInstanceOf(Special)
    expect(await Base.get(id)).toBeInstanceOf(Base)
  })
})

describe("the declaration", () => {
  it.each(
    ["Save", "Create", "Update", "Delete"]
      .flatMap(write => [`before${write}`, `after${write}`])
      .concat("afterLoad"),
  )("refuses a field that is named as the hook %s", hook => {
    expect(() => Entity("A", { [hook]: z.string() })).toThrow("hide the member")
  })

  it.each([
    ["a name that is no identifier", () => Entity("my todo", {}), "usable entity name"],
    ["a field name that is none", () => Entity("A", { "a b": z.string() }), "usable field name"],
    ["a field that hides a member", () => Entity("A", { save: z.string() }), "hide the member"],
    ["a field named as a hook", () => Entity("A", { beforeSave: z.string() }), "hide the member"],
    [
      "a field that the library adds",
      () => Entity("A", { version: z.int() }, { version: true }),
      "the library fills in",
    ],
    [
      "an id beside a key of other fields",
      () => Entity("A", { id: z.string(), a: z.int() }, { id: ["a"] }),
      'a field "id" and an id of',
    ],
    ["a key without fields", () => Entity("A", { a: z.int() }, { id: [] }), "names no field"],
    ["a key with a field twice", () => Entity("A", { a: z.int() }, { id: ["a", "a"] }), "twice"],
    [
      "something that is no schema",
      () => Entity("A", { a: "string" } as never),
      "not a zod 4 schema",
    ],
  ])("refuses %s", (_, declare, message) => {
    expect(declare).toThrow(code("NITRO_DEFINITION"))
    expect(declare).toThrow(message)
  })

  it("refuses options that name an unknown field", () => {
    const declare = () => Entity("Wrong", { name: z.string() }, { unique: ["nam"] } as never)
    expect(declare).toThrow(
      expect.objectContaining({ code: "NITRO_UNKNOWN_FIELD", fix: 'Did you mean "name"?' }),
    )
  })

  it("is public data", () => {
    class Product extends Entity(
      "Product",
      {
        name: z.string().min(1),
        price: z.number(),
        limit: z.int().optional(),
        categoryId: ref("Category").min(3).nullable().default(null),
      },
      {
        unique: ["name", ["categoryId", "limit"]],
        index: ["categoryId"],
        guarded: ["price"],
        timestamps: true,
        version: true,
        ttlSeconds: 5,
      },
    ) {}
    const { definition } = Product
    expect(Product.definition).toBe(definition)
    expect(definition).toMatchObject({
      name: "Product",
      plural: "products",
      table: "products",
      unique: [["name"], ["categoryId", "limit"]],
      index: [["categoryId"]],
      guarded: ["price"],
      timestamps: true,
      version: true,
      ttlSeconds: 5,
    })
    expect(
      definition.fields.map(({ name, type, nullable, optional, column, managed }) => [
        name,
        type,
        nullable,
        optional,
        column,
        managed,
      ]),
    ).toEqual([
      ["id", "string", false, true, "id", true],
      ["name", "string", false, false, "name", false],
      ["price", "number", false, false, "price", false],
      ["limit", "integer", true, true, "limit", false],
      ["categoryId", "string", true, true, "category_id", false],
      ["createdAt", "date", false, true, "created_at", true],
      ["updatedAt", "date", false, true, "updated_at", true],
      ["version", "integer", false, true, "version", true],
    ])
    expect(definition.fieldByName.get("categoryId")?.references).toBe("Category")
  })

  it("knows entities and their classes from everything else", () => {
    expect(isEntityClass(Todo)).toBe(true)
    expect(isEntity(new Todo({ title: "x" }))).toBe(true)
    for (const value of [undefined, null, 5, {}, class {}, () => 1, Todo.prototype]) {
      expect(isEntityClass(value)).toBe(false)
      expect(isEntity(value)).toBe(false)
    }
  })
})

describe("hooks", () => {
  it("run around a save, may wait and change values, and only when there is something to do", async () => {
    const calls: string[] = []
    class Hooked extends Entity("Hooked", { name: z.string(), slug: z.string().default("") }) {
      async beforeSave() {
        await Promise.resolve()
        this.slug = this.name.toLowerCase()
        calls.push("beforeSave")
      }
      beforeCreate() {
        calls.push("beforeCreate")
      }
      beforeUpdate() {
        calls.push("beforeUpdate")
      }
      async beforeDelete() {
        calls.push("beforeDelete")
      }
      afterSave() {
        calls.push("afterSave")
      }
      async afterCreate() {
        calls.push("afterCreate")
      }
      afterUpdate() {
        calls.push("afterUpdate")
      }
      afterDelete() {
        calls.push("afterDelete")
      }
    }
    const hooked = await Hooked.create({ name: "ABC" })
    expect((await Hooked.require(hooked.id)).slug).toBe("abc")
    expect(calls.splice(0)).toEqual(["beforeSave", "beforeCreate", "afterCreate", "afterSave"])
    await hooked.update({ name: "XYZ" })
    expect((await Hooked.require(hooked.id)).slug).toBe("xyz")
    expect(calls.splice(0)).toEqual(["beforeSave", "beforeUpdate", "afterUpdate", "afterSave"])
    await hooked.save()
    expect(calls.splice(0)).toEqual(["beforeSave"])
    await hooked.delete()
    expect(calls.splice(0)).toEqual(["beforeDelete", "afterDelete"])
    await Hooked.create({ name: "A" })
    calls.length = 0
    expect(await Hooked.deleteWhere({ name: "A" })).toBe(1)
    expect(calls).toEqual(["beforeDelete", "afterDelete"])
  })

  it("may save the entity again, and run once for each of concurrent saves", async () => {
    class Again extends Entity("Again", { n: z.int().default(0), saves: z.int().default(0) }) {
      async afterSave() {
        await Promise.resolve()
        if (this.saves === 0) await this.update({ saves: 1 })
      }
      async beforeSave() {
        await Promise.resolve()
      }
    }
    const again = await Again.create({ n: 1 })
    expect((await Again.require(again.id)).saves).toBe(1)
    const fresh = new Again({ n: 2 })
    await Promise.all([fresh.save(), fresh.save()])
    expect(await Again.count({ n: 2 })).toBe(1)
  })

  it("refuse the write by throwing", async () => {
    class Kept extends Entity("Kept", { name: z.string() }) {
      beforeSave() {
        if (this.name === "bad") throw new Error("no bad names")
      }
      async beforeDelete() {
        throw new Error("kept")
      }
    }
    await expect(Kept.create({ name: "bad" })).rejects.toThrow("no bad names")
    const kept = await Kept.create({ name: "good" })
    await expect(kept.delete()).rejects.toThrow("kept")
    await expect(Kept.deleteWhere({ name: "good" })).rejects.toThrow("kept")
    await expect(kept.update({ name: "bad" })).rejects.toThrow("no bad names")
    expect(await Kept.count()).toBe(1)
    expect((await Kept.require(kept.id)).name).toBe("good")
  })

  it("are validated in what they change", async () => {
    class Careless extends Entity("Careless", { tags: z.array(z.string()).default([]) }) {
      beforeCreate() {
        this.tags.push(5 as never)
      }
    }
    await expect(Careless.create({})).rejects.toThrow(code("NITRO_VALIDATION"))
  })
})

describe("a static method", () => {
  it("is called on its class, and says so without one", async () => {
    const Own = make()
    const { get, all } = Own
    expect(await Own.all()).toEqual([])
    expect(() => Reflect.apply(get, undefined, ["1"])).toThrow(code("NITRO_DEFINITION"))
    expect(() => Reflect.apply(all, class {}, [])).toThrow("was called without its class")
  })

  it("includes only getters that are named by texts in JSON", () => {
    const todo = new Todo({ title: "Milk" })
    expect(Object.keys(JSON.parse(JSON.stringify({ title: todo })).title)).toContain("title")
    expect(() => todo.toJSON({ include: ["missing"] })).toThrow(code("NITRO_UNKNOWN_FIELD"))
  })
})
