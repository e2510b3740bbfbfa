// Reads the signals of a page from the query or the body.
import { markData } from "../shared/data.ts"
import { isObject } from "../shared/guards.ts"
import { codeOf } from "../shared/thrown.ts"
import { datastarError } from "./errors.ts"

export interface ReadSignalsOptions {
  /** Largest JSON text in bytes. Default 1 MiB. */
  readonly maxBytes?: number
}

/** True for a request that an action of Datastar made. */
export function isDatastarRequest(request: {
  readonly headers: { get(name: string): string | null }
}): boolean {
  return request.headers.get("datastar-request") === "true"
}

/**
 * The signals of a request: from `?datastar=` with GET, HEAD and DELETE, else from the JSON body. `{}` when it sends
 * none, also for form posts, whose body is left unread. Untrusted: validate before use. Keys `__proto__` and
 * `constructor` are dropped. Throws NITRO_BAD_SIGNALS (400) and NITRO_SIGNALS_TOO_LARGE (413).
 */
export async function readSignals(
  request: Request,
  options: ReadSignalsOptions = {},
): Promise<Record<string, unknown>> {
  const { maxBytes = 1024 * 1024 } = options
  const text = await signalText(request, maxBytes)
  return text.trim() === "" ? {} : parseSignals(text)
}

async function signalText(request: Request, maxBytes: number): Promise<string> {
  if (request.method === "GET" || request.method === "HEAD" || request.method === "DELETE") {
    const text = new URL(request.url).searchParams.get("datastar") ?? ""
    if (new TextEncoder().encode(text).byteLength > maxBytes) tooLarge(maxBytes)
    return text
  }
  const type = request.headers.get("content-type") ?? ""
  if (/^\s*(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(type)) return ""
  return readText(request, maxBytes)
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  if (request.bodyUsed)
    throw datastarError(
      "NITRO_SIGNALS_BODY_USED",
      "The body of this request has already been read.",
    )
  if (Number(request.headers.get("content-length")) > maxBytes) tooLarge(maxBytes)
  if (request.body === null) return ""
  const decoder = new TextDecoder("utf-8", { fatal: true })
  let size = 0
  let text = ""
  try {
    // Leaving the loop early cancels the stream, so a large body is not read to its end.
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength
      if (size > maxBytes) tooLarge(maxBytes)
      text += decoder.decode(chunk, { stream: true })
    }
    return text + decoder.decode()
  } catch (cause) {
    // The decoder's error. A body that breaks off is the connection's error and passes as it is.
    if (codeOf(cause) === "ERR_ENCODING_INVALID_ENCODED_DATA") {
      throw datastarError("NITRO_BAD_SIGNALS", "The signals are not valid UTF-8.", { cause })
    }
    throw cause
  }
}

/** Parses JSON text that must be an object. */
function parseSignals(text: string): Record<string, unknown> {
  let signals: unknown
  try {
    // A key may be spelled with escapes, so any `\u` takes the careful way.
    signals = /__proto__|constructor|\\u/.test(text)
      ? JSON.parse(text, withoutPrototypeKeys)
      : JSON.parse(text)
  } catch (cause) {
    throw datastarError("NITRO_BAD_SIGNALS", "The signals are not valid JSON.", { cause })
  }
  if (!isObject(signals) || Array.isArray(signals)) {
    const what = Array.isArray(signals)
      ? "a list"
      : signals === null
        ? "null"
        : `a ${typeof signals}`
    throw datastarError("NITRO_BAD_SIGNALS", `The signals are ${what}, not an object.`)
  }
  return markData(signals)
}

function withoutPrototypeKeys(key: string, value: unknown): unknown {
  return key === "__proto__" || key === "constructor" ? undefined : value
}

function tooLarge(maxBytes: number): never {
  throw datastarError(
    "NITRO_SIGNALS_TOO_LARGE",
    `The signals of this request are larger than ${maxBytes} bytes.`,
    {
      details: { maxBytes },
    },
  )
}
