// Random changes, lost connections, stalled readers, restarts and other writers: each page ends as a fresh page.
// `NITRO_PROPERTY_RUNS=50` runs so many seeds; `NITRO_SEED=7` begins with that one.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "libsql"
import { memory, type Store } from "nitro-ts/entity"
import { postgres } from "nitro-ts/postgres"
import { sqlite } from "nitro-ts/sqlite"
import { describe, expect, it } from "vitest"
import { startApp } from "../../test/support/app.ts"
import { postgresMissing, testDatabase } from "../../test/support/postgres.ts"
import { serve } from "../adapters/serve.ts"
import { makeRandomApp, randomFrom } from "./support/random-app.tsx"
import { type Ask, ReadingBrowser } from "./support/reading-browser.ts"

interface Server {
  readonly ask: Ask
  /** The process is killed, or what stands for it, and comes back at the same address. */
  restart(): Promise<void>
  close(): Promise<void>
  /** Gives three rows another title past the app, as another process does. */
  readonly writeElsewhere?: (title: string) => Promise<unknown>
}

const runs = Number(process.env["NITRO_PROPERTY_RUNS"] ?? 1)
const firstSeed = Number(process.env["NITRO_SEED"] ?? 1)
const seeds = Array.from({ length: runs }, (_, run) => firstSeed + run)

/** Without HTTP: a reader that stops is noticed at the next byte. A restart ends all streams. */
async function inProcess(): Promise<Server> {
  const app = makeRandomApp(memory())
  return {
    ask: (path, headers) => app.fetch(new Request(`http://app.test${path}`, { headers })),
    restart: async () => void app.handle.endStreams(() => true),
    close: () => app.handle.close(),
  }
}

/** Over HTTP, in this process. A restart ends the server with all its connections. */
async function overHttp(
  store: Store & { close(): unknown },
  writeElsewhere: (title: string) => Promise<unknown>,
): Promise<Server> {
  const app = makeRandomApp(store)
  let server = await serve(app, { port: 0, graceMs: 1 })
  const { url } = server
  return {
    ask: askOf(url),
    writeElsewhere,
    async restart() {
      await server.close()
      server = await serve(app, { port: Number(new URL(url).port), graceMs: 1 })
    },
    async close() {
      await server.close()
      await app.handle.close()
      await store.close()
    },
  }
}

/** A separate process, which SIGKILL ends. */
async function inChild(folder: string): Promise<Server> {
  const start = (port: number) =>
    startApp("src/live/support/random-server.ts", { cwd: folder, port })
  let app = await start(0)
  const { url, port } = app
  return {
    ask: askOf(url),
    writeElsewhere: title => writeToFile(join(folder, "random.db"), title),
    async restart() {
      await app.end("SIGKILL")
      app = await start(port)
    },
    async close() {
      await app.end()
    },
  }
}

const threeRows = "where id in (select id from tasks order by id limit 3)"

async function writeToFile(file: string, title: string): Promise<void> {
  const database = new Database(file)
  database.exec("pragma busy_timeout = 5000")
  database.prepare(`update tasks set title = ? ${threeRows}`).run(title)
  database.close()
}

function inFile(folder: string): Promise<Server> {
  const file = join(folder, "random.db")
  return overHttp(sqlite(file), title => writeToFile(file, title))
}

async function inPostgres(): Promise<Server> {
  const database = await testDatabase()
  const server = await overHttp(postgres(database.url), title =>
    database.query(`update tasks set title = $1 ${threeRows}`, [title]),
  )
  return {
    ...server,
    async close() {
      await server.close()
      await database.remove()
    },
  }
}

function askOf(url: string): Ask {
  const ask: Ask = (path, headers) =>
    fetch(url + path, { headers: { connection: "close", ...headers } })
  // As browsers do where a connection turns out to be closed.
  return (path, headers) => ask(path, headers).catch(() => ask(path, headers))
}

const kinds: Record<
  string,
  {
    readonly steps: number
    readonly start: (folder: string) => Promise<Server>
    readonly missing?: string | undefined
  }
> = {
  memory: { steps: 300, start: () => inProcess() },
  "SQLite, to which others write, over HTTP": { steps: 200, start: folder => inFile(folder) },
  "Postgres, to which others write, over HTTP": {
    steps: 100,
    start: () => inPostgres(),
    missing: postgresMissing,
  },
  "a server that is killed": { steps: 80, start: folder => inChild(folder) },
}

