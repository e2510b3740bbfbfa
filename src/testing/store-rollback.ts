// Memory after a rollback: every entity that the application holds says what the store says.
import { type Store, unitOfWork, withStores } from "../entity/index.ts"
import { Account, sampleId, Versioned } from "./samples.ts"
import { present, type Tools } from "./store-tools.ts"

const failure = new Error("on purpose")
const fail = async (): Promise<never> => {
  throw failure
}
const caught = (run: () => Promise<unknown>): Promise<unknown> =>
  unitOfWork(async () => {
    await run()
    await fail()
  }).catch(error => {
    if (error !== failure) throw error
  })

type VersionedEntity = InstanceType<typeof Versioned>

export function rollbackTests({ test: plain, expect }: Tools): void {
  const test = (name: string, run: (store: Store) => Promise<void>): void =>
    plain(name, store => withStores(store, () => run(store)))

  test("knows one instance by one id after a nested unit took its delete back", async () => {
    const { id } = await Versioned.create({ title: "first" })
    await unitOfWork(async () => {
      const one = await Versioned.require(id)
      await caught(() => one.delete())
      expect(await Versioned.require(id)).toBe(one)
      await caught(async () => {
        await one.delete()
        await Versioned.create({ id, title: "another" })
      })
      expect(await Versioned.require(id)).toBe(one)
      await one.update({ title: "second" })
      await (await Versioned.require(id)).update({ note: "third" })
    })
    expect(await rows()).toEqual({ [id]: { title: "second", note: "third", version: 3 } })
  })

  test("forgets the instance of a row that a nested unit created", async () => {
    await unitOfWork(async () => {
      const deleted = new Versioned({ id: sampleId(1), title: "gone" })
      await caught(() => deleted.save())
      expect(deleted.isNew).toBe(true)
      const again = await Versioned.create({ id: sampleId(1), title: "again" })
      expect(await Versioned.require(sampleId(1))).toBe(again)
    })
  })

  test("takes back what an entity read of a bulk write", async () => {
    const { id } = await Versioned.create({ title: "old" })
    const instances: VersionedEntity[] = []
    await caught(async () => {
      await Versioned.updateWhere({ id }, { title: "x" })
      instances.push(await Versioned.require(id))
    })
    const read = present(instances[0])
    expect([read.title, read.version, read.isDirty]).toEqual(["old", 1, false])
    await read.update({ title: "x" })
    expect((await Versioned.require(id)).title).toBe("x")
  })

  test("takes back what a known entity read again, and keeps its unsaved changes", async () => {
    const { id } = await Versioned.create({ title: "old", note: "old" })
    const instances: VersionedEntity[] = []
    await caught(async () => {
      const one = await Versioned.require(id)
      instances.push(one)
      await Versioned.updateWhere({ id }, { title: "x", note: "x" })
      expect(await Versioned.require(id)).toBe(one)
      expect(one.title).toBe("x")
      one.note = "mine"
    })
    const one = present(instances[0])
    expect(one.changes).toEqual({ note: { from: "old", to: "mine" } })
    expect(one.title).toBe("old")
    await one.save()
    expect(await rows()).toEqual({ [id]: { title: "old", note: "mine", version: 2 } })
  })

  test("takes back what reload() read", async () => {
    const one = await Versioned.create({ title: "old" })
    await caught(async () => {
      await Versioned.updateWhere({ id: one.id }, { title: "x" })
      await one.reload()
    })
    expect([one.title, one.version, one.isDirty]).toEqual(["old", 1, false])
  })

  test("takes back what a nested unit read of a write around it", async () => {
    const { id } = await Versioned.create({ title: "old" })
    const instances: VersionedEntity[] = []
    await caught(async () => {
      await Versioned.updateWhere({ id }, { title: "x" })
      await unitOfWork(async () => instances.push(await Versioned.require(id)))
      await caught(async () => {
        await Versioned.updateWhere({ id }, { title: "y" })
        instances.push(await Versioned.require(id))
        expect(instances[1]?.title).toBe("y")
      })
      expect(instances[0]?.title).toBe("x")
    })
    expect(instances.map(({ title, version, isDirty }) => [title, version, isDirty])).toEqual([
      ["old", 1, false],
      ["old", 1, false],
    ])
  })

  test("makes an entity new again whose row came and went with the unit", async () => {
    const instances: InstanceType<typeof Account>[] = []
    await caught(async () => {
      await Account.create({ id: sampleId(1), email: "a@example.org" })
      await Account.updateWhere({}, { balance: 7 }, { all: true })
      await Account.deleteWhere({ id: sampleId(2) })
      instances.push(await Account.require(sampleId(1)))
    })
    const one = present(instances[0])
    expect(one.isNew).toBe(true)
    await one.save()
    expect(await Account.count()).toBe(1)
  })

  test("agrees with the store after any sequence of units that fail", async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = randomFrom(seed)
      const [instances, created] = [new Set<VersionedEntity>(), new Set<VersionedEntity>()]
      for (let n = 0; n < 3; n++)
        await Versioned.upsert({ id: sampleId(n), title: "t0", note: "n0" })
      const before = await rows()
      await caught(() => work(random, { instances: instances, created }, 0))
      expect(await rows()).toEqual(before)
      for (const entity of instances) {
        const belief = created.has(entity) ? undefined : before[entity.id]
        expect([seed, beliefOf(entity)]).toEqual([seed, belief])
      }
      await Versioned.deleteWhere({}, { all: true })
    }
  })
}

interface Seen {
  readonly instances: Set<VersionedEntity>
  /** Of those, the ones that the unit made: they are new after the rollback, also under the id of a row that it had deleted. */
  readonly created: Set<VersionedEntity>
}

/** Some reads and writes, some of them in nested units, some of which fail. */
async function work(random: (below: number) => number, seen: Seen, depth: number): Promise<void> {
  for (let step = 0; step < 6; step++) {
    const id = sampleId(random(4))
    const value = `v${random(100)}`
    const { instances, created } = seen
    const instance = await Versioned.get(id)
    if (instance !== undefined) instances.add(instance)
    switch (random(8)) {
      case 0:
        await Versioned.updateWhere({ id }, random(2) === 0 ? { title: value } : { note: value })
        break
      case 1:
        await Versioned.deleteWhere({ id })
        break
      case 2:
        await instance?.reload()
        if (instance !== undefined) await instance.update({ title: value })
        break
      case 3:
        await instance?.delete()
        break
      case 4:
        if (instance === undefined) created.add(await Versioned.create({ id, title: value }))
        for (const entity of created) instances.add(entity)
        break
      case 5:
        if (depth < 3) await unitOfWork(() => work(random, seen, depth + 1))
        break
      case 6:
        if (depth < 3) await caught(() => work(random, seen, depth + 1))
        break
      default:
        for (const entity of await Versioned.all()) instances.add(entity)
    }
  }
}

/** The stored values by the entity's own state. Undefined if it is new. */
function beliefOf(entity: VersionedEntity): unknown {
  if (entity.isNew) return undefined
  const { changes } = entity
  const stored = (name: "title" | "note"): unknown => changes[name]?.from ?? entity[name]
  return { title: stored("title"), note: stored("note"), version: entity.version }
}

async function rows(): Promise<Record<string, unknown>> {
  const all = await Versioned.all()
  return Object.fromEntries(
    all.map(({ id, title, note, version }) => [id, { title, note, version }]),
  )
}

/** Whole numbers that follow from a seed: mulberry32, public domain. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
