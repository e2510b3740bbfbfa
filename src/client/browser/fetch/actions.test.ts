import { afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import {
  element,
  elements,
  fetchEvents,
  isOfficial,
  loadClient,
  received,
  render,
  serve,
  settled,
  signalsEvent,
  stream,
  type,
  waitForRequests,
} from "../support/page.ts"

beforeAll(loadClient)
afterEach(() => render(""))

const text = (selector: string): string => element(selector).textContent
const query = (url: string): unknown =>
  JSON.parse(new URL(url, "http://x").searchParams.get("datastar") ?? "null")

async function clickAndReceive(
  url: string,
  selector = "#b",
): Promise<Awaited<ReturnType<typeof received>>[number]> {
  element(selector).click()
  return (await waitForRequests(url, 1))[0]!
}

describe("a request", () => {
  it.each(["get", "delete"])("by @%s carries the signals in the query", async method => {
    const url = await serve({ status: 204 })
    await render(
      `<div data-signals="{q1: {a: 1, _p: 2}, _q2: 3}"></div><button id="b" data-on:click="@${method}('${url}?keep=1', {filterSignals: {include: /q[12]/}})"></button>`,
    )
    const request = await clickAndReceive(url)
    expect(request).toMatchObject({
      method: method.toUpperCase(),
      body: "",
      headers: { "datastar-request": "true" },
    })
    expect(request.url).toContain("keep=1")
    expect(query(request.url)).toMatchObject({ q1: { a: 1 } })
    expect(request.headers["accept"]).toContain("text/event-stream")
    expect(request.headers["content-type"]).toBeUndefined()
  })

  it.each(["post", "put", "patch"])("by @%s carries the signals as JSON", async method => {
    const url = await serve({ status: 204 })
    await render(
      `<div data-signals="{w1: {a: [1, {b: 2}]}, _w2: 3}"></div><button id="b" data-on:click="@${method}('${url}', {filterSignals: {include: 'w1'}, headers: {'X-Extra': 'yes'}})"></button>`,
    )
    const request = await clickAndReceive(url)
    expect(request).toMatchObject({
      method: method.toUpperCase(),
      headers: { "datastar-request": "true", "content-type": "application/json", "x-extra": "yes" },
    })
    expect(JSON.parse(request.body)).toEqual({ w1: { a: [1, { b: 2 }] } })
  })

  it("carries no private signals unless a filter includes them", async () => {
    const url = await serve({ status: 204 })
    await render(
      `<div data-signals="{seen1: 1, _hidden: 2, deep: {_hidden: 3, seen2: 4}}"></div><button id="b" data-on:click="@post('${url}')"></button>`,
    )
    const { body } = await clickAndReceive(url)
    expect(body).toContain("seen2")
    expect(body).not.toContain("_hidden")
  })

  it("carries a payload instead of the signals", async () => {
    const url = await serve({ status: 204 })
    await render(
      `<button id="b" data-signals:amount="5" data-on:click="@post('${url}', {payload: {amount: $amount}})"></button>`,
    )
    expect(JSON.parse((await clickAndReceive(url)).body)).toEqual({ amount: 5 })
  })

  it("carries the closest form, with the button that submitted it", async () => {
    const url = await serve({ status: 204 })
    await render(
      `<form data-on:submit="@post('${url}', {contentType: 'form'})"><input name="title" value="a b&c"><input name="t" type="checkbox" checked><button name="do" value="save" id="b"></button><button name="do" value="other"></button></form>`,
    )
    const request = await clickAndReceive(url)
    expect(request.headers["content-type"]).toContain("application/x-www-form-urlencoded")
    expect(request.body).toBe("title=a+b%26c&t=on&do=save")
  })

  it("carries a form by selector, and by GET in the query", async () => {
    const url = await serve({ status: 204 })
    await render(
      `<form id="f"><input name="q" value="x y"></form><button id="b" data-on:click="@get('${url}?a=1', {contentType: 'form', selector: '#f'})"></button>`,
    )
    const request = await clickAndReceive(url)
    expect(request.url).toMatch(/\?a=1&q=x\+y$/)
  })

  it("is multipart for a multipart form, and sends its files", async () => {
    const url = await serve({ status: 204 })
    await render(
      `<form enctype="multipart/form-data" data-on:submit="@post('${url}', {contentType: 'form'})"><input id="file" name="file" type="file"><button id="b"></button></form>`,
    )
    const transfer = new DataTransfer()
    transfer.items.add(new File(["content!"], "a.txt"))
    element<HTMLInputElement>("#file").files = transfer.files
    const request = await clickAndReceive(url)
    expect(request.headers["content-type"]).toContain("multipart/form-data; boundary=")
    expect(request.body).toContain('name="file"; filename="a.txt"')
    expect(request.body).toContain("content!")
  })

  it.skipIf(isOfficial)("is multipart when a form of any type has files in it", async () => {
    const url = await serve({ status: 204 })
    await render(
      `<form data-on:submit="@post('${url}', {contentType: 'form'})"><input id="file" name="file" type="file"><button id="b"></button></form>`,
    )
    const transfer = new DataTransfer()
    transfer.items.add(new File(["content!"], "a.txt"))
    element<HTMLInputElement>("#file").files = transfer.files
    expect((await clickAndReceive(url)).body).toContain("content!")
  })

  it("of an invalid form is not sent, unless the form says novalidate", async () => {
    const url = await serve({ status: 204 })
    await render(
      `<form id="f" data-on:go="@post('${url}', {contentType: 'form'})"><input name="title" required></form>`,
    )
    const { types, stop } = fetchEvents()
    element("#f").dispatchEvent(new CustomEvent("go"))
    await settled()
    if (!isOfficial) expect(types).toEqual([])
    expect(await received(url)).toEqual([])
    element<HTMLFormElement>("#f").noValidate = true
    element("#f").dispatchEvent(new CustomEvent("go"))
    await waitForRequests(url, 1)
    stop()
  })

  it("from a button in a form does not submit the form natively", async () => {
    const url = await serve({ status: 204 })
    await render(
      `<form action="/away"><input name="x" value="1"><button id="b" name="n" value="v" data-on:click="@post('${url}', {contentType: 'form'})"></button></form>`,
    )
    expect((await clickAndReceive(url)).body).toBe("x=1&n=v")
  })

  it("carries a form whose controls have the names of a form's properties", async () => {
    const url = await serve({ status: 204 })
    const names = ["form", "id", "enctype", "elements", "noValidate", "reportValidity", "closest2"]
    await render(
      `<form data-on:submit="@post('${url}', {contentType: 'form'})">${names.map(name => `<input name="${name}" value="1">`).join("")}<button id="b"></button></form>`,
    )
    if (!isOfficial)
      expect((await clickAndReceive(url)).body).toBe(names.map(name => `${name}=1`).join("&"))
  })

  it("without a form around it is reported", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {})
    await render(`<button id="b" data-on:click="@post('/x', {contentType: 'form'})"></button>`)
    element("#b").click()
    await settled()
    if (!isOfficial)
      expect(String(error.mock.calls[0])).toMatch(
        /@post\("\/x"\) of <button#b data-on:click>.*needs a form/,
      )
    error.mockRestore()
  })

  it("is cancelled by the next one of the same element, method and address", async () => {
    const url = await serve(
      {
        headers: { "content-type": "text/html" },
        steps: [{ waitMs: 200, text: '<p id="out">slow</p>' }],
      },
      { headers: { "content-type": "text/html" }, steps: [{ text: '<p id="out">quick</p>' }] },
    )
    await render(
      `<button id="b" data-on:click="@get('${url}', {payload: 1})"></button><p id="out"></p>`,
    )
    element("#b").click()
    await waitForRequests(url, 1)
    element("#b").click()
    await expect.poll(() => text("#out")).toBe("quick")
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(text("#out")).toBe("quick")
  })

  it.skipIf(isOfficial)(
    "is not cancelled by another address, nor when cancellation is disabled",
    async () => {
      const slow = (
        id: string,
      ): { headers: Record<string, string>; steps: { waitMs: number; text: string }[] } => ({
        headers: { "content-type": "text/html" },
        steps: [{ waitMs: 100, text: `<p id="${id}">done</p>` }],
      })
      const a = await serve(slow("a"))
      const b = await serve(slow("b"))
      const c = await serve(slow("c"))
      await render(
        `<button id="x" data-on:click="@get('${a}'); @get('${b}')"></button><button id="y" data-on:click="@post('${c}', {requestCancellation: 'disabled'})"></button><p id="a"></p><p id="b"></p><p id="c"></p>`,
      )
      element("#x").click()
      element("#y").click()
      element("#y").click()
      await expect.poll(() => text("#a") + text("#b") + text("#c")).toBe("donedonedone")
      expect((await received(c)).length).toBe(2)
    },
  )

  it("may be aborted by a controller of the page", async () => {
    const url = await serve({ headers: { "content-type": "text/event-stream" }, end: "hang" })
    await render(
      `<div data-signals="{_ctl: null}"></div><button id="b" data-on:click="window.ctl = new AbortController(); @get('${url}', {requestCancellation: window.ctl})"></button><button id="stop" data-on:click="window.ctl.abort()"></button>`,
    )
    await clickAndReceive(url)
    element("#stop").click()
    await vi.waitFor(async () => expect((await received(url))[0]!.closed).toBe(true))
  })
})

