// Errors that say what happened, why, and what to do; each has a permanent code.

/** The entry of one code in a register: its HTTP status and a sentence for the reference page. */
export interface ErrorEntry {
  /** HTTP status of the response when the error ends a request. */
  readonly status: number
  /**
   * The reader of the message. A `client` gets message and details; the text for a `server` stays in its log, and
   * the response has a fixed sentence. Default `server`.
   */
  readonly audience?: Audience
  /** Seconds after which a client may try again, sent as `Retry-After`. Default: 1 where the status is 503 or 504, else none. */
  readonly retryAfterSeconds?: number
  /** One sentence for `docs/reference/errors.md`: when this happens. */
  readonly when: string
  /** The fix for the reader; a default that a throw site may replace with a more specific one. */
  readonly fix: string
}

export interface NitroErrorOptions {
  /** The fix, with the concrete names of this case; default: the register's `fix`. */
  readonly fix?: string
  readonly cause?: unknown
  /** Plain data for programs: field names, versions, ids. Clients get it where the code is for clients. */
  readonly details?: Readonly<Record<string, unknown>>
  /** Seconds after which a client may try again; default: the register's. */
  readonly retryAfterSeconds?: number
  /** Shown to clients in place of message and details, which name what a client should not learn: other classes, counts. */
  readonly clientMessage?: string
}

export type Audience = "client" | "server"

const registers = new Map<string, ErrorEntry>()

/**
 * An error of this library. `message` says what happened and why, `fix` what to do, `code` never changes.
 * `status` is the HTTP status of its response (500 when the code is not registered).
 */
export class NitroError extends Error {
  override readonly name: string = "NitroError"
  readonly code: string
  readonly status: number
  readonly fix: string
  readonly details: Readonly<Record<string, unknown>>
  /** The reader of message and details, by the register; `server` when the code is not registered. */
  readonly audience: Audience
  readonly clientMessage: string | undefined
  /** When a client may try again; undefined where that would not help. */
  readonly retryAfterSeconds: number | undefined

  constructor(code: string, message: string, options: NitroErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    const entry = registers.get(code)
    this.code = code
    this.status = entry?.status ?? 500
    this.fix = options.fix ?? entry?.fix ?? ""
    this.details = options.details ?? {}
    this.audience = entry?.audience ?? "server"
    this.clientMessage = options.clientMessage
    this.retryAfterSeconds =
      options.retryAfterSeconds ??
      entry?.retryAfterSeconds ??
      (this.status === 503 || this.status === 504 ? 1 : undefined)
  }
}

/**
 * Whether `error` is an error of this library, and with `codes` one of these:
 * `if (isNitroError(error, "NITRO_DUPLICATE")) return "This name is taken."`
 */
export function isNitroError(
  error: unknown,
  ...codes: readonly `NITRO_${string}`[]
): error is NitroError {
  return (
    error instanceof NitroError && (codes.length === 0 || codes.some(code => code === error.code))
  )
}

/** Registers a module's codes once, at module load. Returns the same object, so that its keys can be a type. */
export function registerErrors<const R extends Readonly<Record<`NITRO_${string}`, ErrorEntry>>>(
  register: R,
): R {
  for (const [code, entry] of Object.entries<ErrorEntry>(register)) {
    const existing = registers.get(code)
    if (
      existing &&
      (existing.when !== entry.when ||
        existing.status !== entry.status ||
        existing.audience !== entry.audience)
    ) {
      throw new TypeError(`Two modules register the error code ${code}.`)
    }
    registers.set(code, entry)
  }
  return register
}

/** Every registered code with its entry, sorted: what the reference page is generated from. */
export function registeredErrors(): [code: string, entry: ErrorEntry][] {
  return [...registers].sort(([a], [b]) => (a < b ? -1 : 1))
}
