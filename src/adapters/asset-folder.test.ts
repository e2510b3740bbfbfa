// Folders of files: addresses by content, what is never served, encodings, and files that change while the app runs.
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from "node:zlib"
import { type AssetFolder, assets } from "nitro-ts/assets"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { z } from "zod"
import type { NitroError } from "../shared/errors.ts"
import { serve } from "./serve.ts"

const base = mkdtempSync(join(tmpdir(), "nitro-assets-"))
const folder = join(base, "public")
const css = `body { color: red }\n${"/* filler */".repeat(200)}`
const big = Buffer.alloc(1024 * 1024 + 17, "x")

const write = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content)
let files: AssetFolder
let handle: (request: Request) => Promise<Response>
const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  handle(new Request(`http://localhost${path}`, { headers, method }))

beforeAll(() => {
  mkdirSync(join(folder, "css"), { recursive: true })
  write("css/app.css", css)
  write("logo mark.svg", "<svg/>")
  write("data.bin", "\0\x01")
  write("big.mp4", big)
  write(".env", "SECRET=1")
  write("LICENSE", "free")
  mkdirSync(join(folder, ".git"))
  write(".git/config", "SECRET=1")
  writeFileSync(join(base, "secret.txt"), "SECRET=1")
  mkdirSync(join(base, "publicity"))
  writeFileSync(join(base, "publicity/secret.txt"), "SECRET=1")
  symlinkSync(join(base, "secret.txt"), join(folder, "link.txt"))
  symlinkSync(join(base, "publicity"), join(folder, "linked"))
  symlinkSync(join(folder, "css"), join(folder, "styles"))
  symlinkSync(join(folder, "loop"), join(folder, "loop"))
  files = assets({ directory: pathToFileURL(folder) })
  class Note extends Entity("Note", { text: z.string() }) {
    static store = memory()
  }
  const app = nitro({
    entities: [Note],
    assets: [files, assets({ directory: join(folder, "css"), path: "other/" })],
  })
  handle = request => app(request, () => new Response("the host's own", { status: 418 }))
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

describe("the address of a file", () => {
  it("names its content and holds for good", async () => {
    const hash = createHash("sha384").update(css).digest("hex").slice(0, 12)
    expect(files.url("css/app.css")).toBe(`/assets/css/app.${hash}.css`)
    const response = await get(files.url("css/app.css"))
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(css)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/css; charset=utf-8",
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
      etag: `"${hash}"`,
    })
    expect(files.style("css/app.css")).toEqual({
      href: files.url("css/app.css"),
      integrity: `sha384-${createHash("sha384").update(css).digest("base64")}`,
    })
    expect(files.script("css/app.css")).toMatchObject({
      type: "module",
      src: files.url("css/app.css"),
    })
  })

  it("is encoded, and works for names without an extension", async () => {
    expect(files.url("logo mark.svg")).toMatch(/^\/assets\/logo%20mark\.[0-9a-f]{12}\.svg$/)
    expect((await get(files.url("logo mark.svg"))).headers.get("content-type")).toBe(
      "image/svg+xml; charset=utf-8",
    )
    expect(files.url("LICENSE")).toMatch(/^\/assets\/LICENSE\.[0-9a-f]{12}$/)
    expect(await (await get(files.url("LICENSE"))).text()).toBe("free")
    expect((await get(files.url("data.bin"))).headers.get("content-type")).toBe(
      "application/octet-stream",
    )
  })

  it("without a hash, or with one of the past, is requested again each time", async () => {
    for (const path of ["/assets/css/app.css", "/assets/css/app.000000000000.css"]) {
      const response = await get(path)
      expect([
        response.status,
        response.headers.get("cache-control"),
        await response.text(),
      ]).toEqual([200, "no-cache", css])
      expect(
        (await get(path, { "if-none-match": response.headers.get("etag") ?? "" })).status,
      ).toBe(304)
    }
  })

  it("of a file that is not there is an error with the nearest name", () => {
    const fixOf = (name: string) => {
      try {
        return files.url(name)
      } catch (error) {
        return `${(error as NitroError).code} ${(error as NitroError).fix}`
      }
    }
    expect(fixOf("css/ap.css")).toBe('NITRO_ASSET_UNKNOWN Did you mean "css/app.css"?')
    expect(fixOf(".env")).toMatch(/^NITRO_ASSET_UNKNOWN/)
    expect(fixOf("link.txt")).toMatch(/^NITRO_ASSET_UNKNOWN/)
    expect(fixOf(".env")).not.toContain(".git")
    expect(() => assets({ directory: join(base, "nowhere") })).toThrow(
      expect.objectContaining({ code: "NITRO_ASSET_FOLDER" }),
    )
    expect(() => assets({ directory: join(base, "secret.txt") })).toThrow(/is a file/)
  })
})

