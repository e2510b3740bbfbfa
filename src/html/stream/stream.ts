// Streams markup as it becomes ready: in document order, with late content behind the page.
import { reportError } from "../../shared/report.ts"
import { abandon, endIterator, unlessAborted } from "../markup/abort.ts"
import { type Child, toMarkup } from "../markup/child.ts"
import {
  type Markup,
  PART_CHARACTERS,
  PageEnd,
  type Part,
  Sequence,
  Suspended,
} from "../markup/markup.ts"
import { arrivedBlock, arrivedStyle, placeholder } from "./suspense-markup.ts"

export interface StreamOptions {
  /** Ends the stream by throwing the signal's reason; children that still run are no longer waited for. */
  readonly signal?: AbortSignal | undefined
  /** Waits for the content of each `Suspense` in its place and never sends a fallback: for readers without JavaScript. */
  readonly inOrder?: boolean | undefined
  /** For documents that are not made by `Page`, which knows its own: set on the scripts that put late content in place. */
  readonly nonce?: string | undefined
}

/** The pieces of one markup, or the values of one async iterable, of which some were sent. */
type Frame =
  | { readonly iterator?: undefined; readonly parts: readonly Part[]; next: number }
  | { readonly iterator: AsyncIterator<unknown> }

/**
 * Yields the text in document order as it gets ready. All async children run at the same time; what stands before a
 * pending one is sent while it runs. The content of a `Suspense` that is not ready in time comes at the end of the body.
 * Throws the error of a failed child that has no `Boundary`; what is suspended elsewhere is sent first.
 */
export async function* stream(
  child: Child,
  options: StreamOptions = {},
): AsyncGenerator<string, void, void> {
  const { signal, inOrder = false } = options
  signal?.throwIfAborted()
  let late: LateContents | undefined
  // An explicit stack instead of `yield*`: the cost of a piece does not grow with the depth of async components.
  const stack: Frame[] = [frameOf(toMarkup(child).parts)]
  let text = ""
  let closing = ""
  try {
    for (;;) {
      const frame = stack.at(-1)
      const part = frame === undefined || frame.iterator ? undefined : frame.parts[frame.next++]
      if (typeof part === "string") {
        text += part
        if (text.length > PART_CHARACTERS) {
          yield text
          text = ""
          signal?.throwIfAborted()
        }
      } else if (part instanceof Sequence) stack.push({ iterator: part.iterate() })
      else if (part instanceof PageEnd || frame === undefined) {
        const end = part instanceof PageEnd ? part : undefined
        if (late === undefined || late.isEmpty) {
          if (late?.hasFailed && text !== "") yield text
          late?.throwFirstError()
          if (end === undefined) break // The end of all.
          // Nothing can be suspended any more: what stands here closes the page.
          stack.push(frameOf((await unlessAborted(end.close(), signal)).parts))
          continue
        }
        if (part === undefined) [text, closing] = splitClosing(text + closing)
        // It is not reached before the last content has come.
        else if (frame && !frame.iterator) frame.next--
        if (text !== "" && !late.hasArrived) {
          yield text
          text = ""
        }
        stack.push(frameOf(await late.next(end === undefined ? options.nonce : end.nonce)))
      } else if (frame.iterator) {
        const result = frame.iterator.next()
        const ready = await unlessPending(result)
        if (ready === pending && text !== "") {
          yield text
          text = ""
        }
        const { done, value } = ready === pending ? await unlessAborted(result, signal) : ready
        if (done) stack.pop()
        else stack.push(frameOf(toMarkup(value).parts))
      } else if (part === undefined) stack.pop()
      else {
        const promise = part instanceof Suspended ? part.content : part
        const ready = await unlessPending(promise)
        if (ready !== pending) stack.push(frameOf(ready.parts))
        else if (part instanceof Suspended && !inOrder && !part.isInPlace) {
          late ??= new LateContents(signal)
          stack.push(frameOf(late.suspend(part)))
        } else {
          if (text !== "") {
            yield text
            text = ""
          }
          stack.push(frameOf((await unlessAborted(promise, signal)).parts))
        }
      }
    }
    text += closing
    if (text !== "") yield text
  } finally {
    late?.abandon(signal?.reason)
    for (const frame of stack) leave(frame, signal?.reason)
  }
}

