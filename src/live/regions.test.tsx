// Causes for a live region to render: changes of the rows that its `on` finds, once for all pages that its `key` joins.
import { AsyncLocalStorage } from "node:async_hooks"
import { context } from "nitro-ts/actions"
import { Entity, memory, scope, withScopes } from "nitro-ts/entity"
import { live } from "nitro-ts/live"
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { makeApp, type Options, type TestApp, TestBrowser } from "./support/live-pages.tsx"

function makeFavorite(version = false) {
  return class Favorite extends Entity(
    "Favorite",
    { articleId: z.int(), owner: z.string().default(""), rank: z.int().default(0) },
    { version },
  ) {
    static store = memory()
  }
}
type FavoriteClass = ReturnType<typeof makeFavorite>

const apps: TestApp[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map(app => app.close()))
})

const userOf = (request: Request) => request.headers.get("x-user") ?? undefined

/** An app whose page counts how often its content is rendered. */
async function opened(
  makeView: (Favorite: FavoriteClass, request: Request, rendered: () => void) => unknown,
  users: readonly (string | undefined)[],
  { paths = ["/"], ...options }: Partial<Options> & { readonly paths?: readonly string[] } = {},
) {
  const Favorite = makeFavorite()
  await Favorite.count()
  let renders = 0
  const app = makeApp({
    entities: [Favorite],
    user: userOf,
    view: request =>
      makeView(Favorite, request, () => {
        renders++
      }),
    ...options,
  })
  apps.push(app)
  const browsers = users.map(
    user => new TestBrowser(app, user === undefined ? {} : { "x-user": user }),
  )
  for (const [at, browser] of browsers.entries()) await browser.load(paths[at % paths.length])
  const settle = async () => {
    for (const browser of browsers) await browser.settle()
  }
  await settle()
  return {
    Favorite,
    browsers,
    /** How often the content was rendered for what `change` did. */
    async rendersFor(change: () => Promise<unknown>): Promise<number> {
      const before = renders
      await change()
      await settle()
      return renders - before
    },
  }
}

