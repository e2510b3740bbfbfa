// `Page(...)`: a whole document with its head, the browser client and the stylesheet.
import { refuseUnknownOptions } from "../../shared/options.ts"
import { ownProps } from "../../shared/own-props.ts"
import { element, elementRecord, open } from "../elements/element.ts"
import { type Child, toMarkup } from "../markup/child.ts"
import { type Markup, PageEnd, Parts } from "../markup/markup.ts"
import { chunks } from "../markup/render.ts"
import { pageApp } from "./page-app.ts"
import { head, type PageProps, pageProps, themeOf } from "./page-head.ts"

/** A document: `<Page title="Shop">...</Page>`, or `Page({ title: "Shop" }, ...children)`. */
export function Page(allProps: PageProps, ...children: Child[]): Markup {
  refuseUnknownOptions("<Page>", allProps, pageProps)
  const props = ownProps(allProps)
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

/** The additions of the hooks: immediate for a page that is finished, otherwise after its last child. */
function pageEnd(content: Markup, nonce: string | undefined): Child {
  const hooks = pageApp.get()?.pageEnds ?? []
  const runHooks = (): Markup => toMarkup(hooks.map(hook => hook({ nonce })))
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