describe.each(Object.entries(kinds))("with %s", (name, { steps, start, missing }) => {
  if (missing) console.info(`${name}: ${missing}`)
  it.skipIf(missing).each(seeds)(
    "every page ends as a fresh page (seed %i)",
    async seed => {
      const folder = mkdtempSync(join(tmpdir(), "nitro-random-"))
      const server = await start(folder)
      try {
        await new Run(server, seed).all(steps)
      } finally {
        await server.close()
        rmSync(folder, { recursive: true, force: true })
      }
    },
    240_000,
  )
})

class Run {
  readonly #server: Server
  readonly #random: (below: number) => number
  readonly #browsers: readonly ReadingBrowser[]
  readonly #log: string[] = []

  constructor(server: Server, seed: number) {
    this.#server = server
    this.#browsers = [["ann", true] as const, ["bob", true] as const, ["eve", false] as const].map(
      ([user, moves]) => new ReadingBrowser(user, moves, server.ask),
    )
    this.#random = randomFrom(seed * 7919)
  }

  async all(steps: number): Promise<void> {
    for (const browser of this.#browsers) {
      await browser.load()
      await browser.connect()
    }
    for (let step = 1; step <= steps; step++) {
      await this.#step().catch((cause: unknown) => {
        throw new Error(`step ${step}:\n${this.#log.slice(-30).join("\n")}`, { cause })
      })
      if (step % 20 === 0) await this.#settle(`after step ${step}`)
    }
    for (const browser of this.#browsers) browser.drop()
    const streams = async () => (await this.#server.ask("/streams", {})).text()
    await expect.poll(streams, { timeout: 10_000 }).toBe("0")
  }

  async #step(): Promise<void> {
    const random = this.#random
    const { ask, writeElsewhere } = this.#server
    const browser = this.#browsers[random(3)] as ReadingBrowser
    const dice = random(100)
    if (dice < 70) {
      const changes = 1 + random(3)
      const numbers = Array.from({ length: changes }, () => random(1_000_000))
      this.#log.push(`change ${numbers.join()}`)
      await Promise.all(
        numbers.map(number => ask(`/change?seed=${number}`, {}).then(response => response.text())),
      )
    } else if (dice < 76) {
      this.#log.push(`${browser.user} is cut off`)
      browser.drop()
    } else if (dice < 82) {
      this.#log.push(`${browser.user} comes back`)
      await browser.connect()
    } else if (dice < 87) {
      this.#log.push(`${browser.user} stops reading`)
      browser.pause(true)
    } else if (dice < 90) {
      this.#log.push(`${browser.user} polls`)
      await browser.poll()
    } else if (dice < 93) {
      this.#log.push(`${browser.user} loads anew`)
      await browser.load()
    } else if (dice < 95) {
      const user = `user${random(1000)}`
      this.#log.push(`${browser.user} becomes ${user}`)
      browser.user = user
      await browser.connect()
    } else if (dice < 98 && writeElsewhere) {
      this.#log.push("another process writes, and each comes back")
      await writeElsewhere(`elsewhere ${random(1000)}`)
      // One after the other, so that what they share lives on.
      for (const each of this.#browsers) if (each.isConnected) await each.connect()
    } else if (dice >= 98) {
      this.#log.push("restart")
      await this.#server.restart()
    }
    if (random(4) === 0) await new Promise(resolve => setTimeout(resolve, random(20)))
  }

  /** All pages are connected and reading: they have to become equal to fresh ones. */
  async #settle(when: string): Promise<void> {
    for (const browser of this.#browsers) {
      browser.pause(false)
      if (!browser.isConnected) await browser.connect()
    }
    for (const browser of this.#browsers) {
      let fresh = ""
      const isFresh = async () => {
        // A stream that was cut off comes back, as in a browser.
        if (!browser.isConnected) await browser.connect()
        fresh = await browser.fresh()
        return browser.page.views === fresh
      }
      await expect
        .poll(isFresh, { timeout: 15_000, interval: 50 })
        .toBe(true)
        .catch((cause: unknown) => {
          const difference = differenceOf(fresh, browser.page.views)
          throw new Error(
            `${browser.user} ${when}:\n${difference}\n\n${this.#log.slice(-30).join("\n")}`,
            { cause },
          )
        })
    }
  }
}

/** The views that differ, as both have them. */
function differenceOf(fresh: string, shown: string): string {
  const split = (text: string) =>
    text.replaceAll(/[xy]{9,}/g, "x…").split(/(?=<(?:ul|ol|span|div) id=)/)
  const views = split(shown)
  return split(fresh)
    .flatMap((view, index) =>
      view === views[index] ? [] : [`fresh: ${view}\nshown: ${views[index]}`],
    )
    .join("\n")
}