describe("a region on a query", () => {
  const countOf = (Favorite: FavoriteClass, _: Request, rendered: () => void) =>
    live(
      async () => {
        rendered()
        return <b>{await Favorite.where({ articleId: 1 }).count()}</b>
      },
      { on: [Favorite.where({ articleId: 1 })] },
    )

  it("is rendered after changes of the rows that the query finds, and of no others", async () => {
    const { Favorite, browsers, rendersFor } = await opened(countOf, ["ann"])
    const shown = () => browsers[0]?.page.views
    const other = await Favorite.create({ articleId: 2 })
    expect(await rendersFor(() => Favorite.create({ articleId: 3 }))).toBe(0)
    expect(await rendersFor(() => other.update({ rank: 1 }))).toBe(0)
    expect(await rendersFor(() => other.delete())).toBe(0)
    const own = await Favorite.create({ articleId: 2 })
    expect(await rendersFor(() => own.update({ articleId: 1 }))).toBe(1)
    expect(shown()).toContain("<b>1</b>")
    expect(await rendersFor(() => own.update({ rank: 1 }))).toBe(1)
    expect(await rendersFor(() => own.update({ articleId: 5 }))).toBe(1)
    expect(shown()).toContain("<b>0</b>")
    expect(await rendersFor(() => own.update({ articleId: 6 }))).toBe(0)
  })

  it("is rendered after a change of many rows", async () => {
    const { Favorite, browsers, rendersFor } = await opened(countOf, ["ann"])
    await Favorite.createMany([{ articleId: 2 }, { articleId: 2 }])
    expect(await rendersFor(() => Favorite.updateWhere({ articleId: 2 }, { articleId: 1 }))).toBe(1)
    expect(browsers[0]?.page.views).toContain("<b>2</b>")
  })

  it("is rendered when an instance changes a row that another instance moved since", async () => {
    const { Favorite, browsers, rendersFor } = await opened(countOf, ["ann"])
    const { id } = await Favorite.create({ articleId: 2 })
    const stale = await Favorite.require(id)
    await (await Favorite.require(id)).update({ articleId: 1 })
    expect(await rendersFor(() => stale.update({ articleId: 3 }))).toBe(1)
    expect(browsers[0]?.page.views).toContain("<b>0</b>")
    await (await Favorite.require(id)).update({ articleId: 1 })
    expect(await rendersFor(() => stale.delete())).toBe(1)
    expect(browsers[0]?.page.views).toContain("<b>0</b>")
  })

  it("follows queries and classes beside each other", async () => {
    class Article extends Entity("Article", { title: z.string() }) {
      static store = memory()
    }
    const { Favorite, rendersFor } = await opened(
      (Favorite, _, rendered) =>
        live(
          () => {
            rendered()
            return ""
          },
          { on: [Article, Favorite.where(f => f.rank.gt(5))] },
        ),
      ["ann"],
    )
    expect(await rendersFor(() => Article.create({ title: "One" }))).toBe(1)
    expect(await rendersFor(() => Favorite.create({ articleId: 1, rank: 5 }))).toBe(0)
    expect(await rendersFor(() => Favorite.create({ articleId: 1, rank: 6 }))).toBe(1)
  })

  it("inside of another region makes that one follow the same rows alone", async () => {
    const { Favorite, rendersFor } = await opened(
      (Favorite, _, rendered) =>
        live(
          () => {
            rendered()
            return live(Favorite.where({ articleId: 1 }).count())
          },
          { on: [Favorite.where({ articleId: 7 })] },
        ),
      ["ann"],
    )
    expect(await rendersFor(() => Favorite.create({ articleId: 2 }))).toBe(0)
    expect(await rendersFor(() => Favorite.create({ articleId: 1 }))).toBe(1)
    expect(await rendersFor(() => Favorite.create({ articleId: 7 }))).toBe(1)
  })

  it("sees rows through the scopes of its page", async () => {
    const { Favorite, rendersFor } = await opened(
      (Favorite, request, rendered) =>
        withScopes([scope(Favorite, { owner: userOf(request) as string })], () =>
          live(
            () => {
              rendered()
              return ""
            },
            { on: [Favorite] },
          ),
        ),
      ["ann", "bob"],
    )
    expect(await rendersFor(() => Favorite.create({ articleId: 1, owner: "eve" }))).toBe(0)
    expect(await rendersFor(() => Favorite.create({ articleId: 1, owner: "bob" }))).toBe(1)
  })

  it("refuses what is neither a class nor a query", () => {
    const Favorite = makeFavorite()
    for (const on of [
      [],
      [Favorite.where().count()],
      ["Favorite"],
      [new Favorite({ articleId: 1 })],
    ])
      expect(() => live(() => "", { on: on as never })).toThrow(
        expect.objectContaining({ code: "NITRO_LIVE_ARGUMENT" }),
      )
  })
})

