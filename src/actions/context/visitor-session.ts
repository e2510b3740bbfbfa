// `context().session`: the data of one visitor, read when needed and saved with the response.
import { createHash } from "node:crypto"
import { NitroError } from "../../shared/errors.ts"
import { after } from "../../shared/maybe.ts"
import type { MaybePromise } from "../../shared/types.ts"
import "../contract/errors.ts"
import type { SessionData } from "../contract/user.ts"
import type { AppPart, AppState } from "./app-state.ts"
import { browserIn, endedCookie, newBrowserId, sessionCookie } from "./session.ts"
import {
  MemorySessions,
  type SessionRecord,
  type SessionRecords,
  type SessionTexts,
  StoredSessions,
} from "./session-records.ts"

/** The data of a visitor, by name. Values are JSON; each read gives a copy. */
export interface Session {
  /** Undefined where there is none. */
  get<K extends keyof SessionData & string>(name: K): SessionData[K] | undefined
  has(name: keyof SessionData & string): boolean
  /** All values by name. */
  all(): Partial<SessionData>
  /**
   * Sets a value, which is saved with the response. @throws NITRO_SESSION_VALUE for a value that JSON cannot hold, or data of more than
   * 64 KiB; NITRO_SESSION_READ_ONLY in the stream of a page; NITRO_SESSION_SENT once the response has begun
   */
  set<K extends keyof SessionData & string>(name: K, value: SessionData[K]): void
  /** @throws as `set` */
  delete(name: keyof SessionData & string): void
  /**
   * Gives the session a new id and keeps its data. Call it at login and wherever rights grow: an id that was planted before is
   * worth nothing then. @throws as `set`
   */
  rotate(): void
  /** Ends the session, as at logout: its data are gone, and so is the cookie. @throws as `set` */
  destroy(): void
}

const maxCharacters = 64 * 1024

const records: AppPart<SessionRecords> = {
  name: "sessions",
  make: ({ sessionStore }) =>
    sessionStore === undefined ? new MemorySessions() : new StoredSessions(sessionStore),
}

type State = "open" | "read-only" | "sent"

export class VisitorSession implements Session {
  readonly #app: AppState
  readonly #isSecure: boolean
  #state: State
  /** The id that the browser has, or gets with this response. */
  #id: string | undefined
  #isLoaded = false
  #record: SessionRecord | undefined
  /** Undefined for a value that was deleted. */
  readonly #changes = new Map<string, string | undefined>()
  /** The id that was rotated. */
  #former: string | undefined
  #isEnded = false
  #isChanged = false
  #cookie: string | undefined
  readonly #listener: (() => void) | undefined

  /** `request` undefined: of no visitor. `listener` is called after each change. */
  constructor(
    app: AppState,
    request: Request | undefined,
    state: State = "open",
    listener?: () => void,
  ) {
    this.#listener = listener
    this.#app = app
    this.#state = state
    this.#isSecure = request?.url.startsWith("https:") === true
    if (request === undefined) return
    const browser = browserIn(request, app)
    this.#id = browser?.id
    // The older key will be gone one day.
    if (browser?.isByOldKey) this.#cookie = sessionCookie(app, browser.id, this.#isSecure)
  }

  /** Reads the session ahead where that takes a promise. */
  load(): Promise<void> | undefined {
    const loading = this.#load()
    return loading instanceof Promise ? loading : undefined
  }

  /** The browser is given this id by the response. */
  adopt(id: string): void {
    this.#id ??= id
  }

  /** The `Set-Cookie` value that the response still needs; undefined for none. */
  takeCookie(): string | undefined {
    const cookie = this.#state === "read-only" ? undefined : this.#cookie
    this.#cookie = undefined
    return cookie
  }

  get<K extends keyof SessionData & string>(name: K): SessionData[K] | undefined {
    const text = this.#textOf(name)
    // `set` took it as one.
    return text === undefined ? undefined : (JSON.parse(text) as SessionData[K])
  }

  has(name: keyof SessionData & string): boolean {
    return this.#textOf(name) !== undefined
  }

