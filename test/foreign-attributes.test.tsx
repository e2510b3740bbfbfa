// Attributes from JSON, through every way to set attributes: refused, or inert in Chromium with our client in the page.

import { Badge, Button, Card } from "nitro-ts/components"
import { attributes } from "nitro-ts/datastar"
import {
  a,
  type Child,
  CustomTag,
  createElement,
  html,
  Li,
  li,
  Page,
  p,
  raw,
  render,
  svg,
} from "nitro-ts/html"
import { expect, it } from "vitest"
import { clientAssets } from "../src/client/index.ts"
import { NitroError } from "../src/shared/errors.ts"
import { openBrowser } from "./support/browser.ts"

// biome-ignore lint/suspicious/noExplicitAny: what a program makes of a request's body
type Json = any

const script = "<img src=x onerror=pwned()>"
const frame = "<script>parent.pwned()</script>"
const address = "javascript:pwned()"

/** Bodies of requests: what each tries is in its names. */
const bodies: readonly string[] = [
  { "data-attr": { onfocus: "pwned()", autofocus: true, tabindex: "0" } },
  { "data-attr": { onclick: "pwned()" } },
  { "data-attr": { ONCLICK: "pwned()" } },
  { "data-attr": { srcdoc: frame } },
  {
    "data-attr": {
      href: address,
      src: address,
      data: address,
      action: address,
      formaction: address,
    },
  },
  {
    "data-attr": {
      "xlink:href": address,
      to: address,
      values: address,
      content: `0;url=${address}`,
    },
  },
  {
    "data-attr": {
      "data-init": "pwned()",
      "data-on:click": "pwned()",
      "data-attr": "{onclick: 'pwned()'}",
    },
  },
  { "data-attr": { style: { toString: "x" }, innerHTML: script, is: "x-y" } },
  { "data-attr": ["pwned()"] },
  { "data-attr": [{ onclick: "pwned()" }] },
  { "data-attr": 1 },
  { "data-attr": true },
  { "data-attr": "{onclick: 'pwned()'}" },
  { "data-attr": { source: "{onclick: 'pwned()'}" } },
  { "data-attr:onclick": "pwned()" },
  { "data-attr:onclick": ["pwned()"] },
  { "data-attr:onfocus": { toString: "pwned()" }, tabindex: "0", autofocus: true },
  { "data-attr:href": [address] },
  { "data-attr:srcdoc": [frame] },
  { "DATA-ATTR": { onclick: "pwned()" } },
  { "Data-Attr:onClick": ["pwned()"] },
  { data_attr: { onclick: "pwned()" } },
  { data_attr_onclick: ["pwned()"] },
  { attr_onclick: ["pwned()"] },
  { "data-attr__prevent": { onclick: "pwned()" } },
  { "data-star-attr": { onclick: "pwned()" } },
  { data: { attr: { onclick: "pwned()" } } },
  { data: { Attr: { onclick: "pwned()" } } },
  { data: { "attr:onclick": ["pwned()"] } },
  { data: { "on:click": "pwned()", init: "pwned()" } },
  { data: [{ attr: { onclick: "pwned()" } }] },
  { data: address },
  { aria: { attr: { onclick: "pwned()" }, "x onclick": "pwned()" } },
  { "data-class": { "x onclick": "pwned()" } },
  { "data-class": ["pwned()"] },
  { "data-style": { color: "red;background:url(javascript:pwned())" } },
  { "data-style": ["pwned()"] },
  { "data-signals": { x: script, "a.b": 1 }, "data-bind:x__prop.inner-h-t-m-l": true },
  { "data-signals": { x: frame }, "data-bind:x__prop.srcdoc": true },
  { "data-signals": { x: address }, "data-bind:x__prop.href": true, "data-bind:x__prop.src": true },
  { "data-signals": { x: "pwned()" }, "data-bind:x__prop.text": true },
  { "data-signals": { __proto__x: 1, constructor: { prototype: { pwned: 1 } } } },
  { "data-signals:x": [script], "data-bind": "x" },
  { "data-signals": { source: "pwned()" } },
  { "data-on:click": "pwned()" },
  { "data-on:click": { source: "pwned()" } },
  { "data-init": ["pwned()"] },
  { "data-effect": "pwned()" },
  { "data-text": { source: "pwned()" } },
  { "data-computed": { x: "pwned()" } },
  { "data-json-signals": "pwned()" },
  { "data-ref": "x'); pwned(); ('" },
  { "data-indicator": "pwned()" },
  { onclick: "pwned()" },
  { onClick: "pwned()" },
  { ONFOCUS: "pwned()", autofocus: true, tabindex: 0 },
  { _onclick: "pwned()" },
  { on_click: "pwned()" },
  { ontoggle: "pwned()", open: true },
  { srcdoc: frame },
  { SRCDOC: frame },
  { href: address },
  { HREF: " java\nscript:pwned()" },
  { src: address },
  { src: `data:text/html,${frame}` },
  { src: "data:text/plain,pwned()" },
  { href: "data:text/plain,pwned()", "xlink:href": "data:,pwned()" },
  { formaction: address, type: "submit" },
  { action: address },
  { xlink_href: address },
  { style: { color: "red;x:url(javascript:pwned())", background: "url('javascript:pwned()')" } },
  { style: "background:url(javascript:pwned())" },
  { class: { 'a" onclick="pwned()': true } },
  { className: ['a" onclick="pwned()'] },
  { id: '"><img src=x onerror=pwned()>' },
  { 'x" onclick="pwned()': 1 },
  { dangerouslySetInnerHTML: { __html: script } },
  { innerHTML: script },
  { children: { __html: script } },
  { children: script },
  {
    "data-preserve-attr": "x",
    popover: "auto",
    "http-equiv": "refresh",
    content: `0;url=${address}`,
  },
  {
    attributeName: "href",
    to: address,
    from: address,
    by: address,
    values: `/;java\nscript:pwned()`,
    begin: "0s",
    dur: "1s",
  },
  { attributeName: "onclick", to: "pwned()" },
].map(body => JSON.stringify(body))

