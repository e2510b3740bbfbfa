// A server under test in a process of its own, the requests it gets, and the CPU time it spends on them.
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { Agent, type IncomingMessage, request } from "node:http"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: IncomingMessage["headers"]
}

export interface RequestOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export class BenchServer {
  readonly #child: ChildProcess
  readonly #url: URL
  readonly #agent: Agent

  private constructor(child: ChildProcess, url: string, connections: number) {
    this.#child = child
    this.#url = new URL(url)
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections })
  }

  /** Starts `file` (relative to the project) in `cwd` as production would, and resolves once it prints where it listens. */
  static async start(
    file: string,
    {
      cwd,
      connections = 4,
      env = {},
      execArgv = [],
    }: {
      cwd: string
      connections?: number
      env?: NodeJS.ProcessEnv
      execArgv?: readonly string[]
    },
  ): Promise<BenchServer> {
    const child = spawn(
      process.execPath,
      [
        ...execArgv,
        "--import",
        join(root, "bench/support/cpu-probe.mjs"),
        "--import",
        join(root, "node_modules/tsx/dist/loader.mjs"),
        join(root, file),
      ],
      {
        cwd,
        env: {
          ...process.env,
          NODE_ENV: "production",
          PORT: "0",
          HOST: "127.0.0.1",
          TSX_TSCONFIG_PATH: join(root, "tsconfig.json"),
          ...env,
        },
        stdio: ["ignore", "pipe", 2, "ipc"],
      },
    )
    const url = await new Promise<string>((resolve, reject) => {
      let text = ""
      child.once("exit", code =>
        reject(new Error(`${file} ended with code ${code} before it listened.`)),
      )
      child.stdout?.on("data", data => {
        text += data
        const found = /listening on (http:\/\/\S+)/.exec(text)?.[1]
        if (found) resolve(found)
      })
    })
    return new BenchServer(child, url, connections)
  }

  get origin(): string {
    return this.#url.origin
  }

  send(path: string, { method = "GET", headers = {}, body }: RequestOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }
      const options = {
        host: this.#url.hostname,
        port: this.#url.port,
        path,
        method,
        headers: { ...headers, ...length },
        agent: this.#agent,
      }
      const outgoing = request(options, incoming => {
        const parts: Buffer[] = []
        incoming.on("data", part => parts.push(part))
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            body: Buffer.concat(parts).toString(),
            headers: incoming.headers,
          }),
        )
        incoming.on("error", reject)
      })
      outgoing.on("error", reject)
      outgoing.end(body)
    })
  }

  /** Opens a stream and keeps it open; counts what comes. */
  async openStream(
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ bytes(): number; close(): void }> {
    const outgoing = request({ host: this.#url.hostname, port: this.#url.port, path, headers })
    outgoing.end()
    const [incoming] = (await once(outgoing, "response")) as [IncomingMessage]
    const type = incoming.headers["content-type"] ?? ""
    if (!type.startsWith("text/event-stream"))
      throw new Error(`${path} answers ${incoming.statusCode} ${type}, not a stream.`)
    let bytes = 0
    incoming.on("data", part => (bytes += part.length))
    incoming.on("error", () => {})
    return { bytes: () => bytes, close: () => outgoing.destroy() }
  }

  /** Sends `count` requests, `concurrency` at a time; gives the CPU microseconds that the server spent on each. */
  async cpuPerRequest(
    count: number,
    concurrency: number,
    send: (i: number) => Promise<unknown>,
  ): Promise<number> {
    const before = await this.cpu()
    let next = 0
    const lane = async (): Promise<void> => {
      while (next < count) await send(next++)
    }
    await Promise.all(Array.from({ length: concurrency }, lane))
    // What answers leave for later, such as patches to open pages, belongs to them.
    await new Promise(resolve => setTimeout(resolve, 20))
    return ((await this.cpu()) - before) / count
  }

  // No garbage collection is forced: it would throw away what the server has warmed up, and collecting is part of its work.
  /** CPU microseconds spent so far. */
  cpu(): Promise<number> {
    return this.#question("cpu")
  }

  /** Resident bytes after a collection; start it with `--expose-gc`. */
  memory(): Promise<number> {
    return this.#question("memory")
  }

  async #question(text: string): Promise<number> {
    const answer = once(this.#child, "message")
    this.#child.send(text)
    const [figure] = (await answer) as [number]
    return figure
  }

  async close(): Promise<void> {
    this.#agent.destroy()
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, "exit")
    this.#child.kill("SIGTERM")
    await ended
  }
}