  all(): Partial<SessionData> {
    const entries = Object.entries(this.#texts()).map(([name, text]) => [name, JSON.parse(text)])
    // `set` took them as such.
    return Object.fromEntries(entries) as Partial<SessionData>
  }

  set<K extends keyof SessionData & string>(name: K, value: SessionData[K]): void {
    this.#change(name, jsonOf(name, value))
  }

  delete(name: keyof SessionData & string): void {
    if (!this.has(name)) this.#assertOpen()
    else this.#change(name, undefined)
  }

  rotate(): void {
    this.#assertOpen()
    this.#loadNow()
    if (this.#id === undefined) return
    // Of several rotations in one request the first has the id that is stored.
    this.#former ??= this.#id
    this.#give(newBrowserId())
    this.#changed()
  }

  destroy(): void {
    this.#assertOpen()
    this.#loadNow()
    if (this.#id === undefined) return
    this.#changes.clear()
    this.#former ??= this.#id
    this.#isEnded = true
    this.#record = undefined
    this.#id = undefined
    this.#cookie = endedCookie(this.#app)
    this.#changed()
  }

  /** Saves what was changed. Nothing can be changed afterwards. */
  save(): Promise<void> | undefined {
    if (this.#state !== "open") return undefined
    this.#state = "sent"
    const saving = this.#isChanged ? this.#saveChanges() : this.#touch()
    return saving instanceof Promise ? saving : undefined
  }

  /** A session that was only read lives on. It may still be changed. */
  keep(): Promise<void> | undefined {
    const keeping = this.#isChanged ? undefined : this.#touch()
    return keeping instanceof Promise ? keeping : undefined
  }

  /** The request failed: the session stays as it was. */
  discard(): void {
    if (this.#state !== "open") return
    this.#state = "sent"
    this.#cookie = undefined
  }

  #saveChanges(): MaybePromise<void> {
    const { createdAt: before } = this.#record ?? {}
    const store = this.#app.part(records)
    const former = this.#former === undefined ? undefined : keyOf(this.#former)
    if (this.#isEnded && this.#changes.size === 0)
      return former === undefined ? undefined : store.remove(former)
    // A browser that is known by its cookie alone has a new id, and still no data.
    if (this.#record === undefined && this.#changes.size === 0) return undefined
    const save = (): MaybePromise<void> =>
      store.save({
        // Every change gives an id.
        key: keyOf(this.#id as string),
        former: this.#isEnded ? undefined : former,
        wasStored: this.#record !== undefined,
        change: record =>
          this.#recordOf(
            applied(record?.texts ?? {}, this.#changes),
            record?.createdAt ?? before ?? Date.now(),
          ),
      })
    return this.#isEnded && former !== undefined ? after(store.remove(former), save) : save()
  }

  /** A session that is read stays, and not each read needs a write. */
  #touch(): MaybePromise<void> {
    if (this.#record === undefined || this.#id === undefined) return undefined
    const { createdAt, expiresAt } = this.#record
    const fresh = this.#recordOf({}, createdAt).expiresAt
    if (fresh - expiresAt < this.#app.session.idleSeconds * 100) return undefined
    return this.#app.part(records).save({
      key: keyOf(this.#id),
      former: undefined,
      wasStored: true,
      change: record => this.#recordOf(record?.texts ?? {}, createdAt),
    })
  }

  #recordOf(texts: SessionTexts, createdAt: number): SessionRecord {
    const { idleSeconds, maxSeconds } = this.#app.session
    const expiresAt = Math.min(Date.now() + idleSeconds * 1000, createdAt + maxSeconds * 1000)
    return { texts, createdAt, expiresAt }
  }

  #load(): MaybePromise<void> {
    if (this.#isLoaded || this.#id === undefined) return undefined
    return after(this.#app.part(records).find(keyOf(this.#id)), record => {
      this.#isLoaded = true
      this.#record = record
    })
  }

  /** In memory it is there at once; of a store it was read ahead. */
  #loadNow(): void {
    void this.#load()
  }

  #textOf(name: string): string | undefined {
    if (this.#changes.has(name)) return this.#changes.get(name)
    this.#loadNow()
    const texts = this.#record?.texts
    return texts !== undefined && Object.hasOwn(texts, name) ? texts[name] : undefined
  }

  #texts(): SessionTexts {
    this.#loadNow()
    return applied(this.#record?.texts ?? {}, this.#changes)
  }

  #change(name: string, text: string | undefined): void {
    this.#assertOpen()
    const texts = this.#texts()
    if (text !== undefined) assertSize(texts, name, text)
    this.#changes.set(name, text)
    if (this.#id === undefined) this.#give(newBrowserId())
    this.#changed()
  }

  #give(id: string): void {
    this.#id = id
    this.#cookie = sessionCookie(this.#app, id, this.#isSecure)
  }

  #changed(): void {
    this.#isChanged = true
    this.#listener?.()
  }

  #assertOpen(): void {
    if (this.#state === "open") return
    if (this.#state === "sent")
      throw new NitroError(
        "NITRO_SESSION_SENT",
        "The session was changed after the response had begun, so the change cannot be saved.",
      )
    throw new NitroError(
      "NITRO_SESSION_READ_ONLY",
      "The session was changed in the stream of a page, where it can only be read.",
    )
  }
}

const keyOf = (id: string): string => createHash("sha256").update(id).digest("base64url")

function applied(
  texts: SessionTexts,
  changes: ReadonlyMap<string, string | undefined>,
): SessionTexts {
  const result = new Map(Object.entries(texts))
  for (const [name, text] of changes) {
    if (text === undefined) result.delete(name)
    else result.set(name, text)
  }
  return Object.fromEntries(result)
}

function jsonOf(name: string, value: unknown): string {
  let text: string | undefined
  let cause: unknown
  try {
    text = JSON.stringify(value)
  } catch (error) {
    cause = error
  }
  if (text !== undefined) return text
  throw new NitroError(
    "NITRO_SESSION_VALUE",
    `The value of ${JSON.stringify(name)} cannot be kept in a session: it has no JSON.`,
    { cause },
  )
}

function assertSize(texts: SessionTexts, name: string, text: string): void {
  let size = name.length + text.length
  for (const [other, { length }] of Object.entries(texts))
    if (other !== name) size += other.length + length
  if (size <= maxCharacters) return
  throw new NitroError(
    "NITRO_SESSION_VALUE",
    `With ${JSON.stringify(name)} the session would hold ${size} characters. It may hold ${maxCharacters}.`,
  )
}
