// A Postgres server for tests: found, or started from the installed binaries and ended with the process it serves.
//
// As a program: `node scripts/support/postgres.mjs serve OWNER` is the server's keeper; it starts the server, notes where
// it is, and ends it when the process OWNER is gone.
import { spawn, spawnSync } from "node:child_process"
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { findPostgres } from "./places.mjs"
import { cache } from "./project.mjs"

/** One file for each server, named after the process that it serves. */
const notes = join(cache, "postgres")
const startTimeoutMs = 60_000

/** Folder of `initdb` and `postgres`; undefined where Postgres is not installed. */
export function binaries() {
  const asked = spawnSync("pg_config", ["--bindir"], { encoding: "utf8" })
  return findPostgres({ pgConfig: asked.status === 0 ? asked.stdout.trim() : undefined })
}

/** URL of the server that serves this process or one that started it; undefined when there is none. */
export function findServer() {
  if (process.env["NITRO_POSTGRES_URL"]) return process.env["NITRO_POSTGRES_URL"]
  for (const pid of ancestors(process.pid)) {
    const note = read(join(notes, `${pid}.json`))
    if (note && isAlive(note.keeper)) return note.url
  }
  return undefined
}

/**
 * Starts a server that ends with the process `owner`, and gives its URL. Several processes may ask at once: one starts
 * it, the others wait. Throws with the server's words when it does not start.
 */
export async function startServer(owner) {
  mkdirSync(notes, { recursive: true })
  const note = join(notes, `${owner}.json`)
  const log = join(notes, `${owner}.log`)
  const claim = join(notes, `${owner}.claim`)
  for (const giveUpAt = Date.now() + startTimeoutMs; Date.now() < giveUpAt; await sleep(50)) {
    if (claimed(claim)) keep(owner, log)
    const { url, error } = read(note) ?? {}
    if (error) throw new Error(error)
    if (url) return url
  }
  throw new Error(
    `Postgres did not start within ${startTimeoutMs} ms: ${existsSync(log) ? readFileSync(log, "utf8") : ""}`,
  )
}

function keep(owner, log) {
  const output = openSync(log, "w")
  const keeper = spawn(process.execPath, [fileURLToPath(import.meta.url), "serve", String(owner)], {
    detached: true,
    stdio: ["ignore", output, output],
  })
  keeper.unref()
}

/** Whether this process is the one to start the server. */
function claimed(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" })
    return true
  } catch {
    return false
  }
}

async function serve(owner) {
  const note = join(notes, `${owner}.json`)
  const write = content => {
    writeFileSync(`${note}.new`, JSON.stringify(content))
    renameSync(`${note}.new`, note)
  }
  const folder = mkdtempSync(join(tmpdir(), "nitro-postgres-"))
  const forget = () => {
    rmSync(folder, { recursive: true, force: true })
    for (const end of ["json", "claim", "log"])
      rmSync(join(notes, `${owner}.${end}`), { force: true })
  }
  try {
    const { server, url } = await launch(folder)
    const ended = new Promise(resolve => server.on("exit", resolve))
    let isEnding = false
    // SIGINT: a fast shutdown, which does not wait for clients.
    const end = () => {
      isEnding = true
      rmSync(note, { force: true })
      server.kill("SIGINT")
    }
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, end)
    write({ url, keeper: process.pid, server: server.pid })
    while (isAlive(owner) && !isEnding && server.exitCode === null) await sleep(250)
    end()
    await ended
    forget()
  } catch (error) {
    write({ error: String(error?.message ?? error) })
    while (isAlive(owner)) await sleep(1000)
    forget()
    process.exitCode = 1
  }
}

/** Makes a data folder and starts a server on a free port of 127.0.0.1, fast and careless: nothing in it outlives it. */
async function launch(folder) {
  const bin = binaries()
  if (!bin) throw new Error("Postgres is not installed.")
  const data = join(folder, "data")
  const account = unprivileged()
  if (account) chownSync(folder, account.uid, account.gid)
  chmodSync(folder, 0o700)
  // The order of text is not that of code points here, as on most servers: whatever relies on the database's own shows.
  const languages = [
    ["--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8"],
    ["--locale=C.UTF-8"],
    ["--no-locale"],
  ]
  const made = languages.some(
    language =>
      spawnSync(
        join(bin, "initdb"),
        ["-D", data, "-U", "nitro", "-A", "trust", "-E", "UTF8", "-N", ...language],
        {
          ...account,
          cwd: folder,
          stdio: ["ignore", "ignore", "inherit"],
        },
      ).status === 0,
  )
  if (!made) throw new Error("initdb failed.")
  const port = await freePort()
  const settings = {
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    max_connections: "200",
    autovacuum: "off",
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])
  const server = spawn(
    join(bin, "postgres"),
    ["-D", data, "-h", "127.0.0.1", "-p", String(port), "-k", folder, ...options],
    {
      ...account,
      cwd: folder,
      stdio: ["ignore", "inherit", "inherit"],
    },
  )
  for (const giveUpAt = Date.now() + startTimeoutMs; Date.now() < giveUpAt; await sleep(50)) {
    if (server.exitCode !== null) throw new Error(`postgres ended with code ${server.exitCode}.`)
    const ready = spawnSync(join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port), "-q"])
    if (ready.status === 0) return { server, url: `postgres://nitro@127.0.0.1:${port}/postgres` }
  }
  server.kill("SIGINT")
  throw new Error("postgres did not answer.")
}

/** Postgres refuses to run as root: the account that its package made, or `nobody`. */
function unprivileged() {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = ["-u", "-g"].map(flag =>
      Number(spawnSync("id", [flag, name], { encoding: "utf8" }).stdout),
    )
    if (uid > 0 && gid >= 0) return { uid, gid }
  }
  return undefined
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on("error", reject)
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

/** This process, the one that started it, and so on. */
function ancestors(pid) {
  const found = []
  for (let at = pid; at > 1 && found.length < 20; at = parentOf(at)) found.push(at)
  return found
}

function parentOf(pid) {
  return (
    Number(spawnSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8" }).stdout) || 0
  )
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is alive too.
    return error.code === "EPERM"
  }
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch {
    return undefined
  }
}

const [command, owner] = process.argv.slice(2)
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (command === "serve") await serve(Number(owner))
  else if (command === "bin") process.stdout.write(binaries() ?? "")
  else if (command === "start")
    process.stdout.write(findServer() ?? (await startServer(Number(owner))))
}
