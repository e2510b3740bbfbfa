// An app for the random test: one page with nine views over three classes, and changes that follow from a number.
import { AsyncLocalStorage } from "node:async_hooks"
import { context, respond } from "nitro-ts/actions"
import { Entity, isNitroError, ref, type Store, unitOfWork } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { Page } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { z } from "zod"

/** Numbers that follow from a seed. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed || 1
  return below => {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const userOf = (request: Request) => /user=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1]
const storage = new AsyncLocalStorage<string | undefined>()
const maxTasks = 60

export function makeRandomApp(store: Store) {
  class Team extends Entity("Team", { name: z.string(), isOpen: z.boolean().default(true) }) {
    static store = store
    get tasks() {
      return this.hasMany(Task, "teamId")
    }
  }
  const fields = {
    title: z.string(),
    rank: z.int(),
    done: z.boolean().default(false),
    teamId: ref("Team", { onDelete: "setNull" }).nullable().default(null),
  }
  class Task extends Entity("Task", fields, { softDelete: true }) {
    static store = store
    get team() {
      return this.belongsTo(Team, "teamId")
    }
    get notes() {
      return this.hasMany(Note, "taskId")
    }
  }
  class Note extends Entity("Note", {
    text: z.string(),
    taskId: ref("Task", { onDelete: "cascade" }),
  }) {
    static store = store
  }

  const Item = (task: Task) => (
    <li id={task.domId} class={{ done: task.done }}>
      <input name="title" /> {task.rank}: {task.title}
    </li>
  )
  const Related = (task: Task) => (
    <li id={task.domId}>
      {task.title} of {task.team.loaded?.name ?? "no team"}:{" "}
      {task.notes.loaded?.map(note => note.text).join(", ")}
    </li>
  )
  const Personal = (task: Task) => (
    <li id={task.domId}>
      {String(context().user)} and {storage.getStore()} see {task.title}
    </li>
  )

  const views = () => [
    live(Task.all().orderBy("rank"), Item, { id: "all" }),
    live(
      Task.where(t => t.done.eq(false))
        .orderBy("title")
        .with("team", "notes"),
      Related,
      { id: "related" },
    ),
    live(Task.all().orderBy("rank", "desc").offset(2).limit(5), Item, { id: "window", tag: "ol" }),
    live(Task.where({ done: true }), Personal, { id: "personal", empty: <li>nothing is done</li> }),
    live(Task.where({ done: false }).count(), { id: "count" }),
    live(Task.where(t => t.team.isOpen.eq(true)).count(), { id: "open" }),
    live(
      async () => (
        <b>
          {storage.getStore()}: {await Task.count()} of {await Team.count()}
        </b>
      ),
      { on: [Task, Team], id: "region" },
    ),
    live(
      () => (
        <section>
          {live(Team.all().orderBy("name"), team => (
            <p id={team.domId}>{team.name}</p>
          ))}
        </section>
      ),
      { on: [Note], id: "nested" },
    ),
    live(
      Task.onlyDeleted().orderBy("rank"),
      (task: Task) => <li id={task.domId}>{`${storage.getStore()}: ${task.title}`}</li>,
      {
        id: "gone",
      },
    ),
  ]

  /** One change of the data, the same for the same number and data. */
  async function change(seed: number): Promise<void> {
    const random = randomFrom(seed)
    const pick = <T,>(list: readonly T[]): T | undefined => list[random(Math.max(1, list.length))]
    const title = () => `${seed}.${random(1000)} ${"x".repeat(random(5) === 0 ? 3000 : 5)}`
    const tasks = await Task.all()
    const teams = await Team.all()
    const steps: (() => Promise<unknown>)[] = [
      async () => {
        if (tasks.length >= maxTasks)
          await Task.deleteWhere(t => t.rank.lt(50), { permanently: random(2) === 0 })
        const count = 1 + random(4)
        await Task.createMany(
          Array.from({ length: count }, () => ({
            title: title(),
            rank: random(100),
            teamId: pick(teams)?.id ?? null,
          })),
        )
      },
      async () => pick(tasks)?.update({ rank: random(100) }),
      async () => pick(tasks)?.update({ done: random(2) === 0, title: title() }),
      async () => pick(tasks)?.update({ teamId: pick(teams)?.id ?? null }),
      async () => pick(tasks)?.delete({ permanently: random(3) === 0 }),
      async () => pick(await Task.onlyDeleted())?.restore(),
      async () => Team.create({ name: title(), isOpen: random(2) === 0 }),
      async () => pick(teams)?.update({ name: title(), isOpen: random(2) === 0 }),
      async () => (teams.length > 3 ? pick(teams)?.delete() : undefined),
      async () => pick(tasks)?.notes.create({ text: title() }),
      async () => Note.deleteWhere({}, { all: true }),
      async () => Task.updateWhere(t => t.rank.gt(random(100)), { done: random(2) === 0 }),
      async () =>
        Promise.all(
          tasks.slice(0, 20).map(task => task.update({ rank: random(100), title: title() })),
        ),
      // More than any queue takes.
      async () => {
        for (let round = 0; round < 3; round++)
          for (const task of tasks) await task.update({ title: `${title()} ${"y".repeat(1500)}` })
      },
      async () =>
        unitOfWork(async () => {
          await Task.create({ title: "taken back", rank: 1 })
          await pick(tasks)?.update({ title: "taken back" })
          if (random(2) === 0) throw new Error("taken back")
        }).catch(() => undefined),
    ]
    await (pick(steps) as () => Promise<unknown>)()
  }

  const handle = nitro({ entities: [Team, Task, Note], user: userOf })
  async function route(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === "/change") {
      // Changes at the same time get in each other's way: a row may be gone before it is saved.
      await change(Number(searchParams.get("seed"))).catch((error: unknown) => {
        if (!isNitroError(error, "NITRO_ENTITY_NOT_FOUND", "NITRO_REFERENCE")) throw error
      })
      return new Response("changed")
    }
    if (pathname === "/streams") return new Response(String(handle.openStreams))
    return respond(<Page title="Random">{views()}</Page>)
  }
  return {
    handle,
    fetch: (request: Request) =>
      storage.run(userOf(request), () => handle(request, () => route(request))),
  }
}
