// Code in colours: what is printed, what is not believed, and what users may send.
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import fc from "fast-check"
import { highlight } from "nitro-ts/highlight"
import { Page, render } from "nitro-ts/html"
import { describe, expect, it } from "vitest"
import { payloads } from "../html/support/xss-payloads.ts"
import { isColouredCode } from "./verify.ts"

describe("highlight", () => {
  it("colours code of a language, by its name or a short one", async () => {
    const expected =
      '<span class="hljs-keyword">const</span> a = <span class="hljs-string">&quot;&lt;b&gt;&quot;</span>'
    expect(String(await highlight('const a = "<b>"', "typescript"))).toBe(
      `<code class="hljs language-typescript">${expected}</code>`,
    )
    expect(String(await highlight('const a = "<b>"', "ts"))).toBe(
      `<code class="hljs language-ts">${expected}</code>`,
    )
  })

  it("is a child like any other promise", async () => {
    const page = (
      <Page title="T" bare highlight>
        <pre>{highlight("let x", "js")}</pre>
      </Page>
    )
    expect(await render(page)).toMatch(
      /highlight\.css[^>]*>.*<pre>\n<code class="hljs language-js"><span class="hljs-keyword">let<\/span> x<\/code><\/pre>/,
    )
  })

  it("loads a language that is not among the common ones on use", async () => {
    expect(String(await highlight("def x, do: 1", "elixir"))).toContain(
      '<span class="hljs-keyword">def</span>',
    )
  })

  it("prints code of no language, an unknown one and one with a hostile name without colours", async () => {
    const plain = '<code class="hljs">&lt;b&gt; &amp; x</code>'
    expect(String(await highlight("<b> & x"))).toBe(plain)
    for (const name of [
      "nope",
      "",
      "../core",
      "../../package.json",
      "a/b",
      'x" onclick="y',
      "__proto__",
      "constructor",
      "x".repeat(500),
      "typescript\n",
    ]) {
      expect(String(await highlight("<b> & x", name)), name).toBe(plain)
    }
  })

  it("prints very long code without colours", async () => {
    expect(String(await highlight("let x\n".repeat(50_000), "js"))).not.toContain("<span")
  })

  it("contains every payload, in every language that embeds others", async () => {
    for (const language of ["html", "php", "markdown", "js", "tsx", "css", "bash", "json"]) {
      for (const payload of payloads) {
        const printed = String(await highlight(payload, language))
        const inside = printed.slice(printed.indexOf(">") + 1, -"</code>".length)
        expect(isColouredCode(inside, payload), `${language}: ${payload}`).toBe(true)
      }
    }
  })

  it("prints the sources of this module in colours", async () => {
    for (const name of ["index.ts", "verify.ts", "highlight.test.tsx"]) {
      const source = readFileSync(new URL(name, import.meta.url), "utf8")
      expect(String(await highlight(source, "tsx"))).toContain('<span class="hljs-')
    }
  })
})

it("says how to install highlight.js where it is not", () => {
  const hook = `export async function resolve(name, context, next) {
    if (name.startsWith("highlight.js")) throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" })
    return next(name, context)
  }`
  const register = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)})`
  const code = `const { highlight } = await import("nitro-ts/highlight"); await highlight("x", "js").catch(error => console.log(error.code, error.fix))`
  const flags = [
    "--conditions=source",
    "--import",
    "tsx",
    "--import",
    `data:text/javascript,${encodeURIComponent(register)}`,
  ]
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, "--input-type=module", "--eval", code],
    { encoding: "utf8" },
  )
  expect(stdout.trim(), stderr).toBe("NITRO_HIGHLIGHT_MISSING Run `npm install highlight.js`.")
})

describe("isColouredCode", () => {
  it("believes spans with a class around escaped text, and nothing else", () => {
    const good = [
      'a &lt;<span class="hljs-a b_">x<span class="c">y</span></span>',
      "a <xy",
    ] as const
    expect(isColouredCode(...good)).toBe(true)
    expect(isColouredCode("", "")).toBe(true)
    expect(isColouredCode("constructor", "constructor")).toBe(true)
    for (const [printed, code] of [
      [good[0], "a <x"],
      ["<b>x</b>", "x"],
      ['<span class="a" onclick="x">x</span>', "x"],
      ["<span class=a>x</span>", "x"],
      ['<span class="a">x', "x"],
      ["x</span>", "x"],
      ['</span><span class="a">x', "x"],
      ['<span class="">x</span>', "x"],
      ["<script>x</script>", "x"],
      ["a & b", "a & b"],
      ["a &nbsp; b", "a \u00a0 b"],
      ["&#60;", "<"],
      ['"', '"'],
      ["<!--x-->", ""],
      ["<", "<"],
    ] as const) {
      expect(isColouredCode(printed, code), printed).toBe(false)
    }
  })

  it("refuses whatever is put into good output, but for names of classes", () => {
    const good =
      '<span class="hljs-keyword">const</span> a = <span class="hljs-string">&quot;&lt;b&gt;&quot;</span>'
    const withoutClasses = (text: string): string => text.replaceAll(/ class="[\w -]+"/g, "")
    const pieces = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom(
        "<",
        ">",
        '"',
        "'",
        "&",
        " onclick=x",
        "<b>",
        "</span>",
        "<span>",
        "constructor",
      ),
    )
    fc.assert(
      fc.property(fc.nat(good.length), pieces, (at, text) => {
        const changed = good.slice(0, at) + text + good.slice(at)
        if (isColouredCode(changed, 'const a = "<b>"'))
          expect(withoutClasses(changed)).toBe(withoutClasses(good))
      }),
      { numRuns: 2000 },
    )
  })
})
