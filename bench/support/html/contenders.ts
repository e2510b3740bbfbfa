// Who is measured by the html bench: compiles each one's pages with its own tools and gives a function per case.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { BuildOptions, Plugin } from "esbuild"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const output = join(root, "bench/.cache/html")

export type CaseName = "a" | "b" | "c" | "d" | "e" | "f"
export const caseNames: readonly CaseName[] = ["a", "b", "c", "d", "e", "f"]

/** A page of a contender: text, or markup in finished parts. */
export type Page = string | readonly string[]
export type Pages = Readonly<Record<CaseName, (i: number) => Page>>

interface Source {
  readonly file: string
  readonly options?: BuildOptions
  /** What it imports as `./each.ts` instead of that file. */
  readonly each?: string
  /** Source text that is compiled instead of the file's. */
  readonly change?: (source: string) => string | Promise<string>
  /** What turns a page as the library returns it into text. */
  readonly print?: () => Promise<(page: unknown) => Page>
}

// The project's own tsconfig.json says which runtime its JSX has, and would win over plain options.
const jsx = (jsxImportSource: string): BuildOptions => ({
  tsconfigRaw: { compilerOptions: { jsx: "react-jsx", jsxImportSource } },
})
const asString = async () => (page: unknown) => String(page)
const withDoctype = (page: unknown): string =>
  String(page).startsWith("<html") ? `<!doctype html>${page}` : String(page)

async function parts(): Promise<(page: unknown) => Page> {
  const { chunks } = await import("nitro-ts/html")
  return page => chunks(page as Parameters<typeof chunks>[0]) as readonly string[]
}

interface Renderer {
  renderToString(page: unknown): string
}

/** Some of these bring no types, and others the types of a browser for the whole project. */
const untyped = async <Module>(name: string): Promise<Module> => (await import(name)) as Module

async function solid(source: string): Promise<string> {
  const { transformAsync } = await untyped<{
    transformAsync(source: string, options: object): Promise<{ code: string }>
  }>("@babel/core")
  const presets = [["babel-preset-solid", { generate: "ssr", hydratable: false }]]
  const result = await transformAsync(source, {
    presets,
    babelrc: false,
    configFile: false,
    cwd: root,
  })
  return result.code
}

export const limit = "literals"
export const concatenation = "concatenation"
export const kita = "kita"
export const ours = ["html``", "tag functions", "JSX", "JSX compiled"] as const
export const rivals = [
  "literals",
  "concatenation",
  "kita",
  "hono/jsx",
  "hono/html",
  "react",
  "preact",
  "solid",
  "ghtml",
  "eta",
] as const
export type Name = (typeof ours)[number] | (typeof rivals)[number]

const sources: Readonly<Record<Name, Source>> = {
  "html``": { file: "support/html/templates.ts", print: parts },
  "tag functions": { file: "support/html/functions.ts", print: parts },
  JSX: { file: "rivals/html/pages.jsx", options: jsx("nitro-ts/html"), print: parts },
  "JSX compiled": { file: "rivals/html/pages.jsx", options: jsx("nitro-ts/html"), print: parts },
  literals: { file: "rivals/html/literals.ts" },
  concatenation: { file: "rivals/html/literals.ts", each: "each-loop.ts" },
  kita: {
    file: "rivals/html/kita.jsx",
    options: jsx("@kitajs/html"),
    print: async () => withDoctype,
  },
  "hono/jsx": {
    file: "rivals/html/pages.jsx",
    options: jsx("hono/jsx"),
    print: async () => withDoctype,
  },
  "hono/html": { file: "rivals/html/hono-html.ts", print: asString },
  react: {
    file: "rivals/html/pages.jsx",
    options: jsx("react"),
    change: source =>
      source.replaceAll(" class=", " className=").replaceAll("charset=", "charSet="),
    print: async () => {
      const { renderToString } = await untyped<Renderer>("react-dom/server")
      return renderToString
    },
  },
  preact: {
    file: "rivals/html/pages.jsx",
    options: jsx("preact"),
    print: async () => {
      const { renderToString } = await untyped<Renderer>("preact-render-to-string")
      return page => withDoctype(renderToString(page))
    },
  },
  solid: {
    file: "rivals/html/pages.jsx",
    change: solid,
    print: async () => {
      const { renderToString } = await untyped<Renderer>("solid-js/web")
      return page => withDoctype(renderToString(() => page))
    },
  },
  ghtml: { file: "rivals/html/ghtml.ts" },
  eta: { file: "rivals/html/eta.ts" },
}

