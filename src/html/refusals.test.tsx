// Refused values, each with an error that says why, what to do, and where.
import {
  br,
  CustomTag,
  comment,
  html,
  img,
  input,
  type Markup,
  raw,
  script,
  style,
  div as typedDiv,
} from "nitro-ts/html"
import { describe, expect, it } from "vitest"
import { NitroError } from "../shared/errors.ts"
import { Expression } from "../shared/expression.ts"

const x = "value"
// The types refuse most of what stands here: what remains is what a cast or plain JavaScript lets through.
const div = typedDiv as (...content: unknown[]) => Markup

function refusal(build: () => unknown): NitroError {
  try {
    build()
  } catch (error) {
    if (error instanceof NitroError) return error
    throw error
  }
  throw new Error("It was not refused.")
}

describe("a value in a template is refused", () => {
  const template = (name: string, build: () => unknown) => ({ name, build })
  it.each([
    template("as a tag name", () => html`<${x}>`),
    template("in a tag name", () => html`<h${1}>x</h1>`),
    template("as an end tag", () => html`<p></${x}>`),
    template("in an attribute name", () => html`<p data-${x}="1"></p>`),
    template("as an attribute name", () => html`<p ${x}="1"></p>`),
    template("as a text in the place of attributes", () => html`<p ${x}></p>`),
    template("as a part of an unquoted value", () => html`<p class=a${x}></p>`),
    template("as the start of an unquoted value", () => html`<p class=${x}a></p>`),
    template("twice in an unquoted value", () => html`<p class=${x}${x}></p>`),
    template("in a comment", () => html`<!-- ${x} -->`),
    template("in a comment that seems to be closed", () => html`<!-- --!x> ${x} -->`),
    template("in the doctype", () => html`<!doctype ${x}>`),
    template("in a style element", () => html`<style>p { color: ${x} }</style>`),
    template("in a string of a script", () => html`<script>const x = "${x}"</script>`),
    template("in a single-quoted string of a script", () => html`<script>f('a', '${x}')</script>`),
    template("in a template literal of a script", () => html`<script>const x = \`${x}\`</script>`),
    template("as an attribute name with a space behind it", () => html`<p ${x} ="1"></p>`),
    template("as an attribute name with a line break behind it", () => html`<p ${x}\n= "1"></p>`),
    template("as an attribute name that is nothing", () => html`<p ${null} = "1"></p>`),
    template("as an attribute name that is an object", () => html`<p ${{ id: x }} = "1"></p>`),
    template("as an attribute name without a value in quotes", () => html`<p ${null} =1></p>`),
    template(
      "in a comment of a script that begins like one that ends",
      () => html`<script>/*/ ${x} */</script>`,
    ),
    template("in a comment of a script with a star", () => html`<script>/** ${x} */</script>`),
    template("in a second comment of a script", () => html`<script>/**/ /*/ ${x} */</script>`),
    template("in a comment of a script", () => html`<script>// ${x}</script>`),
    template("in a block comment of a script", () => html`<script>/* ${x} */</script>`),
    template("in a regex of a script", () => html`<script>const x = /${x}/</script>`),
    template(
      "behind a regex that holds a quote",
      () => html`<script>/"/.test(a); const x = "${x}"</script>`,
    ),
    template(
      "behind a string with an escaped quote",
      () => html`<script>const x = "\\"${x}"</script>`,
    ),
    template("as a name in a script", () => html`<script>const a${x} = 1</script>`),
    template("behind a value in a script", () => html`<script>f() ${x}</script>`),
    template("in an iframe", () => html`<iframe>${x}</iframe>`),
    template("in a javascript: address", () => html`<a href="javascript:f(${x})">x</a>`),
    template("behind an entity that starts an address", () => html`<a href="java&#115;${x}">x</a>`),
    template("as the name of a CSS property", () => html`<p style="${"color"}:red;${x}:blue"></p>`),
    template("in a CSS string", () => html`<p style="content:'${x}'"></p>`),
    template("in a CSS address", () => html`<p style="background:url(${x})"></p>`),
    template("as a piece of srcdoc", () => html`<iframe srcdoc="<p>${x}</p>"></iframe>`),
  ])("$name", ({ build }) => {
    const error = refusal(build)
    expect(error.code).toBe("NITRO_HTML_CONTEXT")
    expect(error.fix).not.toBe("")
  })

  it("as an inline handler, in every spelling", () => {
    for (const build of [
      () => html`<p onclick=${x}></p>`,
      () => html`<p onclick="f('${x}')"></p>`,
      () => html`<p OnClick=${x}></p>`,
      () => html`<p ${{ onclick: x }}></p>`,
      () => div({ onclick: x }),
      () => div({ onClick: () => 1 }),
      () => CustomTag("svg", { onload: x }),
    ]) {
      const error = refusal(build)
      expect(error.code).toBe("NITRO_HTML_HANDLER")
      expect(error.fix).toMatch(/data-on:(click|load)=/)
    }
  })

  it("as a piece of a Datastar attribute", () => {
    const error = refusal(() => html`<p data-on:click="f('${x}')"></p>`)
    expect(error.code).toBe("NITRO_HTML_EXPRESSION")
    expect(error.fix).toContain("ds`...`")
  })
})

