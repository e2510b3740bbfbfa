// Limits on the input of a request: bytes, fields, values and depth.
import { NitroError } from "../../shared/errors.ts"

export interface InputLimits {
  /** Largest request body in bytes; default 1 MiB. */
  readonly maxBodyBytes?: number
  /** Most fields of a form, parts of a multipart form and parameters of a query; default 1000. JSON holds 50 times as many values. */
  readonly maxFields?: number
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
