import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { readFileSync, statSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { gunzipSync, gzipSync } from "node:zlib"
import { beforeAll, describe, expect, it } from "vitest"
import { clientAssets } from "./index.ts"

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const generate = (): string =>
  execFileSync(process.execPath, [path("../../scripts/generate.mjs")], { encoding: "utf8" })

beforeAll(() => void generate(), 60_000)

describe("the files served under /_nitro/", () => {
  it.each([...clientAssets.keys()])("%s is known by the hash of its content", async name => {
    const { hash, load } = clientAssets.get(name)!
    const content = await load()
    expect(content.length).toBeGreaterThan(100)
    expect(createHash("sha256").update(content).update("\0").digest("hex").slice(0, 12)).toBe(hash)
  })

  it("are what pages link to, with the hash of the same bytes", async () => {
    const { assets, basecoat } = await import("../html/page/assets.gen.ts")
    const linked = [...Object.values(assets), ...Object.values(basecoat)]
    expect(linked).toHaveLength(clientAssets.size - 2)
    for (const { url, integrity } of linked) {
      const [, name, hash] = /^\/_nitro\/(.+)\?v=(.+)$/.exec(url) ?? []
      const asset = clientAssets.get(name ?? "")!
      expect(asset.hash, url).toBe(hash)
      expect(integrity, url).toBe(
        `sha384-${createHash("sha384")
          .update(await asset.load())
          .digest("base64")}`,
      )
    }
  })

  it("are packed as they are", async () => {
    for (const { load, loadGzip } of clientAssets.values())
      expect(gunzipSync(await loadGzip()).toString()).toBe(await load())
  })

  it("name the published files of Basecoat by version, with the hash of the bytes on npm", async () => {
    const { publishedBasecoat } = await import("../html/page/assets.gen.ts")
    const { version } = JSON.parse(
      readFileSync(path("../../node_modules/basecoat-css/package.json"), "utf8"),
    ) as { version: string }
    for (const { url, integrity } of Object.values(publishedBasecoat)) {
      expect(url).toMatch(new RegExp(`^basecoat-css@${version}/dist/`))
      const bytes = readFileSync(path(`../../node_modules/${url.replace(`@${version}`, "")}`))
      expect(integrity).toBe(`sha384-${createHash("sha384").update(bytes).digest("base64")}`)
    }
  })

  it("colour code in both schemes", async () => {
    const css = await clientAssets.get("highlight.css")!.load()
    expect(css).toContain("Ivan Sagalaev")
    expect(css).toMatch(/\n\.dark \.hljs\{color:#[0-9a-f]+;background:#[0-9a-f]+\}/)
    const rules = css.slice(css.indexOf(".dark "))
    for (const [, selectors = ""] of rules.matchAll(/([^{}]+)\{/g)) {
      for (const selector of selectors.split(",")) expect(selector.trim()).toMatch(/^\.dark \.hljs/)
    }
  })

  it("need no network", async () => {
    const css = await clientAssets.get("basecoat.css")!.load()
    expect(css).not.toMatch(/@import|url\(\s*["']?(?:https?:)?\/\//)
    const script = await clientAssets.get("client.js")!.load()
    expect(script).not.toMatch(/(?:import\(|from|fetch\()\s*["'`]https?:/)
    expect(script).toContain(`./interpreter.js?v=${clientAssets.get("interpreter.js")!.hash}`)
  })

  it("keep the notices that their licences require", async () => {
    const css = await clientAssets.get("basecoat.css")!.load()
    expect(css.slice(0, 1500)).toContain("Permission is hereby granted")
    expect(css.slice(0, 3000)).toContain("tailwindcss")
  })

  it("stay small: at most 20.7 KB gzipped for the client, 6 for the kit's script, 7.2 for its stylesheet", async () => {
    const script = await clientAssets.get("client.js")!.load()
    expect(gzipSync(script, { level: 9 }).length).toBeLessThan(20.7 * 1024)
    for (const [name, kib] of [
      ["kit.js", 6],
      ["kit.css", 7.2],
    ] as const) {
      expect(
        gzipSync(await clientAssets.get(name)!.load(), { level: 9 }).length,
        name,
      ).toBeLessThan(kib * 1024)
    }
  })

  it("are not written again when nothing changed", () => {
    const before = statSync(path("script.gen.ts")).mtimeMs
    expect(generate()).toBe("")
    expect(statSync(path("script.gen.ts")).mtimeMs).toBe(before)
    expect(readFileSync(path("script.gen.ts"), "utf8")).toMatch(
      /^export const clientScript: string = /m,
    )
  })
})