describe("a template is refused that ends", () => {
  it.each([
    ["in a tag", () => html`<p`],
    ["in a value", () => html`<p class="a`],
    ["in a comment", () => html`<!-- a`],
    ["in a script", () => html`<script>f()`],
    ["in a textarea", () => html`<textarea>`],
  ])("%s", (_name, build) => {
    expect(refusal(build).code).toBe("NITRO_HTML_TEMPLATE")
  })
})

describe("names are checked", () => {
  it.each([
    "",
    "a b",
    "a>",
    'a"',
    "a'",
    "a=",
    "a/",
    "<",
    "a\u0000",
    "a\nb",
    "x onclick",
    "a`",
    "\u0085",
  ])("no attribute is called %j", name => {
    expect(refusal(() => div({ [name]: "x" })).code).toBe("NITRO_HTML_ATTRIBUTE")
    expect(refusal(() => html`<p ${{ [name]: "x" }}></p>`).code).toBe("NITRO_HTML_ATTRIBUTE")
  })

  it.each(["", "a b", "1a", "a>", "script>", "a\u0000", "-a", "<p"])(
    "no element is called %j",
    name => {
      expect(refusal(() => CustomTag(name)).code).toBe("NITRO_HTML_TAG")
    },
  )

  it.each(["dangerouslySetInnerHTML", "innerHTML", "outerHTML"])("%s is no way in", name => {
    const error = refusal(() => div({ [name]: { __html: "<b>" } }))
    expect(error).toMatchObject({ code: "NITRO_HTML_ATTRIBUTE" })
    expect(error.fix).toContain("raw(")
  })
})

