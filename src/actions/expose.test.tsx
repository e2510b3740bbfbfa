// Reachable from outside: actions, and the CRUD operations that `expose` lists; nothing else is.

import { type AllowCall, action, type CrudOperation, call, expose, Refusal } from "nitro-ts/actions"
import { ActionButton } from "nitro-ts/components"
import { Command, commands, Query, queries, send } from "nitro-ts/cqrs"
import { Entity, type EntityInstance, memory } from "nitro-ts/entity"
import { type NitroOptions, nitro } from "nitro-ts/fetch"
import { html, render } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { expectErrors } from "../../test/support/errors.ts"

function makeUser() {
  class User extends Entity("User", { name: z.string(), role: z.string().default("user") }) {
    static store = memory()
    @action() greet() {}
    @action({ input: { days: z.int() } }) static purge(_: { days: number }) {}
  }
  return User
}

const origin = "http://app.test"
const json = { "content-type": "application/json" }
const form = {
  "content-type": "application/x-www-form-urlencoded",
  accept: "text/html",
  host: "app.test",
  referer: `${origin}/page`,
}

type Handle = ReturnType<typeof nitro>
const ask = (
  handle: Handle,
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = json,
) =>
  handle(new Request(origin + path, { method, headers, ...(body === undefined ? {} : { body }) }))

/** Every CRUD route: its operation, method and path. */
const routes: readonly (readonly [CrudOperation, string, string])[] = [
  ["list", "GET", "/users"],
  ["create", "POST", "/users"],
  ["read", "GET", "/users/ID"],
  ["update", "PATCH", "/users/ID"],
  ["update", "PUT", "/users/ID"],
  ["update", "POST", "/users/ID/update"],
  ["delete", "DELETE", "/users/ID"],
  ["delete", "POST", "/users/ID/delete"],
]
const bodyOf = (operation: string) =>
  operation === "create" || operation === "update" ? '{"name":"eve"}' : undefined

async function reached(
  options: NitroOptions,
  User: ReturnType<typeof makeUser>,
): Promise<string[]> {
  const handle = nitro(options)
  const found: string[] = []
  for (const [operation, method, path] of routes) {
    const user = await User.create({ name: "ann" })
    const { status } = await ask(handle, method, path.replace("ID", user.id), bodyOf(operation))
    if (status < 400) found.push(operation)
    else expect([404, 405]).toContain(status)
  }
  return [...new Set(found)]
}

describe("a class", () => {
  it("offers no CRUD operation when it is listed bare, only its actions", async () => {
    const User = makeUser()
    expect(await reached({ entities: [User] }, User)).toEqual([])
    const handle = nitro({ entities: [User] })
    const ann = await User.create({ name: "ann" })
    expect((await ask(handle, "POST", `/users/${ann.id}/greet`)).status).toBe(204)
    expect((await ask(handle, "POST", "/users/purge", '{"days":1}')).status).toBe(204)
  })

  it("offers all five when it is exposed", async () => {
    const User = makeUser()
    expect(await reached({ entities: [expose(User)] }, User)).toEqual([
      "list",
      "create",
      "read",
      "update",
      "delete",
    ])
  })

  it.each([[["list"]], [["create", "delete"]], [["read", "update"]], [[]]] as [CrudOperation[]][])(
    "offers %j and nothing else when those are listed",
    async crud => {
      const User = makeUser()
      const found = await reached({ entities: [expose(User, { crud })] }, User)
      expect(found.sort()).toEqual([...crud].sort())
    },
  )

  it("offers none with crud: false", async () => {
    const User = makeUser()
    expect(await reached({ entities: [expose(User, { crud: false })] }, User)).toEqual([])
  })

  it("offers none that is not in the app at all", async () => {
    expect(await reached({}, makeUser())).toEqual([])
  })
})

describe("expose refuses", () => {
  it.each([
    ["a misspelt option", { alow: () => false }, /no option "alow".*Did you mean "allow"/],
    ["an unknown operation", { crud: ["raed"] }, /no CRUD operation "raed".*Did you mean "read"/],
    ["a rule that is no function", { allow: false }, /allow .* is not a function/],
  ])("%s", (_, options, message) => {
    const attempt = () => expose(makeUser(), options as never)
    expect(attempt).toThrow(expect.objectContaining({ code: "NITRO_EXPOSE" }))
    try {
      attempt()
    } catch (error) {
      expect(`${(error as Error).message} ${(error as { fix: string }).fix}`).toMatch(message)
    }
  })

  it("what is not an entity class", () => {
    expect(() => expose(class {} as never)).toThrow(
      expect.objectContaining({ code: "NITRO_EXPOSE" }),
    )
  })
})

