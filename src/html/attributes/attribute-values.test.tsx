// Values of attributes: booleans and numbers, two spellings of one name, names that do nothing, values that are text.
import { js } from "nitro-ts/datastar"
import {
  html,
  input,
  type Markup,
  textarea,
  div as typedDiv,
  select as typedSelect,
} from "nitro-ts/html"
import { afterEach, describe, expect, it, vi } from "vitest"
import { NitroError } from "../../shared/errors.ts"
import { createElement, jsx } from "../jsx-runtime.ts"

// The types refuse most of this: what remains is what a cast or plain JavaScript lets through.
const div = typedDiv as (...content: unknown[]) => Markup
const select = typedSelect as (...content: unknown[]) => Markup

/** The ways to print an element with these attributes. */
const ways = (tag: string, attributes: Record<string, unknown>): string[] => [
  String(jsx(tag, attributes)),
  String(jsx(tag, attributes)),
  String(createElement(tag, attributes)),
  ...(tag === "div"
    ? [
        String(div(attributes)),
        String(div("", attributes)),
        String(html`<div ${attributes}></div>`),
      ]
    : []),
]
const same = (tag: string, attributes: Record<string, unknown>): string => {
  const printed = [...new Set(ways(tag, attributes))]
  expect(printed).toHaveLength(1)
  return printed[0] as string
}

describe("a boolean attribute", () => {
  it.each([
    "disabled",
    "checked",
    "hidden",
    "READONLY",
    "readOnly",
    "open",
    "selected",
    "autofocus",
    "required",
    "multiple",
    "inert",
    "muted",
  ])("%s follows numbers as booleans", name => {
    for (const off of [0, -0, Number.NaN, 0n, false, null, undefined])
      expect(same("div", { [name]: off })).toBe("<div></div>")
    for (const on of [1, -1, 2n, true])
      expect(same("div", { [name]: on })).toBe(`<div ${name}></div>`)
    for (const text of ["", name, "until-found"])
      expect(same("div", { [name]: text })).toBe(`<div ${name}="${text}"></div>`)
  })

  it("does so as a hole of a template and with a list's length", () => {
    const rows: string[] = []
    expect(String(html`<p hidden=${rows.length} id=${0}></p><input disabled="${1}">`)).toBe(
      '<p id="0"></p><input disabled>',
    )
    expect(String(<button type="button" disabled={rows.length as never} />)).toBe(
      '<button type="button"></button>',
    )
    expect(String(<button type="button" disabled={0 as never} />)).toBe(
      '<button type="button"></button>',
    )
    expect(String(input({ checked: 0 as never, value: 0, tabindex: 0 }))).toBe(
      '<input value="0" tabindex="0">',
    )
  })
})

it("an attribute whose words are yes and no takes booleans", () => {
  expect(same("div", { translate: true })).toBe('<div translate="yes"></div>')
  expect(same("div", { translate: false })).toBe('<div translate="no"></div>')
  expect(same("div", { translate: "no" })).toBe('<div translate="no"></div>')
  expect(String(html`<p translate=${false} draggable=${false} spellcheck=${true}></p>`)).toBe(
    '<p translate="no" draggable="false" spellcheck="true"></p>',
  )
})

it.each(["cls", "class_", "_class", "klass", "htmlClass", "className"])(
  "%s is the class, and joins it",
  name => {
    expect(same("div", { [name]: ["a", { b: true }] })).toBe('<div class="a b"></div>')
    expect(same("div", { [name]: "a", class: "b" })).toBe('<div class="a b"></div>')
  },
)

it("an absent object of data, ARIA or styles prints nothing", () => {
  for (const none of [null, undefined])
    expect(same("div", { data: none, aria: none, style: none, class: none })).toBe("<div></div>")
  expect(String(html`<p data=${null} aria=${null} style=${null} class=${undefined}></p>`)).toBe(
    "<p></p>",
  )
})

it("names with underscores are those of HTML and of SVG's namespaces", () => {
  expect(
    same("div", {
      xlink_href: "#a",
      xml_lang: "de",
      xmlns_xlink: "x",
      _title_: "t",
      accept_charset: "c",
    }),
  ).toBe('<div xlink:href="#a" xml:lang="de" xmlns:xlink="x" title="t" accept-charset="c"></div>')
  expect(same("div", { x_xlink_href: "#a", "x-data_a": "b" })).toBe(
    '<div x-xlink-href="#a" x-data_a="b"></div>',
  )
})

it("names that only contain one that is refused are names like others", () => {
  expect(
    same("div", { "x-innerhtml": "a", "innerhtml-x": "b", "x-onclick": "c", __title__: "d" }),
  ).toBe('<div x-innerhtml="a" innerhtml-x="b" x-onclick="c" title="d"></div>')
  // A class that is named like a handler is none.
  expect(same("div", { "data-class:online": js("$a") })).toBe('<div data-class:online="$a"></div>')
  expect(same("div", { data_on_click: js("1") })).toBe('<div data-on:click="1"></div>')
})