describe("what is never served", () => {
  it.each([
    "../secret.txt",
    "..%2fsecret.txt",
    "%2e%2e/secret.txt",
    "%2e%2e%2fsecret.txt",
    "css/..%2f..%2fsecret.txt",
    "..%5csecret.txt",
    "css%5c..%5c..%5csecret.txt",
    "..%252fsecret.txt",
    "../publicity/secret.txt",
    "link.txt",
    "linked/secret.txt",
    "link.000000000000.txt",
    "loop",
    ".env",
    "%2eenv",
    ".git/config",
    "css",
    "css/",
    "",
    "/",
    "/etc/passwd",
    "%00",
    "css/app.css%00.svg",
    "css//app.css",
    "css/./app.css",
    "css/app.css/",
    "css/app.css/x",
    "C:%5cx",
    "%",
    "%ff",
    "x".repeat(5000),
  ])("%s", async path => {
    // Called below the URL parser as well, which would already take the dots out.
    const below = await files.respond(new Request("http://localhost/"), `/assets/${path}`)
    expect(below).toBeUndefined()
    const response = await get(`/assets/${path}`)
    expect(await response.text()).not.toContain("SECRET")
  })

  it("is requested with another method than GET and HEAD", async () => {
    for (const method of ["POST", "PUT", "DELETE"]) {
      const response = await get("/assets/css/app.css", {}, method)
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"])
    }
  })
})

it("follows links that stay inside of the folder, and serves several folders beside the host's routes", async () => {
  expect(await (await get("/assets/styles/app.css")).text()).toBe(css)
  expect(await (await get("/other/app.css")).text()).toBe(css)
  expect((await get("/assetsx")).status).toBe(418)
})

it("responds to HEAD with the headers alone", async () => {
  const response = await get("/assets/big.mp4", {}, "HEAD")
  expect([response.status, response.headers.get("content-length"), await response.text()]).toEqual([
    200,
    String(big.length),
    "",
  ])
})

it("sends large files as a stream, whole", async () => {
  const response = await get(files.url("big.mp4"))
  expect(response.headers.get("content-length")).toBe(String(big.length))
  expect(Buffer.from(await response.arrayBuffer()).equals(big)).toBe(true)
  expect(files.style("big.mp4").integrity).toBe(
    `sha384-${createHash("sha384").update(big).digest("base64")}`,
  )
})

describe("a part of a file", () => {
  const alphabet = "abcdefghijklmnopqrstuvwxyz"
  const large = Buffer.from(Array.from({ length: 1024 * 1024 + 100 }, (_, index) => index % 251))
  beforeAll(() => {
    write("letters.txt", alphabet)
    write("empty.txt", "")
    write("large.bin", large)
  })
  const part = async (
    range: string,
    headers: Record<string, string> = {},
    name = "letters.txt",
    method = "GET",
  ) => {
    const response = await get(`/assets/${name}`, { range, ...headers }, method)
    const { headers: sent } = response
    return [
      response.status,
      sent.get("content-range"),
      sent.get("content-length"),
      await response.text(),
    ]
  }

  it.each([
    ["bytes=0-4", 206, "bytes 0-4/26", "abcde"],
    ["bytes=0-0", 206, "bytes 0-0/26", "a"],
    ["bytes=20-", 206, "bytes 20-25/26", "uvwxyz"],
    ["bytes=25-25", 206, "bytes 25-25/26", "z"],
    ["bytes=20-999", 206, "bytes 20-25/26", "uvwxyz"],
    ["bytes=-3", 206, "bytes 23-25/26", "xyz"],
    ["bytes=-999", 206, "bytes 0-25/26", alphabet],
    ["BYTES=1-2", 206, "bytes 1-2/26", "bc"],
    ["bytes= 1-2 ", 206, "bytes 1-2/26", "bc"],
  ])("%s", async (range, status, contentRange, text) => {
    expect(await part(range)).toEqual([status, contentRange, String(text.length), text])
  })

  it.each(["bytes=26-", "bytes=999-1000", "bytes=-0", `bytes=${"9".repeat(400)}-`])(
    "%s is none of the file",
    async range => {
      expect(await part(range)).toEqual([416, "bytes */26", null, ""])
    },
  )

  it.each([
    "bytes=5-4",
    "bytes=0-1,3-4",
    "bytes=-",
    "bytes=a-b",
    "bytes",
    "items=0-1",
    "bytes=0-1-2",
    "bytes=1.5-2",
    "",
    "bytes=--1",
  ])("%j gets the whole", async range => {
    expect(await part(range)).toEqual([200, null, "26", alphabet])
  })

  it("is none of an empty file", async () => {
    expect(await part("bytes=0-", {}, "empty.txt")).toEqual([416, "bytes */0", null, ""])
    expect(await part("bytes=-1", {}, "empty.txt")).toEqual([416, "bytes */0", null, ""])
    expect(await part("bytes=1-0", {}, "empty.txt")).toEqual([200, null, "0", ""])
  })

  it("is one of a file that is read as a stream", async () => {
    for (const [start, end] of [
      [0, 9],
      [1024 * 1024 - 5, 1024 * 1024 + 5],
      [large.length - 7, large.length - 1],
    ] as const) {
      const response = await get("/assets/large.bin", { range: `bytes=${start}-${end}` })
      expect([response.status, response.headers.get("content-range")]).toEqual([
        206,
        `bytes ${start}-${end}/${large.length}`,
      ])
      expect(Buffer.from(await response.arrayBuffer()).equals(large.subarray(start, end + 1))).toBe(
        true,
      )
    }
    expect((await part("bytes=9999999-", {}, "large.bin"))[0]).toBe(416)
  })

  it("is one of the bytes before any encoding, and of our own files too", async () => {
    expect(await part("bytes=0-5", { "accept-encoding": "gzip, br" }, "css/app.css")).toEqual([
      206,
      `bytes 0-5/${css.length}`,
      "6",
      css.slice(0, 6),
    ])
    const whole = await (await get("/_nitro/client.js")).text()
    const response = await get("/_nitro/client.js", {
      range: "bytes=0-9",
      "accept-encoding": "gzip",
    })
    expect([
      response.status,
      response.headers.get("content-encoding"),
      await response.text(),
    ]).toEqual([206, null, whole.slice(0, 10)])
  })

  it("is sent when the tag of If-Range is that of the file, and else the whole", async () => {
    const etag = (await get("/assets/letters.txt")).headers.get("etag") as string
    expect((await part("bytes=0-1", { "if-range": etag }))[0]).toBe(206)
    for (const tag of [
      '"other"',
      `W/${etag}`,
      "Sun, 01 Jan 2040 00:00:00 GMT",
      etag.replace('"', ""),
    ]) {
      expect(await part("bytes=0-1", { "if-range": tag })).toEqual([200, null, "26", alphabet])
    }
    expect((await part("bytes=0-1", { "if-none-match": etag }))[0]).toBe(304)
  })

  it("is advertised, and applies to GET alone", async () => {
    expect((await get("/assets/letters.txt")).headers.get("accept-ranges")).toBe("bytes")
    expect(await part("bytes=0-1", {}, "letters.txt", "HEAD")).toEqual([200, null, "26", ""])
    expect(await part("bytes=0-1", {}, "nothing.txt")).toEqual([418, null, null, "the host's own"])
  })

  it("arrives through node:http", async () => {
    const server = await serve({ fetch: handle }, { port: 0 })
    try {
      const response = await fetch(`${server.url}/assets/large.bin`, {
        headers: { range: "bytes=1048570-1048580" },
      })
      expect([response.status, response.headers.get("content-range")]).toEqual([
        206,
        `bytes 1048570-1048580/${large.length}`,
      ])
      expect(
        Buffer.from(await response.arrayBuffer()).equals(large.subarray(1048570, 1048581)),
      ).toBe(true)
      const none = await fetch(`${server.url}/assets/large.bin`, {
        headers: { range: "bytes=9999999-" },
      })
      expect([none.status, await none.text()]).toEqual([416, ""])
    } finally {
      await server.close()
    }
  })
})

