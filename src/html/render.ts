// From markup to what is sent: one string, finished parts, or a stream in document order.
import { type Child, toMarkup } from "./child.ts"
import { appendParts, Markup, PART_CHARACTERS, type Part, Parts } from "./markup.ts"

/** The whole text, once every async child has finished. Rejects with the first error of a child. */
export async function render(child: Child): Promise<string> {
  let text = ""
  for await (const part of stream(child)) text += part
  return text
}

/** The finished text in pieces of 16 to 32 K characters, ready to be written; undefined when a child is still pending. */
export function chunks(markup: Markup): readonly string[] | undefined {
  const parts = markup.parts
  return parts.every(part => typeof part === "string") ? (parts as readonly string[]) : undefined
}

/** The same markup once no promise is left in it. */
export async function settle(child: Child): Promise<Markup> {
  const markup = toMarkup(child)
  if (chunks(markup) !== undefined) return markup
  const parts: Part[] = []
  let text = ""
  for (const part of markup.parts) {
    text = appendParts(parts, text, typeof part === "string" ? [part] : (await settle(await part)).parts)
  }
  parts.push(text)
  return new Parts(parts)
}

export interface StreamOptions {
  /** Ends the stream by throwing the signal's reason; children that still run are no longer waited for. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Yields the text in document order as it gets ready. All async children run at the same time; what stands before a
 * pending one is sent while it runs. Throws the error of a failed child that has no `Boundary`.
 */
export async function* stream(child: Child, options: StreamOptions = {}): AsyncGenerator<string, void, void> {
  const signal = options.signal
  signal?.throwIfAborted()
  // An explicit stack instead of `yield*`: the cost of a piece does not grow with the depth of async components.
  const stack: { parts: readonly Part[]; next: number }[] = [{ parts: toMarkup(child).parts, next: 0 }]
  let text = ""
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const part = frame.parts[frame.next++]
    if (part === undefined) stack.pop()
    else if (typeof part === "string") {
      text += part
      if (text.length > PART_CHARACTERS) {
        yield text
        text = ""
        signal?.throwIfAborted()
      }
    } else {
      const ready = await unlessPending(part)
      if (ready === undefined && text !== "") {
        yield text
        text = ""
      }
      stack.push({ parts: (ready ?? (await unlessAborted(part, signal))).parts, next: 0 })
    }
  }
  if (text !== "") yield text
}

/** The markup when the promise is already resolved: no need to flush a small piece of text before it. */
async function unlessPending(part: Promise<Markup>): Promise<Markup | undefined> {
  const first = await Promise.race([part, fewTicks()])
  return first instanceof Markup ? first : undefined
}

/** Long enough for a promise that was resolved when it became a child to have been turned into markup. */
async function fewTicks(): Promise<undefined> {
  for (let i = 0; i < 4; i++) await undefined
  return undefined
}

function unlessAborted(part: Promise<Markup>, signal: AbortSignal | undefined): Promise<Markup> {
  if (signal === undefined) return part
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener("abort", abort, { once: true })
    part.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort))
  })
}
