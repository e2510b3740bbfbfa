// `Page(...)`: a whole document with its head, the browser client and the stylesheet.
import { refuseUnknownOptions } from "../../shared/options.ts"
import { ownProps } from "../../shared/own-props.ts"
import { element, elementRecord, open } from "../elements/element.ts"
import { type Child, toMarkup } from "../markup/child.ts"
import { type Markup, PageEnd, Parts } from "../markup/markup.ts"
import { chunks } from "../markup/render.ts"
import { head, type PageProps, pageProps, themeOf } from "./page-head.ts"

/** What a hook may need to know of the page. */
export interface PageEndContext {
  /** For the Content-Security-Policy: goes on every script and style that the hook adds. */
  readonly nonce: string | undefined
}

type PageEndHook = (page: PageEndContext) => Child | PromiseLike<Child>
const pageEnds = new Set<PageEndHook>()

/**
 * Adds `hook` to the end of every page: it is called once all children of the page have rendered, async ones included, and
 * what it returns stands last in the body. Returns a function that takes it away again.
 */
export function onPageEnd(hook: PageEndHook): () => void {
  pageEnds.add(hook)
  return () => {
    pageEnds.delete(hook)
  }
}

/** A document: `<Page title="Shop">...</Page>`, or `Page({ title: "Shop" }, ...children)`. */
export function Page(given: PageProps, ...children: Child[]): Markup {
  refuseUnknownOptions("<Page>", given, pageProps)
  const props = ownProps(given)
  const body = elementRecord("body")
  const content = toMarkup(children.length > 0 ? children : props.children)
  const { class: ownClass, ...htmlAttributes } = ownProps(props.htmlAttributes ?? {})
  const root = {
    lang: props.lang ?? (props.bare ? undefined : "en"),
    class: [themeOf(props) === "dark" && "dark", ownClass],
    ...htmlAttributes,
  }
  return element(elementRecord("html"), open(elementRecord("html"), root), [
    element(elementRecord("head"), "<head>", head(props)),
    element(body, open(body, props.bodyAttributes ?? {}), [content, pageEnd(content, props.nonce)]),
  ])
}

/** What the hooks add: at once for a page that is finished, otherwise when its last child is. */
function pageEnd(content: Markup, nonce: string | undefined): Child {
  const runHooks = (): Markup => toMarkup([...pageEnds].map(hook => hook({ nonce })))
  if (chunks(content) !== undefined) return runHooks()
  // The renderer that gets there may run in another context than the request: the hooks run in the one of this call.
  let reach: () => void = () => {}
  const end = new Promise<void>(resolve => {
    reach = resolve
  }).then(runHooks)
  const close = (): Promise<Markup> => {
    reach()
    return end
  }
  return new Parts([new PageEnd(close, nonce)])
}
