// The limits of an app: of its inputs, of what it keeps in memory, of its streams.
import type { Store } from "../../entity/index.ts"
import { NitroError } from "../../shared/errors.ts"
import { optionNames, refuseUnknownOptions } from "../../shared/options.ts"
import "./errors.ts"

/** Limits on the input of a request. */
export interface InputLimits {
  /** Largest request body in bytes. Default 1 MiB. */
  readonly maxBodyBytes?: number
  /** Most fields of a form, parts of a multipart form and parameters of a query. Default 1000. JSON may hold 50 times as many values. */
  readonly maxFields?: number
}

/** Limits of one app, each a whole number. */
export interface Limits extends InputLimits {
  /** Most live streams open at a time; a further one gets 503, and its page tries again. Default 10 000. */
  readonly maxStreams?: number
  /**
   * Bytes of memory for what was typed into refused forms: for the next page without JavaScript, where a cookie cannot hold
   * it. The oldest is dropped first. Default 8 MiB.
   */
  readonly maxFlashBytes?: number
  /**
   * The store that counts `rateLimit` for all processes of the app: its database, say. Default: memory, where each process counts for
   * itself.
   */
  readonly store?: Store
}

/** The limits of an app, defaults included. */
export type AppLimits = Required<Omit<Limits, "store">> & Pick<Limits, "store">

export const defaultLimits: Required<Omit<Limits, "store">> = {
  maxBodyBytes: 1024 * 1024,
  maxFields: 1000,
  maxStreams: 10_000,
  maxFlashBytes: 8 * 1024 * 1024,
}

const limitNames = optionNames<Limits>({
  maxBodyBytes: true,
  maxFields: true,
  maxStreams: true,
  maxFlashBytes: true,
  store: true,
})

/** All limits, the defaults where none is given. @throws NITRO_LIMIT, NITRO_UNKNOWN_OPTION */
export function limitsOf(limits: Limits = {}): AppLimits {
  refuseUnknownOptions("nitro({ limits: { … } })", limits, limitNames)
  const { store, ...numbers } = limits
  // A caller without types may pass anything.
  if (store !== undefined && typeof (store as Partial<Store>).bind !== "function")
    throw new NitroError("NITRO_LIMIT", "The store of nitro({ limits }) is no store.", {
      fix: 'Write limits: { store: sqlite("app.db") }, or leave it out.',
    })
  for (const [name, value] of Object.entries(numbers)) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1))
      throw new NitroError(
        "NITRO_LIMIT",
        `The limit ${name} is ${JSON.stringify(value) ?? String(value)}, which is not a whole number of at least 1.`,
        {
          // `refuseUnknownOptions` let no other name through.
          fix: `Write limits: { ${name}: ${String(defaultLimits[name as keyof typeof defaultLimits])} }, or leave it out.`,
        },
      )
  }
  const defined = Object.entries(numbers).filter(([, value]) => value !== undefined)
  return {
    ...defaultLimits,
    ...Object.fromEntries(defined),
    ...(store === undefined ? {} : { store }),
  }
}

/** Deepest JSON, in lists and objects inside of one another. */
export const maxDepth = 64
export const valuesPerField = 50

export function tooManyFields(maxFields: number): NitroError {
  return tooComplex(`The request has more than ${maxFields} fields.`)
}

export function tooComplex(message: string): NitroError {
  return new NitroError("NITRO_TOO_COMPLEX", message)
}

export function tooLarge(maxBytes: number): NitroError {
  return new NitroError(
    "NITRO_BODY_TOO_LARGE",
    `The request body is larger than ${maxBytes} bytes.`,
    { details: { maxBytes } },
  )
}
