// Errors that name the line of the application that wrote the markup.
import { NitroError, type NitroErrorOptions } from "../../shared/errors.ts"
import type { HtmlErrorCode } from "./errors.ts"
import "./errors.ts"

/** The folder of the package's modules, `…/dist/` or `…/src/`. */
const ownPath = import.meta.url
  .slice(0, import.meta.url.lastIndexOf("/html/") + 1)
  .replace(/^file:\/\//, "")
/** Where a frame of ours stands when Node follows the source maps that the package ships. */
const ownSources = ownPath.replace(/\/dist\/$/, "/src/")

const isOwn = (place: string): boolean =>
  (place.includes(ownPath) || place.includes(ownSources)) &&
  !/\.(test|test-d|bench)\.[cm]?[jt]sx?:/.test(place)

/** `file:line:column` of a stack frame; undefined for one inside of Node, or without a file as `Array.map` has none. */
function placeOf(frame: string): string | undefined {
  const place =
    /(?:^|[\s(@])((?:[a-z][a-z\d+.-]*:\/\/|\/|[A-Za-z]:[\\/]|\\\\)[^()]*?:\d+:\d+)\)?\s*$/.exec(
      frame,
    )?.[1]
  return place === undefined || /^(?:node|native|bun):/.test(place)
    ? undefined
    : place.replace(/^file:\/\/(?=\/)/, "")
}

/**
 * `file:line:column` of the first stack frame that is the application's: neither ours nor in node_modules, where a router called
 * its handler. If all frames are there, the first that is not ours; undefined if the stack has none.
 */
export function callSite(): string | undefined {
  const limit = Error.stackTraceLimit
  // Nested components can put many frames of ours before the first one of the application.
  Error.stackTraceLimit = 50
  const stack = new Error().stack ?? ""
  Error.stackTraceLimit = limit
  const places = stack
    .split("\n")
    .slice(1)
    .flatMap(line => placeOf(line) ?? [])
    .filter(place => !isOwn(place))
  return places.find(place => !/[\\/]node_modules[\\/]/.test(place)) ?? places[0]
}

/** A NitroError whose message ends with the call site and whose details hold it as `callSite`. */
export function htmlError(
  code: HtmlErrorCode,
  message: string,
  options: NitroErrorOptions = {},
): NitroError {
  const site = callSite()
  if (site === undefined) return new NitroError(code, message, options)
  return new NitroError(code, `${message} (at ${site})`, {
    ...options,
    details: { ...options.details, callSite: site },
  })
}
