// Routes of any depth and number of parameters, and what two of them may not share.
import { action, expose } from "nitro-ts/actions"
import { Entity } from "nitro-ts/entity"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import type { Route } from "../contract/route.ts"
import { createDispatcher } from "./dispatch.ts"
import { matchOf, RouteTable } from "./route-table.ts"

const route = (pattern: string, name = pattern, method: Route["method"] = "GET"): Route => ({
  method,
  pattern,
  name,
  operation: name,
  form: () => "",
  input: {},
  run: () => ({}),
})
const table = (...patterns: string[]) => new RouteTable(patterns.map(each => route(each)))
const at = (routes: RouteTable, path: string, method = "GET") => {
  const found = routes.find(path)
  const match = found === undefined ? undefined : matchOf(method, found)
  return match === undefined || !("route" in match)
    ? match && [...match]
    : [match.route.name, match.params]
}

describe("a path", () => {
  it("may have any number of segments and parameters", () => {
    const deep = `/${Array.from({ length: 40 }, (_, at) => `s${at}/:p${at}`).join("/")}`
    const routes = table("/", "/a", "/a/:id/b/:line/c/:part", "/a/:id/b/:line/c/:part/d", deep)
    expect(at(routes, "/a/1/b/2/c/3")).toEqual([
      "/a/:id/b/:line/c/:part",
      { id: "1", line: "2", part: "3" },
    ])
    expect(at(routes, "/a/1/b/2/c/3/d")?.[0]).toBe("/a/:id/b/:line/c/:part/d")
    expect(at(routes, deep.replaceAll(":", ""))?.[1]).toMatchObject({ p0: "p0", p39: "p39" })
    expect(at(routes, "/")).toEqual(["/", {}])
    for (const path of ["/a/1", "/a/1/b/2", "/a/1/b/2/c/3/d/4", "/b"])
      expect(at(routes, path), path).toBeUndefined()
  })

  it("goes to the literal first, and back where that leads nowhere", () => {
    const routes = table("/a/:x/c", "/a/b/d", "/:y/b/e", "/a/:x/:z")
    expect(at(routes, "/a/b/d")).toEqual(["/a/b/d", {}])
    expect(at(routes, "/a/b/c")).toEqual(["/a/:x/c", { x: "b" }])
    expect(at(routes, "/a/b/e")).toEqual(["/a/:x/:z", { x: "b", z: "e" }])
    expect(at(routes, "/q/b/e")).toEqual(["/:y/b/e", { y: "q" }])
  })

  it("is decoded by segment: an escaped slash ends none", () => {
    const routes = table("/a/:x/b")
    expect(at(routes, "/a/1%2Fb%20ü/b")?.[1]).toEqual({ x: "1/b ü" })
    expect(() => at(routes, "/a/%zz/b")).toThrow(
      expect.objectContaining({ code: "NITRO_BAD_REQUEST" }),
    )
    expect(at(table("/a/:__proto__"), "/a/x")?.[1]).not.toHaveProperty("polluted")
  })

  it("has its parameters under the names of the route of its method", () => {
    const routes = new RouteTable([route("/a/:x", "get"), route("/a/:y", "post", "POST")])
    expect(at(routes, "/a/1")).toEqual(["get", { x: "1" }])
    expect(at(routes, "/a/1", "POST")).toEqual(["post", { y: "1" }])
    expect(at(routes, "/a/1", "HEAD")).toEqual(["get", { x: "1" }])
    expect(at(routes, "/a/1", "PUT")).toEqual(["GET", "POST"])
  })
})

describe("two routes of one shape", () => {
  it.each([
    ["/a/b", "/a/b"],
    ["/a/:x/b/:y", "/a/:y/b/:x"],
  ])("collide: %s and %s, with both names", (one, other) => {
    const make = () => new RouteTable([route(one, "First.one"), route(other, "Second.two")])
    expect(make).toThrow(expect.objectContaining({ code: "NITRO_ROUTE_COLLISION" }))
    expect(make).toThrow(/First\.one and Second\.two/)
    expect(make).toThrow(new RegExp(one.replaceAll("/", "\\/")))
  })

  it("collide at start where two actions share them", () => {
    class Cart extends Entity("Cart", {}) {
      take() {}
      drop() {}
      static {
        action(this, "take", { path: "lines/:line", input: { line: z.string() } })
        action(this, "drop", { path: "lines/:item", input: { item: z.string() } })
      }
    }
    expect(() => createDispatcher({ entities: [expose(Cart)] })).toThrow(
      /Cart\.take and Cart\.drop/,
    )
  })
})

describe("the path of an action", () => {
  it.each([
    ["/lines", "is not a path"],
    ["lines/", "is not a path"],
    ["lines//x", "is not a path"],
    ["a b", "is not a path"],
    ["a?b", "is not a path"],
    [":", "is not a path"],
    [":id/x", "the entity's own"],
    [":line/:line", "twice"],
    [":other", "without an input"],
  ])("is refused: %s", (path, text) => {
    class Cart extends Entity("Cart", {}) {
      take() {}
    }
    const make = () => action(Cart, "take", { path, input: { line: z.string() } })
    expect(make).toThrow(expect.objectContaining({ code: "NITRO_ACTION_PATH" }))
    expect(make).toThrow(text)
  })
})
