// h3's own ways: it resolves addresses before its middleware sees them, and mounts apps in one another.
import { connect } from "node:net"
import { H3, serve } from "h3"
import { Entity, expose, memory } from "nitro-ts"
import { nitro } from "nitro-ts/h3"
import { expect, it } from "vitest"
import { z } from "zod"

class Note extends Entity("Note", { text: z.string().min(1) }) {
  static store = memory()
}

async function start(app: H3): Promise<{ url: string; close(): Promise<void> }> {
  const server = serve(app, { port: 0, hostname: "127.0.0.1", silent: true })
  await server.ready()
  return { url: new URL(server.url as string).origin, close: () => server.close(true) }
}

/** The status of a GET whose path is sent as it stands; `fetch` would resolve it. */
function get(url: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(url)
    const socket = connect(Number(port), "127.0.0.1", () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
    )
    let text = ""
    socket.on("data", part => {
      text += part
    })
    socket.on("end", () => resolve(Number(text.split(" ")[1]))).on("error", reject)
  })
}

const odd = [
  "/x/../notes",
  "/x/..",
  "/.",
  "/%2e/notes",
  "/a/%2e%2e/b",
  "//notes",
  "/%6eotes",
  "/\\notes",
  "*",
]

it.each(odd)("takes no mount from the address %s of a client", async path => {
  const plugin = nitro({ entities: [expose(Note, { allow: () => true })] })
  const host = await start(new H3().use(plugin))
  try {
    await get(host.url, path)
    expect((await fetch(`${host.url}/notes`)).status).toBe(200)
  } finally {
    await host.close()
  }
})

it.each(["/notes", ...odd])("finds its own mount, whatever comes first: %s", async path => {
  const inner = new H3().use(nitro({ entities: [expose(Note, { allow: () => true })] }))
  const host = await start(new H3().mount("/shop", inner))
  try {
    await get(host.url, `/shop${path}`)
    expect((await fetch(`${host.url}/shop/notes`)).status).toBe(200)
  } finally {
    await host.close()
  }
})
