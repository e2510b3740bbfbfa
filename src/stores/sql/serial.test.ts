// Counted ids beyond one life of a store: restarts, tables of other programs, migrations.
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { Entity, generated, ref, type Store, serial, withStores } from "../../entity/index.ts"
import { createMigrator, type Migrator } from "./migrations/migrator.ts"
import { type Database, databases, exec, newFolder } from "./migrations/testing/databases.ts"
import { postgres } from "./postgres/store.ts"
import { sqlite } from "./sqlite/store.ts"
import type { SchemaMode } from "./table/schema-difference.ts"

const options = { table: "tickets" } as const
class Ticket extends Entity("Ticket", { id: serial(), title: z.string() }, options) {}
class NumberedTicket extends Entity("Ticket", { id: z.int(), title: z.string() }, options) {}
class Longer extends Entity(
  "Ticket",
  { id: serial(), title: z.string().nullable(), seats: z.int().default(1) },
  options,
) {}
class Remark extends Entity(
  "Remark",
  { ticketId: ref("Ticket", z.int()).nullable() },
  { table: "remarks" },
) {}
class Voucher extends Entity(
  "Voucher",
  { id: generated("uuid"), value: z.int() },
  { table: "vouchers" },
) {}

const idOf = async (title: string): Promise<number> => (await Ticket.create({ title })).id

