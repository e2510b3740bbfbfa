// The head of a page: its options and its content.
import { optionNames } from "../../shared/options.ts"
import type { AnyAttributes } from "../attributes/attribute-types.ts"
import { link, meta, script, title as titleElement } from "../elements/html-tags.ts"
import type { Child } from "../markup/child.ts"
import { scriptJson } from "../markup/literal.ts"
import { type Markup, raw } from "../markup/markup.ts"
import {
  type Asset,
  type BasecoatStyle,
  basecoatAsset,
  type Cdn,
  currentAssetsPath,
  ownAsset,
} from "./page-assets.ts"

/** https://html.spec.whatwg.org/multipage/webappapis.html#import-maps */
export interface ImportMap {
  readonly imports?: Readonly<Record<string, string>>
  readonly scopes?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly integrity?: Readonly<Record<string, string>>
}

export interface PageProps {
  readonly title: string
  readonly description?: string | undefined
  /** Language of the page. Default `"en"`; `false` leaves it out. */
  readonly lang?: string | false | undefined
  /** More elements for the head, after all others. */
  readonly head?: Child
  readonly htmlAttributes?: AnyAttributes | undefined
  readonly bodyAttributes?: AnyAttributes | undefined
  /** More stylesheets, after Basecoat: addresses, or all attributes of the element, as `files.style("app.css")` gives them. */
  readonly styles?: readonly (string | AnyAttributes)[] | undefined
  /** More scripts: addresses of modules, or all attributes of the element, as `files.script("app.js")` gives them. */
  readonly scripts?: readonly (string | AnyAttributes)[] | undefined
  /** Where modules find what they import by name. It stands before every script. */
  readonly importmap?: ImportMap | undefined
  /** The browser client. Default true; a string is the address of another one. */
  readonly client?: boolean | string | undefined
  /** The Basecoat stylesheet. Default true; a string is the address of another one, an object all attributes of the element. */
  readonly stylesheet?: boolean | string | AnyAttributes | undefined
  /** The look of the Basecoat stylesheet. Default `"vega"`. */
  readonly basecoat?: BasecoatStyle | undefined
  /**
   * Loads what is published on npm, the Basecoat stylesheet, from a CDN: the exact version, checked by the browser against
   * the hash of the bytes that we know. `true` is `"jsdelivr"`. Default false: nothing comes from a third party.
   */
  readonly cdn?: boolean | Cdn | undefined
  /** The colours for code of `nitro-ts/highlight`, for light and dark. Default false. */
  readonly highlight?: boolean | undefined
  /** Includes the files of `nitro-ts/components`: a stylesheet, by default with `stylesheet`, and a script, by default with `client`. */
  readonly kit?: boolean | undefined
  /**
   * Address of the page's icon. Default `data:,`, an empty one, which spares the browser a request for `/favicon.ico`; `false` allows that request.
   * A Content-Security-Policy has to allow it: `img-src 'self' data:`.
   */
  readonly icon?: string | false | undefined
  /** The one address of this page, for search engines. */
  readonly canonical?: string | undefined
  /** The preview of links to this page elsewhere: `{ image: "https://...", type: "article" }`. Title and description are those of the page. */
  readonly openGraph?: Readonly<Record<string, string>> | undefined
  /**
   * Light and dark: `true` (default) follows the reader's choice (`localStorage.themeMode`) or else the system, before the
   * first paint; `"light"` and `"dark"` are fixed; `false` says nothing about it.
   */
  readonly theme?: boolean | "light" | "dark" | undefined
  /** For a Content-Security-Policy: set on every script and stylesheet of the page. */
  readonly nonce?: string | undefined
  /** `"interpret"` never tries `eval` for the page's expressions: for a Content-Security-Policy that forbids it, without a report. */
  readonly expressions?: "interpret" | undefined
  /** Where the app serves the client and the stylesheet. Default `"/_nitro"`, below the base path of the app. */
  readonly assetsPath?: string | undefined
  /** Default true: `<meta charset="utf-8">`. */
  readonly charset?: boolean | undefined
  /** Default `"width=device-width, initial-scale=1"`. */
  readonly viewport?: string | boolean | undefined
  /** Switches off every default above: the document holds the title and the requested parts only. */
  readonly bare?: boolean | undefined
  readonly children?: Child
}

export const pageProps: ReadonlySet<string> = optionNames<PageProps>({
  title: true,
  description: true,
  lang: true,
  head: true,
  htmlAttributes: true,
  bodyAttributes: true,
  styles: true,
  scripts: true,
  importmap: true,
  client: true,
  stylesheet: true,
  basecoat: true,
  cdn: true,
  highlight: true,
  kit: true,
  icon: true,
  canonical: true,
  openGraph: true,
  theme: true,
  nonce: true,
  expressions: true,
  assetsPath: true,
  charset: true,
  viewport: true,
  bare: true,
  children: true,
})

