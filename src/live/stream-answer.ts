// The HTTP answer of a stream: an event stream that stays open, one that ends with what was missed, or 503.
import { sseHeaders } from "../datastar/index.ts"
import type { LiveRequest } from "./live-request.ts"
import { sinkBody } from "./sink.ts"
import type { Stream } from "./stream.ts"

/** No stream now: the page tries again. */
export function busyAnswer(): Response {
  return new Response(null, { status: 503, headers: { "retry-after": "5", "cache-control": "no-store" } })
}

/** Call once the page has been rendered, so that every topic is known. */
export async function answerStream(request: LiveRequest, stream: Stream, once: boolean): Promise<Response> {
  try {
    await stream.ready()
  } catch (error) {
    stream.end()
    throw error
  }
  if (stream.state === "ended") return busyAnswer()
  if (once) return new Response(missed(request, stream), { headers: sseHeaders })
  const body = sinkBody(
    sink => stream.attach(request, sink),
    () => stream.end(),
  )
  return new Response(body, { headers: sseHeaders })
}

/** What the page missed, with the cursor that it has then. */
function missed(request: LiveRequest, stream: Stream): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = []
  stream.attach(request, {
    write: bytes => pieces.push(bytes) > 0,
    queuedBytes: 0,
    onDrain() {},
    close() {},
  })
  stream.end()
  return Buffer.concat(pieces)
}
