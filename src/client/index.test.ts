import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { readFileSync, statSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { beforeAll, describe, expect, it } from "vitest"
import { clientAssets } from "./index.ts"

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const generate = (): string => execFileSync(process.execPath, [path("../../scripts/generate.mjs")], { encoding: "utf8" })

beforeAll(() => void generate())

describe("the files served under /_nitro/", () => {
  it.each([...clientAssets.keys()])("%s is known by the hash of its content", async name => {
    const { hash, load } = clientAssets.get(name)!
    const content = await load()
    expect(content.length).toBeGreaterThan(100)
    expect(createHash("sha256").update(content).update("\0").digest("hex").slice(0, 12)).toBe(hash)
  })

  it("are what pages link to", async () => {
    const { assets } = (await import("../html/assets.gen.ts")) as { assets: Record<string, string> }
    expect(assets["client"]).toBe(`/_nitro/client.js?v=${clientAssets.get("client.js")!.hash}`)
    expect(assets["basecoat"]).toBe(`/_nitro/basecoat.css?v=${clientAssets.get("basecoat.css")!.hash}`)
    expect(assets["kitStyle"]).toBe(`/_nitro/kit.css?v=${clientAssets.get("kit.css")!.hash}`)
    expect(assets["kitScript"]).toBe(`/_nitro/kit.js?v=${clientAssets.get("kit.js")!.hash}`)
  })

  it("need no network", async () => {
    const css = await clientAssets.get("basecoat.css")!.load()
    expect(css).not.toMatch(/@import|url\(\s*["']?(?:https?:)?\/\//)
    const script = await clientAssets.get("client.js")!.load()
    expect(script).not.toMatch(/(?:import\(|from|fetch\()\s*["'`]https?:/)
    expect(script).toContain(`./interpreter.js?v=${clientAssets.get("interpreter.js")!.hash}`)
  })

  it("keep the notices that their licences ask for", async () => {
    const css = await clientAssets.get("basecoat.css")!.load()
    expect(css.slice(0, 1500)).toContain("Permission is hereby granted")
    expect(css.slice(0, 3000)).toContain("tailwindcss")
  })

  it("stay small: at most 18.5 KB gzipped for the client, 5 for the kit's script and stylesheet each", async () => {
    const script = await clientAssets.get("client.js")!.load()
    expect(gzipSync(script, { level: 9 }).length).toBeLessThan(18.5 * 1024)
    for (const name of ["kit.js", "kit.css"]) {
      expect(gzipSync(await clientAssets.get(name)!.load(), { level: 9 }).length, name).toBeLessThan(5 * 1024)
    }
  })

  it("are not written again when nothing changed", () => {
    const before = statSync(path("script.gen.ts")).mtimeMs
    expect(generate()).toBe("")
    expect(statSync(path("script.gen.ts")).mtimeMs).toBe(before)
    expect(readFileSync(path("script.gen.ts"), "utf8")).toMatch(/^export const clientScript: string = /m)
  })
})