/** Sets the class `dark` before the first paint. Allow it in a Content-Security-Policy by `themeScriptHash`, or give a nonce. */
export const themeScript: string =
  'try{const t=localStorage.themeMode;if(t?t==="dark":matchMedia("(prefers-color-scheme: dark)").matches)document.documentElement.classList.add("dark")}catch{}'

/** `script-src` source for the theme script. */
export const themeScriptHash: string = "sha256-cQbjCJ+CoOdWusTvaQz4s2KRdtnu9VmfxeydjjYGMVg="

export const themeOf = (props: PageProps): PageProps["theme"] => props.theme ?? !props.bare

export function head(props: PageProps): Child[] {
  const isFull = !props.bare
  const { nonce, openGraph } = props
  const viewport = props.viewport ?? isFull
  const theme = themeOf(props)
  const icon = props.icon ?? (isFull ? "data:," : false)
  return [
    (props.charset ?? isFull) && meta({ charset: "utf-8" }),
    viewport !== false &&
      meta({
        name: "viewport",
        content: viewport === true ? "width=device-width, initial-scale=1" : viewport,
      }),
    theme && meta({ name: "color-scheme", content: theme === true ? "light dark" : theme }),
    titleElement(props.title),
    props.description !== undefined && meta({ name: "description", content: props.description }),
    props.canonical !== undefined && link({ rel: "canonical", href: props.canonical }),
    openGraph &&
      openGraphTags({
        title: props.title,
        description: props.description,
        url: props.canonical,
        ...openGraph,
      }),
    icon !== false && link({ rel: "icon", href: icon }),
    props.expressions && meta({ name: "nitro-expressions", content: props.expressions }),
    theme === true && script({ nonce }, raw(themeScript)),
    stylesheets(props),
    props.importmap && script({ type: "importmap", nonce }, raw(scriptJson(props.importmap))),
    scripts(props),
    props.head,
  ]
}

const openGraphTags = (values: Readonly<Record<string, string | undefined>>): Child =>
  Object.entries(values).map(
    ([name, content]) => content !== undefined && meta({ property: `og:${name}`, content }),
  )

function stylesheets(props: PageProps): Child[] {
  const { stylesheet = !props.bare, assetsPath = currentAssetsPath(), cdn = false, nonce } = props
  const tags: Child[] = []
  if (stylesheet === true) {
    tags.push(
      sheetOf(
        basecoatAsset(
          props.basecoat ?? "vega",
          assetsPath,
          cdn === true ? "jsdelivr" : cdn || undefined,
        ),
        nonce,
      ),
    )
  } else if (stylesheet !== false) tags.push(givenSheet(stylesheet, nonce))
  if (props.kit ?? stylesheet !== false) tags.push(sheetOf(ownAsset("kitStyle", assetsPath), nonce))
  if (props.highlight) tags.push(sheetOf(ownAsset("highlight", assetsPath), nonce))
  for (const sheet of props.styles ?? []) tags.push(givenSheet(sheet, nonce))
  return tags
}

function scripts(props: PageProps): Child[] {
  const { client = !props.bare, assetsPath = currentAssetsPath(), nonce } = props
  const tags: Child[] = []
  if (client === true) tags.push(scriptOf(ownAsset("client", assetsPath), nonce))
  else if (client !== false) tags.push(givenScript(client, nonce))
  if (props.kit ?? client !== false) tags.push(scriptOf(ownAsset("kitScript", assetsPath), nonce))
  for (const entry of props.scripts ?? []) tags.push(givenScript(entry, nonce))
  return tags
}

const givenSheet = (sheet: string | AnyAttributes, nonce: string | undefined): Markup =>
  link({ rel: "stylesheet", ...(typeof sheet === "string" ? { href: sheet } : sheet), nonce })

const givenScript = (entry: string | AnyAttributes, nonce: string | undefined): Markup =>
  script({ ...(typeof entry === "string" ? { type: "module", src: entry } : entry), nonce })

// The tags of our own files are the same in every page without a nonce: each is printed once.
const printed = new WeakMap<Asset, Markup>()

function once(asset: Asset, nonce: string | undefined, print: () => Markup): Markup {
  if (nonce !== undefined) return print()
  let markup = printed.get(asset)
  if (markup === undefined) {
    markup = print()
    printed.set(asset, markup)
  }
  return markup
}

const sheetOf = (asset: Asset, nonce: string | undefined): Markup =>
  once(asset, nonce, () =>
    link({
      rel: "stylesheet",
      href: asset.url,
      integrity: asset.integrity,
      crossorigin: asset.crossorigin,
      nonce,
    }),
  )

const scriptOf = (asset: Asset, nonce: string | undefined): Markup =>
  once(asset, nonce, () =>
    script({ type: "module", src: asset.url, integrity: asset.integrity, nonce }),
  )
