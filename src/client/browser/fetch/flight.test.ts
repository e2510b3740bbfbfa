import { afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import {
  type Answer,
  element,
  elements,
  isOfficial,
  loadClient,
  received,
  render,
  serveHere,
  settled,
  signalsEvent,
  startServer,
  stopServer,
  stream,
  type,
  waitForRequests,
} from "../support/page.ts"

beforeAll(loadClient)
afterEach(() => render(""))

const slow: Answer = {
  headers: { "content-type": "text/html" },
  steps: [{ waitMs: 200, text: '<p id="out">done</p>' }],
}
const quick: Answer = {
  headers: { "content-type": "text/html" },
  steps: [{ text: '<p id="out">done</p>' }],
}
const out = (): string => element("#out").textContent
const keysOf = async (url: string): Promise<(string | undefined)[]> =>
  (await received(url)).map(({ headers }) => headers["idempotency-key"])
const bodiesOf = async (url: string): Promise<string[]> =>
  (await received(url)).map(({ body }) => body)
const idle = (milliseconds: number): Promise<void> =>
  new Promise(resolve => setTimeout(resolve, milliseconds))

/** As a double click is reported: the second one says that it is the second. */
function click(el: HTMLElement, count = 1): void {
  for (let detail = 1; detail <= count; detail++)
    el.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, detail }))
}

/** As Enter in a field does it. */
function enter(input: HTMLInputElement): void {
  input.focus()
  input.form!.requestSubmit()
}

const form = (url: string, more = ""): string =>
  `<form id="f" data-on:submit__prevent="window.runs++; @post('${url}', {contentType: 'form'})"><input id="i" name="title" value="Milk">${more}</form><p id="out"></p>`

/** Every way to make a page write: the element in the page, and how to do it twice. */
const ways: [string, (url: string) => string, () => void][] = [
  [
    "a form by its button",
    url => form(url, `<button id="b">Add</button>`),
    () => click(element("#b"), 2),
  ],
  ["a form by Enter", url => form(url), () => [1, 2].forEach(() => void enter(element("#i")))],
  [
    "a form by a button with a request",
    url =>
      form(
        "/never",
        `<button type="button" id="b" data-on:click="@post('${url}', {contentType: 'form'})">`,
      ),
    () => click(element("#b"), 2),
  ],
  [
    "a button outside of its form",
    url =>
      `${form("/never")}<button id="b" data-on:click="@put('${url}', {contentType: 'form', selector: '#f'})">`,
    () => click(element("#b"), 2),
  ],
  ...(["post", "put", "patch", "delete"] as const).map((method): (typeof ways)[number] => [
    `a button with @${method}`,
    url =>
      `<button id="b" data-indicator:busy data-on:click="@${method}('${url}')"></button><p id="out"></p>`,
    () => click(element("#b"), 2),
  ]),
  [
    "a key",
    url =>
      `<input id="i" data-on:keydown="evt.key === 'Enter' && @post('${url}')"><p id="out"></p>`,
    () => {
      element("#i").focus()
      for (let i = 0; i < 2; i++)
        element("#i").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }))
    },
  ],
]

describe.skipIf(isOfficial)("a write that is requested twice", () => {
  it.each(ways)("is done once while it is under way: %s", async (_, html, twice) => {
    const url = await serveHere(slow)
    await render(html(url))
    twice()
    await expect.poll(out).toBe("done")
    await idle(50)
    expect(await received(url)).toHaveLength(1)
  })

  it.each(ways.filter(([name]) => !name.includes("Enter")))(
    "is done once however quick its response is: %s",
    async (name, html) => {
      if (name === "a key") return
      const url = await serveHere(quick)
      await render(html(url))
      element("#b").dispatchEvent(
        new MouseEvent("click", { bubbles: true, cancelable: true, detail: 1 }),
      )
      await expect.poll(out).toBe("done")
      await settled()
      element("#b").dispatchEvent(
        new MouseEvent("click", { bubbles: true, cancelable: true, detail: 2 }),
      )
      await idle(50)
      expect(await received(url)).toHaveLength(1)
    },
  )

  it("does not run the form's expression again: no second question, no second count", async () => {
    const page = window as { runs?: number }
    page.runs = 0
    const url = await serveHere(slow)
    await render(form(url))
    enter(element("#i"))
    enter(element("#i"))
    await expect.poll(out).toBe("done")
    expect(page.runs).toBe(1)
  })

  it("by a second Enter in a field with a response and no change is done once", async () => {
    const url = await serveHere(quick)
    await render(form(url))
    enter(element("#i"))
    await expect.poll(out).toBe("done")
    await settled()
    enter(element("#i"))
    await idle(50)
    expect(await received(url)).toHaveLength(1)
  })

  it("is done twice after its response: one click, then another one", async () => {
    const url = await serveHere(quick)
    await render(`<button id="b" data-on:click="@post('${url}')"></button><p id="out"></p>`)
    click(element("#b"))
    await expect.poll(out).toBe("done")
    element("#out").textContent = ""
    click(element("#b"))
    await expect.poll(out).toBe("done")
    expect(new Set(await keysOf(url)).size).toBe(2)
  })

  it("does not keep other writes of the same element, or of another one, from being done", async () => {
    const [one, two] = [await serveHere(slow), await serveHere(slow)]
    await render(
      `<button id="a" data-on:click="@post('${one}'); @post('${two}')"></button><button id="b" data-on:click="@post('${one}')"></button><p id="out"></p>`,
    )
    click(element("#a"))
    click(element("#b"))
    await waitForRequests(one, 2)
    await waitForRequests(two, 1)
  })
})

