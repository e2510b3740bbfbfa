// Hidden and guarded fields at every door: a name that may not be used is refused exactly as one that does not exist.
import { call, expose } from "nitro-ts/actions"
import { ActionInput } from "nitro-ts/components"
import { Entity, field, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { html } from "nitro-ts/html"
import { sqlite } from "nitro-ts/sqlite"
import { describe, expect, it } from "vitest"
import { z } from "zod"

const json = { "content-type": "application/json" }
const form = { "content-type": "application/x-www-form-urlencoded" }
const script = { "datastar-request": "true" }
const get = (search: string) => ["GET", `/users${search}`, {}, undefined] as const
const write = (method: string, path: string, headers: Record<string, string>, body: string) =>
  [method, path, headers, body] as const

/** Every way to name a field in a request, by a name that may be used, ID standing for a user's id. */
const doors: Record<
  string,
  (
    name: string,
  ) => readonly [method: string, path: string, headers: object, body: string | undefined]
> = {
  "a filter": name => get(`?${name}=guess`),
  "a filter by several values": name => get(`?${name}=guess&${name}=other`),
  "an empty filter": name => get(`?${name}=`),
  "a filter with an operator": name => get(`?${name}[like]=g%25`),
  "a filter by null": name => get(`?${name}[isNull]=false`),
  "a filter in a group": name => get(`?or[a].${name}[startsWith]=g&or[b].name=nobody`),
  "the fields to show": name => get(`?fields=name,${name}`),
  "a filter on a part": name => get(`?${name}.length=4`),
  "a filter through a relation": name => get(`?owner.${name}=guess`),
  "a filter beside others": name => get(`?name=ann&${name}=guess&limit=1`),
  "a filter of a page's script": name => ["GET", `/users?${name}=guess`, script, undefined],
  "an order": name => get(`?sort=${name}`),
  "an order downwards": name => get(`?sort=-${name}`),
  "an order after another": name => get(`?sort=name,-${name}`),
  "an order in a second parameter": name => get(`?sort=name&sort=${name}`),
  "an include": name => get(`?include=${name}`),
  "a select": name => get(`?select=name,${name}`),
  "a search": name => get(`?search=guess&in=${name}`),
  "JSON of a create": name => write("POST", "/users", json, `{"name":"eve","${name}":"set!"}`),
  "JSON of a patch": name => write("PATCH", "/users/ID", json, `{"${name}":"set!"}`),
  "JSON of a put": name => write("PUT", "/users/ID", json, `{"name":"ann","${name}":"set!"}`),
  "JSON of an update by POST": name =>
    write("POST", "/users/ID/update", json, `{"${name}":"set!"}`),
  "JSON with an escaped name": name =>
    write(
      "PATCH",
      "/users/ID",
      json,
      `{"${name.replace("a", "\\u0061").replace("o", "\\u006f")}":"set!"}`,
    ),
  "a row of a bulk create": name =>
    write(
      "POST",
      "/users/bulk",
      json,
      `{"items":[{"name":"eve"},{"name":"eve","${name}":"set!"}]}`,
    ),
  "a row of a bulk update": name =>
    write("PATCH", "/users/bulk", json, `{"items":[{"id":"ID","${name}":"set!"}]}`),
  "a bulk update beside its rows": name =>
    write("PATCH", "/users/bulk", json, `{"items":[{"id":"ID"}],"${name}":"set!"}`),
  "a bulk delete beside its ids": name =>
    write("POST", "/users/bulk/delete", json, `{"ids":["ID"],"${name}":"set!"}`),
  "a form of a create": name => write("POST", "/users", form, `name=eve&${name}=set!`),
  "a form of an update": name => write("POST", "/users/ID/update", form, `${name}=set!`),
  "a form with a part": name => write("POST", "/users/ID/update", form, `${name}.hash=set!`),
  "a form of a page's script": name =>
    write("POST", "/users/ID/update", { ...form, ...script }, `${name}=set!`),
  "signals of a page": name =>
    write("PATCH", "/users/ID", { ...json, ...script }, `{"${name}":"set!"}`),
  "the query of a write": name => write("PATCH", `/users/ID?${name}=set!`, json, "{}"),
  "a multipart form": name =>
    write(
      "POST",
      "/users/ID/update",
      { "content-type": "multipart/form-data; boundary=x" },
      `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\nset!\r\n--x--\r\n`,
    ),
}

describe.each([
  ["memory", () => memory()],
  ["sqlite", () => sqlite(":memory:")],
])("on %s", (_, makeStore) => {
  const store = makeStore()
  class User extends Entity(
    "User",
    {
      name: z.string().min(1).default("someone"),
      password: field(z.string(), { hidden: true }).default("correct horse"),
      profile: field(z.object({ hash: z.string() }), { hidden: true }).default({ hash: "h" }),
      role: z.string().default("reader"),
      plan: field(z.string(), { readonly: true }).default("free"),
    },
    { guarded: ["role"] },
  ) {
    static store = store
  }
  const app = nitro({ entities: [expose(User, { bulk: true })] })
  const knock = async (
    user: User,
    [method, path, headers, body]: ReturnType<NonNullable<(typeof doors)[string]>>,
    name: string,
  ) => {
    const withId = (text: string) => text.replace("ID", String(user.id))
    const init = {
      method,
      headers: headers as Record<string, string>,
      ...(body === undefined ? {} : { body: withId(body) }),
    }
    const response = await app(new Request(`http://shop.test${withId(path)}`, init))
    const text = await response.text()
    expect(text).not.toContain("correct horse")
    return {
      status: response.status,
      text: text.replaceAll(name, "NAME").replaceAll(/"id":"[^"]*"/g, ""),
    }
  }
  const stored = async (user: User) => {
    const { name, password, profile, role, plan } = await User.require(user.id)
    return { name, password, profile, role, plan }
  }

  it.each(
    Object.keys(doors).flatMap(door => ["password", "profile"].map(name => [door, name] as const)),
  )("%s refuses %s as if it were not there", async (door, name) => {
    const user = await User.create({ name: "ann" })
    const before = await stored(user)
    const open = doors[door] as (typeof doors)[string]
    const [hidden, unknown] = [
      await knock(user, open(name), name),
      await knock(user, open("nosuchthing"), "nosuchthing"),
    ]
    expect(hidden).toEqual(unknown)
    expect(await stored(user)).toEqual(before)
    expect(await User.where({ password: "set!" }).count()).toBe(0)
  })

  const writes = Object.keys(doors).filter(
    door => !/filter|fields|order|include|select|search/.test(door),
  )
  it.each(
    writes
      .flatMap(door => ["role", "plan", "id", "createdAt"].map(name => [door, name] as const))
      // There the id says which row is meant.
      .filter(([door, name]) => name !== "id" || door !== "a row of a bulk update"),
  )("%s never sets %s", async (door, name) => {
    const user = await User.create({ name: "ann" })
    const before = await stored(user)
    const open = doors[door] as (typeof doors)[string]
    const refused = await knock(user, open("nosuchthing"), "nosuchthing")
    expect((await knock(user, open(name), name)).status).toBe(refused.status)
    expect(await stored(user)).toEqual(before)
  })

  it("no form shows what a hidden field holds", async () => {
    const user = await User.create({ name: "ann" })
    const update = call(user, "update")
    const printed = [
      html`<input ${update.field("password")}>`,
      ActionInput({ call: update, name: "password" }),
      html`${update.value("password")}`,
      ActionInput({ call: update, name: "profile.hash" }),
    ].map(String)
    for (const text of printed) expect(text).not.toMatch(/correct horse|"h"/)
    expect(String(ActionInput({ call: update, name: "name" }))).toContain('value="ann"')
  })
})
