// Every Content-Security-Policy that the docs print, in a real Chromium, on a page with all that pages bring: no violation.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Hono } from "hono"
import {
  action,
  call,
  Entity,
  expose,
  live,
  memory,
  Page,
  respond,
  Suspense,
  serve,
} from "nitro-ts"
import { ActionButton, Button, Checkbox, Dialog } from "nitro-ts/components"
import { signals } from "nitro-ts/datastar"
import { nitro } from "nitro-ts/hono"
import { suspenseScriptHash, themeScriptHash } from "nitro-ts/html"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, expect, it } from "vitest"
import { z } from "zod"
import { openBrowser } from "./support/browser.ts"
import { expectErrors } from "./support/errors.ts"
import { root } from "./support/imports.ts"
import { codeBlocks } from "./support/markdown.ts"

class Note extends Entity("Note", { text: z.string().min(3) }) {
  static store = memory()
  static {
    action(this, "fail")
  }
  static fail() {
    throw new Error("nothing for users")
  }
}
const Item = (note: Note) => <li id={note.domId}>{note.text}</li>
const s = signals({ count: 1 })

/** Every policy of a code block: a template or a text that names a directive. */
function policies(): [place: string, policy: string][] {
  const pages = readdirSync(join(root, "docs"), { recursive: true })
    .map(String)
    .filter(name => name.endsWith(".md"))
  const blocks = ["README.md", ...pages.map(name => `docs/${name}`)].flatMap(path =>
    codeBlocks(path, readFileSync(join(root, path), "utf8")),
  )
  return blocks.flatMap(({ path, line, code }) =>
    [...code.matchAll(/(["'`])((?:(?!\1).)*\b(?:default|script|style)-src(?:(?!\1).)*)\1/g)].map(
      ([, , policy]): [string, string] => [`${path}:${line}`, policy as string],
    ),
  )
}

const withHashes = `default-src 'self'; script-src 'self' '${themeScriptHash}' '${suspenseScriptHash}'; img-src 'self' data:`
const all: [string, string][] = [
  ...policies(),
  ["hashes, as the guide describes them", withHashes],
  [
    "the strictest",
    `default-src 'none'; script-src 'nonce-\${nonce}'; style-src 'nonce-\${nonce}'; img-src data:; connect-src 'self'`,
  ],
]
let browser: Browser
let url: string
let close: () => Promise<void>
let policy = ""

function Everything({ nonce }: { nonce?: string }) {
  return (
    <Page title="Shop" nonce={nonce} expressions="interpret">
      <main>
        {live(Note.where(), Item)}
        <form {...call(Note, "create").form}>
          <label>
            Text <input {...call(Note, "create").field("text")} />
          </label>
          {call(Note, "create").error("text")}
          <Button type="submit">Add</Button>
        </form>
        <ActionButton call={call(Note, "fail")}>Fail</ActionButton>
        <Checkbox label="On" name="on" />
        <Dialog id="d" title="A dialog">
          text
        </Dialog>
        <p
          id="count"
          data-signals={{ count: 1 }}
          data-text={s.count}
          data-style:color={s.count.eq(1).if_("red", "blue")}
        />
        <Suspense fallback={<p>…</p>}>{async () => <p id="late">late</p>}</Suspense>
      </main>
    </Page>
  )
}

beforeAll(async () => {
  browser = await openBrowser()
  const app = new Hono()
  app.use(nitro({ entities: [expose(Note, { allow: () => true })] }))
  app.get("/", () => {
    const nonce = crypto.randomUUID()
    const usesNonce = /\$\{nonce\}/.test(policy)
    const headers = { "content-security-policy": policy.replaceAll(/\$\{nonce\}/g, nonce) }
    return respond(usesNonce ? <Everything nonce={nonce} /> : <Everything />, {
      headers,
      stream: true,
    })
  })
  ;({ url, close } = await serve(app, { port: 0 }))
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await close?.()
})

it("finds the policies of the guides", () => {
  expect(policies().length).toBeGreaterThan(1)
})

it.each(all)("%s", async (_, found) => {
  policy = found
  const errors = expectErrors()
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on("console", message => {
    if (/Content Security Policy|violates/i.test(message.text())) complaints.push(message.text())
  })
  await page.addInitScript(
    "window.seen = []; addEventListener('securitypolicyviolation', event => seen.push(event.violatedDirective + ' ' + event.blockedURI))",
  )
  await page.goto(url)
  await page.locator("#late").waitFor()
  await page.locator("#count").filter({ hasText: "1" }).waitFor()
  // A refusal at a field, one for the page, and a change that comes by the stream.
  await page.getByRole("button", { name: "Add" }).click()
  await page.locator("[role=alert]:not(:empty)").first().waitFor()
  const refused = page.waitForResponse(response => response.url().includes("/fail"))
  await page.getByRole("button", { name: "Fail" }).click()
  await refused
  await page.locator("#nitro-alert").filter({ hasText: /\w/ }).waitFor({ state: "visible" })
  const position = await page.evaluate(
    "getComputedStyle(document.querySelector('#nitro-alert')).position",
  )
  await Note.create({ text: "from elsewhere" })
  await page.getByText("from elsewhere").first().waitFor()
  expect(await page.evaluate("seen")).toEqual([])
  expect(complaints).toEqual([])
  expect(position).toBe("fixed")
  expect(errors.map(({ where }) => where)).toEqual(["Note.fail"])
  await page.close()
})

it("shows no alert before there is a message", async () => {
  policy = withHashes
  const page = await browser.newPage()
  await page.goto(url)
  await page.locator("#late").waitFor()
  expect(await page.locator("#nitro-alert").isVisible()).toBe(false)
  await page.close()
})