describe("values are checked", () => {
  it.each([
    ["a plain object with the keys a, b", { a: 1, b: 2 }],
    ["an instance of Date", new Date()],
    ["the function f", function f() {}],
    ["a symbol", Symbol("x")],
    ["an instance of Map", new Map()],
    ["an instance of URL", new URL("https://x.org")],
    ["an instance of Uint8Array", new Uint8Array()],
  ])("a child cannot be %s", (what, value) => {
    const error = refusal(() => html`<p>${value}</p>`)
    expect(error.code).toBe("NITRO_HTML_CHILD")
    expect(error.message).toContain(`A child cannot be ${what}.`)
    expect(refusal(() => div("text", value as never, "text")).code).toBe("NITRO_HTML_CHILD")
  })

  it("an expression is no child, and the error names data-text", () => {
    expect(refusal(() => div(new Expression("$a"))).fix).toContain("data-text")
  })

  it("an expression is no value of an ordinary attribute or class", () => {
    expect(refusal(() => div({ title: new Expression("$a") as never })).fix).toContain(
      "data-attr:title",
    )
    expect(refusal(() => div({ class: { a: new Expression("$a") } })).fix).toContain("data-class")
  })

  it.each([{}, [1], () => 1, Symbol("x"), new Date(), Promise.resolve("x")])(
    "an attribute cannot be %s",
    value => {
      expect(refusal(() => div({ title: value as never })).code).toMatch(
        /NITRO_HTML_(ATTRIBUTE|PENDING)/,
      )
      expect(refusal(() => html`<p title=${value}></p>`).code).toMatch(
        /NITRO_HTML_(ATTRIBUTE|PENDING)/,
      )
    },
  )

  it("void elements have no children", () => {
    expect(refusal(() => (br as (child: string) => Markup)("x")).code).toBe("NITRO_HTML_TAG")
    expect(refusal(() => CustomTag("img", { src: "a" }, "x")).code).toBe("NITRO_HTML_TAG")
    expect(String(img({ src: "a" }, null, false))).toBe('<img src="a">')
    expect(String(<input name="a" />)).toBe('<input name="a">')
  })

  it("scripts and styles take no text, and markup only from raw()", () => {
    for (const build of [
      () => script("f()"),
      () => style("p{}"),
      () => script(html`${"f()"}`),
      () => style([1]),
      () => html`<script>${html`f()`}</script>`,
    ]) {
      expect(refusal(build).code).toBe("NITRO_HTML_CONTEXT")
    }
    expect(String(script(raw("f()")))).toBe("<script>f()</script>")
    expect(String(<style>{raw("p > a {}")}</style>)).toBe("<style>p > a {}</style>")
    expect(String(html`<style>${raw("p{}")}</style>`)).toBe("<style>p{}</style>")
  })

  it("an object alone in script(...) is attributes, and refused when it is data", () => {
    expect(String(script({ src: "/app.js", type: "module", nonce: "n", data: { x: 1 } }))).toBe(
      '<script src="/app.js" type="module" nonce="n" data-x="1"></script>',
    )
    for (const data of [{ a: 1 }, { src: "/app.js", price: 1 }, { name: "x" }]) {
      const error = refusal(() => script(data as never))
      expect(error.code).toBe("NITRO_HTML_TAG")
      expect(error.fix).toContain("application/json")
    }
    expect(String(script({ type: "application/json" }, { a: 1 }))).toBe(
      '<script type="application/json">{"a":1}</script>',
    )
  })

  it("only expressions are members of data-attr, data-class and data-style", () => {
    const on = new Expression("$on")
    expect(
      String(
        div({
          "data-attr": { disabled: on, title: null },
          "data-class": { "a b": on },
          "data-style": { "--x": on },
        }),
      ),
    ).toBe(
      `<div data-attr="{disabled: $on}" data-class="{&quot;a b&quot;: $on}" data-style="{&quot;--x&quot;: $on}"></div>`,
    )
    expect(String(html`<p data-attr=${{ title: false }} data-class=${null}></p>`)).toBe("<p></p>")
    for (const name of [
      "data-attr",
      "data-class",
      "data-style",
      "DATA-ATTR",
      "data-attr:title",
      "data-class:a",
      "data-style:color",
    ]) {
      for (const member of ["x", 1, true, ["x"], { source: "x" }, { a: on }]) {
        for (const value of [
          { a: member },
          member === true || typeof member !== "object" ? member : [on],
          [member],
        ]) {
          expect(refusal(() => div({ [name]: value })).code, name).toBe("NITRO_HTML_EXPRESSION")
          expect(refusal(() => html`<p ${{ [name]: value }}></p>`).code, name).toBe(
            "NITRO_HTML_EXPRESSION",
          )
          expect(refusal(() => <p {...{ [name]: value }} />).code, name).toBe(
            "NITRO_HTML_EXPRESSION",
          )
        }
      }
    }
  })

  it("data-attr sets no handler, no document and nothing that the page evaluates", () => {
    const x = new Expression("$x")
    for (const [target, code] of [
      ["onclick", "NITRO_HTML_HANDLER"],
      ["ONFOCUS", "NITRO_HTML_HANDLER"],
      ["srcdoc", "NITRO_HTML_ATTRIBUTE"],
      ["SrcDoc", "NITRO_HTML_ATTRIBUTE"],
      ["data-on:click", "NITRO_HTML_ATTRIBUTE"],
      ["data-init", "NITRO_HTML_ATTRIBUTE"],
      ["data-attr", "NITRO_HTML_ATTRIBUTE"],
      ["data-star-effect", "NITRO_HTML_ATTRIBUTE"],
    ] as const) {
      for (const build of [
        () => div({ "data-attr": { [target]: x } }),
        () => div({ [`data-attr:${target}`]: x }),
        () => div({ [`DATA-ATTR:${target}__debounce`]: x }),
        () => div({ [`data-star-attr:${target}`]: x }),
        () => html`<p ${{ "data-attr": { [target]: x } }}></p>`,
        () => html`<p data-attr=${{ [target]: x }}></p>`,
        () => <p {...{ [`data-attr:${target}`]: x }} />,
        () => <p data-attr={{ [target]: x }} />,
        () => div({ data: { attr: { [target]: x } } }),
      ]) {
        expect(refusal(build).code, target).toBe(code)
      }
    }
    expect(refusal(() => html`<p data-attr:onclick=${x}></p>`).fix).toContain("data-on:click")
    expect(String(html`<a data-attr:href=${x} data-attr:data-id=${x}></a>`)).toBe(
      '<a data-attr:href="$x" data-attr:data-id="$x"></a>',
    )
  })

  it("data-bind writes no property that holds markup", () => {
    for (const property of [
      "inner-h-t-m-l",
      "innerhtml",
      "outer-h-t-m-l",
      "srcdoc",
      "text-content",
      "inner-text",
      "text",
    ]) {
      expect(refusal(() => div({ [`data-bind:x__prop.${property}`]: true })).code).toBe(
        "NITRO_HTML_ATTRIBUTE",
      )
      expect(
        refusal(() => html`<p ${{ [`data-bind:x__event.a__prop.${property}`]: true }}></p>`).code,
      ).toBe("NITRO_HTML_ATTRIBUTE")
    }
    expect(String(div({ "data-bind:x__prop.open__event.toggled": true }))).toBe(
      "<div data-bind:x__prop.open__event.toggled></div>",
    )
  })

  it("signals that hold no JSON are refused", () => {
    const cycle: Record<string, unknown> = {}
    cycle["self"] = cycle
    for (const value of [{ a: () => 1 }, { a: new Map() }, cycle]) {
      expect(refusal(() => div({ "data-signals": value })).code).toBe("NITRO_HTML_EXPRESSION")
    }
  })
})

