// How a place that is suspended looks in the page, and how its content gets there once it has arrived.
import { script, style } from "../elements/html-tags.ts"
import { type Markup, type Part, raw } from "../markup/markup.ts"

/**
 * Puts the content before it into its place. The same text every time, so that a Content-Security-Policy can allow it by
 * `suspenseScriptHash`; or give a nonce.
 */
export const suspenseScript: string =
  '{const s=document.currentScript,b=s.previousElementSibling,t=document.getElementById(b.dataset.suspense);if(t){const e="/"+t.id;let n=t.nextSibling;while(n&&!(n.nodeType===8&&n.data===e)){const x=n.nextSibling;n.remove();n=x}n?.remove();const c=b.dataset.inside?b.querySelector(b.dataset.inside):b;if(c.namespaceURI===t.namespaceURI)t.replaceWith(...c.childNodes);else{const r=document.createRange();r.selectNode(t);t.replaceWith(r.createContextualFragment(c.innerHTML))}}b.remove();s.remove()}'

/** `script-src` source for the scripts that put late content in place. */
export const suspenseScriptHash: string = "sha256-9+NGNNitQYWiSSyUCHk9a3wRNrcrgAAFR7XzBe8PwQw="

/**
 * The fallback between two marks. They are a `<template>` and a comment because these may stand anywhere, in tables and
 * lists too, and no element of ours comes between the page and its stylesheet.
 */
export function placeholder(id: string, fallback: Markup): readonly Part[] {
  return [`<template id="${id}"></template>`, ...fallback.parts, `<!--/${id}-->`]
}

/** Without JavaScript nothing moves: what has arrived is shown where it stands, at the end of the page. */
export function arrivedStyle(nonce: string | undefined): string {
  const css =
    "[data-suspense]{display:block!important;content-visibility:visible!important}table[data-suspense]{display:table!important}"
  return `<noscript>${style({ nonce }, raw(css))}</noscript>`
}

/** The content in a hidden element, and the script that moves it. `before` is printed in front of both. */
export function arrivedBlock(
  id: string,
  content: Markup,
  nonce: string | undefined,
  before: string,
): readonly Part[] {
  const [open, close] = container(id, content)
  return [before + open, ...content.parts, `${close}${script({ nonce }, raw(suspenseScript))}`]
}

// The elements that only exist in an SVG or a formula. Where the two have a name in common with HTML, the script finds out.
const svgPart =
  /^(?:animate.*|circle|clippath|defs|desc|ellipse|fe[a-z]+|filter|foreignobject|g|image|line|lineargradient|marker|mask|metadata|mpath|path|pattern|polygon|polyline|radialgradient|rect|set|stop|switch|symbol|text|textpath|tspan|use|view)$/
const mathPart =
  /^(?:m(?!(?:ain|ap|ath|ark|arquee|enu|enuitem|eta|eter|ulticol)$)[a-z]+|semantics|annotation.*)$/

/**
 * Rows and cells exist inside a table alone: the parser drops their tags anywhere else. Parts of an SVG are other elements
 * outside of one.
 */
function container(id: string, content: Markup): readonly [open: string, close: string] {
  // Not just `hidden`: Tailwind hides that with a rule that nothing can take back where there is no JavaScript.
  const attributes = `hidden="until-found" data-suspense="${id}"`
  const tag = firstTag(content) ?? ""
  switch (svgPart.test(tag) ? "svg-part" : mathPart.test(tag) ? "math-part" : tag) {
    case "tr":
      return [`<table ${attributes} data-inside="tbody"><tbody>`, "</tbody></table>"]
    case "td":
    case "th":
      return [`<table ${attributes} data-inside="tr"><tbody><tr>`, "</tr></tbody></table>"]
    case "col":
      return [`<table ${attributes} data-inside="colgroup"><colgroup>`, "</colgroup></table>"]
    case "svg-part":
      return [`<div ${attributes} data-inside="svg"><svg>`, "</svg></div>"]
    case "math-part":
      return [`<div ${attributes} data-inside="math"><math>`, "</math></div>"]
    case "tbody":
    case "thead":
    case "tfoot":
    case "caption":
    case "colgroup":
      return [`<table ${attributes}>`, "</table>"]
    default:
      return [`<div ${attributes}>`, "</div>"]
  }
}

/** The first element of the markup, in lower case; undefined when text comes first. Comments do not count. */
export function firstTag(markup: Markup): string | undefined {
  const first = markup.parts.find(part => part !== "")
  return typeof first === "string"
    ? /^\s*(?:<!--[\s\S]*?-->\s*)*<([a-z][^\s/>]*)/i.exec(first)?.[1]?.toLowerCase()
    : undefined
}
