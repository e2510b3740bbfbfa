// Reads what a request carries (query, JSON, form, Datastar signals) into plain input, bounded and without surprises.
import type { z } from "zod"
import { NitroError } from "../shared/errors.ts"

export type Input = Record<string, unknown>

export interface RequestInput {
  /** From the query string. Names the route does not know are ignored: links carry tracking parameters. */
  readonly query: Input
  /** From the body. */
  readonly body: Input
  /** Where `body` came from; `signals` are all of a page's signals, of which a route takes the names it knows. */
  readonly kind: "none" | "json" | "form" | "signals"
}

const none: Input = Object.freeze({})
const urlEncoded = "application/x-www-form-urlencoded"
const multipart = "multipart/form-data"

/** Content types that an HTML form sends. */
export function isFormType(type: string): boolean {
  return type.startsWith(urlEncoded) || type.startsWith(multipart)
}

export async function readInput(request: Request, search: string, datastar: boolean, maxBytes: number): Promise<RequestInput> {
  const query = search.length > 1 ? fromParams(new URLSearchParams(search)) : none
  if (request.method === "GET" || request.method === "HEAD" || request.method === "DELETE") {
    const signals = datastar ? query["datastar"] : undefined
    if (typeof signals !== "string") return { query, body: none, kind: "none" }
    return { query, body: objectFrom(parseJson(signals, "The datastar query parameter")), kind: "signals" }
  }
  const type = request.headers.get("content-type") ?? ""
  if (type.startsWith(urlEncoded)) {
    return { query, body: fromParams(new URLSearchParams(await readText(request, maxBytes))), kind: "form" }
  }
  if (type.startsWith(multipart)) {
    return { query, body: fromParams(await readMultipart(request, type, maxBytes)), kind: "form" }
  }
  const text = await readText(request, maxBytes)
  if (text === "") return { query, body: none, kind: "none" }
  if (!type.startsWith("application/json")) {
    throw new NitroError("NITRO_UNSUPPORTED_BODY", `Actions do not read a body of type "${type || "(none)"}".`)
  }
  return { query, body: objectFrom(parseJson(text, "The request body")), kind: datastar ? "signals" : "json" }
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  const declared = request.headers.get("content-length")
  if (declared !== null) {
    // The HTTP server ends the body at the declared length, so the fast path needs no counting.
    if (Number(declared) > maxBytes) throw tooLarge(maxBytes)
    return await request.text()
  }
  return request.body ? new TextDecoder().decode(await readBounded(request.body, maxBytes)) : ""
}

async function readBounded(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

async function readMultipart(request: Request, type: string, maxBytes: number): Promise<FormData> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const bytes = request.body ? await readBounded(request.body, maxBytes) : new Uint8Array()
  try {
    return await new Response(bytes, { headers: { "content-type": type } }).formData()
  } catch (cause) {
    throw new NitroError("NITRO_BAD_REQUEST", "The multipart form in the request body is malformed.", { cause })
  }
}

/** A name that occurs several times becomes a list. Keys are own properties, `__proto__` included. */
function fromParams(entries: Iterable<[string, unknown]>): Input {
  const input = new Map<string, unknown>()
  for (const [name, value] of entries) {
    const known = input.get(name)
    input.set(name, known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value])
  }
  return Object.fromEntries(input)
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new NitroError("NITRO_BAD_REQUEST", `${what} is not valid JSON.`, { cause })
  }
}

function objectFrom(value: unknown): Input {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Input
  throw new NitroError("NITRO_BAD_REQUEST", `The input must be a JSON object, not ${Array.isArray(value) ? "a list" : String(value)}.`)
}

function tooLarge(maxBytes: number): NitroError {
  return new NitroError("NITRO_BODY_TOO_LARGE", `The request body is larger than ${maxBytes} bytes.`, { details: { maxBytes } })
}

const yes = new Set(["true", "on", "1", "yes"])
const no = new Set(["false", "off", "0", "no"])

/**
 * Brings a value that came as text (form, query) or JSON to the type its schema wants. What cannot be converted stays
 * as it is, for the schema to refuse with its own message.
 */
export function coerce(schema: z.ZodType, value: unknown, fromText: boolean): unknown {
  const { type, nullable, element } = baseType(schema)
  if (type === "array" && fromText) {
    const all = Array.isArray(value) ? value : [value]
    // A form cannot send a list without members, so its fields may begin with an empty one.
    const list = fromText && all[0] === "" ? all.slice(1) : all
    return element ? list.map(item => coerce(element, item, true)) : list
  }
  // A checkbox that is not checked sends nothing, so a field with "false" goes before it: the last one counts.
  if (type === "boolean" && fromText && Array.isArray(value)) return coerce(schema, value.at(-1), true)
  if (typeof value !== "string") return value
  if (type === "date") return value === "" ? emptyValue(nullable) : dateFrom(value)
  if (type === "bigint") return value === "" ? emptyValue(nullable) : /^[+-]?\d+$/.test(value.trim()) ? BigInt(value.trim()) : value
  if (!fromText) return value
  switch (type) {
    case "number": {
      const text = value.trim()
      if (text === "") return emptyValue(nullable)
      return Number.isNaN(Number(text)) ? value : Number(text)
    }
    case "boolean": {
      const text = value.trim().toLowerCase()
      return yes.has(text) ? true : no.has(text) ? false : text === "" ? emptyValue(nullable) : value
    }
    case "string":
      return value
    default:
      return value === "" && nullable ? null : value
  }
}

function emptyValue(nullable: boolean): null | undefined {
  return nullable ? null : undefined
}

function dateFrom(text: string): Date | string {
  // What `<input type="datetime-local">` sends names no zone. It is UTC, wherever the server stands.
  const date = new Date(/^\d{4,}-\d\d-\d\dT[\d:.]+$/.test(text) ? `${text}Z` : text)
  return Number.isNaN(date.getTime()) ? text : date
}

interface SchemaDef {
  type: string
  innerType?: z.ZodType
  in?: z.ZodType
  element?: z.ZodType
}

function baseType(schema: z.ZodType): { type: string; nullable: boolean; element: z.ZodType | undefined } {
  let nullable = false
  let current = schema
  for (;;) {
    const def = current._zod.def as unknown as SchemaDef
    if (def.type === "nullable") nullable = true
    const inner = def.innerType ?? (def.type === "pipe" ? def.in : undefined)
    if (!inner) return { type: def.type, nullable, element: def.element }
    current = inner
  }
}