it("only data-* and aria-* themselves print true as a word", () => {
  expect(same("div", { "x-data-a": true, "x-aria-a": true })).toBe("<div x-data-a x-aria-a></div>")
})

it("names for the program alone are not printed", () => {
  expect(same("div", { key: "k", id: "a" })).toBe('<div id="a"></div>')
  expect(String(html`<p ${{ key: "k", children: "c", id: "a" }}></p>`)).toBe('<p id="a"></p>')
})

describe("data-* and aria-*", () => {
  it("print true as a word, and leave out what is false or absent", () => {
    expect(
      same("div", {
        "data-active": true,
        "data-off": false,
        "data-none": null,
        "aria-describedby": true,
      }),
    ).toBe('<div data-active="true" aria-describedby="true"></div>')
    expect(
      same("div", { data: { active: true, off: false }, aria: { busy: true, hidden: false } }),
    ).toBe('<div data-active="true" aria-busy="true" aria-hidden="false"></div>')
    expect(same("div", { data_active: true, "data-n": 0, "data-s": "" })).toBe(
      '<div data-active="true" data-n="0" data-s=""></div>',
    )
    expect(String(html`<p data-active=${true} hidden=${true}></p>`)).toBe(
      '<p data-active="true" hidden></p>',
    )
    expect(String(<p data-active data-off={false} hidden />)).toBe(
      '<p data-active="true" hidden></p>',
    )
  })

  it("leave the flags of Datastar bare", () => {
    expect(
      same("div", {
        "data-ignore": true,
        "data-ignore-morph": true,
        "data-json-signals": true,
        "data-bind:x": true,
      }),
    ).toBe("<div data-ignore data-ignore-morph data-json-signals data-bind:x></div>")
  })
})

describe("two spellings of one attribute", () => {
  it("print it once; classes are joined, of others the first stays", () => {
    expect(same("div", { class: "a", className: "b", cls: ["c", { d: true }] })).toBe(
      '<div class="a b c d"></div>',
    )
    expect(same("div", { id: "x", className: "b", title: "t", class: "a" })).toBe(
      '<div id="x" class="b a" title="t"></div>',
    )
    expect(same("div", { for: "a", htmlFor: "b", _for: "c" })).toBe('<div for="a"></div>')
    expect(same("div", { data_x: "1", "data-x": "2", "DATA-X": "3" })).toBe(
      '<div data-x="1"></div>',
    )
    expect(same("div", { tabindex: 1, tabIndex: 2, TABINDEX: 3 })).toBe('<div tabindex="1"></div>')
  })

  it("take the second when there is no first", () => {
    expect(same("div", { class: null, className: "b" })).toBe('<div class="b"></div>')
    expect(same("div", { class: false, className: "b", id: undefined, ID: "x" })).toBe(
      '<div class="b" ID="x"></div>',
    )
    expect(same("div", { hidden: false, HIDDEN: true })).toBe("<div HIDDEN></div>")
  })

  it("do so when each value is another, and when there are more attributes than a tag learns", () => {
    for (let i = 0; i < 100; i++) {
      expect(same("div", { class: `a${i}`, className: `b${i}` })).toBe(
        `<div class="a${i} b${i}"></div>`,
      )
      expect(same("div", { title: `a${i}`, TITLE: `b${i}` })).toBe(`<div title="a${i}"></div>`)
    }
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`x-${i}`, i]))
    const text = Object.entries(many).map(([name, value]) => ` ${name}="${value}"`)
    expect(same("div", { class: "a", id: "i", ...many, className: "b", ID: "j" })).toBe(
      `<div class="a b" id="i"${text.join("")}></div>`,
    )
  })
})

