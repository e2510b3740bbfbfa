// Reads what a request carries (query, JSON, form, Datastar signals) into plain input: in linear time, within limits.

import { NitroError } from "../../shared/errors.ts"
import { isObject } from "../../shared/guards.ts"
import type { Input } from "../contract/action.ts"
import {
  defaultLimits,
  type InputLimits,
  maxDepth,
  tooComplex,
  tooLarge,
  tooManyFields,
  valuesPerField,
} from "../contract/limits.ts"
import {
  isFormType,
  isJsonType,
  mediaTypeOf,
  multipart,
  urlEncoded,
} from "../contract/media-type.ts"
import { assertDeclaredLength, readBytes, readText, type SentBody } from "./body.ts"
import { type HostBody, hostBodyOf } from "./host-body.ts"
import { assertWithinLimits, fieldsOf } from "./parsed-input.ts"

export interface RequestInput {
  /** From the query string. Names the route does not know are ignored: links carry tracking parameters. */
  readonly query: Input
  /** From the body. */
  readonly body: Input
  /** Where `body` came from; `signals` are all of a page's signals, of which a route takes the names it knows. */
  readonly kind: "none" | "json" | "form" | "signals"
}

const none: Input = Object.freeze({})
const unread: HostBody = { kind: "unread" }

export function readQuery(
  search: string,
  { maxFields = defaultLimits.maxFields }: InputLimits = {},
): Input {
  return search.length > 1 ? fromUrlEncoded(search.slice(1), maxFields) : none
}

/** `query`: what `readQuery` gave. `readsDeleteBody`: of a DELETE request too, except that of a page's script, which has its signals in the query. */
export async function readInput(
  request: Request,
  query: Input,
  datastar: boolean,
  limits: InputLimits = {},
  readsDeleteBody = false,
): Promise<RequestInput> {
  const { maxBodyBytes, maxFields } = { ...defaultLimits, ...limits }
  const maxValues = maxFields * valuesPerField
  const { method } = request
  const isDelete = method === "DELETE" && (datastar || !readsDeleteBody)
  if (method === "GET" || method === "HEAD" || isDelete) {
    const signals = datastar ? query["datastar"] : undefined
    if (typeof signals !== "string") return { query, body: none, kind: "none" }
    return {
      query,
      body: parseObject(signals, "The datastar query parameter", maxValues),
      kind: "signals",
    }
  }
  const contentType = request.headers.get("content-type")
  const type = mediaTypeOf(contentType)
  const host = hostBodyOf(request)
  let sent: SentBody
  const body = host === undefined ? unread : await orMalformed(host)
  if (body.kind !== "unread") {
    if (body.kind !== "sent") {
      assertDeclaredLength(request, maxBodyBytes)
      return { query, ...inputFrom(body, type, datastar, { maxBodyBytes, maxFields }) }
    }
    sent = body.content
  } else if (request.bodyUsed)
    throw lost(
      "Hand nitro a request that was not read, and read its clone: handle(request) and request.clone().json().",
    )
  if (type === urlEncoded)
    return {
      query,
      body: fromUrlEncoded(await readText(request, maxBodyBytes, sent), maxFields),
      kind: "form",
    }
  if (type === multipart) {
    const bytes = await readBytes(request, maxBodyBytes, sent)
    return {
      query,
      // `type` was read from it.
      body: await fromMultipart(bytes, contentType as string, maxFields),
      kind: "form",
    }
  }
  const isJson = isJsonType(type)
  if (!isJson && Number(request.headers.get("content-length") ?? 0) > 0) throw unsupported(type)
  const text = await readText(request, maxBodyBytes, sent)
  if (text === "") return { query, body: none, kind: "none" }
  if (!isJson) throw unsupported(type)
  return {
    query,
    body: parseObject(text, "The request body", maxValues),
    kind: datastar ? "signals" : "json",
  }
}

/** The input in a body that the host has parsed. The Content-Type decides what it is, as for a body of our own reading. */
function inputFrom(
  body: Exclude<HostBody, { readonly kind: "sent" | "unread" }>,
  type: string,
  datastar: boolean,
  limits: Required<InputLimits>,
): Pick<RequestInput, "body" | "kind"> {
  if (body.kind === "lost") throw lost(body.fix)
  if (body.kind === "parsed") assertWithinLimits(body.value, limits)
  if (isFormType(type)) {
    const entries =
      body.kind === "form"
        ? body.entries
        : [...fieldsOf(body.value, limits.maxFields), ...(body.files ?? [])]
    return { body: fromEntries(limited(entries, limits)), kind: "form" }
  }
  const value = body.kind === "parsed" ? body.value : undefined
  if (isJsonType(type)) return { body: objectOf(value), kind: datastar ? "signals" : "json" }
  // Parsers leave an empty object where there was nothing to parse.
  if (typeof value === "object" && value !== null && Object.keys(value).length === 0)
    return { body: none, kind: "none" }
  throw unsupported(type)
}

