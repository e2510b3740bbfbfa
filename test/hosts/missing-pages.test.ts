// Streams of pages that fail or are not there end at once on every host, and error pages have the id of their request.
import { Entity, expose, memory, Refusal } from "nitro-ts"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { type Host, hosts } from "../support/hosts.ts"

class Note extends Entity("Note", {}) {
  static store = memory()
}
const pages = {
  "/refused": () => {
    throw new Refusal("Not now.", { status: 409 })
  },
}

describe.each(Object.keys(hosts) as (keyof typeof hosts)[])("on %s", name => {
  let host: Host
  beforeEach(async () => {
    vi.spyOn(console, "log").mockImplementation(() => {})
    host = await hosts[name](
      { entities: [expose(Note, { allow: () => true })], limits: { maxStreams: 1 } },
      pages,
    )
  })
  afterEach(async () => {
    await host.close()
    vi.restoreAllMocks()
  })
  const get = (path: string) =>
    fetch(host.url + path, {
      headers: { "x-request-id": "mine" },
      signal: AbortSignal.timeout(5000),
    })

  it.each(["/nowhere", "/refused"])("frees the stream of %s", async path => {
    for (let i = 0; i < 3; i++) expect((await get(`${path}?_nitro=0`)).status).toBe(204)
  })

  it.each([
    ["/nowhere", 404],
    ["/refused", 409],
  ] as const)("names the request in the response of %s", async (path, status) => {
    const response = await get(path)
    expect([response.status, response.headers.get("x-request-id")]).toEqual([status, "mine"])
  })
})
