// The plugin in esbuild: what it compiles, what it leaves, and where the source map leads.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "esbuild"
import { nitro } from "nitro-ts/esbuild"
import { afterAll, expect, it } from "vitest"

const folder = mkdtempSync(join(tmpdir(), "nitro-esbuild-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function bundle(
  file: string,
  source: string,
  options: Parameters<typeof nitro>[0] = {},
): Promise<string> {
  writeFileSync(join(folder, file), source)
  const { outputFiles } = await build({
    entryPoints: [join(folder, file)],
    write: false,
    bundle: true,
    format: "esm",
    jsx: "automatic",
    jsxImportSource: "nitro-ts/html",
    packages: "external",
    plugins: [nitro(options)],
  })
  return outputFiles[0]?.text ?? ""
}

it("compiles what is bundled", async () => {
  expect(await bundle("a.tsx", "export const a = (x: string) => <p id={x}>{x}</p>")).toContain(
    "$html`<p id=${x}>${x}</p>`",
  )
  expect(
    await bundle(
      "b.ts",
      'import { div } from "nitro-ts/html"\nexport const a = (x: string) => div({}, x)',
    ),
  ).toContain("$html`<div>")
})

it("leaves files that are excluded, not included, or not ours", async () => {
  const source = "export const a = <p/>"
  expect(await bundle("c.tsx", source, { exclude: /c\.tsx$/ })).not.toContain("$html")
  expect(await bundle("c.tsx", source, { include: ["views/", /d\.tsx$/] })).not.toContain("$html")
  expect(await bundle("c.tsx", source, { include: ["/c.tsx"] })).toContain("$html")
  expect(await bundle("c.tsx", source, { jsxImportSource: "preact" })).not.toContain("$html")
})
