// Event names: segments joined by dots; and the test that distinguishes a pattern from a name.
import { NitroError } from "../../shared/errors.ts"
import "./errors.ts"
import { isGlob } from "./glob.ts"

/** Whether `name` must be matched as a pattern rather than looked up. */
export function isPattern(name: string): boolean {
  return name.charCodeAt(0) === 33 /* ! */ || isGlob(name)
}

/** Splits at dots and refuses empty names and empty segments. */
export function segmentsOf(
  name: string,
  what: "event" | "pattern" | "namespace" = "event",
): string[] {
  const segments = name.split(".")
  if (segments.includes("")) {
    throw new NitroError(
      what === "pattern" ? "NITRO_EVENT_PATTERN" : "NITRO_EVENT_NAME",
      `The ${what} name "${name}" has an empty segment.`,
      {
        fix: 'Use segments joined by single dots, such as "order.placed".',
      },
    )
  }
  return segments
}

/** Throws `NITRO_EVENT_NAME` unless `name` is a plain event name. */
export function assertEventName(name: string, what: "event" | "namespace" = "event"): void {
  if (typeof name !== "string") {
    throw new NitroError(
      "NITRO_EVENT_NAME",
      `An ${what} name is a string, not ${name === null ? "null" : typeof name}.`,
    )
  }
  if (isPattern(name)) {
    throw new NitroError(
      "NITRO_EVENT_NAME",
      `"${name}" is a pattern; ${what === "event" ? "an event is emitted and declared" : "a namespace is named"} by a plain name.`,
      {
        fix: 'Patterns belong in `on("order.*", handler)`.',
      },
    )
  }
  segmentsOf(name, what)
}
