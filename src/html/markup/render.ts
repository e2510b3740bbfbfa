// Renders markup with promises in it to finished text.
import { abandon, endIterator, type Interrupt, unlessAborted } from "./abort.ts"
import { type Child, toMarkup } from "./child.ts"
import {
  appendParts,
  type Markup,
  PageEnd,
  type Part,
  Parts,
  Sequence,
  Suspended,
} from "./markup.ts"

export interface RenderOptions {
  /** Rejects with the signal's reason, closes generators, and aborts the signals that functions in a `Suspense` got. */
  readonly signal?: AbortSignal | undefined
}

/** The whole text, once every async child has finished. Rejects with the first error of a child. */
export async function render(child: Child, options: RenderOptions = {}): Promise<string> {
  return String(await settle(child, options))
}

const isText = (part: Part): part is string => typeof part === "string"

/** The finished text in pieces of 16 to 32 K characters, ready to be written; undefined when a child is still pending. */
export function chunks(markup: Markup): readonly string[] | undefined {
  const parts = markup.parts
  return parts.every(isText) ? parts : undefined
}

/** The same markup once no promise is left in it; the content of each `Suspense` stands in its place. */
export function settle(
  child: Child,
  { signal }: { readonly signal?: Interrupt | undefined } = {},
): Promise<Markup> {
  return settleParts(toMarkup(child), false, signal)
}

/** The same, but places that are suspended stay so. */
export function settleAround(child: Child, signal?: AbortSignal): Promise<Markup> {
  return settleParts(toMarkup(child), true, signal)
}

async function settleParts(
  markup: Markup,
  keepsSuspended: boolean,
  signal: Interrupt | undefined,
): Promise<Markup> {
  if (chunks(markup) !== undefined) return markup
  try {
    const parts: Part[] = []
    let text = ""
    for (const part of markup.parts) {
      if (typeof part === "string" || (keepsSuspended && part instanceof Suspended))
        text = appendParts(parts, text, [part])
      else if (part instanceof Sequence) {
        for await (const value of {
          [Symbol.asyncIterator]: () => interruptible(part.iterate(), signal),
        }) {
          text = appendParts(
            parts,
            text,
            (await settleParts(toMarkup(value), keepsSuspended, signal)).parts,
          )
        }
      } else {
        const promise =
          part instanceof Suspended ? part.content : part instanceof PageEnd ? part.close() : part
        const ready = await unlessAborted(promise, signal)
        text = appendParts(
          parts,
          text,
          chunks(ready) ?? (await settleParts(ready, keepsSuspended, signal)).parts,
        )
      }
    }
    parts.push(text)
    return new Parts(parts)
  } catch (error) {
    // The page has failed: nothing waits for the rest of it.
    abandon(markup.parts, error)
    throw error
  }
}

/** The same values, but the wait for the next one ends with the signal. */
function interruptible(
  iterator: AsyncIterator<unknown>,
  signal: Interrupt | undefined,
): AsyncIterator<unknown> {
  if (signal === undefined) return iterator
  return {
    next: async () => {
      try {
        return await unlessAborted(iterator.next(), signal)
      } catch (error) {
        // A loop does not close an iterator whose `next` has failed, and this one may only have been left.
        endIterator(iterator)
        throw error
      }
    },
    return: async value => (await iterator.return?.(value)) ?? { done: true, value },
  }
}
