// The same payloads in a real browser: nothing runs, and the page has exactly the elements that the templates say.
import { html, type Markup, raw, render, script } from "nitro-ts/html"
import { chromium } from "playwright-core"
import { expect, it } from "vitest"
import { chromiumArgs, chromiumPath } from "../../test/support/chromium.ts"
import { payloads, stylePayloads, urlPayloads } from "./support/xss-payloads.ts"

const all = [...payloads, ...urlPayloads, ...stylePayloads]

// A frame takes Chromium longer than all the rest: a few are enough, the value in it is escaped like any other text.
const hasFrame = (index: number): boolean => index % 40 === 0

const cell = (
  payload: string,
  index: number,
): Markup => html`<section title=${payload} lang="a ${payload}" class=${[payload]}>
  <p data-x='${payload}'>${payload}</p><a href=${payload}>${payload}</a><img srcset=${payload}><textarea>${payload}</textarea>${hasFrame(index) && html`<iframe srcdoc=${payload}></iframe>`}
  <b style=${{ color: payload }} ${{ title: payload }}></b><i data-signals=${{ a: payload }}></i><svg><a xlink:href=${payload}><text>${payload}</text></a></svg>
  <script>window.read.push(${payload})</script><script type="application/json">${{ [payload]: payload }}</script>${script({ type: "x" }, [payload])}
</section>`

it("keeps every payload inert in Chromium", { timeout: 60_000 }, async () => {
  const page = html`<!doctype html><title>${all.join("")}</title><script>window.read = []; window.ran = 0; window.pwned = () => window.ran++</script>${all.map(cell)}`
  const text = await render(page)
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs })
  try {
    const tab = await browser.newPage()
    // Anything that leaves the page would be an address that a payload brought in.
    await tab.route("**/*", route =>
      route.request().url() === "http://xss.test/"
        ? route.fulfill({ contentType: "text/html; charset=utf-8", body: text })
        : route.abort(),
    )
    await tab.goto("http://xss.test/")
    // As text: the sources are compiled without the types of the DOM.
    const seen = (await tab.evaluate(`({
      ran: window.ran,
      read: window.read,
      tags: [...new Set([...document.querySelectorAll("section *, section")].map(e => e.localName))].sort(),
      counts: [...document.querySelectorAll("section")].map(e => e.querySelectorAll("*").length),
      handlers: [...document.querySelectorAll("*")].flatMap(e => [...e.attributes]).filter(a => /^on/i.test(a.name)).length,
      links: [...document.querySelectorAll("section > a[href]")].filter(a => /^(javascript|vbscript|data):/.test(a.protocol)).length,
      texts: [...document.querySelectorAll("section > p")].map(e => e.textContent),
      positions: [...document.querySelectorAll("section > b")].filter(b => b.style.position !== "").length,
    })`)) as Record<string, unknown>
    await tab.evaluate(
      `for (const a of document.querySelectorAll("section > a[href]")) { a.target = "_self"; a.addEventListener("click", e => { if (!/^javascript:/.test(a.protocol)) e.preventDefault() }); a.click() }`,
    )
    expect(await tab.evaluate("window.ran")).toBe(0)
    const asParsed = (payload: string): string =>
      payload.replace(/\r\n?/g, "\n").replaceAll("\u0000", "")
    expect(seen).toEqual({
      ran: 0,
      read: all,
      tags: ["a", "b", "i", "iframe", "img", "p", "script", "section", "svg", "text", "textarea"],
      counts: all.map((_, index) => (hasFrame(index) ? 13 : 12)),
      handlers: 0,
      links: 0,
      texts: all.map(asParsed),
      positions: 0,
    })
    // The trap works: a payload that is not escaped is seen to run.
    await tab.setContent(
      String(
        raw(
          "<script>window.ran = 0; window.pwned = () => window.ran++</script><svg onload=pwned()></svg>",
        ),
      ),
    )
    expect(await tab.evaluate("window.ran")).toBe(1)
  } finally {
    await browser.close()
  }
})
