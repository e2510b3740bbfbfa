// The bytes of a request body: read up to a limit, and never left on the wire when the response is sent.
import { NitroError } from "../../shared/errors.ts"
import "../contract/errors.ts"
import { tooLarge } from "../contract/limits.ts"

/** Bytes and milliseconds that an unread body may take before its connection is given up. */
const discardBytes = 16 * 1024 * 1024
const discardMs = 5000

/** The body as the host has read it; undefined if it is still in the request. */
export type SentBody = string | Uint8Array<ArrayBuffer> | undefined

/** @throws NITRO_BODY_TOO_LARGE, NITRO_BAD_REQUEST when the body ends early. */
export function readText(request: Request, maxBytes: number, sent?: SentBody): Promise<string> {
  if (sent === undefined && request.headers.get("content-length") !== null) {
    assertDeclaredLength(request, maxBytes)
    // The HTTP server ends the body at the declared length, so the fast path needs no counting.
    return request.text().then(undefined, endedEarly)
  }
  return readWhole(request, maxBytes, sent)
}

async function readWhole(request: Request, maxBytes: number, sent: SentBody): Promise<string> {
  if (sent === undefined)
    return request.body === null
      ? ""
      : new TextDecoder().decode(await readBounded(request.body, maxBytes))
  assertLength(sent, maxBytes)
  return typeof sent === "string" ? sent : new TextDecoder().decode(sent)
}

/** @throws as `readText`. */
export async function readBytes(
  request: Request,
  maxBytes: number,
  sent?: SentBody,
): Promise<Uint8Array<ArrayBuffer>> {
  if (sent !== undefined) {
    assertLength(sent, maxBytes)
    return typeof sent === "string" ? new TextEncoder().encode(sent) : sent
  }
  assertDeclaredLength(request, maxBytes)
  return request.body === null ? new Uint8Array() : await readBounded(request.body, maxBytes)
}

/**
 * Reads the rest of a body and drops it, so that the client gets its response and the connection serves the next request.
 * False if too much is left: the connection must be closed after the response.
 */
export async function discardBody(request: Request): Promise<boolean> {
  const { body } = request
  if (body === null || body.locked) return true
  const reader = body.getReader()
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<undefined>(resolve => {
    timer = setTimeout(resolve, discardMs, undefined)
  })
  try {
    for (let left = discardBytes; left > 0; ) {
      const read = await Promise.race([reader.read(), timeout])
      if (read === undefined) return false
      if (read.done) return true
      left -= read.value.byteLength
    }
    return false
  } catch {
    // The client has left.
    return true
  } finally {
    clearTimeout(timer)
  }
}

function assertLength(sent: string | Uint8Array, maxBytes: number): void {
  if ((typeof sent === "string" ? Buffer.byteLength(sent) : sent.byteLength) > maxBytes)
    throw tooLarge(maxBytes)
}

/** @throws NITRO_BODY_TOO_LARGE when the declared length exceeds the limit. */
export function assertDeclaredLength(request: Request, maxBytes: number): void {
  const declared = request.headers.get("content-length")
  if (declared !== null && !(Number(declared) <= maxBytes)) throw tooLarge(maxBytes)
}

async function readBounded(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(endedEarly)
      if (done) return new Uint8Array(Buffer.concat(chunks))
      size += value.byteLength
      if (size > maxBytes) throw tooLarge(maxBytes)
      chunks.push(value)
    }
  } finally {
    // Without canceling, which would end the connection before the client sees its response: `discardBody` reads the rest.
    reader.releaseLock()
  }
}

/** Reading fails when the client leaves: that is its own doing and no failure of the server. */
export function endedEarly(cause: unknown): never {
  throw new NitroError("NITRO_BAD_REQUEST", "The request body ended before it was complete.", {
    cause,
  })
}
