// Files that a page loads in a real Chromium: their origin, the policy, and their content.
import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Hono } from "hono"
import { expose, respond } from "nitro-ts/actions"
import { assets } from "nitro-ts/assets"
import { signal } from "nitro-ts/datastar"
import { Entity, memory } from "nitro-ts/entity"
import { highlight } from "nitro-ts/highlight"
import { nitro } from "nitro-ts/hono"
import { layout, Page, type PageProps } from "nitro-ts/html"
import { icon } from "nitro-ts/icons"
import type { Browser, BrowserContextOptions } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { type RunningServer, serve } from "../src/adapters/serve.ts"
import { listenForComplaints, openBrowser } from "./support/browser.ts"
import { root } from "./support/imports.ts"

const folder = join(root, "test/.output/assets")
const source = `class Todo extends Entity("Todo", { title: z.string() }) {
  // "<b>" & 'quotes' are text
  static repository = sqlite(\`todo-\${1}.db\`)
}`

const open = signal("open", false)
const Document = layout<Omit<PageProps, "children">>(({ children, ...props }) => (
  <Page highlight {...props}>
    <main class="card">
      <h1>Files</h1>
      <button type="button" class="btn" data-on:click={open.toggle()}>
        {icon("eye")} Show
      </button>
      <p id="shown" data-signals={{ open: false }} data-show={open}>
        shown
      </p>
      <pre>{highlight(source, "ts")}</pre>
      {children}
    </main>
  </Page>
))

let server: RunningServer
let browser: Browser
beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, "public"), { recursive: true })
  writeFileSync(
    join(folder, "app.css"),
    '@import "tailwindcss" source(none);\n@source inline("p-[13px] dark:p-[17px] grid");\n@custom-variant dark (&:where(.dark, .dark *));\n',
  )
  writeFileSync(
    join(folder, "public/greet.js"),
    'import { name } from "who"; document.title = "Hello " + name',
  )
  writeFileSync(join(folder, "public/who.js"), 'export const name = "map"')
  const cli = join(root, "node_modules/@tailwindcss/cli/dist/index.mjs")
  const built = spawnSync(
    process.execPath,
    [cli, "-i", join(folder, "app.css"), "-o", join(folder, "public/app.css"), "--minify"],
    {
      encoding: "utf8",
      cwd: root,
    },
  )
  if (built.status !== 0) throw new Error(built.stderr)
  const files = assets({ directory: join(folder, "public") })

  class Note extends Entity("Note", { text: z.string() }) {
    static store = memory()
  }
  const app = new Hono()
  app.use(nitro({ entities: [expose(Note)], assets: files }))
  app.get("/", () => respond(<Document title="Plain" />))
  app.get("/strict", () => {
    const nonce = randomBytes(16).toString("base64")
    const policy = `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'`
    return respond(<Document title="Strict" nonce={nonce} expressions="interpret" />, {
      headers: { "content-security-policy": policy },
    })
  })
  app.get("/cdn", () => respond(<Document title="CDN" cdn basecoat="luma" />))
  app.get("/own", () =>
    respond(
      <Document
        title="Own"
        stylesheet={files.style("app.css")}
        kit={false}
        importmap={{
          imports: { who: files.url("who.js") },
          integrity: { [files.url("who.js")]: files.script("who.js").integrity },
        }}
        scripts={[files.script("greet.js")]}
      >
        <p id="padded" class="p-[13px] dark:p-[17px]">
          padded
        </p>
      </Document>,
    ),
  )
  app.get("/broken", () =>
    respond(
      <Page
        title="Broken"
        scripts={[{ ...files.script("greet.js"), integrity: files.script("who.js").integrity }]}
      />,
    ),
  )
  server = await serve(app, { port: 0 })
  browser = await openBrowser()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function visit(path: string, options: BrowserContextOptions & { themeMode?: string } = {}) {
  const { themeMode, ...contextOptions } = options
  const context = await browser.newContext(contextOptions)
  if (themeMode)
    await context.addInitScript(`localStorage.themeMode = ${JSON.stringify(themeMode)}`)
  const tab = await context.newPage()
  const requests: string[] = []
  const complaints = listenForComplaints(tab)
  tab.on("request", request => void requests.push(request.url()))
  const foreign: { url: string; body: Buffer | string }[] = []
  await context.route(/^https:/, route => {
    const found = foreign.find(({ url }) => url === route.request().url())
    return found
      ? route.fulfill({
          body: found.body,
          contentType: "text/css",
          headers: { "access-control-allow-origin": "*" },
        })
      : route.abort()
  })
  const go = () => tab.goto(`${server.url}${path}`, { waitUntil: "networkidle" })
  return { tab, requests, complaints, foreign, go, close: () => context.close() }
}