/** Ways to set attributes from an object. */
const doors: Readonly<Record<string, (value: Json) => Child>> = {
  "tag function": value => li(value),
  "tag function, before the children": value => a(value, "x"),
  "tag function, after the children": value => p("x", value),
  "capital tag function": value => Li(value),
  "capital tag function, called twice": value => {
    const open: Json = Li(value)
    return typeof open === "function" ? open("x") : open
  },
  CustomTag: value => CustomTag("iframe", value),
  "a script by CustomTag": value => CustomTag("SCRIPT", value),
  "JSX spread": value => <p {...value}>x</p>,
  "JSX spread over others": value => (
    <a href="/a" class="b" {...value}>
      x
    </a>
  ),
  "JSX frame": value => <iframe title="x" {...value} />,
  "JSX button": value => <button {...value}>x</button>,
  "JSX input": value => <input {...value} />,
  "JSX form": value => (
    <form {...value}>
      <button type="submit">x</button>
    </form>
  ),
  "JSX script": value => <script {...value} />,
  "JSX object": value => <object aria-label="x" {...value} />,
  "JSX embed": value => <embed {...value} />,
  "JSX in an SVG": value => svg(<a {...value}>{CustomTag("text", "x")}</a>),
  "JSX script in an SVG": value => svg(<script {...value} />),
  "JSX animation": value => svg(<a href="/a">{CustomTag("animate", value)}</a>),
  "JSX meta": value => <meta http-equiv="refresh" {...value} />,
  createElement: value => createElement("details", value, "x"),
  "html`` spread": value => html`<p ${value}>x</p>`,
  "html`` spread in a frame": value => html`<iframe ${value}></iframe>`,
  "html`` spread in a script": value => html`<script ${value}></script>`,
  "html`` data=": value => html`<p data=${value.data ?? value} aria=${value.aria}>x</p>`,
  "html`` data-attr=": value =>
    html`<a data-attr=${value} data-attr:onclick=${value["data-attr:onclick"]}>x</a>`,
  "html`` data-attr= of its own": value =>
    html`<a data-attr=${value["data-attr"] ?? value} data-class=${value["data-class"]}>x</a>`,
  "a component": value => Badge("x", value),
  "a component, JSX": value => <Button {...value}>x</Button>,
  "a component with parts": value => <Card {...value}>x</Card>,
  "attributes()": value => <a {...attributes(value)}>x</a>,
  "attributes() of an object": value => (
    <a {...attributes({ attr: value["data-attr"] ?? value })}>x</a>
  ),
}

