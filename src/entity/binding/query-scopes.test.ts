// Scopes against ways around them: instances that others know, deletes that cascade, reads that end outside.
import { expect, it } from "vitest"
import { z } from "zod"
import type { EntityClass } from "../index.ts"
import { Entity, memory, ref, scope, unitOfWork, withoutScopes, withScopes } from "../index.ts"
import { requireAhead } from "../queries/load-ahead.ts"
import { bindingOf } from "./binding.ts"
import { unscoped } from "./scoped-rows.ts"
import { writeTo } from "./unit-of-work.ts"

function classes() {
  const store = memory()
  class Team extends Entity("Team", { name: z.string() }) {
    static store = store
    get members() {
      return this.hasMany(Member, "teamId")
    }
  }
  const deleted: string[] = []
  class Member extends Entity("Member", {
    name: z.string(),
    owner: z.string(),
    teamId: ref("Team", { onDelete: "cascade" }),
  }) {
    static store = store
    get team() {
      return this.belongsTo(Team, "teamId")
    }
    beforeDelete(): void | Promise<void> {
      deleted.push(this.name)
    }
  }
  return { store, Team, Member, deleted, hers: [scope(Member, { owner: "ann" })] }
}

const names = async (found: PromiseLike<readonly { readonly name: string }[]> | undefined) =>
  (await found)?.map(({ name }) => name)

it("hides targets that a known instance loaded without scopes, or under others", async () => {
  const { Team, Member, hers } = classes()
  const { id } = await Team.create({ name: "t" })
  await Member.create({ name: "open", owner: "ann", teamId: id })
  await Member.create({ name: "secret", owner: "bob", teamId: id })
  await unitOfWork(async () => {
    const known = await Team.require(id)
    expect(await names(known.members)).toEqual(["open", "secret"])
    await withScopes(hers, async () => {
      const team = await Team.require(id)
      expect(team).toBe(known)
      expect(team.members.isLoaded).toBe(false)
      expect(await names(team.members)).toEqual(["open"])
      expect(await names((await Team.all().with("members"))[0]?.members)).toEqual(["open"])
      await withScopes([scope(Member, false)], async () => {
        expect(await names(team.members)).toEqual([])
      })
      expect(await names(team.members)).toEqual(["open"])
    })
  })
})

it("keeps what was loaded under scopes for the time after them", async () => {
  const { Team, Member, hers } = classes()
  const { id } = await Team.create({ name: "t" })
  await Member.create({ name: "open", owner: "ann", teamId: id })
  await Member.create({ name: "secret", owner: "bob", teamId: id })
  const [team] = await withScopes(hers, () => Team.all().with("members"))
  expect(team?.members.loaded?.map(({ name }) => name)).toEqual(["open"])
  expect(await names(team?.members)).toEqual(["open"])
})

it("never adds what is loaded without scopes to what is shown under them", async () => {
  const { Team, Member, hers } = classes()
  const first = await Team.create({ name: "t" })
  await Member.create({ name: "secret", owner: "bob", teamId: first.id })
  await unitOfWork(() =>
    withScopes(hers, async () => {
      const [team] = await Team.all()
      expect(await names(team?.members)).toEqual([])
      await withoutScopes(async () => {
        await Member.create({ name: "late", owner: "bob", teamId: first.id })
        await team?.members.create({ name: "later", owner: "bob" } as never)
        await names(team?.members)
      })
      expect(await names(team?.members)).toEqual([])
    }),
  )
})

it("cascades to hidden rows that have hooks, and to those that may not be deleted", async () => {
  for (const rule of [scopeOfAnn, scopeOfNoDelete]) {
    const { Team, Member, deleted } = classes()
    const team = await Team.create({ name: "t" })
    await Member.create({ name: "secret", owner: "bob", teamId: team.id })
    expect(
      await withScopes([rule(Member)], async () => (await Team.require(team.id)).delete()),
    ).toBe(true)
    expect(deleted).toEqual(["secret"])
    expect([await Team.count(), await Member.count()]).toEqual([0, 0])
  }
})

it("keeps what hangs on a row that leaves the scopes while it is deleted", async () => {
  const { Team, Member } = classes()
  const team = await Team.create({ name: "open" })
  await Member.create({ name: "kept", owner: "bob", teamId: team.id })
  Member.prototype.beforeDelete = async () => {
    await withoutScopes(() => Team.updateWhere({ id: team.id }, { name: "secret" }))
  }
  const isDeleted = await withScopes([scope(Team, { name: "open" })], async () =>
    (await Team.require(team.id)).delete(),
  )
  expect([isDeleted, await Team.count(), await Member.count()]).toEqual([false, 1, 1])
})