describe("an error", () => {
  it("names the line of the application that wrote the markup", () => {
    expect(refusal(() => html`<${x}>`).message).toMatch(/\(at .*refusals\.test\.tsx:\d+:\d+\)$/)
    expect(refusal(() => div({ onclick: x })).message).toMatch(/refusals\.test\.tsx:\d+/)
    expect(refusal(() => <p>{{ a: 1 } as never}</p>).details).toMatchObject({
      callSite: expect.stringMatching(/refusals\.test\.tsx:\d+/),
    })
  })

  it("never repeats the content of a refused value", () => {
    const secret = "s3cret"
    expect(refusal(() => html`<p>${{ password: secret }}</p>`).message).not.toContain(secret)
    expect(refusal(() => html`<p data-text=${secret}></p>`).message).not.toContain(secret)
  })
})

describe("comments", () => {
  it.each(["a", "--> <b>", "->", "--!>", "<!--", "a--", "-", "--->", "<script>"])(
    "%j cannot end the comment it stands in",
    text => {
      const printed = String(comment(text))
      expect(printed.startsWith("<!-- ") && printed.endsWith(" -->")).toBe(true)
      expect(printed.slice(4, -3)).not.toMatch(/--|[<>]/)
    },
  )
})

describe("allowed", () => {
  it("static text is the author's own: handlers, expressions and scripts in it stay", () => {
    expect(
      String(
        html`<p onclick="f()" data-on:click="$a++" class="a">é &amp; ${1}</p><script>const é = "x"; f(a / 2, /"/)</script>`,
      ),
    ).toBe(
      '<p onclick="f()" data-on:click="$a++" class="a">&#233; &amp; 1</p><script>const é = "x"; f(a / 2, /"/)</script>',
    )
  })

  it("data stands in scripts where a value can stand", () => {
    expect(
      String(html`<script>f(${1}, ${[x]}); const a = { b: ${null} }; return ${true}</script>`),
    ).toBe('<script>f(1, ["value"]); const a = { b: null }; return true</script>')
    expect(String(html`<script type="application/json">${{ a: "</script>" }}</script>`)).toBe(
      '<script type="application/json">{"a":"\\u003c/script\\u003e"}</script>',
    )
    expect(String(html`<script>const a = \`\${b}\`; f(${1})</script>`)).toBe(
      `<script>const a = \`\${b}\`; f(1)</script>`,
    )
  })

  it("keeps the first line break of a user's text", () => {
    expect(String(html`<textarea>${"\nx"}</textarea><pre>${"\ny"}</pre>`)).toBe(
      "<textarea>\n\nx</textarea><pre>\n\ny</pre>",
    )
    expect(String(html`<textarea></textarea>${"\nx"}`)).toBe("<textarea></textarea>\nx")
    expect(String(CustomTag("textarea", "\nx"))).toBe("<textarea>\n\nx</textarea>")
  })

  it("reads odd but valid markup", () => {
    const attributes = { id: "a" }
    expect(
      String(html`<p ${attributes}/><br ${null}><p hidden ${attributes}></p><P CLASS = ${x} ></P>`),
    ).toBe('<p id="a"/><br><p hidden id="a"></p><P CLASS="value" ></P>')
    expect(
      String(html`a < ${1} <!----> <!--> ${2} <svg viewBox="0 0 1 1"><title>${x}</title></svg>`),
    ).toBe('a < 1 <!----> <!--> 2 <svg viewBox="0 0 1 1"><title>value</title></svg>')
    expect(String(html`<a href='${"/a"}"b'></a>`)).toBe('<a href="/a&quot;b"></a>')
  })

  it("structured values work in every place of a value", () => {
    expect(
      String(
        html`<p class="a ${["b", { c: true, d: false }]}" style=${{ color: "red", "--x": 1, backgroundColor: "blue" }}></p>`,
      ),
    ).toBe('<p class="a b c" style="color:red;--x:1;background-color:blue"></p>')
    expect(
      String(
        input({
          type: "checkbox",
          checked: true,
          disabled: false,
          value: 0,
          aria: { label: "x", hidden: false },
          spellcheck: false,
        }),
      ),
    ).toBe(
      '<input type="checkbox" checked value="0" aria-label="x" aria-hidden="false" spellcheck="false">',
    )
  })
})
