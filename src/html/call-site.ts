// Errors that name the line of the application that wrote the markup.
import { NitroError, type NitroErrorOptions } from "../shared/errors.ts"
import type { HtmlErrorCode } from "./errors.ts"
import "./errors.ts"

const ownFolder = import.meta.url.slice(0, import.meta.url.lastIndexOf("/") + 1)
const ownPath = ownFolder.replace(/^file:\/\//, "")
/** Where a frame of ours stands when Node follows the source maps that the package ships. */
const ownSources = ownPath.replace(/\/dist\/html\/$/, "/src/html/")

const isOwn = (frame: string): boolean =>
  (frame.includes(ownPath) || frame.includes(ownSources)) && !/\.(test|test-d|bench)\.[cm]?[jt]sx?/.test(frame)

/** `file:line:column` of the first stack frame outside this module; undefined when the stack does not tell. */
export function callSite(): string | undefined {
  const limit = Error.stackTraceLimit
  // Nested components can put many frames of ours before the first one of the application.
  Error.stackTraceLimit = 50
  const stack = new Error().stack ?? ""
  Error.stackTraceLimit = limit
  const frame = stack
    .split("\n")
    .slice(1)
    .find(line => !isOwn(line) && !line.includes("node:internal") && !line.includes("<anonymous>"))
  return frame?.match(/\(?((?:file:\/\/|\/|[A-Za-z]:\\|\w+:\/\/)[^()]*:\d+:\d+)\)?\s*$/)?.[1]?.replace(/^file:\/\//, "")
}

/** A NitroError whose message ends with the call site and whose details hold it as `callSite`. */
export function htmlError(code: HtmlErrorCode, message: string, options: NitroErrorOptions = {}): NitroError {
  const site = callSite()
  if (site === undefined) return new NitroError(code, message, options)
  return new NitroError(code, `${message} (at ${site})`, { ...options, details: { ...options.details, callSite: site } })
}
