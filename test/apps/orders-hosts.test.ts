// examples/orders on every host, by another host.ts alone: its page, the command, an action, and a live change.
import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { fromSources, startApp, temporaryFolder } from "../support/app.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const folder = join(root, "examples/hosts")
const swap = ["--import", join(root, "test/support/swap-host.mjs")]
const hosts = readdirSync(folder).map(name => basename(name, ".ts"))

it("has a file for each host, of 15 lines at most", () => {
  expect([...hosts].sort()).toEqual(["elysia", "fastify", "fetch", "h3", "hono", "koa", "node"])
  for (const file of [
    ...hosts.map(name => join(folder, `${name}.ts`)),
    join(root, "examples/orders/host.ts"),
  ])
    expect(readFileSync(file, "utf8").trimEnd().split("\n").length, file).toBeLessThanOrEqual(15)
})

describe.each(hosts)("on %s", host => {
  it("shows, places, pays, and keeps an open page up to date", async () => {
    const data = temporaryFolder()
    const app = await startApp("examples/orders/app.tsx", {
      cwd: data.path,
      flags: [...fromSources, ...swap],
      env: { NITRO_TEST_HOST: host },
    })
    try {
      const page = await fetch(app.url)
      expect(page.headers.get("content-type")).toContain("text/html")
      const text = await page.text()
      expect(text).toContain("Lamp")
      const path = /@get\((?:'|&#39;)(.*?)(?:'|&#39;)/.exec(text)?.[1]?.replaceAll("&amp;", "&")
      expect(path).toBeDefined()
      const left = new AbortController()
      const stream = await fetch(app.url + path, {
        headers: { "datastar-request": "true", accept: "text/event-stream" },
        signal: left.signal,
      })
      const [desk] = (await (await fetch(`${app.url}/products?name=Desk`)).json()) as {
        id: string
      }[]
      const placed = await fetch(`${app.url}/cmds/place-order`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ customer: "ada@example.org", productId: desk?.id, quantity: 2 }),
      })
      expect(placed.status).toBe(200)
      const { id } = (await placed.json()) as { id: string }
      const reader = (stream.body as ReadableStream<Uint8Array>)
        .pipeThrough(new TextDecoderStream())
        .getReader()
      let patches = ""
      while (!patches.includes("2 × Desk")) {
        const { done, value } = await reader.read()
        if (done) break
        patches += value
      }
      expect(patches).toContain("2 × Desk")
      left.abort()
      expect((await fetch(`${app.url}/orders/${id}/pay`, { method: "POST" })).status).toBe(204)
    } finally {
      expect(await app.end(), app.output()).not.toBe(1)
      data.clean()
    }
  })
})
