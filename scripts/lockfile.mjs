// Adds to package-lock.json the optional packages of other platforms that npm left out; run it after `npm install NAME`.
//
// npm leaves out of the lockfile what it could not see when it wrote it: an optional package for another system that
// the registry in use does not carry. `npm ci` then refuses the lockfile everywhere. An entry that names the system is
// enough: npm passes over it here, and downloads it where the system fits.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./support/project.mjs"

const systems = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
]
const processors = [
  "arm",
  "arm64",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "x64",
]

/** `{ os, cpu, libc }` that a package name like `@rollup/rollup-linux-arm64-musl` stands for; undefined when it names none. */
function platformOf(name) {
  const words = name.split(/[/-]/)
  // WebAssembly runs on every system; npm takes it where it is asked for.
  if (words.includes("wasm32")) return { cpu: ["wasm32"] }
  const os = systems.find(system => words.includes(system))
  const cpu = processors.find(processor => words.includes(processor))
  if (!os || !cpu) return undefined
  const libc = words.some(word => word.startsWith("musl"))
    ? "musl"
    : words.some(word => word.startsWith("gnu"))
      ? "glibc"
      : undefined
  return { cpu: [cpu], os: [os], ...(libc && os === "linux" ? { libc: [libc] } : {}) }
}

/** The folders in which Node looks for what a package at this location imports, the nearest first. */
function foldersFrom(location) {
  const places = location.split("/node_modules/")
  return places
    .map(
      (_, index) => `${places.slice(0, places.length - index).join("/node_modules/")}/node_modules`,
    )
    .concat("node_modules")
}

const path = join(root, "package-lock.json")
const before = readFileSync(path, "utf8")
const lock = JSON.parse(before)
const { packages } = lock
// What an earlier run added has no hash, and may be of a version that is used no more.
const isOurs = entry =>
  entry.optional &&
  entry.integrity === undefined &&
  entry.resolved === undefined &&
  entry.cpu !== undefined
for (const [location, entry] of Object.entries(packages))
  if (isOurs(entry)) delete packages[location]

// The packages that stand highest choose first, as npm lets them.
const depth = ([location]) => location.split("/node_modules/").length
for (const [location, entry] of Object.entries(packages).sort((a, b) => depth(a) - depth(b))) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const folders = foldersFrom(location)
    const found = folders.map(folder => packages[`${folder}/${name}`]).find(Boolean)
    if (found?.version === version || (found && !/^\d+\.\d+\.\d+/.test(version))) continue
    const platform = platformOf(name)
    if (!platform || !/^\d+\.\d+\.\d+/.test(version)) continue
    const { cpu, libc, os } = platform
    const folder = folders.findLast(folder => !packages[`${folder}/${name}`])
    // In npm's own order, so that its next run changes nothing.
    packages[`${folder}/${name}`] = {
      version,
      cpu,
      ...(entry.dev ? { dev: true } : {}),
      ...(libc ? { libc } : {}),
      optional: true,
      ...(os ? { os } : {}),
    }
  }
}
lock.packages = Object.fromEntries(
  Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, "en")),
)
const after = `${JSON.stringify(lock, null, 2)}\n`
if (after !== before) writeFileSync(path, after)
process.stdout.write(after === before ? "Complete already\n" : "Completed package-lock.json\n")