describe.skipIf(isOfficial)("another write of the same form", () => {
  it("follows the first one's response when its text is another", async () => {
    const url = await serveHere(slow)
    await render(form(url))
    enter(element("#i"))
    type(element("#i"), "Bread")
    enter(element("#i"))
    enter(element("#i"))
    await waitForRequests(url, 2)
    await idle(250)
    expect(await bodiesOf(url)).toEqual(["title=Milk", "title=Bread"])
    expect(new Set(await keysOf(url)).size).toBe(2)
  })

  it("is not sent half-typed: what is typed after its Enter waits for the next one", async () => {
    const url = await serveHere(slow)
    await render(form(url))
    enter(element("#i"))
    type(element("#i"), "Bread")
    enter(element("#i"))
    type(element("#i"), "Bread and bu")
    await expect.poll(out).toBe("done")
    await idle(50)
    expect(await bodiesOf(url)).toEqual(["title=Milk"])
    expect(element<HTMLInputElement>("#i").value).toBe("Bread and bu")
  })
})

describe.skipIf(isOfficial)("a field that saves while the user types", () => {
  it("saves the latest text last, after what is under way", async () => {
    const url = await serveHere(slow)
    await render(`<input id="i" data-bind:saved data-on:input="@post('${url}')"><p id="out"></p>`)
    for (const text of ["a", "ab", "abc"]) type(element("#i"), text)
    await waitForRequests(url, 2)
    await idle(250)
    const saved = (await bodiesOf(url)).map(body => (JSON.parse(body) as { saved: string }).saved)
    expect(saved).toEqual(["a", "abc"])
  })

  it("does not wait for a stream that has begun to respond", async () => {
    const hits = (text: string): Answer =>
      stream(elements(`<p id="out">${text}</p>`), { end: "hang" })
    const url = await serveHere(hits("one"), hits("two"))
    await render(`<input id="i" data-bind:q data-on:input="@post('${url}')"><p id="out"></p>`)
    type(element("#i"), "a")
    await expect.poll(out).toBe("one")
    type(element("#i"), "ab")
    await expect.poll(out).toBe("two")
    expect((await received(url))[0]!.closed).toBe(true)
    element("#i").remove()
  })
})

describe.skipIf(isOfficial)("a write under way", () => {
  it("shows on its form, its button and its field, which stay usable and keep the focus", async () => {
    const url = await serveHere(slow)
    await render(form(url, `<button id="b" aria-busy="true">Add</button>`))
    enter(element("#i"))
    await settled()
    const marks = (selector: string): (string | null)[] =>
      ["data-pending", "aria-busy"].map(name => element(selector).getAttribute(name))
    expect([marks("#f"), marks("#i")]).toEqual([
      ["", "true"],
      ["", "true"],
    ])
    expect(document.activeElement).toBe(element("#i"))
    await expect.poll(out).toBe("done")
    await settled()
    expect([marks("#f"), marks("#i"), marks("#b")]).toEqual([
      [null, null],
      [null, null],
      [null, "true"],
    ])
    click(element("#b"))
    await settled()
    expect(marks("#b")).toEqual(["", "true"])
    await vi.waitFor(() => expect(marks("#b")).toEqual([null, "true"]))
  })

  it("shows through a patch of its form", async () => {
    const url = await serveHere(slow)
    await render(form(url))
    enter(element("#i"))
    document.dispatchEvent(
      new CustomEvent("datastar-fetch", {
        detail: {
          type: "datastar-patch-elements",
          el: document.body,
          argsRaw: { elements: `<form id="f" class="new"><input id="i" name="title"></form>` },
        },
      }),
    )
    await settled()
    expect(element("#f").className).toBe("new")
    expect(element("#f").hasAttribute("data-pending")).toBe(true)
    await vi.waitFor(() => expect(element("#f").outerHTML).not.toMatch(/pending|busy/))
  })
})

