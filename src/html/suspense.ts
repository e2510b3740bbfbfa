// `<Suspense fallback={...}>`: a part of the page that the rest does not wait for.
import { type Child, toMarkup } from "./child.ts"
import { type Markup, Parts, Suspended } from "./markup.ts"
import { chunks, settleAround } from "./render.ts"
import { LateContents } from "./stream.ts"
import { firstTag } from "./suspense-markup.ts"

export interface SuspenseProps {
  /** What stands in the place of the children while they are not ready. */
  readonly fallback?: Child
  /** The part that takes long. As a function it gets a signal, which aborts when nobody waits for the page any more. */
  readonly children?: Child | ((context: { readonly signal: AbortSignal }) => Child | PromiseLike<Child>)
}

/**
 * Where a page is streamed, `fallback` is sent in the place of children that are not ready, and they follow at the end of
 * the same response. Everywhere else the page waits for them. An error in them is caught by the nearest `Boundary`,
 * inside or around.
 */
export function Suspense({ fallback, children }: SuspenseProps): Markup {
  const abort = new AbortController()
  const content = typeof children === "function" ? started(() => children({ signal: abort.signal })) : toMarkup(children)
  if (chunks(content) !== undefined) return content
  return new Parts([new Suspended(toMarkup(fallback), settleAround(content), abort)])
}

/** An error that is thrown at once is one of the content, as if it had come later. */
function started(start: () => Child | PromiseLike<Child>): Markup {
  try {
    return toMarkup(start())
  } catch (error) {
    return toMarkup(Promise.reject(error))
  }
}

/** The same markup, where a suspended place whose content fails shows what `recover` makes of the error. */
export function recoverSuspended(markup: Markup, recover: (error: unknown) => Markup): Markup {
  if (!markup.parts.some(part => part instanceof Suspended)) return markup
  return new Parts(
    markup.parts.map(part =>
      part instanceof Suspended
        ? new Suspended(part.fallback, part.content.then(content => recoverSuspended(content, recover)).catch(recover), part.abort)
        : part,
    ),
  )
}

/** Markup for a page that is already open: at first all of it with fallbacks, then content by content as they get ready. */
export interface LatePatch {
  /** The id of the element that the markup replaces; undefined for the first one. */
  readonly replaces: string | undefined
  readonly markup: string
}

/**
 * The patches that bring `child` into a page. Here a suspended place is an element with an id. Throws the error of a child
 * that has no `Boundary`, the others first.
 */
export async function* patchesOf(child: Child, signal?: AbortSignal): AsyncGenerator<LatePatch, void, void> {
  // Two answers may be on their way to the same page.
  const late = new LateContents(signal, `suspense-${crypto.randomUUID().slice(0, 8)}`)
  try {
    yield { replaces: undefined, markup: await suspendInElements(await settleAround(child), late) }
    while (!late.isEmpty) {
      const arrived = await late.nextArrived()
      if (arrived) yield { replaces: arrived.id, markup: await suspendInElements(arrived.content, late) }
    }
    late.throwFirstError()
  } finally {
    late.abandon(signal?.reason)
  }
}

async function suspendInElements(markup: Markup, late: LateContents): Promise<string> {
  let text = ""
  for (const part of markup.parts) {
    if (typeof part === "string") text += part
    // No element of ours can stand among rows and cells.
    else if (part instanceof Suspended && !tableParts.has(firstTag(part.fallback) ?? "")) {
      text += `<div id="${late.expect(part)}">${await settleAround(part.fallback)}</div>`
    } else if (part instanceof Suspended) text += await suspendInElements(await part.content, late)
  }
  return text
}

const tableParts = new Set(["tr", "td", "th", "tbody", "thead", "tfoot", "caption", "col", "colgroup"])