/** The compile pass of JSX onto the plan of html``, once there is one. */
async function compilePass(): Promise<Plugin | undefined> {
  const name = "nitro-ts/esbuild"
  const exports = (
    JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: object }
  ).exports
  if (!Object.hasOwn(exports, "./esbuild")) return undefined
  const module = (await import(name)) as {
    readonly default?: () => Plugin
    readonly nitro?: () => Plugin
  }
  return (module.nitro ?? module.default)?.()
}

export async function isThere(name: Name): Promise<boolean> {
  return name !== "JSX compiled" || (await compilePass()) !== undefined
}

const compiledFile = (name: Name): string => join(output, `${name.replace(/\W+/g, "-")}.mjs`)

/** Compiles the pages of one contender, as an application in production would. */
export async function compile(name: Name): Promise<void> {
  const { build } = await import("esbuild")
  const source = sources[name]
  const file = join(root, "bench", source.file)
  const expressions = ours.includes(name as (typeof ours)[number])
    ? "expressions.ts"
    : "text-expressions.ts"
  const inner: Plugin = {
    name: "contender",
    setup(build) {
      build.onResolve({ filter: /^#expressions$/ }, () => ({
        path: join(root, "bench/support/html", expressions),
      }))
      build.onResolve({ filter: /^\.\/each\.ts$/ }, () => ({
        path: join(root, "bench/rivals/html", source.each ?? "each.ts"),
      }))
      if (source.change === undefined) return
      build.onLoad({ filter: /pages\.jsx$/ }, async () => ({
        contents: (await source.change?.(readFileSync(file, "utf8"))) as string,
        loader: "jsx",
      }))
    },
  }
  const pass = name === "JSX compiled" ? await compilePass() : undefined
  mkdirSync(output, { recursive: true })
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20",
    write: false,
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"' },
    ...source.options,
    plugins: pass === undefined ? [inner] : [inner, pass],
  })
  writeFileSync(compiledFile(name), outputFiles?.[0]?.text ?? "")
}

/** The compiled pages of one contender. */
export async function load(name: Name): Promise<Pages> {
  const file = compiledFile(name)
  if (!existsSync(file)) await compile(name)
  const module = (await import(pathToFileURL(file).href)) as Record<
    CaseName,
    (i: number) => unknown
  >
  const print = await sources[name].print?.()
  if (print === undefined) return module as Pages
  // Solid's components must be called inside of its renderer.
  return Object.fromEntries(
    caseNames.map(key => [key, (i: number) => print(module[key](i))]),
  ) as unknown as Pages
}

interface Node {
  readonly nodeName: string
  readonly value?: string
  readonly attrs?: readonly { readonly name: string; readonly value: string }[]
  readonly childNodes?: readonly Node[]
}

/** The DOM of a page as text: attributes in order of their names, styles without optional spaces, no comments. */
export function domOf(page: Page): string {
  // The parser that comes along with Solid's compiler.
  const { parse } = createRequire(
    createRequire(import.meta.url).resolve("babel-plugin-jsx-dom-expressions"),
  )("parse5") as {
    parse(html: string): Node
  }
  const lines: string[] = []
  const style = (value: string): string =>
    value
      .split(";")
      .map(declaration => declaration.replace(/\s*:\s*/, ":").trim())
      .filter(Boolean)
      .join(";")
  const walk = (node: Node, depth: number): void => {
    if (node.nodeName === "#comment" || node.nodeName === "#documentType") return
    const attributes = (node.attrs ?? [])
      .map(
        ({ name, value }) => `${name}=${JSON.stringify(name === "style" ? style(value) : value)}`,
      )
      .sort()
    lines.push(
      `${" ".repeat(depth)}${node.nodeName} ${attributes.join(" ")}${node.value === undefined ? "" : JSON.stringify(node.value)}`,
    )
    for (const child of node.childNodes ?? []) walk(child, depth + 1)
  }
  walk(parse(typeof page === "string" ? page : page.join("")), 0)
  return lines.join("\n")
}