describe("a region with a key", () => {
  const byViewer =
    (text: (request: Request) => string) =>
    (Favorite: FavoriteClass, request: Request, rendered: () => void) =>
      live(
        async () => {
          rendered()
          return (
            <b>
              {text(request)}: {await Favorite.count()}
            </b>
          )
        },
        { on: [Favorite], key: userOf(request) },
      )
  const shownTo = (browsers: readonly TestBrowser[]) =>
    browsers.map(({ page }) => /<b>(.*?)<\/b>/.exec(page.views)?.[1])

  it("is rendered once for the pages of each key", async () => {
    const users = ["ann", "bob", "ann", undefined, "ann", undefined]
    const { Favorite, browsers, rendersFor } = await opened(
      byViewer(request => userOf(request) ?? "visitor"),
      users,
    )
    expect(await rendersFor(() => Favorite.create({ articleId: 1 }))).toBe(3)
    expect(shownTo(browsers)).toEqual(users.map(user => `${user ?? "visitor"}: 1`))
  })

  it("may look at the user while all who share it are one", async () => {
    const users = ["ann", "ann", "bob", "bob"]
    const { Favorite, browsers, rendersFor } = await opened(
      byViewer(() => context().user as string),
      users,
    )
    expect(await rendersFor(() => Favorite.create({ articleId: 1 }))).toBe(2)
    expect(shownTo(browsers)).toEqual(users.map(user => `${user}: 1`))
  })

  it("looks at the user as the latest page that shares it has it", async () => {
    let role = "admin"
    const { Favorite, browsers, rendersFor } = await opened(
      byViewer(() => {
        const { role } = context().user as unknown as { role: string }
        return role
      }),
      ["ann"],
      { user: request => ({ id: userOf(request), role }) },
    )
    role = "guest"
    const app = apps.at(-1) as TestApp
    const second = new TestBrowser(app, { "x-user": "ann" })
    await second.load()
    await rendersFor(() => Favorite.create({ articleId: 1 }))
    await second.settle()
    expect(shownTo([...browsers, second])).toEqual(["guest: 1", "guest: 1"])
  })

  it.each([
    ["looks at the user from the start", () => true],
    ["looks at the user later", (count: number) => count > 0],
  ])("gives users separate pages where one key joins them, yet it %s", async (_, looks) => {
    const users = ["ann", "bob", "ann"]
    const { Favorite, browsers, rendersFor } = await opened(
      (Favorite, __, rendered) =>
        live(
          async () => {
            rendered()
            const count = await Favorite.count()
            return (
              <b>
                {looks(count) ? (context().user as string) : "all"}: {count}
              </b>
            )
          },
          { on: [Favorite], key: "same" },
        ),
      users,
    )
    await rendersFor(() => Favorite.create({ articleId: 1 }))
    await rendersFor(() => Favorite.create({ articleId: 1 }))
    expect(shownTo(browsers)).toEqual(users.map(user => `${user}: 2`))
  })

  it("is not shared by pages of other addresses, apps, scopes or contents", async () => {
    const { Favorite, browsers, rendersFor } = await opened(
      (Favorite, request, rendered) => {
        const { pathname } = new URL(request.url)
        return live(
          async () => {
            rendered()
            return <b>{`${pathname}: ${await Favorite.count()}`}</b>
          },
          { on: [Favorite], key: "same" },
        )
      },
      ["ann", "bob"],
      { paths: ["/one", "/two"] },
    )
    expect(await rendersFor(() => Favorite.create({ articleId: 1 }))).toBe(2)
    expect(shownTo(browsers)).toEqual(["/one: 1", "/two: 1"])
    const scoped = await opened(
      (Favorite, request, rendered) =>
        withScopes([scope(Favorite, { owner: userOf(request) as string })], () =>
          live(
            async () => {
              rendered()
              return <b>{await Favorite.count()}</b>
            },
            { on: [Favorite], key: "same" },
          ),
        ),
      ["ann", "bob", "bob"],
    )
    expect(
      await scoped.rendersFor(() => scoped.Favorite.create({ articleId: 1, owner: "bob" })),
    ).toBe(1)
    expect(shownTo(scoped.browsers)).toEqual(["0", "1", "1"])
  })

  it("is rendered for each page where it needs more than a page without a request has", async () => {
    const storage = new AsyncLocalStorage<string>()
    const { Favorite, browsers, rendersFor } = await opened(
      (Favorite, request, rendered) =>
        storage.run(userOf(request) as string, () =>
          live(
            async () => {
              rendered()
              const name = storage.getStore()
              if (name === undefined) throw new Error("No name.")
              return <b>{`${name}: ${await Favorite.count()}`}</b>
            },
            { on: [Favorite], key: "same" },
          ),
        ),
      ["ann", "bob"],
    )
    await rendersFor(() => Favorite.create({ articleId: 1 }))
    expect(shownTo(browsers)).toEqual(["ann: 1", "bob: 1"])
  })
})
