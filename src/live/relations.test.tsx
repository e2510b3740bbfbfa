// Live lists load the relations that their query names, follow them, and show deleted rows only in queries for them.
import { rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Entity, memory, ref, type Store } from "nitro-ts/entity"
import { live } from "nitro-ts/live"
import { sqlite } from "nitro-ts/sqlite"
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { makeApp, type TestApp, TestBrowser } from "./support/live-pages.tsx"

const apps: TestApp[] = []
const stores: Store[] = []
const files: string[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map(app => app.close()))
  await Promise.all(stores.splice(0).map(store => store.close()))
  for (const file of files.splice(0))
    for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true })
})

const kinds: Record<string, () => Store> = {
  memory: () => memory(),
  sqlite() {
    const file = join(
      tmpdir(),
      `nitro-relations-${process.pid}-${Math.random().toString(36).slice(2)}.db`,
    )
    files.push(file)
    return sqlite(file)
  },
}

function makeClasses(kind: string) {
  const store = kinds[kind]?.() as Store
  stores.push(store)
  class Team extends Entity("Team", { name: z.string() }) {
    static store = store
  }
  class Agent extends Entity("Agent", {
    name: z.string(),
    teamId: ref("Team").nullable().default(null),
  }) {
    static store = store
    get team() {
      return this.belongsTo(Team, "teamId")
    }
  }
  class Tag extends Entity("Tag", { name: z.string() }) {
    static store = store
  }
  class Ticket extends Entity(
    "Ticket",
    { title: z.string(), agentId: ref("Agent").nullable().default(null) },
    { softDelete: true },
  ) {
    static store = store
    get agent() {
      return this.belongsTo(Agent, "agentId")
    }
    get tags() {
      return this.manyToMany(Tag, { through: Tagging })
    }
    get notes() {
      return this.hasMany(Note, "ticketId")
    }
  }
  class Tagging extends Entity("Tagging", { ticketId: ref("Ticket"), tagId: ref("Tag") }) {
    static store = store
  }
  class Note extends Entity("Note", {
    text: z.string(),
    ticketId: ref("Ticket", { onDelete: "cascade" }),
  }) {
    static store = store
  }
  return { Team, Agent, Tag, Ticket, Tagging, Note }
}
type Classes = ReturnType<typeof makeClasses>
type Ticket = InstanceType<Classes["Ticket"]>

const Row = (ticket: Ticket) => (
  <li id={ticket.domId}>
    {ticket.title} by {ticket.agent.loaded?.name ?? "nobody"} of{" "}
    {ticket.agent.loaded?.team.loaded?.name ?? "no team"}:{" "}
    {ticket.tags.loaded?.map(tag => tag.name).join(", ")}{" "}
    {ticket.notes.loaded?.map(note => note.text).join(", ")}
  </li>
)

async function opened(classes: Classes, view: () => unknown): Promise<() => Promise<string>> {
  const app = makeApp({ entities: Object.values(classes) as never, view })
  apps.push(app)
  const browser = new TestBrowser(app)
  await browser.load()
  await browser.settle()
  return async () => {
    await browser.settle()
    expect(browser.page.views).toBe(await browser.fresh())
    return browser.page.views
  }
}

