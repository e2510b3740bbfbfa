// The text of server-sent events: a class, so that no stored string can pass for an event.
import { datastarError } from "./errors.ts"

/**
 * One or more server-sent events. "Is an event" is decided by `instanceof` alone: a string that looks like an event is
 * data. `patchElements` and its siblings return it, `sseResponse` sends it, and an action may return or yield it.
 */
export class SseText {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The events as they go over the wire. */
  toString(): string {
    return this.#text
  }
}

/** @throws NITRO_SSE_TEXT when `value` is anything but `SseText`. */
export function sseText(value: unknown): string {
  if (value instanceof SseText) return value.toString()
  const what =
    typeof value === "string"
      ? "a string"
      : value === null
        ? "null"
        : typeof value === "object"
          ? "an object"
          : typeof value
  throw datastarError(
    "NITRO_SSE_TEXT",
    `An event stream was given ${what}, which is not an event.`,
    {
      fix: "Send what `patchElements`, `patchSignals` or another function of `nitro-ts/datastar` returned. For several events use a list; `+` makes a string of them.",
    },
  )
}