describe.each(databases.map(database => [database.name, database] as const))(
  "on %s",
  (_, database: Database) => {
    const open = (source: string, schema: SchemaMode): Store =>
      database.dialect === "postgres"
        ? postgres({ url: source, schema, max: 2 })
        : sqlite({ file: source, schema })
    const within = async <T>(
      source: string,
      schema: SchemaMode,
      work: (store: Store) => Promise<T>,
    ): Promise<T> => {
      const store = open(source, schema)
      try {
        return await withStores(store, () => work(store))
      } finally {
        await store.close()
      }
    }
    const migratorOf = (
      store: Store,
      folder: string,
      ...entities: Parameters<typeof createMigrator>[0]["entities"]
    ): Migrator => createMigrator({ store, folder, entities })

    it("goes on behind the newest id after a restart, though its row is gone", async () => {
      const source = database.source()
      await within(source, "sync", async () => {
        await idOf("a")
        await idOf("b")
        await Ticket.deleteWhere({}, { all: true })
      })
      await within(source, "sync", async () => expect(await idOf("c")).toBe(3))
      await within(source, "check", async () => expect(await idOf("d")).toBe(4))
    })

    it("keeps the counter when a class that it refers to is used for the first time", async () => {
      class Owned extends Entity(
        "Owned",
        { id: serial(), remarkId: ref("Owner").nullable().default(null) },
        { table: "owned" },
      ) {}
      const source = database.source()
      await within(source, "sync", async () => {
        await (await Owned.create({})).delete()
        class Owner extends Entity("Owner", { name: z.string() }, { table: "owners" }) {}
        await Owner.create({ name: "a" })
        expect((await Owned.create({})).id).toBe(2)
      })
    })

    it("does not count in a table that gives the ids of deleted rows again", async () => {
      const source = database.source()
      const store = await database.open(source)
      await exec(
        store,
        "create table tickets (id integer not null primary key, title text not null)",
        "insert into tickets values (4, 'old')",
      )
      await within(source, "check", async () => {
        const details = { columns: ["id"] }
        await expect(Ticket.count()).rejects.toMatchObject({
          code: "NITRO_SCHEMA_MISMATCH",
          details,
        })
      })
      await within(source, "sync", async () => {
        // Postgres adds what is missing; SQLite would have to make the table anew.
        if (database.dialect === "postgres") expect(await idOf("new")).toBe(5)
        else await expect(Ticket.count()).rejects.toThrow('column "id" has no autoincrement')
      })
    })

    it("counts in a table that another program made to count", async () => {
      const source = database.source()
      const type =
        database.dialect === "postgres"
          ? "bigserial primary key"
          : "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"
      await exec(
        await database.open(source),
        `create table tickets (id ${type}, title text not null)`,
      )
      await within(source, "check", async () => {
        expect([
          await idOf("a"),
          (await Ticket.create({ id: 9, title: "b" })).id,
          await idOf("c"),
        ]).toEqual([1, 9, 10])
        expect(
          (await Ticket.createMany([{ title: "d" }, { title: "e" }])).map(({ id }) => id),
        ).toEqual([11, 12])
      })
    })

    it("makes the table by a migration, and finds it right", async () => {
      const store = await database.open()
      const migrator = migratorOf(store, newFolder(), Ticket, Remark, Voucher)
      await migrator.create({ name: "start" })
      await migrator.up()
      expect(await migrator.check()).toMatchObject({ ok: true, problems: [] })
      await withStores(store, async () => {
        await (await Ticket.create({ title: "a" })).delete()
        expect([await idOf("b"), (await Voucher.create({ value: 1 })).id.length]).toEqual([2, 36])
      })
      await exec(
        store,
        "insert into tickets (title) values ('by another program')",
        "insert into vouchers (value) values (3)",
      )
      await withStores(store, async () => {
        expect((await Ticket.require(3)).title).toBe("by another program")
        expect((await Voucher.findBy({ value: 3 }))?.id).toMatch(/^[0-9a-f-]{36}$/)
      })
      await migrator.down({ yes: true })
    })

    it("makes the ids of a table with rows count by a migration, and no more", async () => {
      const [store, folder] = [await database.open(), newFolder()]
      const before = migratorOf(store, folder, NumberedTicket, Remark)
      await before.create({ name: "start" })
      await before.up()
      await withStores(store, async () => {
        await NumberedTicket.create({ id: 6, title: "old" })
        await Remark.create({ ticketId: 6 })
      })
      const counted = migratorOf(store, folder, Ticket, Remark)
      const { up, down } = await counted.create({ name: "count" })
      expect([...up, ...down].map(({ destructive }) => destructive)).toEqual([false, false])
      expect(up.map(({ sentence }) => sentence).join()).toMatch(
        /changes "id" so that it counts up/i,
      )
      await counted.up()
      expect(await counted.check()).toMatchObject({ ok: true, problems: [] })
      await withStores(store, async () => {
        expect([await idOf("new"), (await Ticket.require(6)).title, await Remark.count()]).toEqual([
          7,
          "old",
          1,
        ])
      })
      await counted.down()
      await withStores(store, async () =>
        expect((await NumberedTicket.require(7)).title).toBe("new"),
      )
      await counted.up()
      await withStores(store, async () => expect(await idOf("newer")).toBe(8))
    })

    it("keeps the counter when a migration changes the table", async () => {
      const [store, folder] = [await database.open(), newFolder()]
      const before = migratorOf(store, folder, Ticket)
      await before.create({ name: "start" })
      await before.up()
      await withStores(store, async () => {
        await Ticket.createMany([{ title: "a" }, { title: "b" }])
        await Ticket.deleteWhere(ticket => ticket.title.eq("b"))
      })
      const longer = migratorOf(store, folder, Longer)
      await longer.create({ name: "longer" })
      await longer.up()
      await withStores(store, async () => {
        expect((await Longer.create({ title: null })).id).toBe(3)
        await Longer.deleteWhere({}, { all: true })
      })
      await longer.down({ yes: true })
      await withStores(store, async () => expect(await idOf("c")).toBe(4))
      expect((await before.check()).problems.filter(problem => problem.includes("count"))).toEqual(
        [],
      )
    })

    it("says where a table no longer counts", async () => {
      const [store, folder] = [await database.open(), newFolder()]
      const migrator = migratorOf(store, folder, Ticket)
      await migrator.create({ name: "start" })
      await migrator.up()
      const replaced = [
        "drop table tickets",
        "create table tickets (id integer primary key not null, title text not null)",
      ]
      await exec(
        store,
        ...(database.dialect === "postgres"
          ? ["alter table tickets alter column id drop identity"]
          : replaced),
      )
      expect(await migrator.check()).toMatchObject({
        ok: false,
        problems: ['"tickets": the column "id" does not count up.'],
      })
    })
  },
)

it("belongs to the field `id`", () => {
  class Wrong extends Entity("Wrong", { number: serial() }) {}
  expect(() => Wrong.definition).toThrow(
    "Wrong.number is filled in by the store, which only the id can be.",
  )
  class Nullable extends Entity("Nullable", { id: serial().nullable() }) {}
  expect(() => Nullable.definition).toThrow("cannot be the id")
  expect(() => generated("date" as "uuid")).toThrow('generated("date") is not supported.')
})
