// Where in the application a function of ours was called, for errors that name two places.

/** `file:line:column` of the caller of `called`; "an unknown place" if the stack does not show it. */
export function callSiteOf(called: (...args: never[]) => unknown): string {
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 1
  Error.captureStackTrace(holder, called)
  Error.stackTraceLimit = limit
  const frame = holder.stack?.split("\n").at(-1)?.trim() ?? ""
  const place = /\(?([^\s()]+:\d+:\d+)\)?$/.exec(frame)?.[1]
  return place?.replace(/^file:\/\//, "") ?? "an unknown place"
}
