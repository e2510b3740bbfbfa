// Errors as clients see them: a table over every registered code, and hidden fields in each error that names fields.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { join } from "node:path"
import { action, context, expose, Refusal } from "nitro-ts/actions"
import { Entity, field, memory, NitroError } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { sqlite } from "nitro-ts/sqlite"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { filesBelow, root } from "../../../test/support/imports.ts"
import { registeredErrors } from "../../shared/errors.ts"

/** The codes whose text and details are written for clients. All others stay in the log. */
const forClients =
  `NITRO_BAD_REQUEST NITRO_BAD_SIGNALS NITRO_BODY_TOO_LARGE NITRO_CQRS_INPUT NITRO_CROSS_SITE NITRO_DUPLICATE
  NITRO_ENTITY_NOT_FOUND NITRO_FORBIDDEN NITRO_IDEMPOTENCY_DONE NITRO_IDEMPOTENCY_MISMATCH NITRO_IDEMPOTENCY_REQUIRED
  NITRO_IDEMPOTENCY_UNKNOWN NITRO_INVALID_INPUT NITRO_METHOD_NOT_ALLOWED NITRO_RATE_LIMIT NITRO_REFERENCE NITRO_REFUSED NITRO_SCOPE
  NITRO_SIGNALS_TOO_LARGE NITRO_STALE_ENTITY NITRO_TOO_COMPLEX NITRO_TRANSACTION_CONFLICT NITRO_UNKNOWN_INPUT
  NITRO_UNSUPPORTED_BODY NITRO_VALIDATION NITRO_VALUE_UNSUPPORTED`.split(/\s+/)

// Loading a register fills it.
for (const { path } of filesBelow("src", /\/errors\.ts$/))
  if (!path.startsWith("src/client/browser/")) await import(join(root, path))
const codes = registeredErrors()

let failure: unknown
class Thing extends Entity("Thing", {}) {
  static store = memory()
  @action() static fail() {
    throw failure
  }
  @action() static async *failLate() {
    yield undefined
    throw failure
  }
}
const app = nitro({ entities: [Thing] })

let reported: { error: unknown }[] = []
const report = (message: unknown) => void reported.push(message as { error: unknown })
beforeEach(() => {
  reported = []
  subscribe("nitro:error", report)
})
afterEach(() => unsubscribe("nitro:error", report))

const clients = {
  program: {},
  script: { "datastar-request": "true" },
  form: {
    "content-type": "application/x-www-form-urlencoded",
    accept: "text/html",
    "sec-fetch-site": "same-origin",
  },
}

/** Everything that a response says, with what its flash brings to the next page. */
async function responseOf(path: string, headers: Record<string, string>, body?: string, to = app) {
  const response = await to(
    new Request(`http://shop.test${path}`, {
      method: "POST",
      headers,
      ...(body === undefined ? {} : { body }),
    }),
  )
  let text = await response.text()
  const cookie = response.headers.get("set-cookie")?.split(";")[0]
  if (cookie !== undefined) {
    const page = new Request("http://shop.test/", { headers: { cookie } })
    text += await (await to(page, () => new Response(JSON.stringify(context().flash)))).text()
  }
  return { status: response.status, text }
}

it("decides of every code whom its text is for", () => {
  expect(codes.length).toBeGreaterThan(90)
  expect(codes.filter(([, { audience }]) => audience === "client").map(([code]) => code)).toEqual(
    forClients,
  )
})

describe.each(Object.entries(clients))("to a %s", (kind, headers) => {
  it.each(codes.map(([code, entry]) => [code, entry.status] as const))(
    "%s says what it may",
    async (code, status) => {
      failure = new NitroError(code, "The text of it.", { details: { secret: "a detail" } })
      const { status: result, text } = await responseOf("/things/fail", headers)
      const isShown = forClients.includes(code)
      expect(text.includes("The text of it.")).toBe(isShown)
      if (!isShown) expect(text).not.toContain("a detail")
      expect(reported.length).toBe(isShown ? 0 : 1)
      if (kind === "program") {
        expect(result).toBe(isShown ? status : Math.max(status, 500))
        expect(text.includes("a detail")).toBe(isShown)
        expect((JSON.parse(text) as { error: { code: string } }).error.code).toBe(
          isShown ? code : "NITRO_INTERNAL",
        )
      }
      if (!isShown)
        expect(text).toContain(status === 503 ? "The server is busy." : "Something went wrong.")
    },
  )
})