describe("a page", () => {
  it.each(["/", "/strict", "/own"])(
    "at %s loads nothing from a third party, and all that it loads is fine",
    async path => {
      const { tab, requests, complaints, go, close } = await visit(path)
      await go()
      expect(requests.length).toBeGreaterThan(3)
      expect(
        requests.filter(url => !url.startsWith(server.url) && !url.startsWith("data:")),
      ).toEqual([])
      await tab.click("text=Show")
      await tab.waitForSelector("#shown")
      expect(
        await tab.evaluate(`getComputedStyle(document.querySelector(".hljs-keyword")).color`),
      ).toBe("rgb(215, 58, 73)")
      expect(await tab.locator("pre").textContent()).toBe(source)
      expect(await tab.locator("svg.lucide-eye").getAttribute("aria-hidden")).toBe("true")
      expect(complaints).toEqual({ errors: [], dialogs: [] })
      // Every script and stylesheet is checked by its hash, but for the import map and what is inline.
      const unchecked = `[...document.querySelectorAll("script[src], link[rel=stylesheet]")].filter(e => !e.integrity.startsWith("sha384-")).map(e => e.outerHTML)`
      expect(await tab.evaluate(unchecked)).toEqual([])
      await close()
    },
  )

  it("asks for a CDN only when told to, and takes from it only the bytes of the package", async () => {
    const published = readFileSync(
      join(root, "node_modules/basecoat-css/dist/basecoat-luma.cdn.min.css"),
    )
    const isStyled =
      "getComputedStyle(document.querySelector('.btn')).borderTopLeftRadius !== '0px'"
    const good = await visit("/cdn")
    const version = (
      JSON.parse(readFileSync(join(root, "node_modules/basecoat-css/package.json"), "utf8")) as {
        version: string
      }
    ).version
    const url = `https://cdn.jsdelivr.net/npm/basecoat-css@${version}/dist/basecoat-luma.cdn.min.css`
    good.foreign.push({ url, body: published })
    await good.go()
    expect(
      good.requests.filter(
        request => !request.startsWith(server.url) && !request.startsWith("data:"),
      ),
    ).toEqual([url])
    expect(await good.tab.evaluate(isStyled)).toBe(true)
    expect(good.complaints.errors).toEqual([])
    await good.close()

    const bad = await visit("/cdn")
    bad.foreign.push({ url, body: `${published} ` })
    await bad.go()
    expect(await bad.tab.evaluate(isStyled)).toBe(false)
    expect(bad.complaints.errors.join()).toContain("integrity")
    await bad.close()
  })

  it("runs no script whose bytes are not those that were hashed", async () => {
    const { tab, complaints, go, close } = await visit("/broken")
    await go()
    expect(await tab.title()).toBe("Broken")
    expect(complaints.errors.join()).toContain("integrity")
    await close()
  })

  it("uses the stylesheet that Tailwind built, and modules by the import map", async () => {
    const { tab, requests, go, close } = await visit("/own")
    await go()
    expect(await tab.title()).toBe("Hello map")
    const padding = `getComputedStyle(document.querySelector("#padded")).padding`
    expect(await tab.evaluate(padding)).toBe("13px")
    await tab.evaluate(`document.documentElement.classList.add("dark")`)
    expect(await tab.evaluate(padding)).toBe("17px")
    const paths = requests.map(url => new URL(url).pathname)
    expect(paths.filter(path => path.startsWith("/assets/")).sort()).toEqual([
      expect.stringMatching(/^\/assets\/app\.[0-9a-f]{12}\.css$/),
      expect.stringMatching(/^\/assets\/greet\.[0-9a-f]{12}\.js$/),
      expect.stringMatching(/^\/assets\/who\.[0-9a-f]{12}\.js$/),
    ])
    await close()
  })
})

describe("the theme", () => {
  it.each([
    ["dark", "light", true],
    ["light", "dark", false],
    [undefined, "dark", true],
    [undefined, "light", false],
  ] as const)(
    "chosen %s on a %s system is there before the first paint",
    async (themeMode, colorScheme, isDark) => {
      const { tab, go, close } = await visit("/strict", {
        colorScheme,
        ...(themeMode && { themeMode }),
      })
      // Before anything of the body is parsed.
      await tab.addInitScript(`new MutationObserver((_, observer) => {
      if (document.body) { window.darkAtBody = document.documentElement.classList.contains("dark"); observer.disconnect() }
    }).observe(document, { childList: true, subtree: true })`)
      await go()
      expect(await tab.evaluate("window.darkAtBody")).toBe(isDark)
      expect(
        await tab.evaluate(`getComputedStyle(document.querySelector("pre code")).backgroundColor`),
      ).toBe(isDark ? "rgb(13, 17, 23)" : "rgb(255, 255, 255)")
      if (process.env["NITRO_SCREENSHOTS"]) {
        for (const [name, width] of [
          ["wide", 1000],
          ["phone", 390],
        ] as const) {
          await tab.setViewportSize({ width, height: 600 })
          await tab.screenshot({
            path: join(
              process.env["NITRO_SCREENSHOTS"],
              `page-${isDark ? "dark" : "light"}-${name}.png`,
            ),
          })
        }
      }
      await close()
    },
  )
})
