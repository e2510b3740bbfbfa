// `allow` rules over requests: what they see, and that nothing is read or loaded for those that do not look.
import { type AllowRule, action, expose, Refusal } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"

class Note extends Entity("Note", { owner: z.string(), text: z.string().default("") }) {
  static store = memory()
  @action({ input: { to: z.string(), copies: z.int().default(1) } }) send({ to }: { to: string }) {
    this.text = `sent to ${to}`
  }
}

/** Posts `body` under a rule, and says how often the body had been read from when the rule was asked last. */
async function ask(rule: AllowRule<Note>, path: string, body: string, user = "ann") {
  let pulled = 0
  let readBefore = 0
  const bytes = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (pulled++ > 0) controller.close()
        else controller.enqueue(new TextEncoder().encode(body))
      },
    },
    { highWaterMark: 0 },
  )
  const allow: AllowRule<Note> = call => {
    readBefore = pulled
    return rule(call)
  }
  const app = nitro({
    entities: [expose(Note, { allow })],
    user: request => request.headers.get("x-user"),
  })
  const init = {
    method: "POST",
    body: bytes,
    duplex: "half",
    headers: { "content-type": "application/json", "x-user": user },
  }
  const response = await app(new Request(`http://shop.test${path}`, init as RequestInit))
  return {
    status: response.status,
    readBefore,
    body: response.status === 204 ? undefined : await response.json(),
  }
}

let note: Note
beforeEach(async () => {
  await Note.deleteWhere({}, { all: true })
  note = await Note.create({ owner: "ann" })
})
const send = () => `/notes/${note.id}/send`

describe("a rule that looks at neither input nor target", () => {
  it.each<[string, AllowRule<Note>]>([
    ["by the operation", ({ operation }) => operation === "nothing"],
    ["by the user", ({ user }) => user === "admin"],
    ["by the request", ({ request }) => request.headers.has("authorization")],
    ["later", async ({ operation }) => operation === "nothing"],
    ["without an answer", (() => undefined) as never],
  ])("refuses before the body is read and the entity is loaded, %s", async (_, rule) => {
    const before = note.text
    expect(await ask(rule, "/notes/no-such-note/send", "not even JSON")).toMatchObject({
      status: 403,
      readBefore: 0,
    })
    expect((await Note.require(note.id)).text).toBe(before)
  })

  it("is called once", async () => {
    let calls = 0
    expect(await ask(() => ++calls > 0, send(), '{"to":"bob"}')).toMatchObject({ status: 204 })
    expect(calls).toBe(1)
  })
})

describe("a rule that looks at the input", () => {
  it.each<[string, AllowRule<Note>]>([
    ["as a property", call => call.input["to"] === "bob" && call.input["copies"] === 1],
    ["as a parameter", ({ input }) => input["to"] === "bob"],
    [
      "after something else",
      async call => (await Promise.resolve(true)) && call.input["to"] === "bob",
    ],
    [
      "and catches what is thrown",
      call => {
        try {
          return call.input["to"] === "bob"
        } catch {
          return true
        }
      },
    ],
  ])("sees it converted and checked, %s", async (_, rule) => {
    expect(await ask(rule, send(), '{"to":"bob"}')).toMatchObject({ status: 204 })
    expect(await ask(rule, send(), '{"to":"eve"}')).toMatchObject({ status: 403 })
    expect(await ask(rule, send(), '{"to":1}')).toMatchObject({
      status: 422,
      body: { error: { issues: [{ path: "to" }] } },
    })
    expect(await ask(rule, send(), '{"to":"bob","more":1}')).toMatchObject({ status: 422 })
  })
})

describe("a rule that looks at the target", () => {
  const owner: AllowRule<Note> = ({ target, user }) => target?.owner === user
  it("lets through or refuses by the entity, before anything of the request is read", async () => {
    expect(await ask(owner, send(), '{"to":"bob"}')).toMatchObject({ status: 204, readBefore: 0 })
    expect(await ask(owner, send(), '{"to":"bob"}', "eve")).toMatchObject({
      status: 403,
      readBefore: 0,
    })
  })

  it("has none for an operation of the class nor for an id that is not there, so a refusal does not say which ids exist", async () => {
    expect(await ask(call => call.target === undefined, "/notes", '{"owner":"ann"}')).toMatchObject(
      { status: 201 },
    )
    expect(await ask(owner, "/notes/no-such-note/send", '{"to":"bob"}')).toMatchObject({
      status: 403,
    })
  })

  it("may look at both", async () => {
    const rule: AllowRule<Note> = ({ target, input }) => target?.owner !== input["to"]
    expect(await ask(rule, send(), '{"to":"bob"}')).toMatchObject({ status: 204 })
    expect(await ask(rule, send(), '{"to":"ann"}')).toMatchObject({ status: 403 })
  })
})

it("passes on what a rule throws", async () => {
  const rule: AllowRule<Note> = () => {
    throw new Refusal("Please log in.", { status: 401 })
  }
  expect(await ask(rule, send(), "{}")).toMatchObject({
    status: 401,
    body: { error: { message: "Please log in." } },
  })
})