describe("allow", () => {
  const withRule = (
    allow: (call: AllowCall<EntityInstance & { name: string }>) => boolean | Promise<boolean>,
    user?: unknown,
  ) => {
    const User = makeUser()
    return {
      User,
      handle: nitro({
        entities: [expose(User, { allow: allow as never })],
        user: () => user as never,
      }),
    }
  }

  it("knows operation, user, target, input and request", async () => {
    const calls: unknown[] = []
    const { User, handle } = withRule(({ operation, user, target, input, request }) => {
      calls.push([operation, user, target?.name, { ...input }, request.method])
      return true
    }, "ann")
    const bob = await User.create({ name: "bob" })
    await ask(handle, "GET", "/users")
    await ask(handle, "POST", "/users", '{"name":"eve"}')
    await ask(handle, "PATCH", `/users/${bob.id}`, "name=rob", form)
    await ask(handle, "POST", `/users/${bob.id}/greet`)
    await ask(handle, "POST", "/users/purge?days=3")
    expect(calls).toEqual([
      ["list", "ann", undefined, {}, "GET"],
      ["create", "ann", undefined, { name: "eve" }, "POST"],
      ["update", "ann", "bob", { name: "rob" }, "PATCH"],
      ["greet", "ann", "rob", {}, "POST"],
      ["purge", "ann", undefined, { days: 3 }, "POST"],
    ])
  })

  const rules: Record<
    string,
    (call: AllowCall<EntityInstance & { name: string }>) => boolean | Promise<boolean>
  > = {
    "at once": () => false,
    later: async () => false,
    "by the operation": ({ operation }) => operation === "none",
    "by the user": ({ user }) => user === "ann",
    "by the target": ({ target }) => target?.name === "nobody",
    "by the target, after a pause": async call => {
      await new Promise(resolve => setImmediate(resolve))
      return call.target?.name === "nobody"
    },
    "by the input": ({ input }) => input["name"] === "nobody",
    "by both, in a separate try": call => {
      try {
        return call.target?.name === "nobody" || call.input["name"] === "nobody"
      } catch {
        return true
      }
    },
    "with a value that is falsy": () => undefined as never,
  }
  it.each(Object.keys(rules))("refuses every route, and writes nothing: %s", async name => {
    const { User, handle } = withRule(rules[name] as (typeof rules)[string], "bob")
    const bob = await User.create({ name: "bob" })
    for (const [operation, method, path] of [
      ...routes,
      ["greet", "POST", "/users/ID/greet"],
    ] as const) {
      const response = await ask(handle, method, path.replace("ID", bob.id), bodyOf(operation))
      expect(response.status, `${method} ${path}`).toBe(403)
    }
    expect(await User.where()).toEqual([expect.objectContaining({ name: "bob" })])
  })

  it("loads the target only for a rule that reads it, and gives undefined for an id that is not there", async () => {
    const seen: unknown[] = []
    const { handle } = withRule(({ target }) => {
      seen.push(target)
      return false
    })
    expect((await ask(handle, "GET", "/users/none")).status).toBe(403)
    expect(seen).toEqual([undefined])
  })

  it("may refuse in its own words, and an error of it is a 500 that says nothing", async () => {
    const refusing = withRule(() => {
      throw new Refusal("Please log in.", { status: 401 })
    })
    const response = await ask(refusing.handle, "GET", "/users")
    expect([response.status, await response.json()]).toEqual([
      401,
      { error: expect.objectContaining({ message: "Please log in." }) },
    ])
    const failing = withRule(async () => {
      throw new Error("hunter2")
    })
    const errors = expectErrors()
    const broken = await ask(failing.handle, "GET", "/users")
    expect(broken.status).toBe(500)
    expect(await broken.text()).not.toContain("hunter2")
    expect(errors).toEqual([
      { where: "User.list", error: expect.objectContaining({ message: "hunter2" }) },
    ])
  })

  it("guards commands, queries and events by the same call", async () => {
    class Ping extends Command("Ping", { times: z.int() }) {}
    const calls: unknown[] = []
    const handle = nitro({
      routes: [
        commands([Ping, "app.pinged"], {
          allow: ({ operation, input, user }) => {
            calls.push([operation, { ...input }, user])
            return false
          },
        }),
      ],
      user: () => "ann" as never,
    })
    expect((await ask(handle, "POST", "/cmds/ping", '{"times":"2"}')).status).toBe(403)
    expect((await ask(handle, "POST", "/cmds/app.pinged")).status).toBe(403)
    expect(calls).toEqual([
      ["Ping", { times: "2" }, "ann"],
      ["app.pinged", {}, "ann"],
    ])
  })
})

