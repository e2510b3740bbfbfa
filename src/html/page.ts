// `Page(...)`: a whole document with its head, the browser client and the stylesheet.
import type { AnyAttributes } from "./attribute-types.ts"
import { type Child, toMarkup } from "./child.ts"
import { element, elementRecord, open } from "./element.ts"
import { link, meta, script, title as titleElement } from "./html-tags.ts"
import { type Markup, PageEnd, Parts, raw } from "./markup.ts"
import { assetUrls, defaultAssetsPath } from "./page-assets.ts"
import { chunks } from "./render.ts"

export interface PageProps {
  readonly title: string
  readonly description?: string | undefined
  /** Language of the page. Default `"en"`; `false` leaves it out. */
  readonly lang?: string | false | undefined
  /** More elements for the head, after all others. */
  readonly head?: Child
  readonly htmlAttributes?: AnyAttributes | undefined
  readonly bodyAttributes?: AnyAttributes | undefined
  /** Addresses of more stylesheets, after Basecoat. */
  readonly styles?: readonly string[] | undefined
  /** Addresses of more scripts, loaded as modules; an object gives all attributes of the element. */
  readonly scripts?: readonly (string | AnyAttributes)[] | undefined
  /** The browser client. Default true; a string is the address of another one. */
  readonly client?: boolean | string | undefined
  /** The Basecoat stylesheet. Default true; a string is the address of another one. */
  readonly stylesheet?: boolean | string | undefined
  /** What `nitro-ts/components` needs besides: a stylesheet, by default with `stylesheet`, and a script, by default with `client`. */
  readonly kit?: boolean | undefined
  /** Address of the page's icon. Default an empty one, which spares the browser a request for `/favicon.ico`; `false` lets it ask. */
  readonly icon?: string | false | undefined
  /**
   * Light and dark: `true` (default) follows the reader's choice (`localStorage.themeMode`) or else the system, before the
   * first paint; `"light"` and `"dark"` are fixed; `false` says nothing about it.
   */
  readonly theme?: boolean | "light" | "dark" | undefined
  /** For a Content-Security-Policy: set on every script and stylesheet of the page. */
  readonly nonce?: string | undefined
  /** Where the app serves the client and the stylesheet. Default `"/_nitro"`. */
  readonly assetsPath?: string | undefined
  /** Default true: `<meta charset="utf-8">`. */
  readonly charset?: boolean | undefined
  /** Default `"width=device-width, initial-scale=1"`. */
  readonly viewport?: string | boolean | undefined
  /** Switches off every default above: the document holds the title and what is asked for, no more. */
  readonly bare?: boolean | undefined
  readonly children?: Child
}

/** Sets the class `dark` before the first paint. Allow it in a Content-Security-Policy by `themeScriptHash`, or give a nonce. */
export const themeScript: string =
  'try{const t=localStorage.themeMode;if(t?t==="dark":matchMedia("(prefers-color-scheme: dark)").matches)document.documentElement.classList.add("dark")}catch{}'

/** `script-src` source for the theme script. */
export const themeScriptHash: string = "sha256-cQbjCJ+CoOdWusTvaQz4s2KRdtnu9VmfxeydjjYGMVg="

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
export function Page(props: PageProps, ...children: Child[]): Markup {
  const body = elementRecord("body")
  const content = toMarkup(children.length > 0 ? children : props.children)
  const { class: ownClass, ...htmlAttributes } = props.htmlAttributes ?? {}
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

const themeOf = (props: PageProps): PageProps["theme"] => props.theme ?? !props.bare

function head(props: PageProps): Child[] {
  const isFull = !props.bare
  const { nonce } = props
  const urls = assetUrls(props.assetsPath ?? defaultAssetsPath)
  const viewport = props.viewport ?? isFull
  const theme = themeOf(props)
  const icon = props.icon ?? (isFull ? "data:," : false)
  const client = props.client ?? isFull
  const stylesheet = props.stylesheet ?? isFull
  const styles = [
    stylesheet === true ? urls.basecoat : stylesheet,
    (props.kit ?? stylesheet !== false) && urls.kitStyle,
    ...(props.styles ?? []),
  ]
  const scripts = [client === true ? urls.client : client, (props.kit ?? client !== false) && urls.kitScript, ...(props.scripts ?? [])]
  return [
    (props.charset ?? isFull) && meta({ charset: "utf-8" }),
    viewport !== false && meta({ name: "viewport", content: viewport === true ? "width=device-width, initial-scale=1" : viewport }),
    theme && meta({ name: "color-scheme", content: theme === true ? "light dark" : theme }),
    titleElement(props.title),
    props.description !== undefined && meta({ name: "description", content: props.description }),
    icon !== false && link({ rel: "icon", href: icon }),
    theme === true && script({ nonce }, raw(themeScript)),
    styles.map(href => href !== false && link({ rel: "stylesheet", href, nonce })),
    scripts.map(
      source => source !== false && script({ ...(typeof source === "string" ? { type: "module", src: source } : source), nonce }),
    ),
    props.head,
  ]
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