describe("an attribute that does nothing", () => {
  const refusal = (build: () => unknown): NitroError => {
    try {
      build()
    } catch (error) {
      if (error instanceof NitroError) return error
      throw error
    }
    throw new Error("It was not refused.")
  }
  afterEach(() => void vi.unstubAllEnvs())

  it.each([
    ["path", "strokeWidth", "stroke-width"],
    ["text", "fontSize", "font-size"],
    ["g", "clipPath", "clip-path"],
    ["form", "acceptCharset", "accept-charset"],
    ["meta", "httpEquiv", "http-equiv"],
    ["div", "ariaLabel", "aria-label"],
    ["input", "defaultValue", "`value`"],
    ["input", "defaultChecked", "`checked`"],
    ["div", "suppressHydrationWarning", "Leave it out"],
    ["select", "value", "`selected`"],
    ["SELECT", "VALUE", "`selected`"],
    ["li", "createdAt", "created-at"],
  ])("is an error while developing: <%s %s>", (tag, name, fix) => {
    for (const value of ["x", 1, true]) {
      for (const build of [
        () => jsx(tag, { [name]: value }),
        () => createElement(tag, { id: "a", [name]: value }),
        () =>
          tag === "div"
            ? html`<div ${{ [name]: value }}></div>`
            : jsx(tag, { [name]: value, id: "b" }),
      ]) {
        const error = refusal(build)
        expect(error.code).toBe("NITRO_HTML_ATTRIBUTE")
        expect(error.fix).toContain(fix)
      }
    }
  })

  it("is one in templates and in compiled JSX", () => {
    expect(refusal(() => html`<path strokeWidth=${2} />`).fix).toContain("stroke-width")
    expect(refusal(() => html`<path strokeWidth="${2}px" />`).fix).toContain("stroke-width")
    expect(refusal(() => html`<select value=${"a"}></select>`).fix).toContain("selected")
    const Dead = ({ width }: { width: number }) => (
      // @ts-expect-error: the types know that there is no such attribute
      <path strokeWidth={width} />
    )
    expect(refusal(() => Dead({ width: 2 })).fix).toContain("stroke-width")
    expect(refusal(() => <path {...{ strokeWidth: 2 }} />).fix).toContain("stroke-width")
    expect(refusal(() => select({ value: "a" }, "x")).fix).toContain("selected")
  })

  it("is none in any case that browsers read, in custom elements, and in SVG", () => {
    expect(
      same("div", {
        tabIndex: 1,
        autoFocus: true,
        contentEditable: "true",
        crossOrigin: "",
        "data-fooBar": 1,
        FOO: 1,
      }),
    ).toBe(
      '<div tabIndex="1" autoFocus contentEditable="true" crossOrigin="" data-fooBar="1" FOO="1"></div>',
    )
    expect(same("my-element", { someThing: 1, defaultValue: "x" })).toBe(
      '<my-element someThing="1" defaultValue="x"></my-element>',
    )
    expect(same("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", pathLength: 1 })).toBe(
      '<svg viewBox="0 0 1 1" preserveAspectRatio="none" pathLength="1"></svg>',
    )
  })

  it("is printed in production", async () => {
    vi.stubEnv("NODE_ENV", "production")
    vi.resetModules()
    const production = await import("../jsx-runtime.ts")
    expect(String(production.jsx("path", { strokeWidth: 2 }))).toBe('<path strokeWidth="2"></path>')
    expect(String(production.jsx("select", { value: "a" }))).toBe('<select value="a"></select>')
  })
})

describe("the value of a textarea", () => {
  it("is its text", () => {
    const value = '<b>"&'
    const field = { id: "a", value, name: "n" }
    const expected = '<textarea id="a" name="n">&lt;b&gt;&quot;&amp;</textarea>'
    expect(String(textarea(field))).toBe(expected)
    expect(String(textarea(field, null, false))).toBe(expected)
    expect(String(textarea("", field))).toBe(
      '<textarea id="a" name="n">&lt;b&gt;&quot;&amp;</textarea>',
    )
    expect(String(jsx("textarea", field))).toBe(expected)
    expect(String(<textarea {...field} />)).toBe(expected)
    expect(String(<textarea id="a" value={value} name="n" />)).toBe(expected)
    expect(String(html`<textarea ${field}></textarea>`)).toBe(expected)
    expect(String(html`<textarea id="a" value=${value} name=${"n"}></textarea>`)).toBe(expected)
    expect(String(html`<textarea ${field} class="x"></textarea><p>${value}</p>`)).toBe(
      `${expected.replace(">", ' class="x">')}<p>&lt;b&gt;&quot;&amp;</p>`,
    )
    expect(
      String(
        html`<textarea ${{ value: "a" }} title=${"t"}></textarea><textarea ${{ value: "b" }}></textarea>`,
      ),
    ).toBe('<textarea title="t">a</textarea><textarea>b</textarea>')
    expect(String(html`<TEXTAREA ${{ value: 0 }}></textarea>`)).toBe("<TEXTAREA>0</textarea>")
  })

  it("keeps its first line break", () => {
    expect(String(textarea({ value: "\nx" }))).toBe("<textarea>\n\nx</textarea>")
    expect(String(html`<textarea ${{ value: "\nx" }}></textarea>`)).toBe(
      "<textarea>\n\nx</textarea>",
    )
  })

  it("gives way to children, and may be absent", () => {
    expect(String(textarea({ value: "a" }, "b"))).toBe("<textarea>b</textarea>")
    expect(String(jsx("textarea", { value: "a", children: "b" }))).toBe("<textarea>b</textarea>")
    expect(String(html`<textarea ${{ value: "a" }}>b</textarea>`)).toBe("<textarea>b</textarea>")
    expect(String(html`<textarea ${{ value: "a" }}>${"b"}</textarea>`)).toBe(
      "<textarea>b</textarea>",
    )
    for (const value of [null, undefined, false, ""]) {
      expect(String(textarea({ value: value as never }))).toBe("<textarea></textarea>")
      expect(String(html`<textarea ${{ value }}></textarea>`)).toBe("<textarea></textarea>")
      expect(String(html`<textarea ${value}></textarea>`)).toBe("<textarea></textarea>")
    }
  })
})
