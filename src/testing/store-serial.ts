// Ids that a store fills in: counted up and never given twice, or made by a default of the database.
import { z } from "zod"
import {
  Entity,
  field,
  generated,
  ref,
  retry,
  type Store,
  serial,
  unitOfWork,
  withStores,
} from "../entity/index.ts"
import { present, type Tools } from "./store-tools.ts"

class Ticket extends Entity(
  "Ticket",
  {
    id: serial(),
    title: z.string(),
    seat: z.string().nullable().default(null),
    parentId: ref("Ticket", z.int()).nullable().default(null),
  },
  { unique: ["seat"], timestamps: true, version: true, plural: "nitro-suite-tickets" },
) {
  get remarks() {
    return this.hasMany(Remark, "ticketId")
  }
  get memos() {
    return this.hasMany(Memo, "ticketId")
  }
  get tags() {
    return this.manyToMany(Tag, { through: Tagging })
  }
}
/** It need not be of a ticket. */
class Memo extends Entity(
  "Memo",
  {
    text: z.string().default(""),
    ticketId: ref("Ticket", z.int()).nullable().default(null),
  },
  { plural: "nitro-suite-memos" },
) {}
class Tag extends Entity("Tag", {}, { plural: "nitro-suite-serial-tags" }) {}
class Tagging extends Entity(
  "Tagging",
  { ticketId: ref("Ticket", z.int()).nullable().default(null), tagId: ref("Tag") },
  { plural: "nitro-suite-serial-taggings" },
) {}
class Remark extends Entity(
  "Remark",
  {
    id: field(serial(), { label: "Number" }),
    ticketId: ref("Ticket", z.int(), { onDelete: "cascade" }),
  },
  { plural: "nitro-suite-remarks" },
) {
  get ticket() {
    return this.belongsTo(Ticket, "ticketId")
  }
}
class Draw extends Entity("Draw", { id: serial() }, { plural: "nitro-suite-draws" }) {}
class Voucher extends Entity(
  "Voucher",
  { id: generated("uuid"), value: z.int() },
  { plural: "nitro-suite-vouchers" },
) {}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