describe.skipIf(isOfficial)("a write to the page's own server", () => {
  it("carries a new key, a read does not; both name the client", async () => {
    const url = await serveHere(quick)
    const buttons = ["get", "post", "put", "patch", "delete"].map(
      method => `<button data-on:click="@${method}('${url}')"></button>`,
    )
    await render(`${buttons.join("")}<p id="out"></p>`)
    document.querySelectorAll("button").forEach(button => void click(button))
    const log = await waitForRequests(url, 5)
    expect(log.map(({ headers }) => headers["nitro-client"])).toEqual(Array(5).fill("1"))
    expect(
      log
        .filter(({ headers }) => headers["idempotency-key"] === undefined)
        .map(({ method }) => method),
    ).toEqual(["GET"])
    const keys = new Set(log.map(({ headers }) => headers["idempotency-key"]))
    expect(keys.size).toBe(5)
    for (const key of keys) expect(key ?? "1-2-3-4").toMatch(/^\d+-\d+-\d+-\d+$/)
  })

  it.each(["refuse", "destroy"] as const)(
    "is repeated with its key until it gets a response, when the response is lost (%s)",
    async end => {
      const lost: Answer = {
        headers: { "content-type": "text/event-stream", "content-length": "1000" },
        steps: [{ text: signalsEvent({ half: 1 }) }],
        end,
      }
      const url = await serveHere(lost, lost, stream(elements('<p id="out">done</p>')))
      await render(
        `<button id="b" data-on:click="@post('${url}', {payload: {n: 1}, retryInterval: 20})"></button><p id="out"></p>`,
      )
      click(element("#b"))
      await expect.poll(out).toBe("done")
      expect((await received(url)).length).toBeGreaterThanOrEqual(3)
      expect(new Set(await keysOf(url)).size).toBe(1)
      expect(new Set(await bodiesOf(url))).toEqual(new Set(['{"n":1}']))
    },
  )

  it("is repeated longer than ten times, and when what stands before the server answers for it", async () => {
    const answers = [502, 503, 504].map((status): Answer => ({ status }))
    const url = await serveHere(...answers, ...Array(12).fill({ end: "refuse" }), quick)
    await render(
      `<button id="b" data-on:click="@post('${url}', {retryInterval: 5, retryMaxWait: 10})"></button><p id="out"></p>`,
    )
    click(element("#b"))
    await expect.poll(out).toBe("done")
    expect(new Set(await keysOf(url)).size).toBe(1)
  })

  it("is not repeated once a stream without an end was begun, nor after a refusal", async () => {
    const quiet = vi.spyOn(console, "error").mockImplementation(() => {})
    const cut = await serveHere(stream(elements('<p id="out">half</p>'), { end: "destroy" }))
    const refused = await serveHere({ status: 409 })
    await render(
      `<button id="b" data-on:click="@post('${cut}', {retryInterval: 5}); @post('${refused}', {retryInterval: 5})"></button><p id="out"></p>`,
    )
    click(element("#b"))
    await expect.poll(out).toBe("half")
    await idle(150)
    expect([await received(cut), await received(refused)].map(log => log.length)).toEqual([1, 1])
    quiet.mockRestore()
  })

  it("survives its element, and a server that is gone for a while; nothing further is taken on meanwhile, and the text stays", async () => {
    const url = await serveHere(quick)
    await render(form(url).replace("'form'}", "'form', retryInterval: 20, retryMaxWait: 40}"))
    await stopServer()
    enter(element("#i"))
    await expect
      .poll(() => document.querySelector("#nitro-connection")?.textContent)
      .toBe("Reconnecting…")
    type(element("#i"), "Bread")
    enter(element("#i"))
    expect(element("#f").hasAttribute("data-pending")).toBe(true)
    element("#i").focus()
    await startServer()
    await expect.poll(out).toBe("done")
    await idle(50)
    expect(new Set(await bodiesOf(url))).toEqual(new Set(["title=Milk"]))
    expect(element<HTMLInputElement>("#i").value).toBe("Bread")
    expect(document.querySelector("#nitro-connection")).toBeNull()
  })

  it("is sent although its element is gone by then", async () => {
    const url = await serveHere(quick)
    await render(
      `<button id="b" data-on:click="@delete('${url}', {retryInterval: 20, retryMaxWait: 40})"></button><p id="out"></p>`,
    )
    await stopServer()
    click(element("#b"))
    await idle(100)
    element("#b").remove()
    await startServer()
    await expect.poll(out).toBe("done")
  })
})