it("says no more in the middle of a stream", async () => {
  failure = new NitroError("NITRO_SQL", "select password from users")
  expect((await responseOf("/things/fail-late", clients.script)).text).toContain(
    "Something went wrong.",
  )
  failure = new Refusal("Not today.")
  expect((await responseOf("/things/fail-late", clients.script)).text).toContain("Not today.")
  expect(reported).toHaveLength(1)
})

it.each([
  ["an error of the application", new Error("password=hunter2")],
  ["text", "hunter2"],
  [
    "an object that looks like an error of ours",
    {
      name: "NitroError",
      code: "NITRO_REFUSED",
      status: 409,
      audience: "client",
      message: "hunter2",
    },
  ],
  ["an unregistered code", new NitroError("NITRO_HUNTER2", "hunter2")],
  ["nothing", undefined],
])("says nothing of %s", async (_, thrown) => {
  failure = thrown
  const { status, text } = await responseOf("/things/fail", {})
  expect(status).toBe(500)
  expect(text).not.toContain("hunter2")
  expect(JSON.parse(text)).toEqual({
    error: {
      code: "NITRO_INTERNAL",
      status: 500,
      message: "Something went wrong. The error was logged.",
    },
  })
})

it("does not let details replace code, status or message", async () => {
  failure = new NitroError("NITRO_VALIDATION", "Wrong.", {
    details: { code: "X", status: 200, message: "fine" },
  })
  const { text } = await responseOf("/things/fail", {})
  expect(JSON.parse(text).error).toMatchObject({
    code: "NITRO_VALIDATION",
    status: 422,
    message: "Wrong.",
  })
})

describe.each([
  ["memory", () => memory()],
  ["sqlite", () => sqlite(":memory:")],
])("errors that name fields, on %s", (_, makeStore) => {
  const make = () => {
    const store = makeStore()
    class Account extends Entity(
      "Account",
      {
        email: z.email(),
        pin: field(z.string().min(4), { hidden: true }).default(() => crypto.randomUUID()),
        note: z.string().max(3).default(""),
      },
      { unique: [["pin"], ["email"]] },
    ) {
      static store = store
      @action({ input: { pin: z.string(), note: z.string().default("") } }) static async open({
        pin,
        note,
      }: {
        pin: string
        note: string
      }) {
        await Account.create({ email: `${pin}@shop.test`, pin, note })
      }
    }
    return { Account, app: nitro({ entities: [expose(Account)] }) }
  }
  const json = { "content-type": "application/json" }

  it("show the ones that everybody sees", async () => {
    const { Account, app } = make()
    await Account.create({ email: "a@shop.test" })
    const taken = await responseOf("/accounts", json, '{"email":"a@shop.test"}', app)
    expect(JSON.parse(taken.text).error).toMatchObject({ code: "NITRO_DUPLICATE" })
    const wrong = await responseOf("/accounts/open", json, '{"pin":"12345","note":"long"}', app)
    expect(JSON.parse(wrong.text).error.issues).toEqual([
      { path: "note", message: expect.any(String) },
    ])
  })

  it("leave the hidden ones out, and are the server's where nothing else is wrong", async () => {
    const { app } = make()
    const both = await responseOf("/accounts/open", json, '{"pin":"1","note":"long"}', app)
    expect(both.status).toBe(422)
    expect(both.text).toContain("note")
    expect(both.text).not.toContain("pin")
    const hiddenOnly = await responseOf("/accounts/open", json, '{"pin":"1"}', app)
    expect(hiddenOnly).toMatchObject({ status: 500 })
    expect(hiddenOnly.text).not.toContain("pin")
    expect(reported).toHaveLength(1)
    expect((await responseOf("/accounts/open", json, '{"pin":"12345"}', app)).status).toBe(204)
  })

  it("do not say that the value of a hidden field is taken", async () => {
    const { Account, app } = make()
    await Account.create({ email: "b@shop.test", pin: "77777" })
    const taken = await responseOf("/accounts/open", json, '{"pin":"77777"}', app)
    expect(taken).toMatchObject({ status: 500 })
    expect(taken.text).not.toMatch(/pin|taken/)
  })
})
