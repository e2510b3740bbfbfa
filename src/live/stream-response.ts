// The HTTP response of a stream: an event stream that stays open, one that ends with the missed updates, the way to the page, or 503.
import { sseHeaders } from "../datastar/index.ts"
import { fingerprint, hasSameElements } from "./cursor.ts"
import type { LiveApp } from "./live-app.ts"
import type { LiveRequest } from "./live-request.ts"
import type { Sink } from "./sink.ts"
import type { Stream } from "./stream.ts"
import { type OpenedStream, streamHostOf } from "./stream-host.ts"
import { sinkBody } from "./web-sink.ts"

/** No stream now: the page tries again. */
export function busyResponse(): Response {
  return new Response(null, {
    status: 503,
    headers: { "retry-after": "5", "cache-control": "no-store" },
  })
}

/**
 * The way to the page, if the page lacks an element that a view of it fills; undefined if the stream is the response. Our client takes
 * the whole page on, by a morph.
 */
export function renewal(request: LiveRequest, { renewals }: LiveApp): Response | undefined {
  const { stream, address, layout } = request
  if (
    stream?.page === undefined ||
    !stream.isOfClient ||
    hasSameElements(stream.page.layout, layout)
  )
    return undefined
  if (!renewals.take(fingerprint(`${request.viewer} ${address}`), Date.now())) return undefined
  stream.end()
  return new Response(null, {
    status: 303,
    headers: { location: address, "cache-control": "no-store" },
  })
}

/** Call once the page has been rendered, so that every topic is known. `ours`: headers of the response beside those of every stream. */
export async function respondWithStream(
  request: LiveRequest,
  stream: Stream,
  once: boolean,
  ours: readonly [name: string, value: string][],
): Promise<Response> {
  try {
    await stream.ready()
  } catch (error) {
    stream.end()
    throw error
  }
  if (stream.state === "ended") return busyResponse()
  request.fixLayout()
  const headers = [...Object.entries(sseHeaders), ...ours]
  if (once) return new Response(missed(request, stream), { headers })
  const { source } = request
  const opened: OpenedStream = {
    attach: sink => stream.attach(request, sink),
    end: () => stream.end(),
  }
  const response =
    streamHostOf(source)?.respond(source, opened, headers) ??
    new Response(sinkBody(opened), { headers })
  openedBy.set(response, opened)
  return response
}

const openedBy = new WeakMap<Response, OpenedStream>()

/**
 * Sends the stream that `response` is to a sink of your own, such as a WebSocket, instead of over HTTP. Returns what ends it when the
 * reader has left; undefined where the response is no stream of a live page, or a copy of one: then its status says why.
 */
export function attachStream(response: Response, sink: Sink): (() => void) | undefined {
  const opened = openedBy.get(response)
  if (opened === undefined) return undefined
  openedBy.delete(response)
  opened.attach(sink)
  return opened.end
}

/** The updates that the page missed, with the cursor that it has then. */
function missed(request: LiveRequest, stream: Stream): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = []
  stream.attach(request, {
    write: ({ bytes }) => pieces.push(bytes) > 0,
    queuedBytes: 0,
    onDrain() {},
    close() {},
  })
  stream.end()
  return Buffer.concat(pieces)
}
