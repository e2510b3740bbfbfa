// The plugin in vite: whose JSX it compiles, and decorators where vite takes them for a syntax error.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping"
import { nitro, type VitePluginOptions } from "nitro-ts/vite"
import { createServer, mergeConfig } from "vite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nitro-vite-"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Setup {
  readonly options?: VitePluginOptions
  readonly config?: object
  /** The identification of vite 8. */
  readonly meta?: object
  readonly id?: string
}

/** The output of the plugin for a file, called as vite does. */
async function transform(
  code: string,
  { options = {}, config = {}, meta = {}, id = join(folder, "file.tsx") }: Setup = {},
) {
  const plugin = nitro(options)
  plugin.configResolved(mergeConfig(config, plugin.config.call({ meta }, config) ?? {}))
  return await plugin.transform.call({ meta }, code, id)
}

function tsconfig(path: string, text: string): string {
  mkdirSync(join(folder, path), { recursive: true })
  writeFileSync(join(folder, path, "tsconfig.json"), text)
  return join(folder, path, "file.tsx")
}

const jsx = "export const a = <br/>\n"
const ours = "nitro-ts/html"

describe("whose JSX it is", () => {
  it("knows from the configuration of vite 7 and of vite 8", async () => {
    expect(await transform(jsx)).toBeUndefined()
    expect(await transform(jsx, { config: { esbuild: { jsxImportSource: ours } } })).toBeDefined()
    expect(
      await transform(jsx, { config: { esbuild: false, oxc: { jsx: { importSource: ours } } } }),
    ).toBeDefined()
    expect(
      await transform(jsx, { config: { esbuild: { jsxImportSource: "preact" } } }),
    ).toBeUndefined()
    expect(await transform(jsx, { config: { oxc: { jsx: "preserve" } } })).toBeUndefined()
  })

  it("knows from the nearest tsconfig.json, with comments, trailing commas and what it extends", async () => {
    const options = `{ "compilerOptions": { "jsxImportSource": "${ours}" } }`
    expect(
      await transform(jsx, {
        id: tsconfig("a/b", `{ // ours\n "compilerOptions": { "jsxImportSource": "${ours}", }, }`),
      }),
    ).toBeDefined()
    tsconfig("base", options)
    expect(
      await transform(jsx, { id: tsconfig("c", '{ "extends": "../base/tsconfig.json" }') }),
    ).toBeDefined()
    expect(
      await transform(jsx, { id: tsconfig("d", '{ "extends": ["../base/tsconfig", "./none"] }') }),
    ).toBeDefined()
    expect(
      await transform(jsx, {
        id: tsconfig(
          "e",
          '{ "extends": "../base/tsconfig.json", "compilerOptions": { "jsxImportSource": "preact" } }',
        ),
      }),
    ).toBeUndefined()
    expect(
      await transform(jsx, {
        id: tsconfig("f", '{ "extends": ["./tsconfig.json", "no-such-package"] }'),
      }),
    ).toBeUndefined()
    expect(await transform(jsx, { id: tsconfig("g", "{ not json") })).toBeUndefined()
    writeFileSync(join(folder, "package.json"), "{}")
    mkdirSync(join(folder, "node_modules/@house/config"), { recursive: true })
    writeFileSync(join(folder, "node_modules/@house/config/tsconfig.json"), options)
    expect(
      await transform(jsx, { id: tsconfig("h", '{ "extends": "@house/config" }') }),
    ).toBeDefined()
  })

  it("leaves it alone where the two disagree, unless an option says whose it is", async () => {
    const id = tsconfig("i", `{ "compilerOptions": { "jsxImportSource": "${ours}" } }`)
    const config = { esbuild: { jsxImportSource: "preact" } }
    expect(await transform(jsx, { id, config })).toBeUndefined()
    expect(await transform(jsx, { id, config, options: { jsxImportSource: ours } })).toBeDefined()
  })
})

it("leaves what is no file of the application: other types, packages, what plugins make up", async () => {
  const options = { jsxImportSource: ours }
  for (const id of ["/app/a.css", "/app/node_modules/x/a.tsx", "\0virtual.tsx", "/app/a.vue"]) {
    expect(await transform(jsx, { id, options }), id).toBeUndefined()
  }
  expect(await transform(jsx, { id: "/app/a.tsx?v=1#x", options })).toBeDefined()
  expect(
    await transform(jsx, { id: "/app/node_modules/x/a.tsx", options: { ...options, exclude: [] } }),
  ).toBeDefined()
})

describe("decorators", () => {
  const decorated = `const seen: string[] = []
const note = (_: unknown, context: { name: string | symbol }) => void seen.push(String(context.name))
class Todo { @note done(): number { return 1 } }
export const view = (title: string) => <p id={title}>{fail(title)}</p>
`
  const options = { jsxImportSource: ours }
  const vite8 = { rolldownVersion: "1.0.0" }

  it("are compiled where vite cannot, with the templates, and mapped to the source", async () => {
    const { code, map } = (await transform(decorated, { options, meta: vite8 })) as {
      code: string
      map: string
    }
    expect(code).not.toContain("@note")
    expect(code).not.toContain(": string")
    expect(code).toContain("$html`<p id=${title}>")
    const line = code.split("\n").findIndex(text => text.includes("fail(title)"))
    const column = code.split("\n")[line]?.indexOf("fail(title)") ?? -1
    expect(originalPositionFor(new TraceMap(map), { line: line + 1, column })).toMatchObject({
      line: 4,
      column: 54,
    })
  })

  it("are left to a vite that can, and to TypeScript's older kind of them", async () => {
    expect((await transform(decorated, { options }))?.code).toContain("@note")
    expect(
      (await transform(decorated, { options: { ...options, decorators: false }, meta: vite8 }))
        ?.code,
    ).toContain("@note")
    const id = tsconfig("legacy", '{ "compilerOptions": { "experimentalDecorators": true } }')
    expect((await transform(decorated, { options, meta: vite8, id }))?.code).toContain("@note")
  })

  it("are compiled by a dev server of this vite, and run", async () => {
    const root = mkdtempSync(join(tmpdir(), "nitro-vite-app-"))
    writeFileSync(
      join(root, "app.ts"),
      `${decorated.replace(/^export.*$/m, "")}export const done = () => [new Todo().done(), seen]\n`,
    )
    for (const [esbuild, expected] of [
      [{}, [1, ["done"]]],
      [{ jsxInject: "" }, [1, ["done"]]],
      [{ target: "esnext" as const }, [1, ["done"]]],
      [false as const, [1, ["done"]]],
    ] as const) {
      const server = await createServer({
        root,
        configFile: false,
        logLevel: "silent",
        appType: "custom",
        server: { middlewareMode: true, ws: false, watch: null },
        esbuild,
        plugins: [nitro()],
      })
      try {
        const { done } = (await server.ssrLoadModule("/app.ts")) as { done(): unknown }
        expect(done(), JSON.stringify(esbuild)).toEqual(expected)
      } finally {
        await server.close()
      }
    }
    rmSync(root, { recursive: true, force: true })
  })

  it("are compiled in files without templates, and JSX of others stays", async () => {
    const source = decorated.replace(
      "export const view",
      "/** @jsxImportSource preact */\nexport const view",
    )
    const result = await transform(source, { options: { ...options, decorators: true } })
    expect(result?.code).not.toContain("@note")
    expect(result?.code).toContain("<p id={title}>")
    expect(
      await transform("/**\n * @param a text\n */\n// @note\nexport const mail = 'a@b.c'\n", {
        options: { ...options, decorators: true },
      }),
    ).toBeUndefined()
  })
})