describe("a response", () => {
  it("that is an event stream patches elements and signals in order", async () => {
    const url = await serve(
      stream(
        signalsEvent({ ans: 1 }) +
          elements('<p id="out" data-text="$ans"></p>') +
          signalsEvent({ ans: 2 }) +
          signalsEvent({ ans: 9 }, "data: onlyIfMissing true\n"),
      ),
    )
    await render(`<button id="b" data-on:click="@get('${url}')"></button><p id="out"></p>`)
    element("#b").click()
    await expect.poll(() => text("#out")).toBe("2")
  })

  it("that is HTML patches elements by id, or as its headers say", async () => {
    const byId = await serve({
      headers: { "content-type": "text/html; charset=utf-8" },
      steps: [{ text: '<p id="out">new</p>' }],
    })
    const byHeader = await serve({
      headers: {
        "content-type": "text/html",
        "datastar-selector": "#list",
        "datastar-mode": "append",
      },
      steps: [{ text: "<li>2</li>" }],
    })
    await render(
      `<button id="b" data-on:click="@get('${byId}')"></button><button id="c" data-on:click="@get('${byHeader}')"></button><p id="out">old</p><ul id="list"><li>1</li></ul>`,
    )
    element("#b").click()
    element("#c").click()
    await expect.poll(() => text("#out") + text("#list")).toBe("new12")
  })

  it("that is JSON patches signals, only missing ones if the header says so", async () => {
    const url = await serve(
      { headers: { "content-type": "application/json" }, steps: [{ text: '{"js1": 1}' }] },
      {
        headers: { "content-type": "application/json", "datastar-only-if-missing": "true" },
        steps: [{ text: '{"js1": 2, "js2": 3}' }],
      },
    )
    await render(
      `<button id="b" data-on:click="@get('${url}')"></button><p id="out" data-text="$js1"></p><div id="later"></div>`,
    )
    element("#b").click()
    await expect.poll(() => text("#out")).toBe("1")
    element("#b").click()
    await waitForRequests(url, 2)
    element("#later").innerHTML = '<p data-text="$js2"></p>'
    await expect.poll(() => text("#out") + text("#later")).toBe("13")
  })

  it("that is a script runs, and the indicator goes off", async () => {
    const url = await serve({
      headers: {
        "content-type": "text/javascript",
        "datastar-script-attributes": '{"data-x": "1"}',
      },
      steps: [{ text: "window.ranScript = document.currentScript.dataset.x" }],
    })
    await render(
      `<button id="b" data-indicator:busy data-on:click="@get('${url}')"></button><p id="out" data-text="$busy"></p>`,
    )
    element("#b").click()
    await expect.poll(() => (window as { ranScript?: string }).ranScript).toBe("1")
    if (!isOfficial) await expect.poll(() => text("#out")).toBe("false")
  })

  it.each([400, 404, 422, 500])("with status %i changes nothing and is announced", async status => {
    const url = await serve({
      status,
      headers: { "content-type": "text/html" },
      steps: [{ text: '<p id="out">no</p>' }],
    })
    await render(
      `<button id="b" data-on:click="@post('${url}')" data-on:datastar-fetch="evt.detail.type === 'error' && ($failed = evt.detail.argsRaw.status)"></button><p id="out">old</p><p id="f" data-signals:failed="''" data-text="$failed"></p>`,
    )
    const { types, stop } = fetchEvents()
    element("#b").click()
    await expect.poll(() => types).toEqual(["started", "error", "finished"])
    expect([text("#out"), text("#f")]).toEqual(["old", String(status)])
    stop()
  })

  it("survives broken events: bad JSON, unknown modes, missing targets", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {})
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
    const url = await serve(
      stream(
        `event: datastar-patch-signals\ndata: signals {not json\n\n${elements("<p></p>", { mode: "sideways", selector: "#out" })}${elements("<p></p>", { selector: "#nowhere" })}${elements("<p></p>", { selector: "#[" })}${elements('<p id="nobody"></p>')}event: datastar-unknown\ndata: x\n\nevent: other\ndata: y\n\ndata: nothing\n\n${elements('<p id="out">made it</p>')}`,
      ),
    )
    await render(`<button id="b" data-on:click="@get('${url}')"></button><p id="out">old</p>`)
    element("#b").click()
    if (!isOfficial) {
      await expect.poll(() => text("#out")).toBe("made it")
      expect(warn.mock.calls.map(String)).toEqual([
        "A patch found no element that matches #nowhere (mode outer).",
        "A patch found no element for #nobody (mode outer).",
      ])
      expect(error).toHaveBeenCalledTimes(3)
    }
    error.mockRestore()
    warn.mockRestore()
  })

  it.skipIf(isOfficial)("never runs a string from a signal, nor reaches a prototype", async () => {
    const url = await serve(
      {
        headers: { "content-type": "text/event-stream" },
        steps: [
          {
            text: 'event: datastar-patch-signals\ndata: signals {"evil": "window.hacked = 1", "__proto__": {"polluted": 1}}\n\n',
          },
        ],
      },
      stream("event: datastar-patch-signals\ndata: signals {x: (window.hacked = 2)}\n\n"),
    )
    const error = vi.spyOn(console, "error").mockImplementation(() => {})
    await render(
      `<button id="b" data-on:click="@get('${url}')"></button><p id="out" data-text="$evil"></p>`,
    )
    element("#b").click()
    await expect.poll(() => text("#out")).toBe("window.hacked = 1")
    if (!isOfficial) {
      element("#b").click()
      await waitForRequests(url, 2)
      await settled()
      expect((window as { hacked?: number }).hacked).toBeUndefined()
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    error.mockRestore()
  })
})

