// Builds examples/todo and examples/orders as users would, with their templates compiled, and compares what they serve.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { build as bundle } from "esbuild"
import { nitro as esbuildPlugin } from "nitro-ts/esbuild"
import { nitro as vitePlugin } from "nitro-ts/vite"
import { build } from "vite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startApp, temporaryFolder } from "../support/app.ts"
import { ensureBuilt } from "../support/built.ts"
import { root } from "../support/imports.ts"

/** Within the project, so that what is built finds `nitro-ts` and its packages as any application does. */
const out = join(root, "test/.output/compiled")

beforeAll(() => {
  ensureBuilt()
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
}, 120_000)
afterAll(() => rmSync(out, { recursive: true, force: true }))

interface Example {
  readonly file: string
  /** Each response is a part of what is compared. */
  readonly visit: (
    get: (path: string) => Promise<string>,
    post: (path: string, fields?: Record<string, string>) => Promise<string>,
  ) => Promise<string[]>
}

const examples: Record<string, Example> = {
  todo: {
    file: "examples/todo/app.tsx",
    async visit(get, post) {
      const empty = await get("/")
      const id = /"id":"(.*?)"/.exec(await post("/todos", { title: '<Milk> & "é"' }))?.[1]
      await post("/todos", { title: "Bread" })
      const two = await get("/?show=active")
      await post(`/todos/${id}/toggle`)
      return [empty, two, await get("/"), await post("/todos", { title: "" })]
    },
  },
  counter: {
    file: "examples/counter/app.tsx",
    async visit(get) {
      return [await get("/")]
    },
  },
  orders: {
    file: "examples/orders/app.tsx",
    async visit(get) {
      return [await get("/")]
    },
  },
  "kitchen-sink": {
    file: "examples/kitchen-sink/app.tsx",
    async visit(get) {
      const pages = await Promise.all(["/", "/forms", "/charts"].map(get))
      return pages.map(page => page.replaceAll(/nonce="[^"]*"/g, 'nonce="NONCE"'))
    },
  },
}

type Start = (name: string, file: string) => Promise<Parameters<typeof startApp>>

const start = (file: string, flags: readonly string[]): Parameters<typeof startApp> => [
  file,
  { cwd: "", flags },
]

/** Puts the files that an example serves beside what was built, where the application looks for them. */
function copyPublic(file: string, folder: string): void {
  const from = join(root, dirname(file), "public")
  if (existsSync(from)) cpSync(from, join(folder, "public"), { recursive: true })
}

const builds: Record<string, Start> = {
  async esbuild(name, file) {
    const outfile = join(out, `${name}-esbuild.mjs`)
    // The examples are within our package, whose files say that importing them has no effect.
    const options = {
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      packages: "external",
      ignoreAnnotations: true,
    } as const
    await bundle({
      ...options,
      entryPoints: [join(root, file)],
      outfile,
      plugins: [esbuildPlugin()],
    })
    expect(readFileSync(outfile, "utf8")).toContain("$html`<")
    copyPublic(file, out)
    return start(outfile, [])
  },
  async vite(name, file) {
    const outDir = join(out, `${name}-vite`)
    await build({
      configFile: false,
      root,
      logLevel: "error",
      plugins: [vitePlugin()],
      build: {
        ssr: join(root, file),
        outDir,
        target: "node20",
        rollupOptions: { external: /^[\w@][^:]*$/, treeshake: false },
      },
    })
    expect(readFileSync(join(outDir, "app.js"), "utf8")).toContain("compiledHtml`<")
    copyPublic(file, outDir)
    return start(join(outDir, "app.js"), [])
  },
  async "the loader"(_, file) {
    return start(file, ["--import", join(root, "dist/compile/loader.js")])
  },
}

/** The response of the application, without the parts that differ from run to run. */
async function responses(
  example: Example,
  [file, options]: Parameters<typeof startApp>,
): Promise<string[]> {
  const folder = temporaryFolder()
  const app = await startApp(file, { ...options, cwd: folder.path })
  try {
    const get = async (path: string): Promise<string> => (await fetch(app.url + path)).text()
    const post = async (path: string, fields: Record<string, string> = {}): Promise<string> =>
      (
        await fetch(app.url + path, {
          method: "POST",
          body: new URLSearchParams(fields),
          headers: { origin: app.url },
        })
      ).text()
    const seen = await example.visit(get, post)
    return seen.map(text =>
      text
        .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=_)[0-9a-f]{12}(?=_)/g, "ID")
        // Views of one entity are named after it.
        .replaceAll(/\blive-\w+/g, "live-ID")
        .replaceAll(/_nitro=[\w%~-]+/g, "_nitro=TOKEN")
        .replaceAll(/(?<=name="_key" value=")[^"]*/g, "KEY")
        .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME"),
    )
  } finally {
    await app.end()
    folder.clean()
  }
}

describe.each(Object.entries(examples))("examples/%s", (name, example) => {
  let expected: string[]
  beforeAll(async () => {
    expected = await responses(example, [example.file, { cwd: "" }])
    expect(expected.join()).toContain("<main")
  }, 60_000)

  it.each(Object.entries(builds))(
    "serves the same bytes when it is built with %s",
    async (_, make) => {
      expect(await responses(example, await make(name, example.file))).toEqual(expected)
    },
    60_000,
  )
})
