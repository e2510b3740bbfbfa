// Many readers of one stream in a process of their own: plain sockets, so that they cost as little as they can.
import { connect, type Socket } from "node:net"

export type Command =
  | {
      readonly do: "open"
      readonly count: number
      readonly path: string
      readonly headers: string
      readonly isGzip: boolean
    }
  | {
      readonly do: "broadcast"
      readonly tick: number
      readonly body: string
      readonly timeoutMs: number
    }
  | { readonly do: "close" }

export interface Opened {
  readonly ms: number
}
export interface Heard {
  /** Milliseconds from the request that made the change to the arrival at each reader, in the order of arrival. */
  readonly ms: readonly number[]
  /** The event as the first reader got it, without chunks. */
  readonly sample: string
}

const port = Number(process.argv[2])
interface Reader {
  readonly socket: Socket
  rest: string
  isOpen: boolean
  /** The last marker that came. */
  heard: string
}
const readers: Reader[] = []
let marker = ""
let onMarker = (_text: string): void => {}
let onOpen = (): void => {}

/** To inflate would cost the readers more than the server spends. The first reader takes none, and shows what is sent. */
function open(path: string, headers: string, isGzip: boolean): void {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true })
  const reader: Reader = { socket, rest: "", isOpen: false, heard: "" }
  readers.push(reader)
  const accepted = isGzip ? "accept-encoding: gzip\r\n" : ""
  socket.write(
    `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n${accepted}${headers}\r\n`,
  )
  socket.on("data", data => {
    if (isGzip && reader.isOpen) {
      if (marker === "" || reader.heard === marker) return
      reader.heard = marker
      onMarker("")
      return
    }
    const text = reader.rest + data.toString("latin1")
    if (!reader.isOpen) {
      if (!/^HTTP\/1.1 200/.test(text)) throw new Error(`Not a stream: ${text.slice(0, 300)}`)
      if (!text.includes("\r\n\r\n")) {
        reader.rest = text
        return
      }
      if (isGzip && !/^content-encoding: gzip/im.test(text)) throw new Error(`Not gzip: ${text}`)
      reader.isOpen = true
      onOpen()
    }
    if (marker !== "" && text.includes(marker)) {
      reader.rest = ""
      onMarker(text)
    } else reader.rest = text.slice(-24)
  })
  socket.on("error", () => {})
}

async function openMany(
  count: number,
  path: string,
  headers: string,
  isGzip: boolean,
): Promise<Opened> {
  const startedAt = performance.now()
  let done = 0
  let started = 0
  await new Promise<void>(resolve => {
    const next = (): void => {
      if (started < count) {
        started++
        open(path, headers, isGzip && readers.length > 0)
      }
    }
    onOpen = () => {
      done++
      if (done === count) resolve()
      else next()
    }
    for (let lane = 0; lane < 64; lane++) next()
  })
  return { ms: performance.now() - startedAt }
}

async function broadcast(tick: number, body: string, timeoutMs: number): Promise<Heard> {
  marker = `t${tick}.`
  const ms: number[] = []
  let sample = ""
  const startedAt = performance.now()
  const all = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () =>
        reject(new Error(`${ms.length} of ${readers.length} got ${marker} in ${timeoutMs} ms.`)),
      timeoutMs,
    )
    onMarker = text => {
      sample ||= text
      ms.push(performance.now() - startedAt)
      if (ms.length < readers.length) return
      clearTimeout(timer)
      resolve()
    }
  })
  // A connection of its own: what it costs to open is the same for all.
  const trigger = connect({ port, host: "127.0.0.1" })
  trigger.end(
    `POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  trigger.resume().on("error", () => {})
  await all
  return { ms, sample }
}

async function run(command: Command): Promise<Opened | Heard | undefined> {
  if (command.do === "open")
    return await openMany(command.count, command.path, command.headers, command.isGzip)
  if (command.do === "broadcast")
    return await broadcast(command.tick, command.body, command.timeoutMs)
  for (const { socket } of readers) socket.destroy()
  readers.length = 0
  marker = ""
  return undefined
}

process.on("message", async (command: Command) => {
  try {
    process.send?.({ result: await run(command) })
  } catch (error) {
    process.send?.({ error: String(error) })
  }
})
process.on("disconnect", () => process.exit(0))
process.send?.({ result: "ready" })