/** Counts what a form of unknown length has held at least. */
function* limited(
  entries: Iterable<[string, unknown]>,
  { maxFields, maxBodyBytes }: Required<InputLimits>,
): Generator<[string, unknown]> {
  let fields = 0
  let bytes = 0
  for (const entry of entries) {
    const [name, value] = entry
    if (++fields > maxFields) throw tooManyFields(maxFields)
    bytes +=
      name.length +
      (typeof value === "string" ? value.length : value instanceof Blob ? value.size : 0)
    if (bytes > maxBodyBytes) throw tooLarge(maxBodyBytes)
    yield entry
  }
}

/** An error of the host's parser is the client's fault: it wrote the body. */
async function orMalformed(host: NonNullable<ReturnType<typeof hostBodyOf>>): Promise<HostBody> {
  try {
    return await host()
  } catch (cause) {
    if (cause instanceof NitroError) throw cause
    throw new NitroError("NITRO_BAD_REQUEST", "The request body is malformed.", { cause })
  }
}

function lost(fix: string): NitroError {
  return new NitroError(
    "NITRO_BODY_LOST",
    "The request body was read before nitro, and its parsed value is not on the request.",
    { fix },
  )
}

function fromUrlEncoded(text: string, maxFields: number): Input {
  let fields = 1
  for (let at = text.indexOf("&"); at >= 0; at = text.indexOf("&", at + 1))
    if (++fields > maxFields) throw tooManyFields(maxFields)
  return fromEntries(new URLSearchParams(text))
}

async function fromMultipart(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string,
  maxFields: number,
): Promise<Input> {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType)
  const delimiter = `--${boundary?.[1] ?? boundary?.[2] ?? ""}`
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // The last one closes the form.
  let parts = -1
  for (
    let at = buffer.indexOf(delimiter);
    at >= 0;
    at = buffer.indexOf(delimiter, at + delimiter.length)
  ) {
    if (++parts > maxFields) throw tooManyFields(maxFields)
  }
  try {
    return fromEntries(
      await new Response(bytes, { headers: { "content-type": contentType } }).formData(),
    )
  } catch (cause) {
    throw new NitroError(
      "NITRO_BAD_REQUEST",
      "The multipart form in the request body is malformed.",
      { cause },
    )
  }
}

/** A name that occurs several times becomes a list. Keys are own properties, `__proto__` included. */
function fromEntries(entries: Iterable<[string, unknown]>): Input {
  const input = new Map<string, unknown>()
  // Distinguished from lists that are values themselves.
  let lists: Map<string, unknown[]> | undefined
  for (const [name, value] of entries) {
    if (!input.has(name)) {
      input.set(name, value)
      continue
    }
    lists ??= new Map()
    const list = lists.get(name)
    if (list !== undefined) list.push(value)
    else {
      const started = [input.get(name), value]
      lists.set(name, started)
      input.set(name, started)
    }
  }
  return Object.fromEntries(input)
}

function parseObject(text: string, what: string, maxValues: number): Input {
  assertSimple(text, what, maxValues)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new NitroError("NITRO_BAD_REQUEST", `${what} is not valid JSON.`, { cause })
  }
  return objectOf(value)
}

function objectOf(value: unknown): Input {
  if (isObject(value) && !Array.isArray(value)) return value
  const type = value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`
  throw new NitroError("NITRO_BAD_REQUEST", `The input must be a JSON object, not ${type}.`)
}

/** Counts levels and values before anything is made of them: schemas and copies recurse, and one message a value adds up. */
function assertSimple(text: string, what: string, maxValues: number): void {
  // A level takes two characters at least.
  if (text.length <= 2 * maxDepth) return
  let depth = 0
  let values = 1
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case quote:
        i = endOfString(text, i + 1)
        break
      case openList:
      case openObject:
        if (++depth > maxDepth)
          throw tooComplex(`${what} is nested deeper than ${maxDepth} levels.`)
        break
      case closeList:
      case closeObject:
        depth--
        break
      case comma:
        if (++values > maxValues) throw tooComplex(`${what} holds more than ${maxValues} values.`)
    }
  }
}

const [quote, backslash, comma] = [34, 92, 44]
const [openList, closeList, openObject, closeObject] = [91, 93, 123, 125]

/** Where the quote stands that ends the string whose content begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === backslash) i++
    else if (code === quote) return i
  }
  return text.length
}

function unsupported(type: string): NitroError {
  return new NitroError(
    "NITRO_UNSUPPORTED_BODY",
    `Actions do not read a body of type "${type.slice(0, 100) || "(none)"}".`,
  )
}