export function serialTests({ test: plain, expect }: Tools, transactions: Tools): void {
  const on =
    (tools: Tools) =>
    (name: string, run: (store: Store) => Promise<void>): void =>
      tools.test(name, store => withStores(store, () => run(store)))
  const test = on({ test: plain, expect })
  const inTransactions = on(transactions)
  const idsOf = (entities: readonly { readonly id: unknown }[]): unknown[] =>
    entities.map(({ id }) => id)

  test("counts ids up from 1, and an entity has its id once it is saved", async () => {
    const ticket = new Ticket({ title: "a" })
    expect([ticket.id, ticket.isNew, ticket.domId]).toEqual([undefined, true, "ticket-new"])
    await ticket.save()
    expect([ticket.id, ticket.isNew, ticket.domId, ticket.isDirty]).toEqual([
      1,
      false,
      "ticket-1",
      false,
    ])
    const second = await Ticket.create({ title: "b" })
    expect([
      second.id,
      (await Ticket.require(2)).title,
      // Ids from addresses are text: types refuse them, stores take them.
      (await Ticket.get("1" as never))?.title,
    ]).toEqual([2, "b", "a"])
    await second.update({ title: "c", id: 2 })
    expect([(await Ticket.require(2)).title, second.version]).toEqual(["c", 2])
    expect(idsOf(await Ticket.all().orderBy("-id"))).toEqual([2, 1])
    expect([(await Draw.create({})).id, (await Draw.create({})).id, await Draw.count()]).toEqual([
      1, 2, 2,
    ])
  })

  test("knows that an entity without an id is not stored, and that nothing belongs to it", async () => {
    const ticket = new Ticket({ title: "a" })
    const note = await Memo.create({ text: "of no ticket" })
    const tag = await Tag.create({})
    await Tagging.create({ tagId: tag.id })
    expect(await ticket.exists()).toBe(false)
    await expect(ticket.reload()).rejects.toMatchObject({ code: "NITRO_ENTITY_NOT_FOUND" })
    expect(await ticket.memos).toEqual([])
    expect(await ticket.memos.where({ text: note.text })).toEqual([])
    expect(await ticket.memos.count()).toBe(0)
    expect(await ticket.tags.count()).toBe(0)
    await expect(ticket.memos.create({ text: "b" })).rejects.toMatchObject({
      code: "NITRO_ENTITY_NOT_FOUND",
    })
    await expect(ticket.tags.add(tag)).rejects.toMatchObject({
      code: "NITRO_ENTITY_NOT_FOUND",
    })
    expect(await Memo.count()).toBe(1)
    await ticket.save()
    expect((await ticket.memos.create({ text: "c" })).ticketId).toBe(ticket.id)
    expect(await ticket.memos.count()).toBe(1)
  })

  test("never gives an id twice, also when the newest row is deleted or the table is empty", async () => {
    const first = await Ticket.create({ title: "a" })
    const newest = await Ticket.create({ title: "b" })
    await newest.delete()
    const next = await Ticket.create({ title: "c" })
    expect([first.id, newest.id, next.id]).toEqual([1, 2, 3])
    await Ticket.deleteWhere({}, { all: true })
    expect((await Ticket.create({ title: "d" })).id).toBe(4)
  })

  test("numbers many at once in their order", async () => {
    const tickets = await Ticket.createMany(["a", "b", "c"].map(title => ({ title })))
    expect(tickets.map(({ id, title }) => [id, title])).toEqual([
      [1, "a"],
      [2, "b"],
      [3, "c"],
    ])
    expect((await Ticket.all()).map(({ title }) => title)).toEqual(["a", "b", "c"])
    const mixed = await Ticket.createMany([{ title: "d" }, { title: "e", id: 10 }, { title: "f" }])
    expect(idsOf(mixed)).toEqual([4, 10, 11])
    expect(idsOf(await Draw.createMany([{}, {}]))).toEqual([1, 2])
    const many = await Ticket.createMany(
      Array.from({ length: 200 }, (_, n) => ({ title: String(n) })),
    )
    expect(many.every(({ id }, n) => id === 12 + n)).toBe(true)
    expect((await Ticket.require(211)).title).toBe("199")
  })

  test("keeps an id that is given, and counts on from the highest", async () => {
    expect((await Ticket.create({ id: 7, title: "a" })).id).toBe(7)
    expect((await Ticket.create({ title: "b" })).id).toBe(8)
    expect((await Ticket.create({ id: 3, title: "c" })).id).toBe(3)
    const [ticket] = await Ticket.createMany([
      { id: 20, title: "d" },
      { id: 19, title: "e" },
    ])
    await ticket?.delete()
    expect((await Ticket.create({ title: "f" })).id).toBe(21)
    await expect(Ticket.create({ id: 3, title: "g" })).rejects.toMatchObject({
      code: "NITRO_DUPLICATE",
      details: { fields: ["id"] },
    })
    for (const id of [0, -1, 1.5, 2 ** 53])
      await expect(Ticket.create({ id, title: "x" })).rejects.toMatchObject({
        code: "NITRO_VALIDATION",
      })
    const highest = await Ticket.create({ id: 2 ** 52, title: "h" })
    expect([highest.id, (await Ticket.create({ title: "i" })).id]).toEqual([2 ** 52, 2 ** 52 + 1])
  })

  test("leaves an entity without an id where its insert is refused", async () => {
    await Ticket.create({ title: "a", seat: "1A" })
    const refused = new Ticket({ title: "b", seat: "1A" })
    await expect(refused.save()).rejects.toMatchObject({
      code: "NITRO_DUPLICATE",
      details: { fields: ["seat"] },
    })
    expect([refused.id, refused.isNew]).toEqual([undefined, true])
    refused.seat = "1B"
    await refused.save()
    expect([
      typeof refused.id,
      (await Ticket.require(refused.id)).seat,
      await Ticket.count(),
    ]).toEqual(["number", "1B", 2])
  })

  test("updates or creates by the id and by unique values", async () => {
    const created = await Ticket.upsert({ title: "a", seat: "2A" })
    const updated = await Ticket.upsert({ title: "b", seat: "2A" })
    expect([created.id, updated.id, updated.title]).toEqual([1, 1, "b"])
    expect((await Ticket.upsert({ id: 1, title: "c" })).title).toBe("c")
    expect([
      (await Ticket.upsert({ id: 5, title: "d" })).id,
      (await Ticket.create({ title: "e" })).id,
    ]).toEqual([5, 6])
  })

  test("refers to counted ids, and follows them", async () => {
    const ticket = await Ticket.create({ title: "a" })
    const remark = await ticket.remarks.create({})
    expect([
      remark.id,
      remark.ticketId,
      (await remark.ticket)?.title,
      (await ticket.remarks).length,
    ]).toEqual([1, 1, "a", 1])
    const child = await Ticket.create({ title: "b", parentId: ticket.id })
    await expect(Remark.create({ ticketId: 99 })).rejects.toMatchObject({ code: "NITRO_REFERENCE" })
    await child.delete()
    await ticket.delete()
    expect(await Remark.count()).toBe(0)
  })

  test("gives concurrent creates different ids", async () => {
    const tickets = await Promise.all(
      Array.from({ length: 25 }, (_, n) => Ticket.create({ title: String(n) })),
    )
    expect(new Set(idsOf(tickets)).size).toBe(25)
    for (const { id, title } of tickets) expect((await Ticket.require(id)).title).toBe(title)
  })

  test("makes a uuid where none is given", async () => {
    const voucher = new Voucher({ value: 5 })
    expect(voucher.id).toBe(undefined)
    await voucher.save()
    const many = await Voucher.createMany([
      { value: 6 },
      { value: 7, id: "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000" },
      { value: 8 },
    ])
    for (const { id, value } of [voucher, ...many])
      expect([uuid.test(id), (await Voucher.require(id)).value]).toEqual([true, value])
    expect(new Set(idsOf(await Voucher.all())).size).toBe(4)
    await expect(Voucher.create({ id: "x", value: 1 })).rejects.toMatchObject({
      code: "NITRO_VALIDATION",
    })
  })

  inTransactions("takes ids back with the unit of work that gave them", async () => {
    const ticket = new Ticket({ title: "a" })
    const failed = unitOfWork(async () => {
      await ticket.save()
      expect([ticket.id, await Ticket.require(ticket.id)]).toEqual([1, ticket])
      await Ticket.createMany([{ title: "b" }, { title: "c" }])
      throw new Error("no")
    })
    await expect(failed).rejects.toMatchObject({ message: "no" })
    expect([ticket.id, ticket.isNew, await Ticket.count()]).toEqual([undefined, true, 0])
    await ticket.save()
    const savedTicket = await unitOfWork(async () => {
      const outer = await Ticket.create({ title: "outer" })
      await unitOfWork(async () => {
        await Ticket.create({ title: "inner" })
        throw new Error("inner")
      }).catch(() => undefined)
      return outer
    })
    const after = await Ticket.create({ title: "after" })
    expect([
      (await Ticket.require(savedTicket.id)).title,
      new Set([ticket.id, savedTicket.id, after.id]).size,
    ]).toEqual(["outer", 3])
    expect(after.id > savedTicket.id && savedTicket.id > ticket.id).toBe(true)
  })

  inTransactions("numbers the rows of units of work that run side by side", async () => {
    const run = (n: number): Promise<number[]> =>
      retry(
        () =>
          unitOfWork(async () => {
            const first = await Ticket.create({ title: `${n}` })
            const [second] = await Ticket.createMany([
              { title: `${n}` },
              { title: `${n}`, seat: `${n}` },
            ])
            return [first.id, present(second).id]
          }),
        { attempts: 20 },
      )
    const ids = (await Promise.all([1, 2, 3, 4].map(run))).flat()
    expect([new Set(ids).size, await Ticket.count()]).toEqual([8, 12])
  })

  inTransactions("refuses a taken value in a unit of work without ending it", async () => {
    await Ticket.create({ title: "a", seat: "3A" })
    await unitOfWork(async () => {
      await expect(Ticket.create({ title: "b", seat: "3A" })).rejects.toMatchObject({
        code: "NITRO_DUPLICATE",
      })
      await Ticket.create({ title: "c", seat: "3B" })
    })
    expect((await Ticket.all()).map(({ seat }) => seat)).toEqual(["3A", "3B"])
  })
}
