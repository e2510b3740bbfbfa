// From markup that waits for something to finished text, in one go.
import { type Child, toMarkup } from "./child.ts"
import { appendParts, type Markup, PageEnd, type Part, Parts, Sequence, Suspended } from "./markup.ts"

/** The whole text, once every async child has finished. Rejects with the first error of a child. */
export async function render(child: Child): Promise<string> {
  return String(await settle(child))
}

/** The finished text in pieces of 16 to 32 K characters, ready to be written; undefined when a child is still pending. */
export function chunks(markup: Markup): readonly string[] | undefined {
  const parts = markup.parts
  for (let i = 0; i < parts.length; i++) if (typeof parts[i] !== "string") return undefined
  return parts as readonly string[]
}

/** The same markup once no promise is left in it; the content of each `Suspense` stands in its place. */
export function settle(child: Child): Promise<Markup> {
  return settleParts(toMarkup(child), false)
}

/** The same, but places that are suspended stay so. */
export function settleAround(child: Child): Promise<Markup> {
  return settleParts(toMarkup(child), true)
}

async function settleParts(markup: Markup, keepsSuspended: boolean): Promise<Markup> {
  if (chunks(markup) !== undefined) return markup
  const parts: Part[] = []
  let text = ""
  for (const part of markup.parts) {
    if (typeof part === "string" || (keepsSuspended && part instanceof Suspended)) text = appendParts(parts, text, [part])
    else if (part instanceof Sequence) {
      for await (const value of { [Symbol.asyncIterator]: () => part.iterate() }) {
        text = appendParts(parts, text, (await settleParts(toMarkup(value), keepsSuspended)).parts)
      }
    } else {
      const ready = await (part instanceof Suspended ? part.content : part instanceof PageEnd ? part.close() : part)
      text = appendParts(parts, text, chunks(ready) ?? (await settleParts(ready, keepsSuspended)).parts)
    }
  }
  parts.push(text)
  return new Parts(parts)
}
