// The package as it is installed and published: its files, its lockfile, its commands.
import { spawnSync } from "node:child_process"
import { accessSync, constants, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { root } from "./support/imports.ts"

const read = (path: string): string => readFileSync(join(root, path), "utf8")

interface LockEntry {
  readonly version?: string
  readonly optional?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>
}
const manifest = JSON.parse(read("package.json")) as Manifest
const lock = (JSON.parse(read("package-lock.json")) as { packages: Record<string, LockEntry> })
  .packages

it("locks the optional packages of every platform, or npm ci would refuse the lockfile", () => {
  const missing = Object.entries(lock).flatMap(([location, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter(
      name => !lock[`${location}/node_modules/${name}`] && !lock[`node_modules/${name}`],
    ),
  )
  expect(missing, "Run: node scripts/lockfile.mjs").toEqual([])
})

it("pins every version, in the manifest and in the lockfile alike", () => {
  for (const [name, version] of Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
  })) {
    const exact = version.replace(/^npm:.*@/, "")
    expect(exact, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/)
    expect(lock[`node_modules/${name}`]?.version, name).toBe(exact)
  }
})

it("stays on vite 7, the last that compiles decorators", () => {
  expect(manifest.devDependencies["vite"]).toMatch(/^7\./)
  const others = Object.entries(lock).filter(
    ([path, { version }]) => path.endsWith("node_modules/vite") && !version?.startsWith("7."),
  )
  expect(others).toEqual([])
})

it("asks users to install no driver and no host", () => {
  for (const name of Object.keys(manifest.peerDependencies))
    expect(manifest.peerDependenciesMeta[name]?.optional, name).toBe(true)
  expect(Object.keys(manifest.dependencies).sort()).toEqual(["srvx", "zod"])
})

it("publishes the build, the sources of the source condition and the notices, and no test", () => {
  const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
  })
  const [packed] = Object.values(
    JSON.parse(stdout) as Record<string, { files: { path: string }[] }>,
  )
  const files = packed?.files.map(file => file.path) ?? []
  expect(files).toEqual(
    expect.arrayContaining([
      "package.json",
      "README.md",
      "LICENSE",
      "CHANGELOG.md",
      "src/index.ts",
    ]),
  )
  const kinds = new Set(files.map(path => path.split("/")[0]))
  expect([...kinds].sort()).toEqual(expect.arrayContaining(["dist", "src"]))
  expect(
    files.filter(path =>
      /\.test(-d)?\.|^(test|bench|scripts|examples|docs|node_modules)\//.test(path),
    ),
  ).toEqual([])
})

it("has the commands that the README names", () => {
  for (const path of ["scripts/test", "scripts/demo", "scripts/services", ".ci/run"])
    accessSync(join(root, path), constants.X_OK)
  expect(read(".ci/run")).toContain("exec ./scripts/test")
  const named = [...read("AGENTS.md").matchAll(/`npm run (?:-s )?(\w+)/g)].map(
    match => match[1] as string,
  )
  expect(named.length).toBeGreaterThan(3)
  for (const name of named) expect(Object.keys(manifest.scripts)).toContain(name)
})
