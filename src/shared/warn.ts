// A warning for the developer: printed once, through the process's own warnings, with the line to write.

const printed = new Set<string>()

/**
 * Warns once in this process: `NITRO_…: what happened. What to write.` Goes through `process.emitWarning`, so that
 * `--no-warnings`, `--trace-warnings` and the event `warning` of the process work as for Node's own.
 */
export function warnOnce(code: `NITRO_${string}`, message: string, fix: string): void {
  const text = `${message} ${fix}`
  if (printed.has(text)) return
  printed.add(text)
  process.emitWarning(text, { type: "NitroWarning", code })
}
