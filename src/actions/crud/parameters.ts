// The parameters of a list, as they came: texts, once or several times.
import { NitroError } from "../../shared/errors.ts"
import type { Input } from "../contract/action.ts"

export function badRequest(message: string, fix?: string, cause?: unknown): NitroError {
  return new NitroError("NITRO_BAD_REQUEST", message, {
    ...(fix === undefined ? {} : { fix }),
    ...(cause === undefined ? {} : { cause }),
  })
}

/** All values of a parameter, each split at its commas. Empty without it. */
export function textsOf(query: Input, name: string): string[] {
  const value = query[name]
  if (value === undefined) return []
  return (Array.isArray(value) ? value : [value]).flatMap(text => String(text).split(","))
}

/** @throws NITRO_BAD_REQUEST where it comes several times */
export function once(query: Input, name: string): string | undefined {
  const value = query[name]
  if (value === undefined || typeof value === "string") return value
  throw badRequest(`"${name}" must come once.`)
}

/** @throws NITRO_BAD_REQUEST */
export function whole(query: Input, name: string, otherwise: number): number {
  const text = query[name]
  if (text === undefined) return otherwise
  if (typeof text === "string" && /^\d{1,9}$/.test(text)) return Number(text)
  throw badRequest(`"${name}" must be one whole number, not "${String(text).slice(0, 40)}".`)
}
