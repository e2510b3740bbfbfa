// A sink for hosts on node:http: a `ServerResponse`, or whatever a middleware has put in its place.
import { OutgoingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { Writable } from "node:stream"
import type { Frame, Sink } from "../live/index.ts"
import { maxQueuedBytes } from "../live/internal.ts"
import { chunkOf } from "./chunk.ts"
import { chunkOfFrame, deflatedFrame } from "./frames.ts"
import { GzipSum, gzipHead } from "./gzip.ts"

/** Whether nothing looks at what is written: no middleware has replaced `write`, as those do that compress. */
export function isUntouched(res: Writable): res is ServerResponse {
  return res instanceof ServerResponse && res.write === OutgoingMessage.prototype.write
}

/**
 * Writes to `res`, whose headers are set or sent. On an untouched chunked response, frames go to its socket as the
 * chunks that all streams share: node would write the length, two line ends and the bytes apart, for each of them.
 */
export class NodeSink implements Sink {
  readonly #res: Writable
  readonly #gzip: GzipSum | undefined
  #hasHead = false
  /** Undefined until the head is on its way. */
  #socket: Socket | false | undefined
  #isWaiting = false
  #onDrain = (): void => {}

  /** `isGzip`: the head says so. */
  constructor(res: Writable, isGzip: boolean) {
    this.#res = res
    this.#gzip = isGzip ? new GzipSum() : undefined
    res.on("error", ignore)
  }

  write(frame: Frame): boolean {
    if (isOver(this.#res)) return false
    const socket = this.#socket
    if (socket) {
      // A socket of a server with another `highWaterMark` emits `drain` only after a write that returned false.
      const accepts = socket.write(this.#chunk(frame))
      return accepts || socket.writableLength <= maxQueuedBytes || this.#wait(socket)
    }
    const accepts = this.#res.write(this.#encoded(frame))
    // A middleware that compresses gathers its input until it is flushed.
    if ("flush" in this.#res && typeof this.#res.flush === "function") this.#res.flush()
    if (socket === undefined) this.#socket = socketOf(this.#res)
    return accepts || this.#wait(this.#res)
  }

  #chunk(frame: Frame): Uint8Array {
    if (this.#gzip === undefined) return chunkOfFrame(frame)
    const deflated = deflatedFrame(frame)
    this.#gzip.add(deflated)
    return deflated.chunk
  }

  #encoded(frame: Frame): Uint8Array {
    if (this.#gzip === undefined) return frame.bytes
    const deflated = deflatedFrame(frame)
    this.#gzip.add(deflated)
    if (this.#hasHead) return deflated.bytes
    this.#hasHead = true
    return Buffer.concat([gzipHead, deflated.bytes])
  }

  #wait(writable: Writable): false {
    if (!this.#isWaiting) {
      this.#isWaiting = true
      writable.once("drain", () => {
        this.#isWaiting = false
        this.#onDrain()
      })
    }
    return false
  }

  get queuedBytes(): number {
    const queued = (this.#socket || this.#res).writableLength
    // Bytes held by a middleware are not counted.
    return this.#isWaiting ? Math.max(queued, 1) : queued
  }

  onDrain(listener: () => void): void {
    this.#onDrain = listener
  }

  close(): void {
    if (this.#gzip !== undefined && !isOver(this.#res)) {
      const { end } = this.#gzip
      if (this.#socket) this.#socket.write(chunkOf(end))
      else this.#res.write(end)
    }
    this.#res.end()
  }
}

/** Something else may have ended the response, such as a middleware: its socket is that of the next response then. */
function isOver({ destroyed, writableEnded }: Writable): boolean {
  return destroyed || writableEnded
}

// The end of the connection is what matters, and `close` says it.
const ignore = (): void => {}

/** The socket that chunks may go to; false if there is none, undefined while earlier responses are pending. */
function socketOf(res: Writable): Socket | false | undefined {
  if (!isUntouched(res) || !res.chunkedEncoding) return false
  return res.socket ?? undefined
}
