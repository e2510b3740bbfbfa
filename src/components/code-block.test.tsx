import { CodeBlock, DescriptionList, Stat } from "nitro-ts/components"
import { render } from "nitro-ts/html"
import { describe, expect, it } from "vitest"

/** The code as a browser shows it. */
const shown = (block: string): string =>
  (/<code[^>]*>(.*)<\/code>/s.exec(block)?.[1] ?? "")
    .replace(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replace(/&#(x27|39);/g, "'")
    .replaceAll("&amp;", "&")

describe("a code block", () => {
  it.each([
    ["ts", 'const x: string = "</pre><script>alert(1)</script>" // &amp; <b>\n'],
    ["html", "<p onclick=\"x('y')\">&lt;i&gt;</p>\n\n<!-- c -->"],
    ["no-such-language", "a < b && c > d"],
    ["../../evil", "'x'"],
    [undefined, "\n<script>"],
  ])("of the language %s shows its code and nothing else", async (language, code) => {
    const block = await render(CodeBlock({ code, language }))
    expect(shown(block)).toBe(code)
    expect(block).not.toMatch(/<script|<b>|<i>|onclick="/)
  })

  it("has colours, numbers, a title and a button", async () => {
    const block = await render(
      <CodeBlock code={"let a = 1\nlet b\n"} language="js" title="app.js" lineNumbers={9} />,
    )
    expect(block).toContain('<span class="hljs-keyword">let</span>')
    expect(block).toContain('<span class="code-lines" aria-hidden="true">9\n10</span>')
    expect(block).toContain("<figcaption>app.js</figcaption>")
    expect(block).toContain(
      'data-copied-text="Copied">Copy<span class="code-copy-name"> app.js</span></button>',
    )
    expect(await render(<CodeBlock code="x" copy={false} />)).not.toContain("button")
    expect(await render(<CodeBlock code="x" lineNumbers />)).toContain(">1</span>")
  })
})

it("lists terms with their values as people read them", () => {
  expect(
    String(
      <DescriptionList
        items={[
          { term: "Total", value: 12.5, type: "currency" },
          { term: "<b>", value: "<i>" },
          { term: "Note", value: null },
        ]}
      />,
    ),
  ).toBe(
    '<dl data-orientation="horizontal" class="description-list"><div><dt>Total</dt><dd>$12.50</dd></div><div><dt>&lt;b&gt;</dt><dd>&lt;i&gt;</dd></div><div><dt>Note</dt><dd>-</dd></div></dl>',
  )
})

it("shows a figure and how it changed", () => {
  expect(
    String(<Stat label="Revenue" value={1200} type="number" change={0.125} help="since May" />),
  ).toBe(
    '<div class="stat"><p class="stat-label">Revenue</p><p class="stat-value">1,200<span class="stat-change" data-direction="up"> +12.5%</span></p><p class="stat-help">since May</p></div>',
  )
  expect(String(<Stat label="L" value={1} change={-0.5} />)).toContain(
    'data-direction="down"> -50%',
  )
  expect(String(<Stat label="L" value={1} change={0} />)).toContain('data-direction="flat"> 0%')
})
