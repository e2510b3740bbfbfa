// Streams of live pages on hosts of node:http: they write to the response itself, without a web stream between.
import type { ServerResponse } from "node:http"
import { PassThrough, type Writable } from "node:stream"
import type { OpenedStream, StreamHost } from "../live/internal.ts"
import { isUntouched, NodeSink } from "./node-sink.ts"

/** The body of a response that srvx sends: it gets the response, or a stream of node's where a middleware reads the body. */
export class StreamBody implements AsyncIterable<Uint8Array> {
  readonly #stream: OpenedStream
  readonly #isGzip: boolean
  readonly #res: Writable | undefined

  /** `res`: the response whose end ends the stream anyway. */
  constructor(stream: OpenedStream, isGzip: boolean, res: Writable | undefined) {
    this.#stream = stream
    this.#isGzip = isGzip
    this.#res = res
  }

  /** For a web `Response`, which knows no `pipe`. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.pipe(new PassThrough())[Symbol.asyncIterator]()
  }

  pipe<W extends Writable>(writable: W): W {
    const stream = this.#stream
    if (this.#res !== writable) writable.once("close", () => stream.end())
    stream.attach(new NodeSink(writable, this.#isGzip))
    return writable
  }

  destroy(): void {
    this.#stream.end()
  }
}

const streamResponses = new WeakSet<Response>()

/** Whether it is the stream of a live page, and no copy of it. */
export const isStream = (response: Response): boolean => streamResponses.has(response)

interface NodeHostRequest extends Request {
  readonly runtime?: { readonly node?: { readonly res?: ServerResponse } }
}

type Responses = new (body: StreamBody, init: ResponseInit) => Response

/** `Response` is srvx's own class, which takes anything with `pipe` for a body. */
export function nodeStreams(Response: Responses): StreamHost {
  const responseOf = ({ runtime }: NodeHostRequest): ServerResponse | undefined =>
    runtime?.node?.res
  return {
    onGone(request, listener) {
      const res = responseOf(request)
      if (res === undefined) return
      res.on("close", listener)
      if (res.destroyed) listener()
    },
    respond(request, stream, headers) {
      const res = responseOf(request)
      const isGzip =
        res !== undefined && isUntouched(res) && takesGzip(request.headers.get("accept-encoding"))
      const response = new Response(new StreamBody(stream, isGzip, res), {
        headers: isGzip
          ? [...headers, ["content-encoding", "gzip"], ["vary", "accept-encoding"]]
          : headers,
      })
      streamResponses.add(response)
      return response
    },
  }
}

/** RFC 9110, 12.5.3: listed, and not with a weight of 0. */
function takesGzip(accepted: string | null): boolean {
  const listed = /(?:^|,)\s*gzip\s*(?:;\s*q=([\d.]+)\s*)?(?:,|$)/i.exec(accepted ?? "")
  return listed !== null && Number(listed[1] ?? 1) > 0
}
