// Live views under scopes: a page is sent what its reader may see, and a row that leaves that disappears.
import { Entity, memory, type QueryScope, ref, scope, withScopes } from "nitro-ts/entity"
import { live } from "nitro-ts/live"
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { sqlite } from "../stores/sql/sqlite/store.ts"
import { makeApp, rest, type TestApp, TestBrowser } from "./support/live-pages.tsx"

const apps: TestApp[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map(app => app.close()))
})

const userOf = (request: Request) => request.headers.get("x-user") ?? ""

function classes(store = memory()) {
  class Team extends Entity("Team", { lead: z.string() }) {
    static store = store
    get notes() {
      return this.hasMany(Note, "teamId")
    }
  }
  class Note extends Entity("Note", {
    text: z.string(),
    owner: z.string(),
    teamId: ref("Team").nullable().default(null),
  }) {
    static store = store
    get team() {
      return this.belongsTo(Team, "teamId")
    }
  }
  return { Team, Note }
}

const stores: [string, () => ReturnType<typeof memory>][] = [
  ["memory", () => memory()],
  ["SQLite", () => sqlite({ file: ":memory:", schema: "sync" })],
]

describe.each(stores)("live views under scopes, on %s", (_, openStore) => {
  async function open(
    scopesOf: (user: string, own: ReturnType<typeof classes>) => readonly QueryScope[],
    view: (own: ReturnType<typeof classes>) => unknown,
  ) {
    const own = classes(openStore())
    await own.Note.count()
    await own.Team.count()
    const app = makeApp({
      entities: [own.Note, own.Team],
      view: request => withScopes(scopesOf(userOf(request), own), () => view(own)),
    })
    apps.push(app)
    return { ...own, app, as: (user: string) => new TestBrowser(app, { "x-user": user }) }
  }
  const byOwner = (user: string, { Note }: ReturnType<typeof classes>) => [
    scope(Note, { owner: user }),
  ]

  /** Each browser shows the same as a fresh page in it. */
  async function expectTrue(browsers: readonly TestBrowser[]): Promise<string[]> {
    for (const browser of browsers) await browser.settle()
    for (const browser of browsers) expect(browser.page.views).toBe(await browser.fresh())
    return browsers.map(({ page, stream }) => page.views + stream?.text)
  }

  it.each([
    ["a list", "Item"],
    ["a list in an order with a limit", "limit"],
    ["a count", "count"],
    ["a region", "region"],
  ])("send each reader their own rows: %s", async (_name, kind) => {
    const { Note, as } = await open(byOwner, ({ Note }) => {
      const Item = (note: InstanceType<typeof Note>) => <li id={note.domId}>{note.text}</li>
      if (kind === "Item") return live(Note.all(), Item)
      if (kind === "limit") return live(Note.all().orderBy("text").limit(2), Item)
      if (kind === "count") return live(Note.all().count())
      return live(async () => (await Note.all()).map(note => note.text).join(), { on: [Note] })
    })
    const browsers = [as("ann"), as("bob"), as("ann")]
    for (const browser of browsers) await browser.load()
    await expectTrue(browsers)
    const mine = await Note.create({ text: "first of ann", owner: "ann" })
    await Note.create({ text: "secret of bob", owner: "bob" })
    await expectTrue(browsers)
    // A row that leaves the scope disappears; where it goes it appears.
    await mine.update({ owner: "bob", text: "given away" })
    await expectTrue(browsers)
    await mine.update({ owner: "ann", text: "given back" })
    await Note.updateWhere({ owner: "bob" }, { text: "changed of bob" })
    const [ann = "", bob = ""] = await expectTrue(browsers)
    expect(ann).not.toContain("of bob")
    expect(bob).not.toContain("given back")
    if (kind !== "count") expect(ann).toContain("given back")
  })

  it("follow the rows by which a scope decides", async () => {
    const { Note, Team, as } = await open(
      (user, own) => [scope(own.Note, n => n.team.lead.eq(user))],
      ({ Note }) => live(Note.all(), note => <li id={note.domId}>{note.text}</li>),
    )
    const team = await Team.create({ lead: "bob" })
    await Note.create({ text: "of the team", owner: "x", teamId: team.id })
    const browsers = [as("ann"), as("bob")]
    for (const browser of browsers) await browser.load()
    expect((await expectTrue(browsers)).map(text => text.includes("of the team"))).toEqual([
      false,
      true,
    ])
    await team.update({ lead: "ann" })
    await expectTrue(browsers)
    expect(browsers.map(({ page }) => page.views.includes("of the team"))).toEqual([true, false])
  })

  it("never show rows of another class by another user's scope", async () => {
    const { Note, Team, as } = await open(
      (user, { Team }) => [scope(Team, { lead: user })],
      ({ Note, Team }) =>
        live(Note.all(), async note => (
          <li id={note.domId}>
            {note.text} {(await Team.all()).map(team => team.lead).join()}
          </li>
        )),
    )
    await Team.create({ lead: "ann" })
    await Team.create({ lead: "bob" })
    await Note.create({ text: "one", owner: "x" })
    const browsers = [as("ann"), as("bob")]
    for (const browser of browsers) await browser.load()
    await expectTrue(browsers)
    await Note.create({ text: "two", owner: "x" })
    const [ann = "", bob = ""] = await expectTrue(browsers)
    expect(ann).not.toContain("bob")
    expect(bob).not.toContain("ann")
    expect(ann).toContain("two ann")
  })
})

