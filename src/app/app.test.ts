// Parts of one app: made once, closed once, and never shared; the user of a request, in every host.
import { context, expose } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { afterEach, expect, it, vi } from "vitest"
import type { AppPart } from "../actions/context/app-state.ts"
import { App } from "./app.ts"

class Note extends Entity("Note", {}) {
  static store = memory()
}

afterEach(() => vi.restoreAllMocks())

it("makes a part once, and one for each app", () => {
  const part: AppPart<object> = { name: "a part", make: () => ({}) }
  const [one, two] = [new App({}), new App({})]
  expect(one.part(part)).toBe(one.part(part))
  expect(one.part(part)).not.toBe(two.part(part))
})

it("closes its parts in the reverse order, once, whatever one of them throws", async () => {
  const report = vi.spyOn(console, "error").mockImplementation(() => {})
  const closed: string[] = []
  const part = (name: string): AppPart<string> => ({
    name,
    make: () => name,
    close: async own => {
      closed.push(own)
      if (own === "b") throw new Error("b cannot close")
    },
  })
  const app = new App({})
  for (const each of ["a", "b", "c"].map(part)) app.part(each)
  expect(app.isClosed).toBe(false)
  await Promise.all([app.close(), app.close()])
  expect(closed).toEqual(["c", "b", "a"])
  expect(app.isClosed).toBe(true)
  expect(report).toHaveBeenCalled()
})

it("lists the routes of the app, and resolves when it is ready", async () => {
  const app = nitro({ entities: [expose(Note)] })
  await app.ready
  expect(app.routes.map(route => route.path)).toContain("/notes/:id")
})

it.each([
  ["at once", (request: Request) => request.headers.get("x-user") ?? undefined],
  ["later", async (request: Request) => request.headers.get("x-user") ?? undefined],
])("knows the user of a request, given %s", async (_, user) => {
  const app = nitro({ entities: [Note], user })
  const ask = (headers: Record<string, string>) =>
    app(new Request("http://app.test/"), undefined).then(() =>
      app(
        new Request("http://app.test/page", { headers }),
        async () => new Response(String(context().user)),
      ),
    )
  expect(await (await ask({ "x-user": "ann" })).text()).toBe("ann")
  expect(await (await ask({})).text()).toBe("undefined")
})

it("has a context inside of a request only", () => {
  expect(() => context()).toThrow(expect.objectContaining({ code: "NITRO_NO_REQUEST" }))
})
