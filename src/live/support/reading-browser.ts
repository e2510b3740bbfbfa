// A browser for the random test: loads a page, reads its stream, may stop reading or lose its connection in the middle.
import { streamPath } from "./live-pages.tsx"
import { PageModel } from "./page-model.ts"

/** Sends a request to a server, over HTTP or without. */
export type Ask = (path: string, headers: Record<string, string>) => Promise<Response>

interface Connection {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>
  readonly decoder: InstanceType<typeof TextDecoder>
}

export class ReadingBrowser {
  page = new PageModel("", true)
  user: string
  readonly #moves: boolean
  readonly #ask: Ask
  #address = ""
  #connection: Connection | undefined
  #isPaused = false
  #isReading = false

  constructor(user: string, moves: boolean, ask: Ask) {
    this.user = user
    this.#moves = moves
    this.#ask = ask
  }

  get isConnected(): boolean {
    return this.#connection !== undefined
  }

  async load(): Promise<void> {
    this.drop()
    const html = await this.#text("/")
    this.page = new PageModel(html, this.#moves)
    this.#address = streamPath(html)
  }

  /** The content of a page loaded now. */
  async fresh(): Promise<string> {
    return new PageModel(await this.#text("/"), true).views
  }

  async #text(path: string, more: Record<string, string> = {}): Promise<string> {
    const response = await this.#ask(path, { cookie: `user=${this.user}`, ...more })
    const text = await response.text()
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text}`)
    return text
  }

  get #headers(): Record<string, string> {
    const last = this.page.lastId === undefined ? {} : { "last-event-id": this.page.lastId }
    return { cookie: `user=${this.user}`, ...(this.#moves && { "nitro-client": "1" }), ...last }
  }

  /** Opens the stream again; without effect while the server cannot be reached, or responds with 503. */
  async connect(): Promise<void> {
    this.drop()
    this.#isPaused = false
    const response = await this.#ask(this.#address, this.#headers).catch(() => undefined)
    if (response?.status !== 200) return void response?.body?.cancel()
    this.#connection = {
      reader: (response.body as ReadableStream<Uint8Array>).getReader(),
      decoder: new TextDecoder(),
    }
    void this.#read()
  }

  async poll(): Promise<void> {
    this.drop()
    this.page.take(await this.#text(`${this.#address}&_nitro_once=1`, this.#headers))
  }

  /** Stops reading, or goes on. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused
    void this.#read()
  }

  async #read(): Promise<void> {
    const connection = this.#connection
    if (this.#isReading || connection === undefined) return
    this.#isReading = true
    const { reader, decoder } = connection
    while (!this.#isPaused && this.#connection === connection) {
      const piece = await reader.read().catch(() => undefined)
      if (this.#connection !== connection) break
      if (piece?.value === undefined) this.#lose()
      else this.page.take(decoder.decode(piece.value, { stream: true }))
    }
    this.#isReading = false
    if (this.#connection !== connection) void this.#read()
  }

  /** The connection breaks, in the middle of whatever is on its way. */
  drop(): void {
    this.#connection?.reader.cancel().catch(() => undefined)
    this.#lose()
  }

  #lose(): void {
    this.#connection = undefined
    this.page.cut()
  }
}
