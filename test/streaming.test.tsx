// Pages that are sent while parts of them still run, over real HTTP, in a real Chromium.
import { randomBytes } from "node:crypto"
import { Hono } from "hono"
import { action, call, respond } from "nitro-ts/actions"
import { ActionButton } from "nitro-ts/components"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/hono"
import { Boundary, type Child, html, Page, Suspense } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import type { Browser, BrowserContextOptions, Page as Tab } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { type RunningServer, serve } from "../src/adapters/serve.ts"
import { type Complaints, listenForComplaints, openBrowser } from "./support/browser.ts"

/** Promises that the tests resolve: the page decides nothing by time. */
const gates = new Map<string, { promise: Promise<void>; open: () => void }>()
function gate(name: string) {
  const known = gates.get(name)
  if (known) return known
  let open: () => void = () => {}
  const promise = new Promise<void>(resolve => {
    open = resolve
  })
  const made = { promise, open }
  gates.set(name, made)
  return made
}
const after = (name: string, content: () => Child): Promise<Child> =>
  gate(name).promise.then(content)
const Late = ({ name, children }: { name: string; children: () => Child }): Child => (
  <Suspense fallback={<p class="wait">wait for {name}</p>}>
    {() => after(name, children) as Promise<string>}
  </Suspense>
)

const parts =
  () => html`<p id="sentence">Total: ${Slow({ wait: "..", children: () => html`<b>12</b>` })}!</p>
  <svg id="drawing">${Slow({ wait: html`<rect/>`, children: () => html`<circle r="2"/><circle r="3"/>` })}</svg>`

class Report extends Entity("Report", { title: z.string() }) {
  static store = memory()
  @action() static parts() {
    return parts()
  }
  @action() static slow() {
    return (
      <section id="answer">
        <Late name="action">{() => <b>done</b>}</Late>
      </section>
    )
  }
}

const Slow = ({ wait, children }: { wait?: Child; children: () => Child }): Child => (
  <Suspense fallback={wait}>
    {() => new Promise<string>(done => setTimeout(() => done(children() as string), 50))}
  </Suspense>
)

let aborted = 0
const content = (nonce: string | undefined, client: boolean) => (
  <Page title="Late" nonce={nonce} client={client}>
    <h1>First</h1>
    <main>
      <Late name="a">{() => <p id="a">A</p>}</Late>
      <Late name="b">
        {() => (
          <div id="b">
            B <Late name="inner">{() => <p id="inner">inner</p>}</Late>
          </div>
        )}
      </Late>
      <table>
        <tbody>
          <tr>
            <td>1</td>
          </tr>
          <Suspense fallback={<tr class="wait" />}>
            {() =>
              after("row", () => (
                <tr id="row">
                  <td>2</td>
                </tr>
              )) as Promise<string>
            }
          </Suspense>
        </tbody>
      </table>
      <Boundary fallback={error => <p id="broken">{(error as Error).message}</p>}>
        <Suspense fallback={<p class="wait">broken</p>}>
          {() =>
            after("broken", () => {
              throw new Error("no <stock>")
            }) as Promise<string>
          }
        </Suspense>
      </Boundary>
      <Late name="live">
        {() => (
          <ul id="reports">
            {live(Report.where(), (report: Report) => (
              <li id={report.domId}>{report.title}</li>
            ))}
          </ul>
        )}
      </Late>
    </main>
    <p id="last">Last</p>
  </Page>
)

