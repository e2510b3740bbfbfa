// Every payload through every context: the structure of the page stays what the template says.
import {
  a,
  CustomTag,
  html,
  type Markup,
  Page,
  raw,
  script,
  div as typedDiv,
  meta as typedMeta,
} from "nitro-ts/html"
import { describe, expect, it } from "vitest"
import { Expression } from "../shared/expression.ts"
import { styleValue } from "./attributes/style.ts"
import { jsx } from "./jsx-runtime.ts"
import { expressionLiteral } from "./markup/literal.ts"
import { payloads, safeUrls, stylePayloads, urlPayloads } from "./support/xss-payloads.ts"

const div = typedDiv as (...content: unknown[]) => Markup
const meta = typedMeta as (...content: unknown[]) => Markup

const entities: Record<string, string> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
}
const decode = (text: string): string =>
  text.replace(/&(?:amp|lt|gt|quot|#39);/g, entity => entities[entity] ?? entity)

/** The text between `before` and `after`, which must be where the page starts and ends. */
function between(page: unknown, before: string, after: string): string {
  const text = String(page)
  expect(text.startsWith(before) && text.endsWith(after), text).toBe(true)
  return text.slice(before.length, text.length - after.length)
}

/** No character that could end text, a quoted value or start a tag is left, and nothing of the value is lost. */
function expectContained(inner: string, payload: string): void {
  expect(inner).not.toMatch(/[<>"']/)
  expect(inner).not.toMatch(/&(?!(?:amp|lt|gt|quot|#39);)/)
  expect(decode(inner)).toBe(payload)
}

it("has a list that is worth the name", () => {
  expect(payloads.length + urlPayloads.length + stylePayloads.length).toBeGreaterThan(500)
  expect(new Set(payloads).size).toBe(payloads.length)
})

describe("text", () => {
  it.each(payloads)("%j", payload => {
    expectContained(between(html`<p>${payload}</p>`, "<p>", "</p>"), payload)
    expectContained(between(div(payload), "<div>", "</div>"), payload)
    expectContained(between(div([payload, ""]), "<div>", "</div>"), payload)
    expectContained(between(jsx("div", { children: payload }), "<div>", "</div>"), payload)
    expectContained(between(html`<title>${payload}</title>`, "<title>", "</title>"), payload)
    expectContained(
      between(
        html`<textarea>${payload}</textarea>`,
        payload.startsWith("\n") ? "<textarea>\n" : "<textarea>",
        "</textarea>",
      ),
      payload,
    )
  })
})

describe("attribute values", () => {
  it.each(payloads)("%j", payload => {
    for (const page of [
      html`<p title=${payload}></p>`,
      html`<p title="${payload}"></p>`,
      html`<p ${{ title: payload }}></p>`,
    ]) {
      expectContained(between(page, '<p title="', '"></p>'), payload)
    }
    expectContained(between(html`<p title='x ${payload}'></p>`, "<p title='x ", "'></p>"), payload)
    expectContained(between(div({ title: payload }), '<div title="', '"></div>'), payload)
    expectContained(between(div({ title: payload }), '<div title="', '"></div>'), payload)
    expectContained(between(jsx("div", { class: [payload] }), '<div class="', '"></div>'), payload)
    expectContained(between(div({ data: { x: payload } }), '<div data-x="', '"></div>'), payload)
    const srcdoc = decode(
      between(html`<iframe srcdoc=${payload}></iframe>`, '<iframe srcdoc="', '"></iframe>'),
    )
    expectContained(srcdoc, payload)
  })
})

describe("addresses", () => {
  const attributes = [
    "href",
    "src",
    "action",
    "formaction",
    "poster",
    "cite",
    "data",
    "xlink:href",
    "background",
  ]

  it.each(urlPayloads)("drops %j", url => {
    for (const name of attributes) {
      expect(String(jsx("a", { [name]: url }))).toBe("<a></a>")
      expect(String(html`<a ${{ [name]: url }}></a>`)).toBe("<a></a>")
    }
    expect(String(html`<a href=${url}></a>`)).toBe("<a></a>")
    expect(String(html`<a href="${url}"></a>`)).toBe("<a></a>")
    expect(String(html`<a href="${url.slice(0, 3)}${url.slice(3)}"></a>`)).toBe("<a></a>")
    if (!/svg/i.test(url))
      expect(String(html`<img srcset="/a 1x, ${url.replaceAll(/[\s,]/g, "")} 2x">`)).toBe("<img>")
    expect(String(html`<svg><set attributeName="href" to=${url}></set></svg>`)).toBe(
      '<svg><set attributeName="href"></set></svg>',
    )
    expect(String(html`<meta http-equiv="refresh" content="0;url=${url}">`)).toBe(
      '<meta http-equiv="refresh">',
    )
    // A response that was learned must be the same as the first one.
    expect(String(a({ href: url }))).toBe("<a></a>")
    expect(String(a({ href: url }))).toBe("<a></a>")
  })

  it("agrees with the URL parser of the platform about what runs script", () => {
    for (const url of [...urlPayloads, ...safeUrls, ...payloads]) {
      const printed = String(html`<a href=${url}></a>`)
      let protocol = "invalid:"
      try {
        protocol = new URL(url, "https://example.org/").protocol
      } catch {}
      if (["javascript:", "vbscript:", "livescript:"].includes(protocol))
        expect(printed, url).toBe("<a></a>")
    }
  })

  it.each(safeUrls)("keeps %j", url => {
    expect(decode(String(html`<a href=${url}></a>`))).toBe(`<a href="${url}"></a>`)
    expect(decode(String(html`<a href="${url}"></a>`))).toBe(`<a href="${url}"></a>`)
  })

  it.each([
    "data:text/plain,pwned()",
    "data:,pwned()",
    "data:image/png;base64,AAAA",
    "data:application/octet-stream,pwned()",
    " DATA:;base64,AA",
  ])("lets no script load %j", url => {
    for (const tag of ["script", "SCRIPT", "Script"]) {
      for (const name of ["src", "href", "xlink:href"]) {
        expect(String(jsx(tag, { [name]: url }))).toBe(`<${tag}></${tag}>`)
        expect(String(CustomTag("svg", CustomTag(tag, { [name]: url })))).toBe(
          `<svg><${tag}></${tag}></svg>`,
        )
      }
    }
    expect(String(script({ src: url }))).toBe("<script></script>")
    expect(String(html`<script src=${url}></script>`)).toBe("<script></script>")
    expect(String(html`<SCRIPT src="${url}"></script>`)).toBe("<SCRIPT></script>")
    expect(String(html`<script src="data:${url.slice(5)}"></script>`)).toBe("<script></script>")
    expect(String(html`<script ${{ src: url }}></script>`)).toBe("<script></script>")
  })

  it.each([
    "/;java\nscript:pwned()",
    "a;\tjavascript:pwned()",
    "#;vbscript:x",
    "/a,javascript:x",
    "java\tscript:x;/",
  ])("drops an animation through %j", values => {
    expect(String(html`<svg><animate attributeName="href" values=${values}></animate></svg>`)).toBe(
      '<svg><animate attributeName="href"></animate></svg>',
    )
  })

  const refreshes = [
    "0;url=javascript:x",
    "0; URL = 'javascript:x'",
    " 5 , javascript:x",
    ".5;javascript:x",
    "0 javascript:x",
    "0;data:text/html,x",
  ]

  it.each(refreshes)("drops %j where an http-equiv may make it a refresh", content => {
    const equiv = '<meta http-equiv="refresh">'
    for (const key of ["http-equiv", "http_equiv", "HTTP-EQUIV"]) {
      const known = { [key]: "refresh", content }
      const late = { content, [key]: "refresh" }
      for (const all of [known, late, { CONTENT: content, [key]: "refresh" }]) {
        const printed = `<meta ${key.replace("_", "-")}="refresh">`
        expect(String(jsx("meta", all))).toBe(printed)
        expect(String(CustomTag("META", all))).toBe(printed.replace("meta", "META"))
        expect(String(meta(all))).toBe(printed)
        expect(String(html`<meta ${all}>`)).toBe(printed)
      }
    }
    expect(String(html`<meta http-equiv="refresh" content=${content}>`)).toBe(equiv)
    expect(String(html`<meta content=${content} http-equiv="refresh">`)).toBe(equiv)
    expect(String(html`<meta content="${content}" HTTP-EQUIV=refresh>`)).toBe(
      "<meta HTTP-EQUIV=refresh>",
    )
    expect(String(html`<meta content=${content} http-equiv=${"refresh"}>`)).toBe(equiv)
    expect(
      String(
        html`<meta content=" ${content.slice(0, 3)}${content.slice(3)}" http-equiv="refresh">`,
      ),
    ).toBe(equiv)
    // What an object holds is not known where the template is read.
    expect(String(html`<meta content=${content} ${{ "http-equiv": "refresh" }}>`)).toBe(equiv)
    expect(String(html`<meta ${{ content }} http-equiv="refresh">`)).toBe(equiv)
    expect(String(html`<meta ${{ content }} ${{ "http-equiv": "refresh" }}>`)).toBe(equiv)
    expect(String(html`<meta ${{ "http-equiv": "refresh" }} ${{ content }}>`)).toBe(equiv)
    // A name that is given, of whatever value.
    expect(String(meta({ "http-equiv": "x", content }))).toBe('<meta http-equiv="x">')
    expect(String(meta({ "http-equiv": undefined, content }))).toBe("<meta>")
    expect(String(html`<meta http-equiv=${undefined} content=${content}>`)).toBe("<meta>")
  })

  it.each([
    ...refreshes,
    "How url=javascript: works",
    "url=javascript:x",
    "javascript: 5 tips",
    "x 0;url=javascript:x",
    "5 javascripts",
  ])("keeps the description %j", content => {
    const description = `<meta name="description" content="${content}">`
    const all = { name: "description", content }
    for (const page of [
      jsx("meta", all),
      jsx("meta", all),
      meta(all),
      meta({ name: "description", content: raw(content) } as never),
      CustomTag("meta", all),
      html`<meta ${all}>`,
      html`<meta name="description" content=${content}>`,
      html`<meta name="description" content="${content}">`,
      html`<meta name="description" content="${content.slice(0, 2)}${content.slice(2)}">`,
      html`<meta name=${"description"} content=${content}>`,
      html`<meta name="description" ${{ content }}>`,
    ])
      expect(decode(String(page))).toBe(description)
    expect(decode(String(Page({ title: "x", description: content })))).toContain(description)
  })

  it("learns nothing of a description for a refresh, and of a refresh for a description", () => {
    const [content] = refreshes
    for (let i = 0; i < 3; i++) {
      expect(String(meta({ content, name: "description" }))).toContain("javascript")
      expect(String(meta({ content, "http-equiv": "refresh" }))).toBe('<meta http-equiv="refresh">')
    }
  })

  it("lets images, which run no script, show an SVG", () => {
    const url = "data:image/svg+xml,<svg/>"
    expect(String(html`<img src=${url}>`)).toContain("svg+xml")
    expect(String(html`<iframe src=${url}></iframe>`)).toBe("<iframe></iframe>")
  })
})

describe("styles", () => {
  it.each([...stylePayloads, ...payloads.filter(payload => /[<;{}\\]/.test(payload))])(
    "%j never becomes a second declaration",
    value => {
      expect(styleValue(value)).toBe("")
      expect(String(div({ style: { color: value, width: "1px" } }))).toBe(
        '<div style="width:1px"></div>',
      )
      expect(String(html`<p style="color:${value};width:1px"></p>`)).toBe(
        '<p style="color:;width:1px"></p>',
      )
    },
  )

  it.each([
    "red",
    "#fff",
    "1px solid rgb(0 0 0 / 50%)",
    "calc(1px + (2px * 3))",
    "url('/a;b.png')",
    "var(--x, 3px)",
    '"a;b"',
    "url(data:image/png;base64,AA)",
    '"{"',
    "'a > b < c'",
    '"{x}" / "<"',
  ])("keeps %j", value => {
    expect(styleValue(value)).toBe(value)
  })
})

describe("custom properties", () => {
  it.each(['{"a":[1,{"b":"}"}]}', "{ a: b; c: d }", "[{}]", "{}", "x {y} (z)"])(
    "hold %j",
    value => {
      for (const page of [
        div({ style: { "--x": value } }),
        html`<div style="--x:${value}"></div>`,
        html`<div style="--x:${value};"></div>`,
      ]) {
        expect(decode(between(page, '<div style="', '"></div>')).replace(/;$/, "")).toBe(
          `--x:${value}`,
        )
      }
      // Where a property ends at a brace, the value is left out.
      expect(String(div({ style: { color: value } }))).toBe("<div></div>")
      expect(String(html`<div style="--x:1;color:${value}"></div>`)).toBe(
        '<div style="--x:1;color:"></div>',
      )
    },
  )

  it.each([
    "}",
    "{",
    "a;b",
    "{a};b",
    "{(})",
    '{"}',
    "}{",
    "{}}",
    "{/*}",
    "{\\}",
    "*/",
    "* {}",
    "[{]}",
  ])("never hold %j", value => {
    expect(String(div({ style: { "--x": value } }))).toBe("<div></div>")
    expect(String(html`<div style="--x:${value};width:1px"></div>`)).toBe(
      '<div style="--x:;width:1px"></div>',
    )
  })
})

it("lets two values of a style make no comment together", () => {
  expect(String(html`<p style="grid-area:${"/"}${"*"} 1;width:1px"></p>`)).toBe(
    '<p style="grid-area:/ 1;width:1px"></p>',
  )
  expect(String(html`<p style="grid-area:1/${"* 2"};width:1px"></p>`)).toBe(
    '<p style="grid-area:1/;width:1px"></p>',
  )
})

describe("data in scripts", () => {
  it.each(payloads)("%j", payload => {
    const json = between(
      html`<script>const x = ${{ [payload]: payload }};</script>`,
      "<script>const x = ",
      ";</script>",
    )
    expect(json).not.toMatch(/[<>&\u2028\u2029]/)
    expect(JSON.parse(json)).toEqual({ [payload]: payload })
    expect(
      JSON.parse(
        between(
          script({ type: "application/json" }, [payload]),
          '<script type="application/json">',
          "</script>",
        ),
      ),
    ).toEqual([payload])
  })
})

describe("Datastar attributes", () => {
  it.each(payloads)("signals hold %j as data", payload => {
    const literal = decode(
      between(
        div({ "data-signals": { a: payload, [payload]: 1 } }),
        '<div data-signals="',
        '"></div>',
      ),
    )
    expect(literal).not.toMatch(/[$@;`<>&\r\n]/)
    expect(new Function(`return (${literal})`)()).toEqual({ a: payload, [payload]: 1 })
  })

  it.each(payloads)("nothing evaluates %j", payload => {
    for (const name of [
      "data-on:click",
      "data-text",
      "data-show",
      "data-effect",
      "data-init",
      "data-computed:x",
      "data-class:x",
      "data-attr:x",
      "DATA-ON:CLICK",
      "data-on:click__window",
    ]) {
      expect(() => div({ [name]: payload })).toThrow(/code/)
      expect(() => html`<p ${{ [name]: payload }}></p>`).toThrow(/code/)
    }
    expect(() => html`<p data-on:click=${payload}></p>`).toThrow(/code/)
    expect(() => html`<p data-bind=${payload}></p>`).toThrow(/name of one signal/)
  })

  it("prints an expression escaped as an attribute", () => {
    expect(String(html`<p data-show=${new Expression('$a > 3 && "x"')}></p>`)).toBe(
      '<p data-show="$a &gt; 3 &amp;&amp; &quot;x&quot;"></p>',
    )
  })

  it("drops a key that would set the prototype", () => {
    expect(expressionLiteral(JSON.parse('{"__proto__":{"a":1},"b":2}'))).toBe("{b: 2}")
  })
})

describe("what only looks safe", () => {
  it.each([
    ["a JSON body with our fields", { text: "<b>", parts: ["<b>"] }],
    [
      "a JSON body with the marks of other libraries",
      { __html: "<b>", isEscaped: true, toString: "<b>" },
    ],
    ["a string object with marks", Object.assign(new String("<b>"), { isEscaped: true })],
    ["an object with toString", { toString: (): string => "<b>" }],
  ])("%s is not markup", (_name, value) => {
    expect(() => html`<p>${value}</p>`).toThrow(/child cannot be/)
    expect(() => div(["x", value])).toThrow(/child cannot be/)
  })

  it("refuses a forged template", () => {
    expect(() => html(JSON.parse('["<b>"]') as never)).toThrow(/template tag/)
    expect(() => html({ raw: ["<b>"], 0: "<b>", length: 1 } as never)).toThrow(/template tag/)
    expect(() => html("<b>" as never)).toThrow(/template tag/)
  })

  it("escapes markup again where it is an attribute value", () => {
    expect(String(html`<p title=${raw('<b c="d">')}></p>`)).toBe(
      '<p title="&lt;b c=&quot;d&quot;&gt;"></p>',
    )
  })

  it("keeps attributes that a polluted prototype would add", () => {
    const prototype = Object.prototype as Record<string, unknown>
    prototype["title"] = "polluted"
    try {
      expect(String(div({ id: "a" }))).toBe('<div id="a"></div>')
      expect(String(html`<p ${{ id: "a" }} class=${{ b: true }}></p>`)).toBe(
        '<p id="a" class="b"></p>',
      )
    } finally {
      delete prototype["title"]
    }
  })
})
