// The idempotency key of a request: who sends it, where to, and under which key of the client's.

import { createHash, type Hash } from "node:crypto"
import { NitroError } from "../../shared/errors.ts"
import { isObject } from "../../shared/guards.ts"
import { context } from "../context/request-context.ts"
import { browserOf } from "../context/session.ts"
import type { Input } from "../contract/action.ts"
import type { Client } from "./client-request.ts"

export interface RequestKey {
  /** SHA-256 of app, visitor, method, path and key: keys of clients may be long, and a store's id may not. */
  readonly id: string
  /** SHA-256 of the content. Another one under the same id is a mistake of the client. */
  readonly fingerprint: string
  /** Whether the visitor is known by more than the key, so that cookies may be given again. */
  readonly isKnown: boolean
}

const header = "idempotency-key"
/** The hidden field of forms for browsers without script. */
export const keyField = "_key"

export interface KeyedRequest {
  readonly request: Request
  readonly client: Client
  /** Fields of the form that was posted, as they came; undefined for others. */
  readonly form: Input | undefined
  /** The parts of the request that decide its effect. */
  readonly content: () => unknown
}

/** Undefined for a request without a key. @throws NITRO_BAD_REQUEST for a key that is none. */
export function requestKeyOf({
  request,
  client,
  form,
  content: contentOf,
}: KeyedRequest): RequestKey | undefined {
  const headerKey = keyFrom(request)
  // A script sends the header with each attempt; the field of its page would be the same for different attempts.
  const field = headerKey === undefined && client !== "datastar" ? form?.[keyField] : undefined
  const key =
    headerKey ??
    (typeof field === "string" && field !== "" && field.length <= maxLength ? field : undefined)
  if (key === undefined) return undefined
  const { app, path } = context()
  const { name, isKnown } = visitorOf(request)
  const fingerprint = hashOf([client, contentOf()])
  // The key of a page serves all of its forms, and going back to edit one makes a new request.
  const parts =
    headerKey === undefined
      ? ["form", key, fingerprint, isKnown ? "" : browserTraits(request)]
      : ["header", key]
  return { id: hashOf([app.basePath, name, request.method, path, ...parts]), fingerprint, isKnown }
}

const maxLength = 255

function keyFrom(request: Request): string | undefined {
  const text = request.headers.get(header)
  if (text === null) return undefined
  // The draft of the header writes it as a structured string, most clients as plain text.
  const key = /^"(.*)"$/.exec(text)?.[1] ?? text
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw new NitroError(
    "NITRO_BAD_REQUEST",
    `The header Idempotency-Key must hold 1 to ${maxLength} visible ASCII characters.`,
  )
}

/** The user where the app knows one, else the browser by its signed cookie, else the credentials that came along. */
function visitorOf(request: Request): { name: string; isKnown: boolean } {
  const { app, user } = context()
  // An application gives the type its members, and may give it no id.
  const someone: unknown = user
  const id = isObject(someone) ? someone["id"] : someone
  if (isName(id)) return { name: `user:${typeof id}:${id}`, isKnown: true }
  const browser = browserOf(request, app)
  if (browser !== undefined && (user === undefined || user === null))
    return { name: `browser:${browser}`, isKnown: true }
  const credentials = [
    request.headers.get("authorization"),
    user === undefined || user === null ? null : request.headers.get("cookie"),
  ]
  const isKnown = credentials.some(one => one !== null)
  return { name: isKnown ? `credentials:${hashOf(credentials)}` : "", isKnown }
}

const isName = (value: unknown): value is string | number | bigint =>
  (typeof value === "string" && value !== "") ||
  typeof value === "number" ||
  typeof value === "bigint"

/** Distinguishes most browsers that a shared cache gave the same page. */
function browserTraits({ headers }: Request): string {
  const cookies = (headers.get("cookie") ?? "").replace(/nitro-flash[^;]*;?\s*/g, "")
  return hashOf([cookies, headers.get("user-agent"), headers.get("accept-language")])
}

/** SHA-256 of plain data, dates, bigints and files. The order of an object's names does not matter. */
function hashOf(value: unknown): string {
  const hash = createHash("sha256")
  update(hash, value)
  return hash.digest("base64url")
}

function update(hash: Hash, value: unknown): void {
  if (Array.isArray(value)) {
    hash.update(`[${value.length}:`)
    for (const member of value) update(hash, member)
  } else if (value instanceof Date) hash.update(`d${value.getTime()};`)
  // Its content can be read only later; a repeated request sends the same file.
  else if (value instanceof Blob)
    update(hash, [value instanceof File ? value.name : undefined, value.type, value.size])
  else if (isObject(value)) {
    const names = Object.keys(value).sort()
    hash.update(`{${names.length}:`)
    for (const name of names) update(hash, [name, value[name]])
  } else {
    const text = String(value)
    hash.update(`${(typeof value)[0]}${text.length}:${text}`)
  }
}