describe("encodings", () => {
  it("packs text for readers that take it", async () => {
    const response = await get("/assets/css/app.css", { "accept-encoding": "gzip, deflate, br" })
    expect([response.headers.get("content-encoding"), response.headers.get("vary")]).toEqual([
      "gzip",
      "accept-encoding",
    ])
    expect(gunzipSync(Buffer.from(await response.arrayBuffer())).toString()).toBe(css)
    expect(
      (await get("/assets/css/app.css", { "accept-encoding": "gzip;q=0" })).headers.get(
        "content-encoding",
      ),
    ).toBe(null)
    expect(
      (await get("/assets/data.bin", { "accept-encoding": "gzip" })).headers.get(
        "content-encoding",
      ),
    ).toBe(null)
  })

  it("prefers a file that was packed beside it, unless that is older", async () => {
    write("packed.css", css)
    write("packed.css.br", brotliCompressSync(css))
    const ask = () => get("/assets/packed.css", { "accept-encoding": "gzip, br" })
    const response = await ask()
    expect(response.headers.get("content-encoding")).toBe("br")
    expect(brotliDecompressSync(Buffer.from(await response.arrayBuffer())).toString()).toBe(css)
    utimesSync(join(folder, "packed.css.br"), new Date(0), new Date(0))
    expect((await ask()).headers.get("content-encoding")).toBe("gzip")
  })
})

describe("a file that changes while the app runs", () => {
  it("gets a new address where the folder is watched", async () => {
    write("live.css", "a")
    const before = files.url("live.css")
    write("live.css", "bb")
    expect(files.url("live.css")).not.toBe(before)
    const old = await get(before)
    expect([old.headers.get("cache-control"), await old.text()]).toEqual(["no-cache", "bb"])
    rmSync(join(folder, "live.css"))
    expect((await get(before)).status).toBe(418)
  })

  it("stays what it was where it is not, so that the address and the content belong together", async () => {
    write("still.css", "a")
    const still = assets({ directory: folder, watch: false })
    const before = still.url("still.css")
    write("still.css", "bb")
    expect(still.url("still.css")).toBe(before)
    const response = await still.respond(new Request("http://localhost/"), before)
    expect([
      response?.headers.get("cache-control")?.includes("immutable"),
      await response?.text(),
    ]).toEqual([true, "a"])
  })
})
