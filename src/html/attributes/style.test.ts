// Objects of styles: what is printed of them, and which values are more than one value.
import { describe, expect, it } from "vitest"
import { isHarmless, maxProperties, property, styleAttribute, styleValue } from "./style.ts"

const lead = ' style="'
const refused = expect.objectContaining({ code: "NITRO_HTML_ATTRIBUTE" })
function thrownBy(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

describe("a property", () => {
  it.each([
    ["color", "color"],
    ["backgroundColor", "background-color"],
    ["background-color", "background-color"],
    ["WebkitMask", "-webkit-mask"],
    ["msGridRow", "-ms-grid-row"],
    ["ms", "ms"],
    ["items-color", "items-color"],
    ["--ms-Own_1", "--ms-Own_1"],
    ["--x9", "--x9"],
  ])("%s is %s", (written, name) => {
    for (let time = 0; time < 2; time++)
      expect(property(written)).toEqual({ first: `${name}:`, next: `;${name}:` })
  })

  it.each([
    "",
    "-",
    "--",
    "a b",
    "a:b",
    "a;b",
    "9a",
    "color ",
    " color",
    "--a b",
    "--a;b",
    "a--é",
    "x9",
    "-9",
    "a\n",
  ])("%o is none", written => expect(thrownBy(() => property(written))).toEqual(refused))

  it("is read again when no more are kept", () => {
    for (let i = 0; i < maxProperties + 3; i++) property(`--kept-${i}`)
    expect(property("borderTopColor")).toEqual({
      first: "border-top-color:",
      next: ";border-top-color:",
    })
  })
})

describe("an object of styles", () => {
  it("prints its own properties in their order, without a unit", () => {
    const values = Object.assign(Object.create(null) as object, {
      color: "red",
      width: 4,
      margin: 0,
      font: '1em "A b"',
      "--x": "",
      top: null,
      left: undefined,
      right: false,
      bottom: true,
    })
    expect(styleAttribute(lead, values)).toBe(
      ' style="color:red;width:4;margin:0;font:1em &quot;A b&quot;"',
    )
  })

  it.each([[{}], [{ color: null }], [{ color: "" }], [{ color: "a;b" }]])(
    "%o prints nothing",
    values => expect(styleAttribute(lead, values)).toBe(""),
  )

  it("leaves out what is not its own", () => {
    Object.defineProperty(Object.prototype, "polluted", {
      value: "x",
      enumerable: true,
      configurable: true,
      writable: true,
    })
    try {
      expect(styleAttribute(lead, { color: "red" })).toBe(' style="color:red"')
    } finally {
      Reflect.deleteProperty(Object.prototype, "polluted")
    }
  })

  it.each([[[]], [new Date()], [new Map()]])("is not %o", values =>
    expect(thrownBy(() => styleAttribute(lead, values))).toEqual(refused),
  )

  it("takes braces in custom properties alone", () => {
    expect(styleAttribute(lead, { "--x": "{a:b;c:d}", color: "{a:b}" })).toBe(
      ' style="--x:{a:b;c:d}"',
    )
  })

  it.each([[{}], [[]], [() => 1], [1n], [Symbol("x")]])("holds no %o", value =>
    expect(thrownBy(() => styleValue(value))).toEqual(refused),
  )
})

describe("one value", () => {
  it.each([
    "red",
    "#fff",
    "calc(100% - (1px + 2px))",
    "rgb(0 0 0 / 50%)",
    "[a] 1fr [b]",
    "red !important",
    '"a;b{c}(d]"',
    "'a\"b'",
    `"it's"`,
    "url(a.png)",
    "url(a;b.png)",
    "URL(a;b.png)",
    'url("a;b.png")',
    "url( 'https://x.test/a.png' )",
    "url(data:image/png;base64,AAAA)",
    "a*b",
    "a/b",
    "1px / 2px",
    "expressions",
    "binding",
    "moz-binding",
  ])("is %s", value => expect(styleValue(value)).toBe(value))

  it.each([
    "a;b",
    "a\\62",
    "a\nb",
    "a\rb",
    "a\fb",
    "a/*b",
    "a*/b",
    "*b",
    "expression(x)",
    "EXPRESSION (x)",
    "-moz-binding: x(y)",
    "-MOZ-Binding: x(y)",
    "url(javascript:x)",
    "URL( 'javascript:x')",
    'url("javascript:x")',
    "url(a.png) url(vbscript:x)",
    "a<b",
    "a>b",
    "{a}",
    "{a",
    "(a",
    "a)",
    "[a",
    "a]",
    "(a]",
    "[a)",
    "([a)]",
    "a}",
    '"a',
    "'a",
    `"a'`,
    "a(b;c)",
    "(a!b)",
    "[!]",
    "url(a'b;c)",
    '(")',
  ])("is not %s", value => {
    expect(styleValue(value)).toBe("")
  })

  it.each(["{a}", "{a;b}", "{(a;b)}", "[{a;b}]", "a!b"])("is %s in a custom property", value =>
    expect(styleValue(value, true)).toBe(value),
  )

  it.each(["{a", "a;b", "{a};b", "(a;b)", "{a)", "{a!b}", "}", "{<}"])(
    "is not %s even there",
    value => expect(styleValue(value, true)).toBe(""),
  )

  it("is a number as it is, and nothing where it is absent", () => {
    for (const number of [0, -1, 1.5]) expect(styleValue(number)).toBe(String(number))
    for (const absent of [null, undefined, true, false]) expect(styleValue(absent)).toBe("")
  })

  it("is harmless without anything to look at", () => {
    for (const text of ["", "red", "#fff", "1.5em, 2%", "a-b + c_d"])
      expect(isHarmless(text)).toBe(true)
    for (const text of ["a;b", "a\nb", 'a"', "(a)", "a/b", "!a", "a!"])
      expect(isHarmless(text)).toBe(false)
  })
})
