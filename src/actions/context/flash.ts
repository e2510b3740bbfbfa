// The content that a failed form post without JavaScript carries over its redirect: typed values and messages, so nothing is lost.
import { randomBytes } from "node:crypto"
import type { AppPart, AppState } from "./app-state.ts"
import { cookieValues } from "./cookies.ts"

export interface Flash {
  /** Id of the form that was posted. */
  readonly form: string
  /** The typed texts, by field name; a list where several fields have the name. */
  readonly values: Readonly<Record<string, string | readonly string[]>>
  /** Messages by field name; the empty name holds those of the whole form. */
  readonly errors: Readonly<Record<string, string>>
}

// Small ones travel in the cookie itself, so any process can show them; a cookie holds about 4 KB in every browser.
const cookieLimit = 3800
const ttlSeconds = 60
const purpose = "flash"

/** The flashes of one app: sealed by its secret in the cookie, or kept here where a cookie cannot hold them. */
export class Flashes {
  readonly #app: AppState
  readonly #cookie: string
  // In the order in which they expire.
  readonly #kept = new Map<string, { readonly text: string; readonly expiresAt: number }>()
  #bytes = 0

  constructor(app: AppState) {
    this.#app = app
    // Two apps of one origin do not take each other's.
    this.#cookie = `nitro-flash${app.basePath.replace(/\W/g, "-")}`
  }

  /** Bytes of those that are kept in this process, `limits.maxFlashBytes` at most. */
  get keptBytes(): number {
    return this.#bytes
  }

  /** The `Set-Cookie` value that brings `flash` to the next page of the same browser. */
  set(flash: Flash): string {
    const expiresAt = Date.now() + ttlSeconds * 1000
    const text = JSON.stringify({ ...flash, expiresAt })
    // Sealed and not signed alone: a cookie is written to disk, and shows up where browsers are looked after.
    const sealed =
      this.#app.secret.canSign && text.length <= cookieLimit
        ? this.#app.secret.seal(purpose, text)
        : undefined
    const value =
      sealed !== undefined && sealed.length <= cookieLimit
        ? `v${sealed}`
        : this.#keep(text, flash, expiresAt)
    return `${this.#cookie}=${value}; Path=/; Max-Age=${ttlSeconds}; HttpOnly; SameSite=Lax`
  }

  /** The `Set-Cookie` value that forgets it once it has been shown. */
  get clear(): string {
    return `${this.#cookie}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`
  }

  /** Reads the flash of a request; one that this app did not write, or that has expired, counts as none. */
  read(cookieHeader: string | null): Flash | undefined {
    for (const value of cookieValues(cookieHeader, this.#cookie)) {
      const text = value.startsWith("k")
        ? this.#take(value)
        : this.#app.secret.open(purpose, value.slice(1))
      if (text === undefined) continue
      // `set` wrote it: the text is sealed, or was kept in this process.
      const { expiresAt, ...flash } = JSON.parse(text) as Flash & { readonly expiresAt: number }
      if (expiresAt > Date.now()) return flash
    }
    return undefined
  }

  #keep(text: string, flash: Flash, expiresAt: number): string {
    const { maxFlashBytes } = this.#app.limits
    if (bytesOf(text) > maxFlashBytes)
      return this.#keep(JSON.stringify({ ...flash, values: {}, expiresAt }), flash, expiresAt)
    const now = Date.now()
    for (const [key, entry] of this.#kept) {
      if (entry.expiresAt > now && this.#bytes + bytesOf(text) <= maxFlashBytes) break
      this.#drop(key, entry.text)
    }
    const key = `k${randomBytes(18).toString("base64url")}`
    this.#kept.set(key, { text, expiresAt })
    this.#bytes += bytesOf(text)
    return key
  }

  #take(key: string): string | undefined {
    const text = this.#kept.get(key)?.text
    if (text !== undefined) this.#drop(key, text)
    return text
  }

  #drop(key: string, text: string): void {
    this.#kept.delete(key)
    this.#bytes -= bytesOf(text)
  }
}

/** In memory: two bytes a character at most, and the overhead of an entry. */
const bytesOf = (text: string): number => 2 * text.length + 200

export const flashes: AppPart<Flashes> = { name: "flashes", make: app => new Flashes(app) }
