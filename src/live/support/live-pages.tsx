// An app with live pages for tests, and browsers that open them.
import { respond } from "nitro-ts/actions"
import { nitro } from "nitro-ts/fetch"
import { Page } from "nitro-ts/html"
import { expect } from "vitest"
import { roundMs } from "../rounds.ts"
import { PageModel } from "./page-model.ts"

export const origin = "http://app.test"

export interface Options extends Partial<Parameters<typeof nitro>[0]> {
  readonly view: (request: Request) => unknown
}

/** A nitro app with one page, as its users reach it. */
export function makeApp({ view, ...options }: Options) {
  const handle = nitro(options)
  const open: LiveStream[] = []
  const get = (path: string, headers: Record<string, string> = {}, signal?: AbortSignal) => {
    const request = new Request(origin + path, { headers, ...(signal && { signal }) })
    return handle(request, () => respond(<Page title="Tasks">{view(request) as never}</Page>))
  }
  return {
    handle,
    get,
    page: async (path = "/", headers: Record<string, string> = {}) =>
      (await get(path, headers)).text(),
    async open(page: string, headers: Record<string, string> = {}): Promise<LiveStream> {
      const response = await get(streamPath(page), headers)
      expect(response.status).toBe(200)
      const stream = new LiveStream(response)
      open.push(stream)
      return stream
    },
    async close(): Promise<void> {
      await Promise.all(open.splice(0).map(stream => stream.close()))
      await handle.close()
    },
  }
}
export type TestApp = ReturnType<typeof makeApp>

/** The address of the stream that the page's script requests. */
export function streamPath(page: string): string {
  const expression =
    /data-init="([^"]*)"/.exec(page)?.[1]?.replaceAll("&#39;", "'").replaceAll("&amp;", "&") ?? ""
  const path = /@get\('([^']+)'/.exec(expression)?.[1]
  if (!path) throw new Error(`The page opens no stream: ${page}`)
  return JSON.parse(`"${path}"`) as string
}

/** Lets `count` turns of the event loop pass. */
export async function turns(count: number, each: () => void = () => {}): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    each()
    await new Promise(resolve => setImmediate(resolve))
  }
}

/** Lets everything happen that needs no more time than two rounds of the live views, and calls `each` all along. */
export async function rest(each?: () => void): Promise<void> {
  await turns(20, each)
  for (let round = 0; round < 2; round++) {
    await new Promise(resolve => setTimeout(resolve, roundMs + 1))
    await turns(20, each)
  }
}

export class LiveStream {
  /** Everything that came. */
  text = ""
  lastId: string | undefined
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #decoder = new TextDecoder()
  #buffer = ""
  #pending: Promise<boolean> | undefined

  constructor(response: Response) {
    this.#reader = (response.body as ReadableStream<Uint8Array>).getReader()
  }

  /** Events since the last call, waiting for at least one; heartbeats and ids left out. */
  async next(): Promise<string[]> {
    for (;;) {
      const events = this.#take()
      if (events.length > 0) return events
      if (await this.read()) throw new Error("The stream ended.")
    }
  }

  /** Events that came within two rounds; for "nothing happens". */
  async quiet(): Promise<string[]> {
    await rest(() => this.read().catch(() => undefined))
    return this.#take()
  }

  /** Resolves once the stream has ended from the other side. */
  async ended(): Promise<void> {
    while (!(await this.read()));
  }

  /** Takes one piece; true at the end. */
  read(): Promise<boolean> {
    this.#pending ??= this.#reader.read().then(({ value, done }) => {
      this.#pending = undefined
      const text = done ? "" : this.#decoder.decode(value, { stream: true })
      this.#buffer += text
      this.text += text
      return done
    })
    return this.#pending
  }

  #take(): string[] {
    const whole = this.#buffer.slice(0, this.#buffer.lastIndexOf("\n\n") + 2)
    this.#buffer = this.#buffer.slice(whole.length)
    for (const [, id] of whole.matchAll(/^id: (.*)$/gm)) this.lastId = id
    return whole.split("\n\n").filter(event => event.startsWith("event:"))
  }

  close(): Promise<void> {
    return this.#reader.cancel()
  }
}

/** A browser with one page open: what it shows is in `page`. */
export class TestBrowser {
  page = new PageModel("", true)
  stream: LiveStream | undefined
  #address = ""
  #taken = 0
  readonly #app: TestApp
  readonly headers: Record<string, string>

  constructor(
    app: TestApp,
    { moves = true, ...headers }: { readonly moves?: boolean } & Record<string, unknown> = {},
  ) {
    this.#app = app
    this.headers = { ...(moves && { "nitro-client": "1" }), ...(headers as Record<string, string>) }
  }

  async load(path = "/"): Promise<void> {
    const html = await this.#app.page(path, this.headers)
    this.page = new PageModel(html, "nitro-client" in this.headers)
    this.#address = streamPath(html)
    await this.connect()
  }

  async connect(): Promise<void> {
    const last = this.page.lastId === undefined ? {} : { "last-event-id": this.page.lastId }
    const response = await this.#app.get(this.#address, { ...this.headers, ...last })
    // The page itself, which the client takes on.
    if (response.status === 303) return await this.load(response.headers.get("location") as string)
    expect(response.status).toBe(200)
    this.stream = new LiveStream(response)
    this.#taken = 0
  }

  /** Requests the missed updates, without a stream. */
  async poll(): Promise<void> {
    const last = this.page.lastId === undefined ? {} : { "last-event-id": this.page.lastId }
    this.page.take(
      await (
        await this.#app.get(`${this.#address}&_nitro_once=1`, { ...this.headers, ...last })
      ).text(),
    )
  }

  /** Shows what came so far. */
  async settle(): Promise<void> {
    await this.stream?.quiet()
    const text = this.stream?.text ?? ""
    this.page.take(text.slice(this.#taken))
    this.#taken = text.length
  }

  async disconnect(): Promise<void> {
    this.page.cut()
    await this.stream?.close()
    this.stream = undefined
  }

  /** The same page, loaded anew. */
  async fresh(path = "/"): Promise<string> {
    return new PageModel(await this.#app.page(path, this.headers), true).views
  }
}
