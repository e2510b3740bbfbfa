// Whole documents.
import { createHash } from "node:crypto"
import { html, Page, render, themeScriptHash } from "nitro-ts/html"
import { describe, expect, it } from "vitest"
import { type PageEndHook, pageApp, themeScript } from "../internal.ts"

describe("Page", () => {
  it("is a document with the client, the stylesheet and both colour schemes", () => {
    const page = String(
      <Page title="A & B" description={'"quoted"'}>
        <p>x</p>
      </Page>,
    )
    expect(
      page
        .replaceAll(/\?v=[0-9a-f]+/g, "?v=HASH")
        .replaceAll(/ integrity="sha384-[\w+/]{64}"/g, " +"),
    ).toBe(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>A &amp; B</title><meta name="description" content="&quot;quoted&quot;"><link rel="icon" href="data:,"><script>${themeScript}</script><link rel="stylesheet" href="/_nitro/basecoat.css?v=HASH" +><link rel="stylesheet" href="/_nitro/kit.css?v=HASH" +><script type="module" src="/_nitro/client.js?v=HASH" +></script><script type="module" src="/_nitro/kit.js?v=HASH" +></script></head><body><p>x</p></body></html>`,
    )
  })

  it("leaves out what is switched off", () => {
    const off = {
      lang: false,
      client: false,
      stylesheet: false,
      theme: false,
      icon: false,
      charset: false,
      viewport: false,
    } as const
    expect(String(Page({ title: "T", ...off }, "x"))).toBe(
      "<!doctype html><html><head><title>T</title></head><body>x</body></html>",
    )
    expect(String(Page({ title: "T", bare: true }, "x"))).toBe(
      String(Page({ title: "T", ...off }, "x")),
    )
    expect(String(Page({ title: "T", kit: false }))).not.toContain("kit.")
    expect(String(Page({ title: "T", bare: true, kit: true }))).toMatch(/kit\.css.*kit\.js/)
    expect(String(Page({ title: "T", bare: true, charset: true }, "x"))).toContain(
      '<head><meta charset="utf-8"><title>',
    )
  })

  it("takes attributes, more styles and scripts, a nonce and a base path", () => {
    let page = String(
      Page({
        title: "T",
        lang: "de",
        theme: "dark",
        nonce: "n0",
        assetsPath: "/shop/_nitro",
        htmlAttributes: { id: "root" },
        bodyAttributes: { class: ["a", "b"] },
        styles: ["/own.css"],
        scripts: ["/own.js", { src: "/old.js", defer: true }],
        icon: "/icon.svg",
        head: html`<link rel="manifest" href="/app.json">`,
      }),
    )
    expect(page).toContain('<html lang="de" class="dark" id="root">')
    expect(page).toContain('<body class="a b"></body>')
    page = page.replaceAll(/ integrity="[^"]+"/g, "")
    expect(page).toMatch(
      /href="\/shop\/_nitro\/basecoat\.css\?v=\w+" nonce="n0"><link rel="stylesheet" href="\/shop\/_nitro\/kit\.css\?v=\w+" nonce="n0"><link rel="stylesheet" href="\/own\.css" nonce="n0">/,
    )
    expect(page).toMatch(
      /src="\/shop\/_nitro\/client\.js\?v=\w+" nonce="n0"><\/script><script type="module" src="\/shop\/_nitro\/kit\.js\?v=\w+" nonce="n0"><\/script><script type="module" src="\/own\.js" nonce="n0">/,
    )
    expect(page).toContain(
      '<script src="/old.js" defer nonce="n0"></script><link rel="manifest" href="/app.json"></head>',
    )
    expect(page).not.toContain("localStorage")
  })

  it("keeps its class beside the dark theme", () => {
    expect(
      String(Page({ title: "T", theme: "dark", htmlAttributes: { class: "wide" } })),
    ).toContain('<html lang="en" class="dark wide">')
  })

  it("loads one of Basecoat's looks, its colours for code, and files with all their attributes", () => {
    const page = String(
      Page({
        title: "T",
        basecoat: "luma",
        highlight: true,
        styles: [{ href: "/a.css", integrity: "sha384-x", media: "print" }],
      }),
    )
    expect(page).toMatch(
      /<link rel="stylesheet" href="\/_nitro\/basecoat-luma\.css\?v=\w+" integrity="[^"]+"><link rel="stylesheet" href="\/_nitro\/kit\.css[^>]+><link rel="stylesheet" href="\/_nitro\/highlight\.css\?v=\w+" integrity="[^"]+"><link rel="stylesheet" href="\/a\.css" integrity="sha384-x" media="print">/,
    )
  })

  it("loads the exact published version from a CDN by an option, checked by its hash, and all else from the app", () => {
    const link = (cdn: boolean | "unpkg") =>
      /<link rel="stylesheet"[^>]+>/.exec(String(Page({ title: "T", cdn, nonce: "n0" })))?.[0]
    expect(link(true)).toMatch(
      /^<link rel="stylesheet" href="https:\/\/cdn\.jsdelivr\.net\/npm\/basecoat-css@\d+\.\d+\.\d+\/dist\/basecoat\.cdn\.min\.css" integrity="sha384-[^"]{64}" crossorigin="anonymous" nonce="n0">$/,
    )
    expect(link("unpkg")).toContain('href="https://unpkg.com/basecoat-css@')
    expect(link(false)).toContain('href="/_nitro/basecoat.css')
    expect(String(Page({ title: "T", cdn: true })).match(/https:/g)).toHaveLength(1)
  })

  it("says what search engines and links elsewhere show", () => {
    const page = String(
      Page({
        title: "T",
        bare: true,
        description: "<D>",
        canonical: "https://shop.test/",
        openGraph: { image: "https://shop.test/a.png", title: "O" },
      }),
    )
    expect(page).toContain(
      '<title>T</title><meta name="description" content="&lt;D&gt;"><link rel="canonical" href="https://shop.test/"><meta property="og:title" content="O"><meta property="og:description" content="&lt;D&gt;"><meta property="og:url" content="https://shop.test/"><meta property="og:image" content="https://shop.test/a.png"></head>',
    )
  })

  it("prints the import map before every module, as data that cannot leave its script", () => {
    const page = String(
      Page({
        title: "T",
        nonce: "n0",
        theme: false,
        importmap: { imports: { "</script>": "/a.js" } },
      }),
    )
    expect(page).toMatch(
      /<script type="importmap" nonce="n0">\{"imports":\{"\\u003c\/script\\u003e":"\/a\.js"\}\}<\/script><script type="module"/,
    )
  })

  it("publishes the hash of its one inline script", () => {
    expect(themeScriptHash).toBe(
      `sha256-${createHash("sha256").update(themeScript).digest("base64")}`,
    )
  })
})

describe("the hooks of the app around a page", () => {
  const within = <T,>(pageEnds: readonly PageEndHook[], make: () => T): T =>
    pageApp.run({ basePath: "", pageEnds }, make)

  it("add to the end of the body, in their order", () => {
    const page = within([() => html`<i>1</i>`, () => undefined, () => "<2>"], () =>
      String(Page({ title: "T", bare: true }, "x")),
    )
    expect(page).toContain("<body>x<i>1</i>&lt;2&gt;</body>")
  })

  it("run once all async children have rendered, nested ones too", async () => {
    const log: string[] = []
    const later = async (name: string, child: unknown): Promise<never> => {
      await new Promise(done => setTimeout(done, 5))
      log.push(name)
      return child as never
    }
    const page = within([async () => `end after ${log.join()}`], () =>
      Page({ title: "T", bare: true }, later("outer", html`<b>${later("inner", "x")}</b>`)),
    )
    expect(await render(page)).toContain("<body><b>x</b>end after inner,outer</body>")
  })

  it("are not run for a page whose children fail", async () => {
    let runs = 0
    const page = within([() => void runs++], () =>
      Page({ title: "T" }, Promise.reject(new Error("down"))),
    )
    await expect(render(page)).rejects.toThrow("down")
    expect(runs).toBe(0)
  })

  it("are none outside of it, whatever pages of other apps have", () => {
    const page = () => String(Page({ title: "T", bare: true }))
    const [one, other] = ["one", "other"].map(name => within([() => name], page))
    expect([one, other, page()].map(text => /<body>(.*)<\/body>/.exec(String(text))?.[1])).toEqual([
      "one",
      "other",
      "",
    ])
  })
})
