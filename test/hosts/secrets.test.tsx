// A refused form without script never brings a typed password back, however the page printed it.
import { Hono } from "hono"
import { action, call, memory, Page, respond, serve } from "nitro-ts"
import { ActionInput, Input } from "nitro-ts/components"
import { Entity, field } from "nitro-ts/entity"
import { nitro } from "nitro-ts/hono"
import { type Child, html, input, render } from "nitro-ts/html"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { Secret } from "../../src/actions/context/secret.ts"
import type { Host } from "../support/hosts.ts"

const secretNames = [
  "password",
  "newPassword",
  "pin",
  "cvv",
  "token",
  "client_secret",
  "otp",
  "passphrase",
] as const
class Account extends Entity("Account", { name: z.string() }) {
  static store = memory()
  @action({
    input: {
      title: z.string(),
      harmless: z.string(),
      shown: field(z.string(), { widget: "password" }),
      ...Object.fromEntries(secretNames.map(name => [name, z.string().optional()])),
      count: z.number(),
    },
  })
  static async login() {}
}

const login = () => call(Account, "login")
const password = "password"
const harmless = () => login().field("harmless")
/** Ways to print a field as a password. */
const passwords: Readonly<Record<string, () => Child>> = {
  "a JSX element": () => <input type="password" {...harmless()} />,
  "a JSX element, the type behind": () => <input {...harmless()} type="password" />,
  "a JSX element with a computed type": () => (
    <input {...harmless()} type={password as "password"} />
  ),
  "a JSX element in capitals": () => <input {...harmless()} type={"PassWord" as "password"} />,
  "a tag function": () => input({ type: "password", ...harmless() }),
  "a template": () => html`<input type="password" ${harmless()}>`,
  "a template, the type behind": () => html`<input ${harmless()} class="x" type='password'>`,
  "a template without quotes": () => html`<input type=password ${harmless()}>`,
  "a template in capitals": () => html`<INPUT TYPE="PASSWORD" ${harmless()}>`,
  "a template with a computed type": () => html`<input type=${password} ${harmless()}>`,
  "a template with a type in pieces": () => html`<input type="pass${"word"}" ${harmless()}>`,
  "a template with the type in an object": () =>
    html`<input ${{ type: "password" }} ${harmless()}>`,
  "a template with one object": () => html`<input ${{ ...harmless(), type: "password" }}>`,
  "a component": () => <Input type="password" aria-label="Harmless" {...harmless()} />,
  "a component of a call": () => (
    <Input type="password" name="harmless" call={login()} label="Harmless" />
  ),
  "a component with a unit": () => (
    <Input type="password" name="harmless" call={login()} label="Harmless" before="#" />
  ),
  "the form of one field": () => <ActionInput call={login()} name="harmless" type="password" />,
}
/** Ways to print a field that shows what was typed. */
const texts: Readonly<Record<string, () => Child>> = {
  "a JSX element": () => <input {...harmless()} />,
  "a text field": () => <input type="text" {...harmless()} />,
  "a tag function": () => input({ type: "search", ...harmless() }),
  "a template": () => html`<input ${harmless()}>`,
  "a template with a type": () => html`<input type="text" title=" type='x'" ${harmless()}>`,
  "a template with a computed type": () => html`<input type=${"text"} ${harmless()}>`,
  "a template with two objects": () => html`<input ${{ class: "x" }} ${harmless()}>`,
  "a textarea": () => <textarea {...harmless()} />,
  "a textarea of a template": () => html`<textarea ${harmless()}></textarea>`,
  "a component": () => <Input aria-label="Harmless" {...harmless()} />,
  "a component of a call": () => <Input name="harmless" call={login()} label="Harmless" />,
  "the form of one field": () => <ActionInput call={login()} name="harmless" />,
}

const key = "a long enough key of the app"
let host: Host
let content: () => Child
beforeEach(async () => {
  vi.spyOn(console, "log").mockImplementation(() => {})
  const app = new Hono()
  app.use(nitro({ entities: [Account], secret: key }))
  app.get("/", () => respond(<Page title="Login">{content()}</Page>))
  host = await serve(app, { port: 0 })
})
afterEach(async () => {
  await host.close()
  vi.restoreAllMocks()
})

/** The name under which the page sends the field. */
const nameIn = (page: string): string =>
  /<(?:input|textarea)[^>]* name="([^"_]*harmless|_secret\.harmless)"/i.exec(page)?.[1] ?? "none"

/** Sends the form refused, and gives what the cookie holds and what the page shows then. */
async function refused(
  fields: Readonly<Record<string, string>>,
): Promise<{ sealed: string; page: string }> {
  const response = await fetch(`${host.url}/accounts/login`, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      accept: "text/html",
      referer: `${host.url}/`,
    },
    body: new URLSearchParams({ title: "Dr", count: "many", ...fields }).toString(),
    redirect: "manual",
  })
  expect(response.status).toBe(303)
  const cookie = (response.headers.getSetCookie()[0] as string).split(";")[0] as string
  const sealed = new Secret(key).open("flash", cookie.slice(cookie.indexOf("=v") + 2)) as string
  expect(sealed).toContain('"form":"account_login"')
  return { sealed, page: await (await fetch(host.url, { headers: { cookie } })).text() }
}
const pageNow = async (): Promise<string> => (await fetch(host.url)).text()

describe.each(Object.entries(passwords))("a password printed by %s", (_, print) => {
  it("is in no cookie and on no page, and arrives at the action", async () => {
    content = print
    const sent = nameIn(await pageNow())
    expect(sent).toBe("_secret.harmless")
    const { sealed, page } = await refused({ [sent]: "hunter2" })
    expect(sealed).not.toContain("hunter2")
    expect(page).not.toContain("hunter2")
    // It was read under its own name: what is wrong is another field.
    expect(JSON.parse(sealed)).toMatchObject({
      values: { title: "Dr", count: "many" },
      errors: { count: expect.any(String) },
    })
    expect(Object.keys((JSON.parse(sealed) as { errors: object }).errors)).not.toContain("harmless")
  })

  it("shows nothing of a text that was typed under its name elsewhere", async () => {
    content = print
    const { page } = await refused({ harmless: "hunter2" })
    expect(page).not.toContain("hunter2")
  })
})

describe.each(Object.entries(texts))("a field printed by %s", (_, print) => {
  it("shows again what was typed", async () => {
    content = print
    const sent = nameIn(await pageNow())
    expect(sent).toBe("harmless")
    const { page } = await refused({ [sent]: "ho & ho" })
    expect(page).toMatch(/value="ho &amp; ho"|>ho &amp; ho<\/textarea>/)
  })
})

describe("by its name or schema", () => {
  it.each([...secretNames, "shown"])(
    "%s is in no cookie and on no page, whatever it is printed as",
    async name => {
      content = () => [
        <input {...login().field(name)} />,
        <textarea {...login().field(name)} />,
        html`<input ${login().field(name)}>`,
      ]
      const { sealed, page } = await refused({ [name]: "hunter2" })
      expect(sealed).not.toContain("hunter2")
      expect(page).not.toContain("hunter2")
    },
  )
})

it("a value that the application writes itself stays, also on a password", async () => {
  const printed = await render(<input type="password" {...harmless()} value="own" name="mine" />)
  expect(printed).toContain('name="mine"')
  expect(printed).toContain('value="own"')
})

it("a part of a form cannot be sent as a text and as a password to be shown", async () => {
  content = () => <input {...harmless()} />
  const { sealed, page } = await refused({ harmless: "one", "_secret.harmless": "hunter2" })
  expect(sealed + page).not.toContain("hunter2")
})