it("runs nothing that JSON says about attributes", { timeout: 120_000 }, async () => {
  const sections: Child[] = []
  for (const body of bodies) {
    for (const [door, print] of Object.entries(doors)) {
      let text: string
      try {
        text = await render(print(JSON.parse(body)))
      } catch (error) {
        expect(error, `${door}: ${body}`).toBeInstanceOf(NitroError)
        continue
      }
      sections.push(html`<section title="${door}: ${body}">${raw(text)}</section>`)
    }
  }
  expect(sections.length).toBeGreaterThan(500)
  const page = await render(
    <Page
      title="x"
      stylesheet={false}
      kit={false}
      head={html`<script>window.ran = []; window.pwned = () => window.ran.push("" + (document.currentScript || document.activeElement).closest("section")?.title)</script>`}
    >
      {sections}
    </Page>,
  )
  const browser = await openBrowser()
  try {
    const tab = await browser.newPage()
    await tab.route("**/*", async route => {
      const { pathname } = new URL(route.request().url())
      const asset = clientAssets.get(pathname.slice(pathname.lastIndexOf("/") + 1))
      if (pathname === "/")
        await route.fulfill({ contentType: "text/html; charset=utf-8", body: page })
      else if (asset) await route.fulfill({ contentType: asset.type, body: await asset.load() })
      else await route.abort()
    })
    await tab.goto("http://xss.test/")
    await tab.waitForFunction("document.readyState === 'complete'")
    // The trap works, and the client runs: what our own markup asks for happens.
    expect(
      await tab.evaluate("[typeof pwned, document.querySelector('[data-signals]') !== null]"),
    ).toEqual(["function", true])
    await tab.evaluate(`(async () => {
      for (const e of document.querySelectorAll("section, section *")) {
        e.focus?.()
        if (e.localName === "form") e.addEventListener("submit", event => { if (!/^javascript:/i.test(e.action)) event.preventDefault() })
        e.addEventListener("click", event => { const to = e.href?.baseVal ?? e.href ?? e.formAction ?? ""; if (!/^javascript:/i.test(to)) event.preventDefault() })
        e.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }))
        e.dispatchEvent(new Event("toggle"))
      }
      await new Promise(resolve => setTimeout(resolve, 1500))
    })()`)
    const found = (await tab.evaluate(`({
      ran: [...new Set(window.ran)],
      handlers: [...document.querySelectorAll("section *")].filter(e => [...e.attributes].some(a => /^on[a-z]/i.test(a.name))).map(e => e.closest("section").title),
      documents: [...document.querySelectorAll("section [srcdoc]")].filter(e => e.getAttribute("srcdoc").includes("<script")).map(e => e.closest("section").title),
      addresses: [...document.querySelectorAll("section *")].filter(e => [...e.attributes].some(a => /^(href|src|action|formaction|data|xlink:href|to|from|by)$/.test(e.localName === "meta" && a.name === "content" ? "href" : a.name) && /^(\\d+;url=)?\\s*java\\s*script:/i.test(a.value))).map(e => e.closest("section").title),
      evaluated: [...document.querySelectorAll("section *")].filter(e => [...e.attributes].some(a => /^data-(on:.*|on|init|effect|text|computed|attr|attr:.*)$/.test(a.name))).map(e => e.closest("section").title),
      markup: [...document.querySelectorAll("section img")].map(e => e.closest("section").title),
    })`)) as Record<string, string[]>
    expect(found).toEqual({
      ran: [],
      handlers: [],
      documents: [],
      addresses: [],
      evaluated: [],
      markup: [],
    })
  } finally {
    await browser.close()
  }
})
