// The value that every front end returns: text that is already safe, finished or with promises in it.
import { htmlError } from "./call-site.ts"

/**
 * Text is cut into parts once it is longer than this many characters: a flat string above 128 KB goes to V8's
 * large-object space, where every further row costs twice as much. A part holds at most about twice the limit.
 */
export const PART_CHARACTERS = 16_384

/** A piece of markup in document order: finished text, or what becomes text when a renderer gets there. */
export type Part = string | Promise<Markup> | Sequence | Suspended | PageEnd

/**
 * Safe markup, as returned by html``, the tag functions and JSX. "Already safe" is decided by `instanceof` this class
 * alone, so that no JSON body can imitate it. `String(markup)` is its text, unless a promise in it is still pending.
 */
export abstract class Markup {
  /** The pieces in document order: one string for small output, several for big output, promises for async children. */
  abstract readonly parts: readonly Part[]

  /** The whole text. @throws NITRO_HTML_PENDING when a child is still a promise. */
  abstract toString(): string

  /**
   * Refuses to become JSON, which `response.send(markup)` of Express would make of it. Snapshots of tests, which pass no
   * key, get the text. @throws NITRO_HTML_JSON
   */
  toJSON(key?: string): string {
    if (key === undefined) return chunksOf(this) ?? "markup that waits for an async child"
    throw htmlError("NITRO_HTML_JSON", "Markup was to become JSON, where it would be no page.", {
      fix: "Respond with `respond(markup)`, on Express with `response.send(String(markup))`. Text in JSON is `String(markup)` or `await render(markup)`.",
    })
  }
}

const chunksOf = (markup: Markup): string | undefined =>
  markup.parts.every(part => typeof part === "string") ? markup.parts.join("") : undefined

/** Markup that is one finished string. */
export class Finished extends Markup {
  // Declared, so that no initializer runs for the value that is made most often.
  declare readonly text: string

  constructor(text: string) {
    super()
    this.text = text
  }

  get parts(): readonly Part[] {
    return [this.text]
  }

  toString(): string {
    return this.text
  }
}

/** Finished text that came through `raw()`: the only markup that is allowed inside `<script>` and `<style>`. */
export class Raw extends Finished {}

/** An async iterable as a child: its next value is pulled when the reader has taken the previous one. */
export class Sequence {
  readonly #source: AsyncIterable<unknown>
  readonly #change: ((value: unknown) => unknown) | undefined
  #isSpent = false

  constructor(source: AsyncIterable<unknown>, change?: (value: unknown) => unknown) {
    this.#source = source
    this.#change = change
  }

  /** The same values, each changed once it is there. */
  map(change: (value: unknown) => unknown): Sequence {
    const before = this.#change
    return new Sequence(
      this.#source,
      before === undefined ? change : value => change(before(value)),
    )
  }

  /** @throws NITRO_HTML_CHILD when the source has no second run and had its first. */
  iterate(): AsyncIterator<unknown> {
    const iterator = this.#source[Symbol.asyncIterator]()
    // A generator is its own iterator, which the types of the two do not show.
    if ((iterator as unknown) === this.#source) {
      if (this.#isSpent) {
        throw htmlError(
          "NITRO_HTML_CHILD",
          "An async generator was rendered a second time, and has nothing left to give.",
          {
            fix: "Call the generator function once per rendering, or make the markup again.",
          },
        )
      }
      this.#isSpent = true
    }
    const change = this.#change
    if (change === undefined) return iterator
    return {
      next: async () => {
        const result = await iterator.next()
        return result.done === true ? result : { done: false, value: change(result.value) }
      },
      return: async value => (await iterator.return?.(value)) ?? { done: true, value },
    }
  }
}

/** A place that may show its fallback until its content is ready. */
export class Suspended {
  readonly fallback: Markup
  /** Settled, but for places inside of it that are suspended themselves. */
  readonly content: Promise<Markup>
  /** Aborts the work behind the content once no reader waits for it any more. */
  readonly abort: AbortController
  /** The place is inside of text, where no mark can stand: the page waits for the content. */
  readonly isInPlace: boolean

  constructor(
    fallback: Markup,
    content: Promise<Markup>,
    abort: AbortController,
    isInPlace = false,
  ) {
    this.fallback = fallback
    this.content = content
    this.abort = abort
    this.isInPlace = isInPlace
    content.catch(() => {})
  }
}

/** The end of a document's body: here stand contents whose place was sent without them, then what `close` gives. */
export class PageEnd {
  readonly close: () => Promise<Markup>
  readonly nonce: string | undefined

  constructor(close: () => Promise<Markup>, nonce: string | undefined) {
    this.close = close
    this.nonce = nonce
  }
}

/** Markup in several pieces: big, or with async children. */
export class Parts extends Markup {
  declare readonly parts: readonly Part[]

  constructor(parts: readonly Part[]) {
    super()
    this.parts = parts
  }

  toString(): string {
    let text = ""
    for (const part of this.parts) {
      if (typeof part !== "string") {
        throw htmlError(
          "NITRO_HTML_PENDING",
          "This markup has an async child that has not finished, so it is not text yet.",
        )
      }
      text += part
    }
    return text
  }
}

/**
 * The one door for trusted text: `text` is printed as it is. Never give it anything that a user can influence.
 * It is also the only thing that `<script>` and `<style>` accept as code.
 */
export function raw(text: string): Markup {
  if (typeof text !== "string")
    throw htmlError("NITRO_HTML_CHILD", `raw() takes a string, not ${typeof text}.`)
  return new Raw(text)
}

/** Appends `child`'s pieces to `parts` after the text `before`; returns the text that later pieces go on with. */
export function appendParts(parts: Part[], before: string, child: readonly Part[]): string {
  let text = before
  for (const part of child) {
    if (typeof part !== "string") {
      if (text !== "") parts.push(text)
      parts.push(part)
      text = ""
    } else if (text.length + part.length > 2 * PART_CHARACTERS) {
      parts.push(text)
      text = part
    } else text += part
  }
  return text
}
