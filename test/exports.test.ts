// Every public subpath can be imported, from the sources and from the build, and loads no more than it says.
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { ensureBuilt } from "./support/built.ts"
import { filesBelow, importsOf, packageOf, root } from "./support/imports.ts"

interface Target {
  readonly source: string
  readonly types: string
  readonly default: string
}
interface Manifest {
  readonly exports: Readonly<Record<string, Target | string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest
const subpaths = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
  typeof target === "string" ? [] : [{ subpath, target }],
)
const nameOf = (subpath: string): string => `nitro-ts${subpath.slice(1)}`

beforeAll(ensureBuilt, 120_000)

/** Node's arguments for importing the public names from the sources or from the build. */
const from = {
  sources: ["--conditions=source", "--import", "tsx"],
  build: [],
}

/** Imports a module in a fresh process and gives its export names and the URLs of everything that was loaded. */
function load(name: string, args: readonly string[]): Loaded {
  const key = [name, ...args].join(" ")
  const known = processes.get(key) ?? loadInProcess(name, args)
  processes.set(key, known)
  return known
}

interface Loaded {
  readonly exports: readonly string[]
  readonly loaded: readonly string[]
}
const processes = new Map<string, Loaded>()

function loadInProcess(name: string, args: readonly string[]): Loaded {
  const folder = mkdtempSync(join(tmpdir(), "nitro-trace-"))
  try {
    const trace = join(folder, "trace.txt")
    const code = `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(name)}))))`
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        "--import",
        join(root, "test/support/trace-modules.mjs"),
        ...args,
        "--input-type=module",
        "--eval",
        code,
      ],
      {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, NITRO_TRACE: trace, NODE_OPTIONS: "" },
      },
    )
    if (status !== 0) throw new Error(`${name} cannot be imported: ${stderr}`)
    const loaded = existsSync(trace) ? readFileSync(trace, "utf8").split("\n").filter(Boolean) : []
    return { exports: (JSON.parse(stdout) as string[]).sort(), loaded }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe.each(Object.entries(from))("from the %s", (_, args) => {
  it.each(subpaths.map(({ subpath }) => nameOf(subpath)))("imports %s", name => {
    expect(load(name, args).exports.length).toBeGreaterThan(0)
  })
})

it("exports the same names from the sources and from the build", () => {
  for (const { subpath } of subpaths) {
    const name = nameOf(subpath)
    expect(load(name, from.build).exports, name).toEqual(load(name, from.sources).exports)
  }
})

it("points every subpath at a door that exists and agrees with its siblings", () => {
  for (const { subpath, target } of subpaths) {
    expect(
      existsSync(join(root, target.source)),
      `${target.source}, the source of ${subpath}`,
    ).toBe(true)
    const stem = target.source.replace(/^\.\/src\//, "./dist/").replace(/\.tsx?$/, "")
    expect([target.types, target.default]).toEqual([`${stem}.d.ts`, `${stem}.js`])
    expect(stem.endsWith("/internal"), `${subpath} lists an internal door`).toBe(false)
  }
})

it("loads no host and no driver with the root", () => {
  const { loaded } = load("nitro-ts", from.build)
  const ours = loaded
    .filter(url => url.includes("/dist/"))
    .map(url => url.slice(url.indexOf("/dist/") + 1))
  expect(ours).toContain("dist/index.js")
  // `serve` is a few lines that find the host when they are called.
  expect(
    ours.filter(path =>
      /^dist\/(adapters(?!\/(serve|errors|host-errors)\.js)|stores|buses|jobs|plugins|cli|testing)\//.test(
        path,
      ),
    ),
  ).toEqual([])
  expect(packagesIn(loaded).filter(name => name !== "zod")).toEqual([])
  expect(loaded.filter(url => /^node:(https?|http2|net|sqlite)$/.test(url))).toEqual([])
})

it("loads no server with a host: srvx is loaded by the first app of node:http, and by serve", () => {
  for (const subpath of ["fetch", "hono", "node"]) {
    const { loaded } = load(`nitro-ts/${subpath}`, from.build)
    expect(packagesIn(loaded), subpath).toEqual(["zod"])
  }
})

it("loads nothing that the user may lack, whichever subpath is imported", () => {
  for (const { subpath } of subpaths) {
    const packages = packagesIn(load(nameOf(subpath), from.build).loaded)
    expect(
      packages.filter(name => !(name in manifest.dependencies)),
      nameOf(subpath),
    ).toEqual([])
  }
})

it("keeps the independent modules independent when they run", () => {
  const doors = { entity: "entity", store: "entity", events: "events", html: "html" }
  for (const [name, folder] of Object.entries(doors)) {
    const { loaded } = load(`nitro-ts/${name}`, from.build)
    const folders = new Set(loaded.flatMap(url => /\/dist\/([^/]+)\//.exec(url)?.[1] ?? []))
    folders.delete("shared")
    expect([...folders], name).toEqual([folder])
  }
})

it("loads no icon before one is asked for, and not all of them as functions then", () => {
  const loadedBy = (name: string): string[] =>
    load(name, from.build).loaded.flatMap(url => /[\w-]+\.gen\.js$/.exec(url)?.[0] ?? [])
  expect(loadedBy("nitro-ts")).not.toContain("icon-data.gen.js")
  expect(loadedBy("nitro-ts/icons")).toEqual(["icon-data.gen.js"])
})

it("names in its types no package that the user may lack", () => {
  const types = filesBelow("dist", /\.d\.ts$/)
  expect(types.length).toBeGreaterThan(0)
  const unknown = types.flatMap(file =>
    importsOf(file)
      .filter(({ specifier }) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
      .filter(({ specifier }) => !(packageOf(specifier) in manifest.dependencies))
      .map(
        ({ specifier, line }) =>
          `${file.path}:${line} imports ${specifier}. Describe the part you need as an interface.`,
      ),
  )
  expect(unknown).toEqual([])
})

/** Names of the packages among module URLs. */
function packagesIn(urls: readonly string[]): string[] {
  return [
    ...new Set(
      urls.flatMap(url => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []),
    ),
  ].sort()
}