describe("the life of a request", () => {
  it("shows in the indicator of its element", async () => {
    const url = await serve({
      headers: { "content-type": "text/html" },
      steps: [{ waitMs: 60, text: '<p id="o2">x</p>' }],
    })
    await render(
      `<button id="b" data-indicator:loading data-on:click="@get('${url}')"></button><button id="c" data-indicator="other" data-on:click="1"></button><p id="out" data-text="$loading + '/' + $other"></p><p id="o2"></p>`,
    )
    expect(text("#out")).toBe("false/false")
    element("#b").click()
    await settled()
    expect(text("#out")).toBe("true/false")
    await expect.poll(() => text("#out")).toBe("false/false")
  })

  it.skipIf(isOfficial)(
    "shows in the indicator also when data-init of the same element starts it",
    async () => {
      const url = await serve({
        headers: { "content-type": "text/html" },
        steps: [{ waitMs: 60, text: '<p id="o2">x</p>' }],
      })
      await render(
        `<p id="o2" data-init="@get('${url}')" data-indicator:booting></p><p id="out" data-text="$booting"></p>`,
      )
      expect(text("#out")).toBe("true")
      await expect.poll(() => text("#out")).toBe("false")
    },
  )

  it("does not end when the user types on: the search example", async () => {
    const url = await serve({
      headers: { "content-type": "text/html" },
      steps: [
        {
          waitMs: 30,
          text: '<div id="box"><input id="q" name="q"><ul id="hits"><li>hit</li></ul></div>',
        },
      ],
    })
    await render(
      `<form><div id="box" data-on:input__debounce.10ms="@get('${url}', {contentType: 'form'})"><input id="q" name="q"><ul id="hits"></ul></div></form>`,
    )
    const input = element<HTMLInputElement>("#q")
    type(input, "ab")
    await waitForRequests(url, 1)
    input.value = "abc"
    await expect.poll(() => text("#hits")).toBe("hit")
    expect(element<HTMLInputElement>("#q")).toBe(input)
    expect(input.value).toBe("abc")
    expect(document.activeElement).toBe(input)
  })
})