it.each([
  ["memory, one row for all", () => memory()],
  ["SQLite, read again", () => sqlite({ file: ":memory:", schema: "sync" })],
])("keeps what a row has loaded of its relations from other readers: %s", async (_, openStore) => {
  class Reply extends Entity("Reply", {
    text: z.string(),
    owner: z.string(),
    toId: ref("Reply").nullable().default(null),
  }) {
    static store = openStore()
    get to() {
      return this.belongsTo(Reply, "toId")
    }
  }
  await Reply.count()
  // Declared outside of requests, so that pages may share it.
  const Item = async (reply: InstanceType<typeof Reply>) => (
    <li id={reply.domId}>
      {reply.text} to {(await reply.to)?.text ?? "nobody"}
    </li>
  )
  const app = makeApp({
    entities: [Reply],
    view: request =>
      withScopes([scope(Reply, r => r.owner.in([userOf(request), "all"]))], () =>
        live(Reply.all(), Item),
      ),
  })
  apps.push(app)
  const secret = await Reply.create({ text: "secret of bob", owner: "bob" })
  const reply = await Reply.create({ text: "shown to all", owner: "all", toId: secret.id })
  const browsers = ["bob", "ann", "bob", "ann"].map(
    user => new TestBrowser(app, { "x-user": user }),
  )
  for (const browser of browsers) await browser.load()
  for (const browser of browsers) await browser.settle()
  for (const text of ["changed", "changed again"]) {
    await reply.update({ text })
    for (const browser of browsers) await browser.settle()
    for (const browser of browsers) expect(browser.page.views).toBe(await browser.fresh())
  }
  const seen = browsers.map(({ page, stream }) => page.views + stream?.text)
  expect(seen.map(text => text.includes("to secret of bob"))).toEqual([true, false, true, false])
  expect(seen.every(text => text.includes("changed again"))).toBe(true)
})

it("shares the work of readers who may see the same", async () => {
  const { Note } = classes()
  let renders = 0
  const Item = (note: InstanceType<typeof Note>) => {
    renders++
    return <li id={note.domId}>{note.text}</li>
  }
  const app = makeApp({
    entities: [Note],
    view: request =>
      withScopes([scope(Note, { owner: userOf(request).slice(0, 1) })], () =>
        live(Note.all(), Item),
      ),
  })
  apps.push(app)
  await Note.create({ text: "zero", owner: "a" })
  const browsers = ["a1", "a2", "a3", "b1"].map(user => new TestBrowser(app, { "x-user": user }))
  for (const browser of browsers) await browser.load()
  for (const browser of browsers) await browser.settle()
  renders = 0
  await Note.create({ text: "one", owner: "a" })
  await rest()
  for (const browser of browsers) await browser.settle()
  expect(browsers.map(({ page }) => page.views.includes("one"))).toEqual([true, true, true, false])
  expect(renders).toBe(1)
})

it("shares nothing between readers with scopes and without", async () => {
  const { Note, Team } = classes()
  // Declared outside of requests, so that pages may share it.
  const Item = async (note: InstanceType<typeof Note>) => (
    <li id={note.domId}>
      {note.text} of {(await note.team)?.lead ?? "nobody"}
    </li>
  )
  const app = makeApp({
    entities: [Note, Team],
    view(request) {
      const show = () => live(Note.all(), Item)
      const user = userOf(request)
      return user === "admin" ? show() : withScopes([scope(Team, { lead: user })], show)
    },
  })
  apps.push(app)
  const team = await Team.create({ lead: "bob" })
  await Note.create({ text: "first", owner: "x" })
  await Note.create({ text: "second", owner: "x", teamId: team.id })
  const browsers = ["admin", "admin", "ann", "bob"].map(
    user => new TestBrowser(app, { "x-user": user }),
  )
  for (const browser of browsers) {
    await browser.load()
    await browser.settle()
  }
  await Note.create({ text: "third", owner: "x", teamId: team.id })
  for (const browser of browsers) await browser.settle()
  const seen = browsers.map(({ page, stream }) => page.views + stream?.text)
  expect(seen.map(text => text.includes("bob"))).toEqual([true, true, false, true])
  expect(seen.every(text => text.includes("third"))).toBe(true)
})

it("keeps two views of one page under two scopes apart", async () => {
  const { Note } = classes()
  const Item = (note: InstanceType<typeof Note>) => <li id={note.domId}>{note.text}</li>
  const app = makeApp({
    entities: [Note],
    view: () => (
      <>
        {withScopes([scope(Note, { owner: "ann" })], () => live(Note.all(), Item))}
        <hr />
        {withScopes([scope(Note, { owner: "bob" })], () => live(Note.all(), Item))}
      </>
    ),
  })
  apps.push(app)
  await Note.create({ text: "one of ann", owner: "ann" })
  await Note.create({ text: "one of bob", owner: "bob" })
  const browsers = ["a", "b"].map(user => new TestBrowser(app, { "x-user": user }))
  for (const browser of browsers) await browser.load()
  for (const browser of browsers) await browser.settle()
  await Note.create({ text: "two of ann", owner: "ann" })
  await Note.create({ text: "two of bob", owner: "bob" })
  for (const browser of browsers) await browser.settle()
  for (const browser of browsers) {
    expect(browser.page.views).toBe(await browser.fresh())
    expect(browser.page.views.match(/of ann/g)).toHaveLength(2)
    expect(browser.page.views.match(/of bob/g)).toHaveLength(2)
    const [first = ""] = browser.page.views.split("<hr")
    expect(first).not.toContain("bob")
  }
})
