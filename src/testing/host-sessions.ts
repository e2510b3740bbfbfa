// The session of a visitor: the same in actions and in the host's own routes, with one cookie beside those of the host.
import { anySession } from "./any-session.ts"
import { listPage, openStream } from "./host-live.ts"
import type { HostClient, HostTools } from "./host-tools.ts"

/** Keeps the cookie of the session, as a browser does. */
class Visitor {
  cookie = ""
  readonly #client: HostClient

  constructor(client: HostClient) {
    this.#client = client
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.#take(
      await this.#client.send(path, { headers: { cookie: this.cookie, ...headers } }),
    )
  }

  async remember(words: string): Promise<Response> {
    return this.#take(
      await this.#client.post("/notes/remember", { words }, { cookie: this.cookie }),
    )
  }

  #take(response: Response): Response {
    for (const cookie of sessionCookies(response)) this.cookie = cookie.split(";")[0] ?? ""
    return response
  }
}

const sessionCookies = (response: Response): readonly string[] =>
  response.headers.getSetCookie().filter(cookie => cookie.startsWith("nitro-session"))

const pages = () => ({
  "/plain": () => `<p>${JSON.stringify(anySession().all())}</p>`,
  "/count": () => {
    const session = anySession()
    session.set("count", Number(session.get("count") ?? 0) + 1)
    return `<p>${session.get("count")}</p>`
  },
  "/login": () => {
    const session = anySession()
    session.set("user", "ada")
    session.rotate()
    return "<p>in</p>"
  },
  "/logout": () => {
    anySession().destroy()
    return "<p>out</p>"
  },
  "/breaks": () => {
    anySession().set("count", 100)
    throw new Error("no")
  },
})

export function sessionTests({ test, expect }: HostTools): void {
  test(
    "a visitor has a session once something is kept in it, in pages and actions alike",
    async client => {
      const visitor = new Visitor(client)
      expect(sessionCookies(await visitor.get("/plain"))).toEqual([])
      expect(await (await visitor.get("/count")).text()).toBe("<p>1</p>")
      const again = await visitor.get("/count")
      expect(sessionCookies(again)).toEqual([])
      expect(await again.text()).toBe("<p>2</p>")
      expect(await (await visitor.remember("a")).json()).toEqual({ before: null })
      expect(await (await visitor.remember("b")).json()).toEqual({ before: "a" })
      expect(await (await visitor.get("/plain")).text()).toBe('<p>{"count":2,"words":"b"}</p>')
      expect(await (await new Visitor(client).get("/plain")).text()).toBe("<p>{}</p>")
    },
    { pages },
  )

  test(
    "an id that was planted before a login opens nothing after it",
    async client => {
      const [attacker, victim] = [new Visitor(client), new Visitor(client)]
      await (await attacker.get("/count")).text()
      victim.cookie = attacker.cookie
      const login = await victim.get("/login")
      expect(sessionCookies(login).length).toBe(1)
      expect(victim.cookie === attacker.cookie).toBe(false)
      expect(await (await victim.get("/plain")).text()).toBe('<p>{"count":1,"user":"ada"}</p>')
      expect(await (await attacker.get("/plain")).text()).toBe("<p>{}</p>")
      const before = victim.cookie
      await (await victim.remember("rotate")).text()
      expect(victim.cookie === before).toBe(false)
      expect((await (await victim.get("/plain")).text()).includes("ada")).toBe(true)
    },
    { pages },
  )

  test(
    "a logout ends the session, also for who kept the cookie",
    async client => {
      const visitor = new Visitor(client)
      await (await visitor.get("/login")).text()
      const cookie = visitor.cookie
      const logout = await visitor.get("/logout")
      expect(sessionCookies(logout).map(cookie => cookie.includes("Max-Age=0"))).toEqual([true])
      visitor.cookie = cookie
      expect(await (await visitor.get("/plain")).text()).toBe("<p>{}</p>")
    },
    { pages },
  )

  test(
    "an action that fails changes no session",
    async client => {
      const visitor = new Visitor(client)
      const failed = await visitor.remember("fail")
      expect(failed.status).toBe(500)
      expect(sessionCookies(failed)).toEqual([])
    },
    { pages },
  )

  test(
    "a page that fails changes no session",
    async client => {
      const visitor = new Visitor(client)
      await (await visitor.get("/count")).text()
      expect((await visitor.get("/breaks")).status).toBe(500)
      expect(await (await visitor.get("/plain")).text()).toBe('<p>{"count":1}</p>')
    },
    { pages, hasErrorHandler: true, needs: "errorHandler" },
  )

  test(
    "the stream of a page reads the session, and cannot change it",
    async client => {
      const visitor = new Visitor(client)
      await (await visitor.get("/login")).text()
      const read = await visitor.get("/plain?_nitro=x", { "datastar-request": "true" })
      expect(read.status).toBe(204)
      const stream = await openStream(client, { headers: { cookie: visitor.cookie } })
      expect(stream.status).toBe(200)
      expect(sessionCookies(stream)).toEqual([])
      await stream.body?.cancel()
      const failing = await visitor.get("/count?_nitro=x", { "datastar-request": "true" })
      expect(failing.status).toBe(503)
      expect(sessionCookies(failing)).toEqual([])
    },
    {
      pages: Note => ({ ...listPage(Note), ...pages() }),
      hasErrorHandler: true,
      needs: "errorHandler",
    },
  )
}
