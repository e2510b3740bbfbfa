// Reads what was thrown: it may be anything, and libraries throw errors of other realms.
import { isObject } from "./guards.ts"

/** The message of an error, or the text of any other value. */
export function messageOf(error: unknown): string {
  return isObject(error) && typeof error["message"] === "string" ? error["message"] : String(error)
}

/** The `code` of an error, as Node and drivers set it. Undefined without one, or where it is no text. */
export function codeOf(error: unknown): string | undefined {
  return isObject(error) && typeof error["code"] === "string" ? error["code"] : undefined
}