describe.each(Object.keys(kinds))("in %s", kind => {
  it("a list shows its relations in patches as in the page, at any depth, and follows what they change", async () => {
    const classes = makeClasses(kind)
    const { Team, Agent, Tag, Ticket, Tagging, Note } = classes
    const team = await Team.create({ name: "Blue" })
    const agent = await Agent.create({ name: "Ann", teamId: team.id })
    const tag = await Tag.create({ name: "urgent" })
    const first = await Ticket.create({ title: "first", agentId: agent.id })
    const query = () => Ticket.all().orderBy("title").with("agent.team", "tags", "notes")
    const shown = await opened(classes, () => live(query(), Row))
    const steps: [() => Promise<unknown>, string][] = [
      [() => Ticket.create({ title: "second", agentId: agent.id }), "second by Ann of Blue"],
      [() => agent.update({ name: "Anna" }), "first by Anna of Blue"],
      [() => team.update({ name: "Red" }), "second by Anna of Red"],
      [() => first.tags.add(tag), "urgent"],
      [() => tag.update({ name: "calm" }), "calm"],
      [() => first.notes.create({ text: "noted" }), "noted"],
      [() => Note.updateWhere({ text: "noted" }, { text: "renoted" }), "renoted"],
      [() => first.update({ title: "third" }), "third by Anna of Red: calm renoted"],
      [() => first.update({ agentId: null }), "third by nobody of no team"],
      [() => Tagging.deleteWhere({}, { all: true }), "third by nobody of no team:  renoted"],
      [() => Note.deleteWhere({}, { all: true }), "second by Anna of Red"],
    ]
    for (const [step, text] of steps) {
      await step()
      expect(await shown()).toContain(text)
    }
  })

  it("a list that names no relation is not read again when one changes", async () => {
    const classes = makeClasses(kind)
    const { Agent, Ticket } = classes
    const agent = await Agent.create({ name: "Ann" })
    await Ticket.create({ title: "first", agentId: agent.id })
    let renders = 0
    const each = (ticket: Ticket) => {
      renders++
      return <li id={ticket.domId}>{ticket.title}</li>
    }
    const shown = await opened(classes, () => live(Ticket.all(), each))
    renders = 0
    await agent.update({ name: "Anna" })
    await new Promise(resolve => setImmediate(resolve))
    await new Promise(resolve => setImmediate(resolve))
    expect(renders).toBe(0)
    await shown()
  })

  it("deleted rows are shown by withDeleted and onlyDeleted, and come back when they are restored", async () => {
    const classes = makeClasses(kind)
    const { Ticket } = classes
    const Plain = (ticket: Ticket) => (
      <li id={ticket.domId}>
        {ticket.title} {ticket.deletedAt === null ? "here" : "deleted"}
      </li>
    )
    const [a, b, c] = (await Ticket.createMany([
      { title: "a" },
      { title: "b" },
      { title: "c" },
    ])) as [Ticket, Ticket, Ticket]
    const shown = await opened(classes, () => [
      live(Ticket.all().orderBy("title"), Plain, { id: "live" }),
      live(Ticket.withDeleted().orderBy("title"), Plain, { id: "all" }),
      live(Ticket.onlyDeleted().orderBy("title"), Plain, { id: "gone", empty: <li>none</li> }),
      live(Ticket.withDeleted().orderBy("title").limit(2), Plain, { id: "window" }),
      live(Ticket.all().count(), { id: "liveCount" }),
      live(Ticket.withDeleted().count(), { id: "allCount" }),
      live(Ticket.onlyDeleted().count(), { id: "goneCount" }),
      live(b, Plain, { id: "one" }),
    ])
    const steps: [() => Promise<unknown>, string[]][] = [
      [() => b.delete(), ["b deleted", '<span id="goneCount">1</span>', '<div id="one"></div>']],
      [() => a.update({ title: "d" }), ["d here", '<span id="liveCount">2</span>']],
      [() => b.restore(), ["b here", '<span id="goneCount">0</span>', "<li>none</li>"]],
      [() => Ticket.deleteWhere({ title: "c" }), ["c deleted", '<span id="allCount">3</span>']],
      [
        () => c.delete({ permanently: true }),
        ['<span id="allCount">2</span>', '<span id="goneCount">0</span>'],
      ],
      [
        () => Ticket.deleteWhere({}, { all: true }),
        ['<span id="goneCount">2</span>', '<ul id="live"></ul>'],
      ],
      [
        () => Ticket.deleteWhere({}, { all: true, permanently: true }),
        ['<span id="allCount">0</span>', '<ul id="all"></ul>'],
      ],
    ]
    for (const [step, texts] of steps) {
      await step()
      const views = await shown()
      for (const text of texts) expect(views).toContain(text)
    }
  })
})
