// The feed of a log that loses changes: what it still owes, and what it still knows.
import { Entity, memory } from "nitro-ts/entity"
import type { BusListener, EventBus } from "nitro-ts/events"
import { afterEach, expect, it, vi } from "vitest"
import { z } from "zod"
import { ChangeFeed, type ChangeReader } from "./change-feed.ts"

class Task extends Entity("Task", { state: z.string(), owner: z.string() }) {
  static store = memory()
}

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** A log between processes that delivers on command. */
function lossyFeed() {
  let listener: BusListener | undefined
  const log: EventBus = {
    name: "lossy",
    capabilities: { durable: true, acrossProcesses: true },
    publish: () => "log:1",
    subscribe(own) {
      listener = own
      return () => undefined
    },
    replay: () => undefined,
    cursor: () => "log:1",
    epoch: () => "log",
    compare: (a, b) => Number(a.slice(4)) - Number(b.slice(4)),
    close() {},
  }
  const feed = ChangeFeed.of(log).open()
  ends.push(() => feed.close())
  const reader = { receive: vi.fn<ChangeReader["receive"]>(), reload: vi.fn() }
  return { feed, reader, reset: (cursor: string) => listener?.reset(cursor) }
}

it("delivers after a reset what the log still owed, and owes nothing more", async () => {
  const { feed, reader, reset } = lossyFeed()
  feed.watch({ entity: Task, leaving: true }, undefined, reader)
  const { id } = await Task.create({ state: "new", owner: "ann" })
  expect(reader.receive).not.toHaveBeenCalled()
  expect(feed.isUnchangedSince("log:1", [Task])).toBe(false)
  reset("log:1")
  expect(reader.receive.mock.calls.map(([{ change }]) => change.id)).toEqual([id])
  expect(reader.reload).toHaveBeenCalledOnce()
  expect(feed.isUnchangedSince("log:1", [Task])).toBe(true)
  reset("log:1")
  expect(reader.receive).toHaveBeenCalledOnce()
})

it("trusts no instance that may have been read before changes that were lost", async () => {
  const { id } = await Task.create({ state: "old", owner: "ann" })
  const outdated = await Task.require(id)
  // As another process does whose change is lost.
  await Task.updateWhere({ id }, { state: "new" })
  const { feed, reader, reset } = lossyFeed()
  const where = {
    op: "and",
    of: [
      { op: "eq", field: "state", value: "new" },
      { op: "eq", field: "owner", value: "bob" },
    ],
  } as const
  reset("log:2")
  feed.watch({ entity: Task, where, leaving: false }, undefined, reader)
  await outdated.update({ owner: "bob" })
  reset("log:3")
  expect(await Task.require(id)).toMatchObject({ state: "new", owner: "bob" })
  expect(reader.receive).toHaveBeenCalledOnce()
})