type MemberClass = ReturnType<typeof classes>["Member"]
const scopeOfAnn = (Member: MemberClass) => scope(Member, { owner: "ann" })
const scopeOfNoDelete = (Member: MemberClass) => scope(Member, false, ["delete"])

it("gives an instance no values of a row that others have hidden meanwhile", async () => {
  const { Team, Member, hers } = classes()
  const team = await Team.create({ name: "t" })
  const { id } = await Member.create({ name: "open", owner: "ann", teamId: team.id })
  await unitOfWork(() =>
    withScopes(hers, async () => {
      const member = await Member.require(id)
      const { store, repository, definition } = bindingOf(Member as never)
      const columns = ["name", "owner"].map(name => definition.fieldByName.get(name)?.index ?? -1)
      // As another process does where transactions run side by side.
      await writeTo(store, () =>
        unscoped(repository).write([{ op: "update", id, columns, values: ["secret", "bob"] }]),
      )
      expect(await Member.updateWhere({}, { name: "x" }, { all: true })).toBe(0)
      expect(member.name).toBe("open")
    }),
  )
})

it("renews an instance that was loaded ahead in the scopes that loaded it", async () => {
  const { Team, Member, hers } = classes()
  const team = await Team.create({ name: "t" })
  const { id } = await Member.create({ name: "open", owner: "ann", teamId: team.id })
  const turn = () => new Promise(resolve => setTimeout(resolve, 5))
  const seen: string[] = []
  const work = unitOfWork(() =>
    withScopes(hers, async () => {
      const member = await requireAhead(Member as never as EntityClass<{ name: string }>, id)
      // Long enough to give the store to others.
      await turn()
      await turn()
      await withoutScopes(() => Team.count()).catch(error => {
        seen.push(member.name)
        throw error
      })
      seen.push(member.name)
    }),
  )
  await turn()
  await Member.updateWhere({ id }, { name: "secret", owner: "bob" })
  await expect(work).rejects.toMatchObject({ code: "NITRO_ENTITY_NOT_FOUND" })
  expect(seen).toEqual(["open"])
})

it("gives an instance no values of a row that others have hidden before a rollback", async () => {
  const { Team, Member, hers } = classes()
  const team = await Team.create({ name: "t" })
  const { id } = await Member.create({ name: "open", owner: "ann", teamId: team.id })
  let start = (): void => {}
  const others = new Promise<void>(resolve => {
    start = resolve
  }).then(() => Member.updateWhere({ id }, { name: "secret", owner: "bob" }))
  const found: InstanceType<typeof Member>[] = []
  const work = withScopes(hers, () =>
    unitOfWork(async () => {
      await Team.create({ name: "u" })
      found.push(await Member.require(id))
      start()
      await new Promise(resolve => setTimeout(resolve, 5))
      throw new Error("no")
    }),
  )
  await expect(work).rejects.toThrow("no")
  await others
  const [member] = found
  expect(member?.name).toBe("open")
  await withScopes(hers, () =>
    expect(member?.update({ name: "x" })).rejects.toMatchObject({ code: "NITRO_ENTITY_NOT_FOUND" }),
  )
})

it("reads a stream in the scopes that it was begun in", async () => {
  const { Team, Member, hers } = classes()
  const team = await Team.create({ name: "t" })
  for (const owner of ["ann", "bob", "ann"])
    await Member.create({ name: owner, owner, teamId: team.id })
  const read = async (members: AsyncIterable<{ readonly name: string }>) => {
    const found: string[] = []
    for await (const { name } of members) found.push(name)
    return found
  }
  const begun = withScopes(hers, () => ({ stream: Member.all().stream({ batchSize: 1 }) }))
  expect(await read((await begun).stream)).toEqual(["ann", "ann"])
  const open = Member.all().stream({ batchSize: 1 })
  expect(await withScopes(hers, () => read(open))).toEqual(["ann", "ann"])
})

it("refuses an update that leads out of the scopes together with one made since", async () => {
  class Flag extends Entity("Flag", { a: z.boolean(), b: z.boolean() }) {
    static store = memory()
  }
  const { id } = await Flag.create({ a: true, b: true })
  await withScopes([scope(Flag, f => f.a.eq(true).or(f.b.eq(true)))], async () => {
    const [one, other] = [await Flag.require(id), await Flag.require(id)]
    await one.update({ a: false })
    await expect(other.update({ b: false })).rejects.toMatchObject({ code: "NITRO_SCOPE" })
    expect(await Flag.require(id)).toMatchObject({ a: false, b: true })
    // A row that others have hidden is not found, whatever is written to it.
    await withoutScopes(() => Flag.updateWhere({ id }, { b: false }))
    await expect(other.update({ a: false })).rejects.toMatchObject({
      code: "NITRO_ENTITY_NOT_FOUND",
    })
  })
})
