// Checks the value that an action returns: a value that no client can read is refused while its unit of work is still open.

import { SseText } from "../../datastar/index.ts"
import { isEntity } from "../../entity/internal.ts"
import { Markup } from "../../html/index.ts"
import { NitroError } from "../../shared/errors.ts"
import { isFunction, isObject } from "../../shared/guards.ts"
import type { ClientRequest } from "../input/client-request.ts"
import "../contract/errors.ts"
import { assertRelayable, isResponse } from "./returned-response.ts"

/** A value for the page: markup patches elements by id, events go as they are, or a list of both. */
export type Patch = Markup | SseText | readonly (Patch | Empty)[]
type Empty = null | undefined | boolean

const isEmpty = (value: unknown): value is Empty =>
  value === null || value === undefined || typeof value === "boolean"

/** Markup, events, or a list that holds some and nothing else; what a condition leaves out (`isNew && <p/>`) does not count. */
export function isPatch(value: unknown): value is Patch {
  if (value instanceof Markup || value instanceof SseText) return true
  return (
    Array.isArray(value) &&
    value.some(isPatch) &&
    value.every(member => isEmpty(member) || isPatch(member) || isEmptyList(member))
  )
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.every(member => isEmpty(member) || isEmptyList(member))
}

/** Async generators of actions, streams of events. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    Symbol.asyncIterator in value &&
    !(value instanceof Markup)
  )
}

/** `name` is that of the route. @throws NITRO_UNSENDABLE with what to return instead. */
export function assertSendable(
  value: unknown,
  name: string,
  source: Pick<ClientRequest, "client" | "request">,
): void {
  if (isResponse(value)) assertRelayable(value, name, source)
  else if (value instanceof ReadableStream) {
    throw unsendable(
      name,
      "a ReadableStream",
      'Return new Response(stream, { headers: { "content-type": … } }), or use an async generator.',
    )
  }
  // Each value of a generator is judged when it comes.
  else if (!isAsyncIterable(value)) assertItem(value, name, source)
}

/** The same for one value of a generator. */
export function assertItem(
  value: unknown,
  name: string,
  source: Pick<ClientRequest, "client" | "request">,
): void {
  if (isPatch(value)) return
  if (isResponse(value))
    throw unsendable(name, "a Response among other values", "Return the Response alone.")
  if (Array.isArray(value) && value.some(isPatch)) {
    throw unsendable(
      name,
      "a list of HTML and of other data",
      "Return only HTML and events in a list, or only data.",
    )
  }
  assertData(value, name, "the value", [])
  assertShown(value, name, source)
}

/** A GET of the page's script expects content to show, which data is not. */
function assertShown(
  value: unknown,
  name: string,
  { client, request }: Pick<ClientRequest, "client" | "request">,
): void {
  if (client !== "datastar" || (request.method !== "GET" && request.method !== "HEAD")) return
  if (value === undefined || value === null || value === false || isEmptyList(value)) return
  throw unsendable(
    name,
    "data to the script of a page, which cannot show it",
    "Return HTML (<p id=…>…</p>), or patchSignals({ … }) of nitro-ts/datastar. A program that accepts JSON gets data as it is.",
  )
}

/** Values that JSON can hold: plain objects, lists, text, numbers, and objects with `toJSON`. */
function assertData(
  value: unknown,
  name: string,
  path: string,
  ancestors: readonly object[],
): void {
  if (typeof value === "bigint")
    throw unsendable(name, `a bigint (${path})`, "Return String(value), which keeps every digit.")
  if (typeof value === "function" || typeof value === "symbol") {
    throw unsendable(
      name,
      `a ${typeof value} (${path})`,
      "Return what the function returns, or leave it out.",
    )
  }
  if (!isObject(value) || isEntity(value)) return
  if (ancestors.includes(value))
    throw unsendable(
      name,
      `a value that holds itself (${path})`,
      "Return ids instead of back references.",
    )
  if (ancestors.length > maxDepth)
    throw unsendable(name, `data of more than ${maxDepth} levels`, "Return flatter data.")
  if (typeof value["toJSON"] === "function" && !(value instanceof Markup)) return
  const inside = [...ancestors, value]
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) assertData(item, name, `${path}[${index}]`, inside)
    return
  }
  if (!isPlainObject(value))
    throw unsendable(name, `an instance of ${classOf(value)} (${path})`, fixOf(value))
  for (const key of Object.keys(value)) assertData(value[key], name, `${path}.${key}`, inside)
}

const maxDepth = 200

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  // The second test accepts plain objects of another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function classOf(value: object): string {
  const { constructor: maker }: { constructor: unknown } = value
  return (isFunction(maker) && maker.name) || Object.prototype.toString.call(value).slice(8, -1)
}

function fixOf(value: object): string {
  if (value instanceof Markup || value instanceof SseText)
    return "Return HTML alone or in a list, not inside of an object."
  if (isResponse(value)) return "Return the Response alone."
  if ("then" in value && typeof value.then === "function") return "Await it before you return it."
  if (value instanceof Map) return "Return Object.fromEntries(map)."
  if (Symbol.iterator in value && !ArrayBuffer.isView(value)) return "Return a list: [...value]."
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Blob) {
    return 'Return new Response(value, { headers: { "content-type": … } }).'
  }
  return "Return a plain object, an entity, or a class with a toJSON method."
}

export function unsendable(name: string, what: string, fix: string): NitroError {
  return new NitroError("NITRO_UNSENDABLE", `${name} returned ${what}. ${fix}`, { fix })
}
