// The stream of a live page over a WebSocket, by public imports alone: what a host of another kind has to write.
import { createHash } from "node:crypto"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { attachStream, type Frame, type Sink } from "nitro-ts/live"

const binary = 0x82
const close = Buffer.from([0x88, 0])
const maxQueuedBytes = 64 * 1024
const messages = new WeakMap<Frame, Buffer>()

/** RFC 6455, 5.2: one message, not masked. Made once for all streams that send the frame. */
function messageOf(frame: Frame): Buffer {
  let message = messages.get(frame)
  if (message === undefined) {
    const { byteLength: length } = frame.bytes
    const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
    head[0] = binary
    head[1] = length < 126 ? length : length < 65_536 ? 126 : 127
    if (head.length === 4) head.writeUInt16BE(length, 2)
    if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2)
    message = Buffer.concat([head, frame.bytes])
    messages.set(frame, message)
  }
  return message
}

function sinkOf(socket: Duplex): Sink {
  let drained = (): void => {}
  socket.on("drain", () => drained())
  return {
    write(frame) {
      socket.write(messageOf(frame))
      return socket.writableLength <= maxQueuedBytes
    },
    get queuedBytes() {
      return socket.writableLength
    },
    onDrain(listener) {
      drained = listener
    },
    close: () => void socket.end(close),
  }
}

/** Answers an upgrade with the stream that `response` is, or with the status of any other. */
export function upgrade(req: IncomingMessage, socket: Duplex, response: Response): void {
  socket.on("error", () => {})
  if (!response.headers.get("content-type")?.startsWith("text/event-stream"))
    return void socket.end(`HTTP/1.1 ${response.status} No\r\nconnection: close\r\n\r\n`)
  const key = `${req.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
  const accept = createHash("sha1").update(key).digest("base64")
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  )
  const end = attachStream(response, sinkOf(socket))
  socket.once("close", () => end?.())
  socket.resume().once("end", () => socket.destroy())
}