let server: RunningServer
let browser: Browser
beforeAll(async () => {
  const app = new Hono()
  app.use(nitro({ entities: [Report] }))
  app.get("/", c =>
    respond(content(undefined, true), { stream: c.req.query("order") ? "in-order" : true }),
  )
  app.get("/strict", () => {
    const nonce = randomBytes(16).toString("base64")
    const policy = `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; connect-src 'self'; img-src data:`
    return respond(content(nonce, false), {
      stream: true,
      headers: { "content-security-policy": policy },
    })
  })
  app.get("/button", () =>
    respond(
      <Page title="Button">
        <section id="answer" />
        <ActionButton call={call(Report, "slow")}>Go</ActionButton>
      </Page>,
    ),
  )
  app.get("/places", () =>
    respond(
      <Page title="Places">
        <h2 id="suspense-1">Heading</h2>
        <p id="after">Paragraph</p>
        <p id="sentence">
          Total: <Slow wait="..">{() => <b>12</b>}</Slow>
        </p>
        <svg id="drawing" viewBox="0 0 9 9" aria-label="drawing" role="img">
          <Slow wait={<rect width="1" height="1" />}>
            {() => html`<circle r="2"/><circle r="3"/>`}
          </Slow>
          <Slow>{() => html`<a href="#x"><text>a place</text></a>`}</Slow>
          <Slow>{() => html`<title>name</title>`}</Slow>
          <foreignObject>
            <Slow>{() => <div id="html">html</div>}</Slow>
          </foreignObject>
        </svg>
        {html`<math id="formula"><mrow>${Slow({ children: () => html`<mi>x</mi><mo>+</mo>` })}</mrow></math>`}
        <select id="choice">
          <Slow>{() => <option selected>late</option>}</Slow>
        </select>
        <textarea id="words" aria-label="words">
          <Slow wait="wait">{() => "<b>late</b>"}</Slow>
        </textarea>
        <template id="model">
          <Slow wait="wait">{() => <i>late</i>}</Slow>
        </template>
        <p id="end">End</p>
      </Page>,
      { stream: true },
    ),
  )
  app.get("/parts", () =>
    respond(
      <Page title="Parts">
        <p id="sentence" />
        <svg id="drawing" aria-label="drawing" role="img" />
        <ActionButton call={call(Report, "parts")}>Go</ActionButton>
      </Page>,
    ),
  )
  app.get("/abort", () =>
    respond(
      <Page title="Abort">
        <Suspense fallback="wait">
          {({ signal }) =>
            new Promise<string>(() => signal.addEventListener("abort", () => void aborted++))
          }
        </Suspense>
      </Page>,
      { stream: true },
    ),
  )
  app.get("/feed", () =>
    respond(
      <Page title="Feed">
        <ol>{feed()}</ol>
      </Page>,
      { stream: true },
    ),
  )
  server = await serve(app, { port: 0 })
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

let fed = 0
let feedEnded = false
async function* feed(): AsyncGenerator<Child> {
  try {
    for (;;) {
      fed++
      yield <li>{"x".repeat(1000)}</li>
      if (fed === 3) await gate("feed").promise
    }
  } finally {
    feedEnded = true
  }
}

const open = async (
  path: string,
  options: BrowserContextOptions = {},
): Promise<{ tab: Tab; complaints: Complaints }> => {
  gates.clear()
  const context = await browser.newContext(options)
  const tab = await context.newPage()
  const complaints = listenForComplaints(tab)
  await tab.goto(`${server.url}${path}`, { waitUntil: "commit" })
  return { tab, complaints }
}

const places = (tab: Tab) =>
  tab.evaluate(
    `[...document.querySelectorAll("main > :not(template), main tbody > tr")].map(e => e.id || e.className || e.localName).join(" ")`,
  )

describe.each(["/", "/strict"])("at %s", path => {
  it("shows the page at once and puts each content in its place as it comes, whatever the order", async () => {
    const { tab, complaints } = await open(path)
    await tab.waitForSelector("#last")
    expect(await places(tab)).toBe("wait wait table tr wait wait wait")

    gate("b").open()
    await tab.waitForSelector("main > #b")
    expect(await places(tab)).toBe("wait b table tr wait wait wait")
    gate("row").open()
    await tab.waitForSelector("tbody > #row")
    gate("broken").open()
    await tab.waitForSelector("main > #broken")
    gate("inner").open()
    await tab.waitForSelector("#b > #inner")
    gate("a").open()
    await tab.waitForSelector("main > #a")
    gate("live").open()
    await tab.waitForSelector("main > #reports", { state: "attached" })
    await tab.waitForLoadState("load")

    expect(await places(tab)).toBe("a b table tr row broken reports")
    expect(await tab.textContent("#broken")).toBe("no <stock>")
    // Nothing of the machinery stays behind.
    expect(await tab.locator("[data-suspense], .wait, main template, body > table").count()).toBe(0)
    expect(complaints).toEqual({ errors: [], dialogs: [] })
    if (path === "/") {
      await Report.create({ title: "Made later" })
      await tab.waitForSelector("#reports li")
      expect(await tab.textContent("#reports")).toBe("Made later")
    }
    await tab.context().close()
  })
})

const namespaces = (tab: Tab, selector: string) =>
  tab.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].map(e => e.localName + ":" + e.namespaceURI.replace(/.*\\//, ""))`,
  )

it("puts content where it belongs: beside ids of the page, in drawings, formulas, selects, and text", async () => {
  const { tab, complaints } = await open("/places")
  await tab.waitForLoadState("load")
  expect(await tab.textContent("#suspense-1")).toBe("Heading")
  expect(await tab.textContent("#after")).toBe("Paragraph")
  expect((await tab.textContent("#sentence"))?.trim()).toBe("Total: 12")
  expect(await namespaces(tab, "#drawing *")).toEqual([
    "circle:svg",
    "circle:svg",
    "a:svg",
    "text:svg",
    "title:svg",
    "foreignObject:svg",
    "div:xhtml",
  ])
  expect(await namespaces(tab, "#formula *")).toEqual(["mrow:MathML", "mi:MathML", "mo:MathML"])
  expect(await tab.evaluate(`document.querySelector("#choice").value`)).toBe("late")
  expect((await tab.locator("#words").inputValue()).trim()).toBe("<b>late</b>")
  expect(
    await tab.evaluate(`document.querySelector("#model").content.firstElementChild.outerHTML`),
  ).toBe("<i>late</i>")
  expect(await tab.locator("[data-suspense]").count()).toBe(0)
  expect(complaints).toEqual({ errors: [], dialogs: [] })
  await tab.context().close()
})

it("responds to an action with late parts of a sentence and of a drawing", async () => {
  const { tab, complaints } = await open("/parts")
  await tab.click("text=Go")
  await tab.waitForSelector("#sentence b")
  await tab.waitForSelector("#drawing circle", { state: "attached" })
  expect(await tab.textContent("#sentence")).toBe("Total: 12!")
  expect(await namespaces(tab, "#drawing *")).toEqual(["circle:svg", "circle:svg"])
  expect(complaints).toEqual({ errors: [], dialogs: [] })
  await tab.context().close()
})

it("loses nothing without JavaScript: contents are readable at the end of the page", async () => {
  const { tab } = await open("/", { javaScriptEnabled: false })
  await tab.waitForSelector("#last")
  for (const name of ["b", "a", "inner", "row", "broken", "live"]) gate(name).open()
  await tab.waitForLoadState("load")
  for (const id of ["a", "b", "inner", "broken"])
    expect(await tab.isVisible(`#${id}`), id).toBe(true)
  expect(await tab.isVisible("#row")).toBe(true)
  await tab.context().close()
})

it("waits in the place of each where the stream is in order", async () => {
  const { tab } = await open("/?order=in", { javaScriptEnabled: false })
  await tab.waitForSelector("h1")
  for (const name of ["b", "a", "inner", "row", "broken", "live"]) gate(name).open()
  await tab.waitForSelector("#last")
  expect(await places(tab)).toBe("a b table tr row broken reports")
  expect(await tab.locator(".wait").count()).toBe(0)
  await tab.context().close()
})

it("responds to an action with the fallback first and the content as a later patch", async () => {
  const { tab, complaints } = await open("/button")
  await tab.click("text=Go")
  await tab.waitForSelector("#answer .wait")
  gate("action").open()
  await tab.waitForSelector("#answer > b")
  expect(await tab.locator("#answer").innerHTML()).toBe("<b>done</b>")
  expect(complaints).toEqual({ errors: [], dialogs: [] })
  await tab.context().close()
})

it("tells the work when the reader leaves, and asks a generator for no more than the connection takes", async () => {
  gates.clear()
  const leave = new AbortController()
  const response = await fetch(`${server.url}/abort`, { signal: leave.signal })
  const reader = response.body?.getReader()
  await reader?.read()
  leave.abort()
  await expect.poll(() => aborted).toBe(1)

  const away = new AbortController()
  const feeding = await fetch(`${server.url}/feed`, { signal: away.signal })
  await feeding.body?.getReader().read()
  gate("feed").open()
  await new Promise(done => setTimeout(done, 300))
  const produced = fed
  await new Promise(done => setTimeout(done, 300))
  // The reader reads nothing: what was made fills the buffers between, and then the generator stands still.
  expect(fed).toBe(produced)
  away.abort()
  await expect.poll(() => feedEnded).toBe(true)
})
