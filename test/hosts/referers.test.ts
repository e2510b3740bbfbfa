// Where a form without script goes back to: a page of this site, whatever the Referer says, on every host by a real listener.
import { request } from "node:http"
import { expose } from "nitro-ts"
import { Entity, memory } from "nitro-ts/entity"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { type Host, hosts } from "../support/hosts.ts"

class Note extends Entity("Note", { text: z.string().min(1) }) {
  static store = memory()
}

let host: Host
beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {})
})
afterEach(async () => {
  await host.close()
  vi.restoreAllMocks()
})

/** By node's own client: fetch does not send a header that is no address. */
function locationOf(
  referer: string | undefined,
  text: string,
  more: Readonly<Record<string, string>> = {},
): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const body = `text=${text}`
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "content-length": body.length,
      accept: "text/html",
      ...(referer !== undefined && { referer }),
      ...more,
    }
    const sent = request(`${host.url}/notes`, { method: "POST", headers }, response => {
      response.resume()
      resolve([response.statusCode ?? 0, response.headers.location ?? ""])
    })
    sent.on("error", reject)
    sent.end(body)
  })
}

const at = (path: string) => (origin: string) => origin + path
const other = (make: (host: string) => string) => (origin: string) =>
  make(origin.slice("http://".length))

/** A Referer, made of the site's own address, and where the form goes. */
const referers: Readonly<
  Record<string, readonly [referer: (origin: string) => string | undefined, location: string]>
> = {
  "the page": [at("/list?page=2"), "/list?page=2"],
  "the page with a fragment": [at("/list#top"), "/list"],
  "the start": [at(""), "/"],
  "no Referer": [() => undefined, "/"],
  "an empty one": [() => "", "/"],
  "no address": [() => "not an address", "/"],
  "a path": [() => "/list", "/"],
  "a path of another host": [() => "//evil.test/x", "/"],
  "another site": [() => "http://evil.test/x", "/"],
  "another site that begins like this one": [other(host => `http://${host}.evil.test/x`), "/"],
  "another port": [other(host => `http://${host}1/x`), "/"],
  "no port": [other(host => `http://${host.split(":")[0]}/x`), "/"],
  "another site with this one as its user": [other(host => `http://${host}@evil.test/x`), "/"],
  "this site with a user": [other(host => `http://evil.test@${host}/x`), "/x"],
  "this site with a user and a password": [
    other(host => `http://evil.test:80@${host}//evil.test`),
    "/evil.test",
  ],
  "a script": [() => "javascript:alert(1)", "/"],
  "a script that names this site": [
    other(host => `javascript://${host}/%0aalert(1)`),
    "/%0aalert(1)",
  ],
  data: [() => "data:text/html,x", "/"],
  "a file": [() => "file:///etc/passwd", "/"],
  "two slashes": [at("//evil.test/x"), "/evil.test/x"],
  "many slashes": [at("/////evil.test"), "/evil.test"],
  "a slash and a backslash": [at("/\\evil.test"), "/evil.test"],
  "two backslashes": [at("\\\\evil.test"), "/evil.test"],
  "slashes and backslashes in turn": [at("/\\/\\/evil.test"), "/evil.test"],
  "a dot between slashes": [at("/.//evil.test"), "/evil.test"],
  "an encoded dot between slashes": [at("/%2e//evil.test"), "/evil.test"],
  "two dots between slashes": [at("/a/..//evil.test"), "/evil.test"],
  "encoded dots between slashes": [at("/a/%2e%2E//evil.test"), "/evil.test"],
  "a tab between slashes": [at("/\t/evil.test"), "/evil.test"],
  "a tab in front": [at("\t//evil.test"), "/evil.test"],
  "an encoded slash": [at("/%2Fevil.test"), "/%2Fevil.test"],
  "an encoded backslash": [at("/%5Cevil.test"), "/%5Cevil.test"],
  "an encoded tab": [at("/%09/evil.test"), "/%09/evil.test"],
  "an encoded line break": [at("/%0d%0aset-cookie:x=1"), "/%0d%0aset-cookie:x=1"],
  "another site in the query": [at("/list?next=//evil.test"), "/list?next=//evil.test"],
  "a query alone": [at("?//evil.test"), "/?//evil.test"],
  "an at sign in the path": [at("/@evil.test"), "/@evil.test"],
  "a colon in the path": [at("/javascript:alert(1)"), "/javascript:alert(1)"],
}

describe.each(Object.entries(hosts))("on %s", (_, start) => {
  beforeEach(async () => {
    host = await start({ entities: [expose(Note)] })
  })

  it.each(Object.entries(referers))("%s", async (_, [referer, location]) => {
    for (const text of ["a", ""]) {
      const [status, to] = await locationOf(referer(host.url), text)
      expect([status, to]).toEqual([303, location])
      // As a browser reads it, it stays here.
      expect(new URL(to, `${host.url}/notes`).origin).toBe(host.url)
    }
  })

  it("a Host that is not the one of the page gets the start", async () => {
    expect(await locationOf(`${host.url}/list`, "a", { host: "evil.test" })).toEqual([303, "/"])
    expect(await locationOf("http://evil.test/list", "a", { host: "evil.test" })).toEqual([
      303,
      "/list",
    ])
  })
})