describe("a call at render", () => {
  const render1 = (options: NitroOptions, make: () => unknown) =>
    nitro(options)(
      new Request(`${origin}/page`),
      async () => new Response(await render(html`<p title=${String(make())}>`)),
    )

  it.each([
    ["create", /expose\(User\)/],
    ["list", /expose\(User\)/],
  ] as const)(
    "of %s of a class that is not exposed is an error that names the line",
    async (operation, line) => {
      const User = makeUser()
      const page = () => render1({ entities: [User] }, () => call(User, operation).href)
      await expect(page()).rejects.toMatchObject({
        code: "NITRO_NOT_EXPOSED",
        message: expect.stringMatching(line),
        fix: expect.stringMatching(line),
      })
    },
  )

  it.each(["read", "update", "delete"] as const)("of %s of an entity likewise", async operation => {
    const User = makeUser()
    const ann = await User.create({ name: "ann" })
    const page = () => render1({ entities: [User] }, () => call(ann, operation).href)
    await expect(page()).rejects.toMatchObject({
      code: "NITRO_NOT_EXPOSED",
      message: expect.stringContaining("expose(User)"),
    })
  })

  it("names the list to extend where another operation is exposed", async () => {
    const User = makeUser()
    const page = () =>
      render1({ entities: [expose(User, { crud: ["list"] })] }, () => call(User, "create").href)
    await expect(page()).rejects.toThrow('Write expose(User, { crud: ["list", "create"] }).')
  })

  it("of an action of a class that the app does not list is an error too", async () => {
    const User = makeUser()
    const page = () => render1({}, () => call(User, "purge").href)
    await expect(page()).rejects.toThrow("Write nitro({ entities: [User] })")
    const twin = () => render1({ entities: [makeUser()] }, () => call(User, "purge").href)
    await expect(twin()).rejects.toThrow("another class of that name")
  })

  it("uses the app of the request, whatever another app of the process exposes", async () => {
    const User = makeUser()
    const make = () => call(User, "create").href
    for (let round = 0; round < 2; round++) {
      expect(await (await render1({ entities: [expose(User)] }, make)).text()).toContain("/users")
      await expect(render1({ entities: [User] }, make)).rejects.toMatchObject({
        code: "NITRO_NOT_EXPOSED",
      })
    }
  })

  it("needs no app outside of a request", () => {
    const User = makeUser()
    expect(call(User, "create").href).toBe("/users")
    expect(call(User, "purge").href).toBe("/users/purge")
  })

  it("in a live row uses the app of the page", async () => {
    const User = makeUser()
    await User.create({ name: "ann" })
    const page = (options: NitroOptions) =>
      nitro(options)(
        new Request(`${origin}/page`),
        async () =>
          new Response(
            await render(
              html`${live(User.where(), (user: InstanceType<typeof User>) => html`<li id=${user.domId}>${ActionButton({ call: call(user, "delete") }, "x")}</li>`)}`,
            ),
          ),
      )
    expect(await (await page({ entities: [expose(User)] })).text()).toContain("/delete")
    await expect(page({ entities: [User] })).rejects.toMatchObject({ code: "NITRO_NOT_EXPOSED" })
  })

  it("of a command or query that no list opened names the list", async () => {
    class Ping extends Command("Ping", {}) {}
    class Pong extends Query("Pong", {}) {}
    await expect(render1({}, () => send(Ping).href)).rejects.toThrow(
      "Write nitro({ routes: [commands([Ping])] })",
    )
    await expect(render1({}, () => send(Pong).href)).rejects.toThrow(
      "Write nitro({ routes: [queries([Pong])] })",
    )
    await expect(render1({}, () => send("app.pinged").href)).rejects.toThrow(
      'commands(["app.pinged"])',
    )
    const options = { routes: [commands([Ping, "app.pinged"]), queries([Pong])] }
    const all = () =>
      [
        send(Ping).href,
        send(Ping, {}, { sender: "a" }).href,
        send(Pong).href,
        send("app.pinged").href,
      ].join(" ")
    expect(await (await render1(options, all)).text()).toContain(
      "/cmds/ping /cmds/ping/a /queries/pong /cmds/app.pinged",
    )
  })
})
