// HTTP below a request: HTTP/1.0, kept connections, proxies in front, clients that leave.
import { connect } from "node:net"
import { html, render } from "../html/index.ts"
import type { HostTools } from "./host-tools.ts"

/** Sends `text` over a separate socket and resolves with all that comes until the host ends it, or after `waitMs`. */
function exchange(url: string, text: string, waitMs = 10_000): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => void socket.write(text))
    let read = ""
    const timer = setTimeout(() => socket.destroy(), waitMs)
    socket.setEncoding("utf8")
    socket.on("data", part => {
      read += part
    })
    socket.on("error", reject)
    socket.on("close", () => {
      clearTimeout(timer)
      resolve(read)
    })
  })
}

export function connectionTests({ test, expect }: HostTools): void {
  test(
    "HTTP/1.0 gets a whole response without chunks, and the end of the connection",
    async ({ url }) => {
      for (const path of ["/notes/menu", "/own"]) {
        const response = await exchange(url, `GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`)
        expect(response.startsWith("HTTP/1.1 200")).toBe(true)
        expect(/transfer-encoding: chunked/i.test(response)).toBe(false)
        expect(response.endsWith(path === "/own" ? "<p>own</p>" : "tea")).toBe(true)
      }
    },
    { pages: () => ({ "/own": () => render(html`<p>own</p>`) }) },
  )

  test("a connection is kept for further requests, of both kinds", async ({ url, Note }) => {
    const body = '{"text":"kept"}'
    const post = `POST /notes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const end = "GET /notes/menu HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    const responses = await exchange(url, post + post + end)
    expect(responses.match(/HTTP\/1\.1 201/g)?.length).toBe(2)
    expect(/HTTP\/1\.1 200[\s\S]*tea/.test(responses)).toBe(true)
    expect(await Note.count()).toBe(2)
  })

  test("a client that leaves in the middle of an action does not undo it", async ({
    send,
    steps,
    Note,
  }) => {
    const note = await Note.create({ text: "first" })
    const left = new AbortController()
    const sent = send(`/notes/${note.id}/slow`, { method: "POST", signal: left.signal }).then(
      () => "answered",
      () => "left",
    )
    await steps.begun
    left.abort()
    expect(await sent).toBe("left")
    steps.finish()
    const until = Date.now() + 5000
    while ((await Note.require(note.id)).text !== "slow" && Date.now() < until)
      await new Promise(resolve => setTimeout(resolve, 10))
    expect((await Note.require(note.id)).text).toBe("slow")
  })

  test("behind a proxy that ends TLS a form of the same site is taken, and one of another refused", async ({
    url,
    Note,
  }) => {
    const post = (origin: string): string =>
      `POST /notes HTTP/1.1\r\nHost: shop.test\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.test\r\nOrigin: ${origin}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\nConnection: close\r\n\r\ntext=first`
    expect(/^HTTP\/1\.1 403/.test(await exchange(url, post("https://evil.test")))).toBe(true)
    expect(await Note.count()).toBe(0)
    expect(/^HTTP\/1\.1 (?:201|303)/.test(await exchange(url, post("https://shop.test")))).toBe(
      true,
    )
    expect(await Note.count()).toBe(1)
  })
}
