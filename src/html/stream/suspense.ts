// `<Suspense fallback={...}>`: a part of the page that does not hold up the rest.
import { ownProps } from "../../shared/own-props.ts"
import { Ahead } from "../../shared/responding.ts"
import { renderAhead } from "../markup/ahead.ts"
import { type Child, toMarkup } from "../markup/child.ts"
import { type Markup, Parts, Suspended } from "../markup/markup.ts"
import { chunks, settleAround } from "../markup/render.ts"
import { LateContents } from "./stream.ts"
import { firstTag } from "./suspense-markup.ts"

export interface SuspenseProps {
  /** Shown in the place of the children until they are ready. */
  readonly fallback?: Child
  /** The slow part. A function gets a signal, which aborts when the page is no longer read. */
  readonly children?:
    | Child
    | ((context: { readonly signal: AbortSignal }) => Child | PromiseLike<Child>)
}

/**
 * Where a page is streamed, `fallback` is sent in the place of children that are not ready, and they follow at the end of
 * the same response. Everywhere else the page waits for them. An error in them is caught by the nearest `Boundary`,
 * inside or around.
 */
export function Suspense(props: SuspenseProps): Markup {
  const { fallback, children } = ownProps(props)
  const abort = new AbortController()
  const ahead = new Ahead()
  const content =
    typeof children === "function"
      ? ahead.run(() => started(() => children({ signal: abort.signal })))
      : toMarkup(children)
  // Before it is known to be needed: a fallback may be a promise, and reject.
  const waiting = toMarkup(fallback)
  if (chunks(content) !== undefined) {
    ahead.passOn()
    return content
  }
  const settled = renderAhead(ahead, () => settleAround(content, abort.signal))
  return new Parts([new Suspended(waiting, settled, abort)])
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
        ? new Suspended(
            part.fallback,
            renderAhead(new Ahead(), () =>
              part.content.then(content => recoverSuspended(content, recover)).catch(recover),
            ),
            part.abort,
            part.isInPlace,
          )
        : part,
    ),
  )
}

/** Markup for a page that is already open: at first all of it with fallbacks, then content by content as they get ready. */
export interface LatePatch {
  /** The id of the element that the markup replaces; undefined for the first one. */
  readonly replaces: string | undefined
  readonly markup: string
  /** The namespace that the markup is a part of. */
  readonly namespace: "html" | "svg"
}

/**
 * The patches that bring `child` into a page. Here a suspended place is an element with an id. Throws the error of a child
 * that has no `Boundary`, the others first.
 */
export async function* patchesOf(
  child: Child,
  signal?: AbortSignal,
): AsyncGenerator<LatePatch, void, void> {
  const late = new LateContents(signal)
  const namespaces = new Map<string, LatePatch["namespace"]>()
  try {
    yield {
      replaces: undefined,
      markup: await suspendInElements(await settleAround(child), late, namespaces, "html"),
      namespace: "html",
    }
    while (!late.isEmpty) {
      const arrived = await late.nextArrived()
      if (arrived === undefined) continue
      const namespace = namespaces.get(arrived.id) ?? "html"
      yield {
        replaces: arrived.id,
        markup: await suspendInElements(arrived.content, late, namespaces, namespace),
        namespace,
      }
    }
    late.throwFirstError()
  } finally {
    late.abandon(signal?.reason)
  }
}

async function suspendInElements(
  markup: Markup,
  late: LateContents,
  namespaces: Map<string, LatePatch["namespace"]>,
  outer: LatePatch["namespace"],
): Promise<string> {
  let text = ""
  for (const part of markup.parts) {
    if (typeof part === "string") text += part
    else if (!(part instanceof Suspended)) continue
    else if (part.isInPlace || onlyAmongTheirKind.has(firstTag(part.fallback) ?? "")) {
      text += await suspendInElements(await part.content, late, namespaces, outer)
    } else {
      const namespace = namespaceBehind(text, outer)
      const id = late.expect(part)
      namespaces.set(id, namespace)
      // Of all elements these may stand in most places: a `<div>` would end the paragraph that it stands in.
      const tag = namespace === "svg" ? "g" : "span"
      text += `<${tag} id="${id}">${await settleAround(part.fallback)}</${tag}>`
    }
  }
  return text
}

/** Namespace of an element that follows `text`. Text and values printed by this module contain no `<`. */
function namespaceBehind(text: string, outer: LatePatch["namespace"]): LatePatch["namespace"] {
  const tag = /.*<(\/?)(svg|foreignObject)(?=[\s/>])/is.exec(text)
  if (tag === null) return outer
  const isOpen = tag[1] === ""
  return (tag[2]?.toLowerCase() === "svg") === isOpen ? "svg" : "html"
}

/** No element of ours can stand among rows, cells and options. */
const onlyAmongTheirKind = new Set([
  "tr",
  "td",
  "th",
  "tbody",
  "thead",
  "tfoot",
  "caption",
  "col",
  "colgroup",
  "option",
  "optgroup",
])
