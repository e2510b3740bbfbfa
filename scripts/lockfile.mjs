// Adds to package-lock.json the optional packages of other platforms that npm left out; run it after `npm install NAME`.
//
// npm leaves out of the lockfile what it could not see when it wrote it: an optional package for another system that
// the registry in use does not carry. `npm ci` then refuses the lockfile everywhere. An entry that names the system is
// enough: npm passes over it here, and downloads it where the system fits.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./support/project.mjs"

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"]
const processors = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"]

/** `{ os, cpu, libc }` that a package name like `@rollup/rollup-linux-arm64-musl` stands for; undefined when it names none. */
function platformOf(name) {
  const words = name.split(/[/-]/)
  // WebAssembly runs on every system; npm takes it where it is asked for.
  if (words.includes("wasm32")) return { cpu: ["wasm32"] }
  const os = systems.find(system => words.includes(system))
  const cpu = processors.find(processor => words.includes(processor))
  if (!os || !cpu) return undefined
  const libc = words.some(word => word.startsWith("musl")) ? "musl" : words.some(word => word.startsWith("gnu")) ? "glibc" : undefined
  return { cpu: [cpu], os: [os], ...(libc && os === "linux" ? { libc: [libc] } : {}) }
}

const path = join(root, "package-lock.json")
const lock = JSON.parse(readFileSync(path, "utf8"))
const added = []
for (const [location, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (lock.packages[`${location}/node_modules/${name}`] || lock.packages[`node_modules/${name}`]) continue
    const platform = platformOf(name)
    if (!platform || !/^\d+\.\d+\.\d+/.test(version)) continue
    const { cpu, ...system } = platform
    // In npm's own order, so that its next run changes nothing.
    lock.packages[`node_modules/${name}`] = { version, cpu, ...(entry.dev ? { dev: true } : {}), optional: true, ...system }
    added.push(name)
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")))
if (added.length > 0) writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
process.stdout.write(added.length > 0 ? `Added ${added.length}: ${added.join(", ")}\n` : "Complete already\n")
