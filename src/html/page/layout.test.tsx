// Layouts: one template as a call, a component and around handlers, on hosts with and without a response object.
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import express from "express"
import { type Context, Hono } from "hono"
import { type Child, html, layout, Markup, Page, render, Suspense } from "nitro-ts/html"
import { afterEach, describe, expect, it } from "vitest"

const Shop = layout<{ title: string; wide?: boolean }>(({ title, wide, children }) => (
  <Page title={`${title} · Shop`} bare>
    <main class={{ wide }}>{children}</main>
  </Page>
))
const Account = layout<{ tab: string }>(({ tab, children }) => (
  <Shop title={`Account, ${tab}`} wide>
    <nav>{tab}</nav>
    {children}
  </Shop>
))
const Plain = layout(({ children }) => <section>{children}</section>)

const page = (title: string, content: string): string =>
  `<!doctype html><html><head><title>${title} · Shop</title></head><body>${content}</body></html>`

describe("a layout", () => {
  it("is the same as a call and as a component", () => {
    const expected = page("A &amp; B", "<main><b>1</b>&lt;2&gt;</main>")
    expect(String(Shop({ title: "A & B" }, <b>1</b>, "<2>"))).toBe(expected)
    expect(String(Shop({ title: "A & B", children: [<b key="1">1</b>, "<2>"] }))).toBe(expected)
    expect(
      String(
        <Shop title="A & B">
          <b>1</b>
          {"<2>"}
        </Shop>,
      ),
    ).toBe(expected)
    expect(Shop({ title: "A" })).toBeInstanceOf(Markup)
    expect(String(Plain({}, "x"))).toBe("<section>x</section>")
  })

  it("nests in another one", () => {
    expect(String(<Account tab="orders">x</Account>)).toBe(
      page("Account, orders", '<main class="wide"><nav>orders</nav>x</main>'),
    )
  })

  it("waits for async content", async () => {
    const content = Promise.resolve("<later>")
    expect(await render(Shop({ title: "T" }, content))).toBe(
      page("T", "<main>&lt;later&gt;</main>"),
    )
  })
})

describe("a wrapped handler", () => {
  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections()
  })
  const listen = (listener: Parameters<typeof createServer>[1]): Promise<string> =>
    new Promise(resolve => {
      const server = createServer(listener).listen(0, "127.0.0.1", () =>
        resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      )
      servers.push(server)
    })

  const slow = async (text: string): Promise<Child> => {
    await new Promise(done => setTimeout(done, 5))
    return html`<p>${text}</p>`
  }

  it("responds to routes of Hono with a Response", async () => {
    const app = new Hono()
    app.get(
      "/",
      Shop.wrap({ title: "Home" }, () => <p>Welcome</p>),
    )
    app.get(
      "/:id",
      Shop.wrap(
        (c: Context) => ({ title: c.req.param("id") ?? "" }),
        c => slow(c.req.param("id") ?? ""),
        { status: 201, headers: { "x-shop": "1" } },
      ),
    )
    app.get(
      "/away",
      Shop.wrap(
        { title: "Away" },
        () => new Response("elsewhere", { status: 302, headers: { location: "/" } }),
      ),
    )
    app.get(
      "/plain/page",
      Plain.wrap(async () => "x"),
    )

    const home = await app.request("/")
    expect(home.headers.get("content-type")).toBe("text/html; charset=utf-8")
    expect(await home.text()).toBe(page("Home", "<main><p>Welcome</p></main>"))
    const one = await app.request("/a%3Cb")
    expect([one.status, one.headers.get("x-shop"), await one.text()]).toEqual([
      201,
      "1",
      page("a&lt;b", "<main><p>a&lt;b</p></main>"),
    ])
    expect((await app.request("/plain/page")).status).toBe(200)
  })

  it("passes a Response of the handler on as it is", async () => {
    const handler = Shop.wrap(
      { title: "Away" },
      () => new Response(null, { status: 302, headers: { location: "/" } }),
    )
    expect((await handler()).headers.get("location")).toBe("/")
  })

  it("writes to the response of Express and node:http", async () => {
    const app = express()
    app.get(
      "/shop/:id",
      Shop.wrap(
        (request: express.Request) => ({ title: String(request.params["id"]) }),
        request => slow(String(request.params["id"])),
        {
          headers: [
            ["set-cookie", "a=1"],
            ["set-cookie", "b=2"],
          ],
        },
      ),
    )
    app.get(
      "/big",
      Shop.wrap({ title: "Big" }, (_request: express.Request, _response: express.Response) =>
        "ü".repeat(100_000),
      ),
    )
    app.get(
      "/own",
      Shop.wrap(
        { title: "Own" },
        (_request: express.Request, response: express.Response) => void response.status(204).end(),
      ),
    )
    app.get(
      "/broken",
      Shop.wrap(
        { title: "Broken" },
        async (_request: express.Request, _response: express.Response) => {
          throw new Error("down")
        },
      ),
    )
    app.use(
      ((error, _request, response, _next) =>
        void response.status(500).send((error as Error).message)) as express.ErrorRequestHandler,
    )
    const url = await listen(app)

    const one = await fetch(`${url}/shop/a%3Cb`)
    expect(await one.text()).toBe(page("a&lt;b", "<main><p>a&lt;b</p></main>"))
    expect(one.headers.getSetCookie()).toEqual(["a=1", "b=2"])
    expect(one.headers.get("content-type")).toBe("text/html; charset=utf-8")
    const big = await (await fetch(`${url}/big`)).text()
    expect(big).toBe(page("Big", `<main>${"ü".repeat(100_000)}</main>`))
    expect((await fetch(`${url}/own`)).status).toBe(204)
    const broken = await fetch(`${url}/broken`)
    expect([broken.status, await broken.text()]).toEqual([500, "down"])

    const plain = await listen(
      (request, response) =>
        void Plain.wrap((_q: typeof request, _s: typeof response) => "x")(request, response),
    )
    expect(await (await fetch(plain)).text()).toBe("<section>x</section>")
  })

  it("streams on request, and ends the work when the reader leaves", async () => {
    let aborted = 0
    const forever = () => (
      <Suspense fallback="wait">
        {({ signal }) =>
          new Promise<string>(() => signal.addEventListener("abort", () => void aborted++))
        }
      </Suspense>
    )
    const url = await listen(
      express().get(
        "/",
        Shop.wrap({ title: "T" }, (_q: express.Request, _s: express.Response) => forever(), {
          stream: true,
        }),
      ),
    )
    const leave = new AbortController()
    const response = await fetch(url, { signal: leave.signal })
    const first = await response.body?.getReader().read()
    expect(new TextDecoder().decode(first?.value as Uint8Array)).toContain("wait")
    leave.abort()
    await expect.poll(() => aborted).toBe(1)

    const app = new Hono().get(
      "/",
      Shop.wrap({ title: "T" }, () => slow("x"), { stream: "in-order" }),
    )
    expect(await (await app.request("/")).text()).toBe(page("T", "<main><p>x</p></main>"))
  })
})