const frameOf = (parts: readonly Part[]): Frame => ({ parts, next: 0 })

/** Ends the work behind what is left of a frame. It is not waited for: it may be in the middle of something. */
function leave(frame: Frame, reason: unknown): void {
  if (frame.iterator) {
    endIterator(frame.iterator)
    return
  }
  // The last one that was taken may be the one that was waited for.
  abandon(frame.parts.slice(Math.max(0, frame.next - 1)), reason)
}

/** The end tags of a document that `Page` did not make: late content stands before them. */
function splitClosing(text: string): [text: string, closing: string] {
  const closing = /<\/body>\s*<\/html>\s*$/i.exec(text)?.[0] ?? ""
  return [text.slice(0, text.length - closing.length), closing]
}

/** The contents whose place was sent without them, and those of them that have arrived since. */
export class LateContents {
  readonly #signal: AbortSignal | undefined
  readonly #waiting = new Map<string, Suspended>()
  readonly #arrived: { readonly id: string; readonly content: Markup }[] = []
  readonly #errors: unknown[] = []
  /** Nothing else in the page can have such an id: neither another stream's places nor an element of its author. */
  readonly #prefix = `suspense-${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`
  #count = 0
  #isStyled = false
  #wake: () => void = () => {}

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0 && this.#arrived.length === 0
  }

  get hasArrived(): boolean {
    return this.#arrived.length > 0
  }

  get hasFailed(): boolean {
    return this.#errors.length > 0
  }

  /** Puts a placeholder in the place until the content is ready. */
  suspend(place: Suspended): readonly Part[] {
    return placeholder(this.expect(place), place.fallback)
  }

  /** Waits for the content of `place`; returns the id that it will come with. */
  expect(place: Suspended): string {
    this.#count++
    const id = `${this.#prefix}-${this.#count}`
    this.#waiting.set(id, place)
    place.content
      .then(
        content => void this.#arrived.push({ id, content }),
        error => void this.#errors.push(error),
      )
      .finally(() => {
        this.#waiting.delete(id)
        this.#wake()
      })
    return id
  }

  /** The next content that arrives, with what puts it in its place; nothing when the last ones failed. */
  async next(nonce: string | undefined): Promise<readonly Part[]> {
    const arrived = await this.nextArrived()
    if (arrived === undefined) return []
    const style = this.#isStyled ? "" : arrivedStyle(nonce)
    this.#isStyled = true
    return arrivedBlock(arrived.id, arrived.content, nonce, style)
  }

  async nextArrived(): Promise<{ readonly id: string; readonly content: Markup } | undefined> {
    while (this.#arrived.length === 0 && this.#waiting.size > 0) {
      const woken = new Promise<void>(resolve => {
        this.#wake = resolve
      })
      await unlessAborted(woken, this.#signal)
    }
    return this.#arrived.shift()
  }

  throwFirstError(): void {
    if (this.#errors.length > 0) throw this.#errors.shift()
  }

  /** Stops waiting for the rest. Errors that reach no reader are reported. */
  abandon(reason: unknown): void {
    for (const error of this.#errors.splice(0)) reportError(error, "late content of a page", "html")
    for (const { abort } of this.#waiting.values()) abort.abort(reason)
  }
}

const pending = Symbol("pending")

/** The result when the promise is already resolved: no need to flush a small piece of text before it. */
function unlessPending<T>(promise: Promise<T>): Promise<T | typeof pending> {
  return Promise.race([promise, fewTicks()])
}

/** Long enough for a promise that was resolved when it became a child to have been turned into markup. */
async function fewTicks(): Promise<typeof pending> {
  for (let i = 0; i < 4; i++) await undefined
  return pending
}
