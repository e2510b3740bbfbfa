// What every script needs: where the project is, whether it is installed and built, and a way to run a command.
import { spawn, spawnSync } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "")
/** Scratch that may be deleted at any time. Inside node_modules, so that `npm ci` starts afresh. */
export const cache = join(root, "node_modules/.cache/nitro-ts")

/** Ends the script with what happened and what to do. */
export function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    fail(`This is Node ${process.versions.node}. Install Node 20.19 or later.`)
}

/**
 * Names of locked packages that are not installed in the locked version. npm keeps its own record of what it
 * installed, so this is right after `npm install`, `npm ci` and a changed lockfile alike, in a few milliseconds.
 */
export function missingPackages() {
  const wanted = readLock(join(root, "package-lock.json"))
  const installed = readLock(join(root, "node_modules/.package-lock.json"))
  return Object.entries(wanted)
    .filter(
      ([path, entry]) =>
        path && !entry.optional && !entry.link && installed[path]?.version !== entry.version,
    )
    .map(([path]) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length))
}

function readLock(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : {}
}

/**
 * Installs the locked packages when any is missing; otherwise costs nothing. Returns what it did, for printing.
 * `output` is the file descriptor that npm's messages go to.
 */
export function ensureInstalled({ output = 1 } = {}) {
  checkNode()
  const missing = missingPackages()
  if (missing.length === 0) return "installed already"
  writeSync(output, `Installing ${missing.length} packages (npm ci)\n`)
  // --include=dev: with NODE_ENV=production npm would leave out the tools that build and start the examples.
  const { status, error } = spawnSync("npm", ["ci", "--include=dev", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", output, 2],
  })
  if (error)
    fail(`npm could not be started: ${error.message}. Install npm 10 or later, it comes with Node.`)
  if (status !== 0)
    fail(
      "npm ci failed, see above. It needs the network and the registry that npm is configured for.",
    )
  return `installed ${missing.length} packages`
}

/**
 * Runs `make` unless nothing changed since it last ran: no input (file or folder, relative to the root) is newer, and
 * every file that `outputs` named afterwards is still there. Returns whether it ran.
 */
export async function whenStale({ name, inputs, outputs, make, force = false }) {
  const stamp = join(cache, `${name}.stamp`)
  if (!force && existsSync(stamp)) {
    const made = statSync(stamp).mtimeMs
    const kept = JSON.parse(readFileSync(stamp, "utf8")).every(path => existsSync(join(root, path)))
    if (kept && inputs.every(path => newest(join(root, path)) < made)) return false
  }
  // The stamp carries the time before the work: what changes meanwhile is stale again.
  const started = new Date()
  await make()
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, JSON.stringify(outputs()))
  utimesSync(stamp, started, started)
  return true
}

function newest(path) {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  // A folder's own time tells of deleted files.
  return readdirSync(path).reduce(
    (time, name) => Math.max(time, newest(join(path, name))),
    stat.mtimeMs,
  )
}

/** Runs a command to its end with our output; resolves to its exit code (128 + n when a signal ended it). */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      ...options,
    })
    child.on("error", reject)
    child.on("close", (code, signal) => resolve(signal ? 128 : (code ?? 1)))
  })
}
