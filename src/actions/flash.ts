// What a failed form post without JavaScript carries over its redirect: typed values and messages, so nothing is lost.
import { randomBytes } from "node:crypto"

export interface Flash {
  /** Id of the form that was posted. */
  readonly form: string
  /** What was typed, by field name; a list where several fields have the name. */
  readonly values: Readonly<Record<string, string | readonly string[]>>
  /** Messages by field name; the empty name holds those of the whole form. */
  readonly errors: Readonly<Record<string, string>>
}

export const flashCookie = "nitro-flash"

// Small ones travel in the cookie itself, so any process can show them; a cookie holds about 4 KB in every browser.
const cookieLimit = 3800
const ttlSeconds = 60
const maxKept = 1000
const kept = new Map<string, { flash: Flash; expiresAt: number }>()

/** The `Set-Cookie` value that brings `flash` to the next page of the same browser. */
export function setFlash(flash: Flash): string {
  const inline = Buffer.from(JSON.stringify(flash)).toString("base64url")
  const value = inline.length <= cookieLimit ? `v${inline}` : keep(flash)
  return `${flashCookie}=${value}; Path=/; Max-Age=${ttlSeconds}; HttpOnly; SameSite=Lax`
}

/** The `Set-Cookie` value that forgets it once it has been shown. */
export const clearFlash: string = `${flashCookie}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`

/** Reads the flash of a request; anything malformed counts as none. */
export function readFlash(cookieHeader: string | null): Flash | undefined {
  if (cookieHeader === null || !cookieHeader.includes(flashCookie)) return undefined
  const value = new RegExp(`(?:^|;\\s*)${flashCookie}=([\\w-]+)`).exec(cookieHeader)?.[1]
  if (!value) return undefined
  if (value.startsWith("k")) {
    const entry = kept.get(value)
    kept.delete(value)
    return entry && entry.expiresAt > Date.now() ? entry.flash : undefined
  }
  try {
    const flash: unknown = JSON.parse(Buffer.from(value.slice(1), "base64url").toString())
    return isFlash(flash) ? flash : undefined
  } catch {
    return undefined
  }
}

function keep(flash: Flash): string {
  const now = Date.now()
  for (const [key, entry] of kept) {
    if (entry.expiresAt > now && kept.size < maxKept) break
    kept.delete(key)
  }
  const key = `k${randomBytes(18).toString("base64url")}`
  kept.set(key, { flash, expiresAt: now + ttlSeconds * 1000 })
  return key
}

function isFlash(value: unknown): value is Flash {
  if (typeof value !== "object" || value === null) return false
  const { form, values, errors } = value as Record<string, unknown>
  const isText = (value: unknown): boolean => typeof value === "string"
  return (
    typeof form === "string" &&
    areAll(values, value => isText(value) || (Array.isArray(value) && value.every(isText))) &&
    areAll(errors, isText)
  )
}

function areAll(record: unknown, test: (value: unknown) => boolean): boolean {
  return typeof record === "object" && record !== null && Object.values(record).every(test)
}
