// One round of one contender: a fresh server, its readers, changes that they are sent, and what all that cost.
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { BenchServer } from "../support/server.ts"
import type { Command, Heard, Opened } from "./clients.ts"

export interface Figures {
  readonly openCpu: number
  readonly openMs: number
  readonly memory: number
  readonly quiet: Broadcasts
  readonly loaded: Broadcasts
  /** Of other requests while changes are sent, and while none are. */
  readonly otherMs: number
  readonly idleMs: number
}

export interface Broadcasts {
  readonly cpu: number
  readonly p99: number
}

export interface Setting {
  readonly file: string
  readonly env?: NodeJS.ProcessEnv
  readonly readers: number
  readonly headers: string
  /** All readers but the first take gzip. */
  readonly isGzip: boolean
}

const warmUp = { readers: 100, broadcasts: 60 }
const broadcasts = 12
const timeoutMs = 20_000
/** Other requests are timed for so long without any change. */
const idleMs = 1500
let sample = ""

export async function measureRound(setting: Setting): Promise<Figures> {
  const server = await BenchServer.start(setting.file, {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    execArgv: ["--expose-gc"],
    env: setting.env ?? {},
  })
  const { port } = new URL(server.origin)
  const helpers: Helper[] = []
  try {
    const clients = await Helper.start("clients.ts", port)
    helpers.push(clients)
    const requests = await Helper.start("requests.ts", port)
    helpers.push(requests)
    return await measure(setting, server, clients, requests)
  } finally {
    for (const helper of helpers) await helper.close()
    await server.close()
  }
}

async function measure(
  { readers, headers, isGzip }: Setting,
  server: BenchServer,
  clients: Helper,
  requests: Helper,
): Promise<Figures> {
  const path = streamOf((await server.send("/", { headers: { accept: "text/html" } })).body)
  let tick = 0
  const change = async (): Promise<Heard> => {
    tick += 1
    // What ours sends, as the bytes that the rival writes; the marker is as long in both.
    const body = sample.replace(/t\d+\./, `t${tick}.`)
    return await clients.ask<Heard>({ do: "broadcast", tick, body, timeoutMs })
  }
  const many = async (count: number, pauseMs: number): Promise<Broadcasts> => {
    const before = await server.cpu()
    const slowest: number[] = []
    for (let i = 0; i < count; i++) {
      const { ms, sample: text } = await change()
      sample ||= eventOf(text)
      slowest.push(percentile(ms, 0.99))
      if (pauseMs > 0) await new Promise(resolve => setTimeout(resolve, pauseMs))
    }
    return { cpu: ((await server.cpu()) - before) / count / 1000, p99: percentile(slowest, 0.5) }
  }
  const open = (count: number): Promise<Opened> =>
    clients.ask({ do: "open", count, path, headers, isGzip })
  // Opened and closed more than once: code that opens and closes is warm too.
  for (let turn = 0; turn < 3; turn++) {
    await open(warmUp.readers)
    await many(warmUp.broadcasts / 3, 0)
    await clients.ask({ do: "close" })
  }
  const before = { memory: await server.memory(), cpu: await server.cpu() }
  const { ms } = await open(readers)
  const openCpu = ((await server.cpu()) - before.cpu) / readers
  const memory = ((await server.memory()) - before.memory) / readers
  await many(3, 0)
  const quiet = await many(broadcasts, 0)
  await requests.ask("start")
  await new Promise(resolve => setTimeout(resolve, idleMs))
  const idle = await requests.ask<number[]>("stop")
  await requests.ask("start")
  const loaded = await many(broadcasts, 30)
  const times = await requests.ask<number[]>("stop")
  return {
    openCpu,
    openMs: ms / readers,
    memory,
    quiet,
    loaded,
    otherMs: percentile(times, 0.99),
    idleMs: percentile(idle, 0.99),
  }
}

/** The address of the page's stream. */
function streamOf(page: string): string {
  const path = /data-init="[^"]*?@get\((?:'|&#39;|&quot;)([^'"&]+(?:&amp;[^'"&]+)*)/.exec(page)?.[1]
  if (path === undefined) throw new Error(`The page opens no stream: ${page.slice(0, 500)}`)
  return path.replaceAll("&amp;", "&")
}

/** One event and its id out of a chunk of HTTP/1.1. */
function eventOf(text: string): string {
  const event = /event: [\s\S]*?\n\n(?=\r\n|$)/.exec(text)?.[0]
  if (event === undefined) throw new Error(`No event in ${text.slice(0, 500)}`)
  return event
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** A process that does as it is told, and ends with this one. */
class Helper {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  static async start(file: string, port: string): Promise<Helper> {
    const child = fork(fileURLToPath(new URL(file, import.meta.url)), [port], {
      execArgv: ["--import", "tsx"],
      stdio: ["ignore", 2, 2, "ipc"],
    })
    const helper = new Helper(child)
    await helper.#answer()
    return helper
  }

  async ask<T>(command: Command | "start" | "stop"): Promise<T> {
    const answer = this.#answer()
    this.#child.send(command)
    return (await answer) as T
  }

  async #answer(): Promise<unknown> {
    const ended = new AbortController()
    const { signal } = ended
    try {
      const [{ result, error }] = (await Promise.race([
        once(this.#child, "message", { signal }),
        once(this.#child, "exit", { signal }).then(([code]) => {
          throw new Error(`A process of the bench ended with code ${code}.`)
        }),
      ])) as [{ result?: unknown; error?: string }]
      if (error !== undefined) throw new Error(error)
      return result
    } finally {
      ended.abort()
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, "exit")
    this.#child.disconnect()
    await ended
  }
}
