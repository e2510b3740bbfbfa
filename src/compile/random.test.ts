// Random modules of components print the same bytes and throw the same errors, compiled or not.
import fc from "fast-check"
import { raw } from "nitro-ts/html"
import { expect, it } from "vitest"
import { Expression } from "../shared/expression.ts"
import { compiled, outcome } from "./support/run.ts"

// The values that a module finds, by their use. The source refers to them as `text[0]`.
const hostile = [
  "<script>",
  '"',
  "'",
  "&amp;",
  "\nfirst",
  "é",
  "😀",
  "javascript:alert(1)",
  "a b",
  "",
  "$x @y(",
  "\u2028",
  "\r\n",
  "`${x}\\",
]
const text = fc.oneof(
  fc.string(),
  fc.constantFrom(...hostile),
  fc.string({ minLength: 50, maxLength: 90 }),
)
const scalar = fc.oneof(
  text,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
)
const classes = fc.oneof(
  text,
  fc.array(fc.oneof(text, fc.constant(false))),
  fc.dictionary(text, fc.boolean()),
)
const styles = fc.oneof(
  text,
  fc.dictionary(fc.constantFrom("color", "backgroundColor", "--x"), fc.oneof(text, fc.integer())),
)
const child = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  text.map(value => Promise.resolve(value)),
  fc.constant(raw("<raw>")),
  fc.bigInt(),
  fc.constant("x".repeat(20_000)),
)
const bad = fc.constantFrom<unknown>({}, { a: 1 }, new Date(0), new Expression("$x"), Symbol("s"))
const four = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(value, { minLength: 4, maxLength: 4 })
const values = fc.record({
  text: four(scalar),
  url: four(text),
  names: four(classes),
  styles: four(styles),
  child: four(child),
  code: four(text.map(source => new Expression(source))),
  bad: four(bad),
  flag: four(fc.boolean()),
})

// The source of modules.
const index = fc.integer({ min: 0, max: 3 })
const of = (name: string): fc.Arbitrary<string> => index.map(i => `${name}[${i}]`)
const quoted = text.map(value => JSON.stringify(value))
const scalarSource = fc.oneof(
  of("text"),
  of("text"),
  quoted,
  fc.constantFrom("true", "false", "null", "undefined", "1.5", "-1", "`a`"),
)

/** Attributes with the source of their values. */
const attribute = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      "id",
      "title",
      "hidden",
      "viewBox",
      "aria-label",
      "aria-hidden",
      "draggable",
      "translate",
      "tabIndex",
    ),
    scalarSource,
  ),
  fc.tuple(
    fc.constantFrom("href", "src", "srcset", "ping", "xlink:href"),
    fc.oneof(of("url"), quoted),
  ),
  fc.tuple(
    fc.constantFrom("class", "className"),
    fc.oneof(of("names"), quoted, fc.constant("{ a: flag[0], 'b c': flag[1] }")),
  ),
  fc.tuple(
    fc.constant("style"),
    fc.oneof(of("styles"), fc.constant("{ color: text[0], width: 1 }")),
  ),
  fc.tuple(fc.constant("data"), fc.constant("{ fooBar: text[1], x: text[2] }")),
  fc.tuple(fc.constantFrom("data-on:click", "data-text"), of("code")),
  fc.tuple(fc.constant("key"), fc.oneof(of("text"), fc.constant("text.join()"))),
)
const attributes = fc.uniqueArray(attribute, { selector: ([name]) => name, maxLength: 4 })
/** How JSX spells them: `a={b}`, and sometimes `a="b"`, a bare name, a spread. */
const jsxAttributes = fc
  .tuple(
    attributes,
    fc.array(
      fc.constantFrom(
        ' lang="a &amp; &nbsp;b"',
        " dir",
        " {...{ id: text[0], rel: 'x' }}",
        ' data-x="`${1}\\n"',
      ),
      { maxLength: 1 },
    ),
  )
  .map(([all, more]) => all.map(([name, value]) => ` ${name}={${value}}`).join("") + more.join(""))
const objectAttributes = attributes.map(
  all => `{ ${all.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(", ")} }`,
)

const pieces = [
  "a",
  "b ",
  " c",
  " ",
  "\n",
  "\n  ",
  "\t",
  "&amp;",
  "&lt;b&gt;",
  "&nbsp;",
  "&eacute;",
  "&#10;",
  "é",
  "😀",
  "`",
  "$",
  "\\",
  '"',
  "'",
  "\u00a0",
  "//",
]
const jsxText = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 })
  .map(all => all.join(""))
const tags = [
  "div",
  "p",
  "ul",
  "svg",
  "linearGradient",
  "my-element",
  "textarea",
  "pre",
  "title",
  "html",
  "table",
]
const functions = [
  "div",
  "p",
  "Div",
  "textarea",
  "pre",
  "title",
  "svg",
  "linearGradient",
  "LinearGradient",
]

const grammar = fc.letrec<Record<"element" | "inside" | "value" | "call", string>>(tie => ({
  element: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc
      .tuple(fc.constantFrom("br", "img", "input"), jsxAttributes)
      .map(([tag, open]) => `<${tag}${open}/>`),
    fc
      .tuple(fc.constantFrom(...tags), jsxAttributes, fc.array(tie("inside"), { maxLength: 4 }))
      .map(([tag, open, children]) => `<${tag}${open}>${children.join("")}</${tag}>`),
    fc.array(tie("inside"), { maxLength: 3 }).map(children => `<>${children.join("")}</>`),
    fc
      .tuple(jsxAttributes, fc.array(tie("inside"), { maxLength: 3 }))
      .map(([open, children]) => `<Box${open}>${children.join("")}</Box>`),
  ),
  inside: fc.oneof(
    { depthSize: "small" },
    jsxText,
    tie("value").map(value => `{${value}}`),
    tie("element"),
  ),
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    of("child"),
    of("child"),
    quoted,
    fc.constantFrom(
      "/* nothing */ null",
      "1e21",
      "await later(text[0])",
      "count++",
      "<Later/>",
      "html`<i title=${text[0]}>é</i>`",
    ),
    tie("element"),
    tie("call"),
    fc
      .tuple(index, tie("element"), tie("value"))
      .map(([i, one, other]) => `flag[${i}] ? ${one} : (${other})`),
    fc.tuple(index, tie("element")).map(([i, one]) => `flag[${i}] && ${one}`),
    tie("element").map(
      one =>
        `child.map(row => ${one.replaceAll(/await later\(text\[0\]\)|count\+\+/g, "1").replace("child[0]", "row")})`,
    ),
  ),
  call: fc
    .tuple(
      fc.constantFrom(...functions),
      fc.constantFrom("first", "last", "none"),
      objectAttributes,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.boolean(),
    )
    .map(([name, place, open, children, spreads]) => {
      const all = spreads ? [...children, "...child"] : children
      const content = place === "first" ? [open, ...all] : place === "last" ? [...all, open] : all
      return `${name}(${content.join(", ")})`
    }),
}))

const moduleOf = (
  body: string,
): string => `import { html, ${functions.join(", ")} } from "nitro-ts/html"
let count = 0
const later = value => Promise.resolve(value)
const Box = ({ children, id, ...rest }) => <section id={id}>{children}{Object.keys(rest).length}</section>
const Later = async () => <b>{await later(text[0])}</b>
export const view = async () => ${body}
`

const settle = (all: Record<string, unknown>): Record<string, unknown> => {
  for (const value of Object.values(all).flat()) if (value instanceof Promise) value.catch(() => {})
  return all
}

it("gives equal bytes for random modules", async () => {
  let templates = 0
  let printed = 0
  await fc.assert(
    fc.asyncProperty(fc.oneof(grammar.element, grammar.call), values, async (body, globals) => {
      const source = moduleOf(body)
      const code = compiled(source)
      const expected = await outcome(source, settle(globals))
      if (!expected.startsWith("NITRO_")) printed++
      templates += code.split("$html`").length - 1
      expect(await outcome(code, settle(globals)), code).toBe(expected)
      expect(code.split("\n").length - 2, code).toBe(source.split("\n").length)
    }),
    { numRuns: 1000 },
  )
  // Two of them are in what every module has.
  expect(templates).toBeGreaterThan(2500)
  expect(printed).toBeGreaterThan(500)
}, 60_000)

// Texts with a meaning only together: to JavaScript, to a template, to HTML, to UTF-16.
const fragments = [
  "${secret}",
  "\\u0041",
  "\\${secret}",
  "`${secret}`",
  "\r\n",
  "&amp;",
  "</p>",
  "<!--",
  "😀",
  "\n",
  "$",
  "{",
  "}",
  "\\",
  "x",
]

it("prints a text the same wherever it is cut into pieces", async () => {
  const code = fc
    .array(fc.constantFrom(...fragments), { minLength: 1, maxLength: 4 })
    .map(all => all.join(""))
  const tag = fc.constantFrom("code", "p", "pre", "textarea", "title", "div")
  await fc.assert(
    fc.asyncProperty(
      tag,
      code,
      fc.infiniteStream(fc.integer({ min: 0, max: 4 })),
      async (name, text, spellings) => {
        // At every character: each stands alone, in one of the ways in which a constant can.
        const units = text.split("").map(unit => {
          const literal = JSON.stringify(unit).replace(
            /[\ud800-\udfff]/g,
            half => `\\u${half.charCodeAt(0).toString(16)}`,
          )
          const spelling = spellings.next().value
          if (spelling === 0 && /[$x\\]/.test(unit)) return unit
          if (spelling === 1)
            return `{\`${unit === "\r" ? "\\r" : unit.replace(/[\\`$]/, "\\$&").replace(/[\ud800-\udfff]/, half => `\\u${half.charCodeAt(0).toString(16)}`)}\`}`
          if (spelling === 2) return `<>{${literal}}{""}</>`
          return `{${literal}}`
        })
        const source = `const secret = "SECRET"; export const view = () => <${name} title="$" lang={"{secret}"}>${units.join("")}</${name}>`
        const printed = compiled(source)
        const expected = await outcome(source)
        expect(await outcome(printed), printed).toBe(expected)
        expect(expected).not.toContain("SECRET")
      },
    ),
    { numRuns: 500 },
  )
})

it("throws equal errors when one value is wrong", async () => {
  let thrown = 0
  await fc.assert(
    fc.asyncProperty(
      grammar.element,
      values,
      fc.constantFrom("text[0]", "child[0]", "names[0]", "url[0]", "code[0]"),
      async (body, globals, place) => {
        const at = body.indexOf(place)
        fc.pre(at >= 0)
        const source = moduleOf(`${body.slice(0, at)}bad[0]${body.slice(at + place.length)}`)
        const expected = await outcome(source, settle(globals))
        if (/^\w*: /.test(expected)) thrown++
        expect(await outcome(compiled(source), settle(globals)), compiled(source)).toBe(expected)
      },
    ),
    { numRuns: 500 },
  )
  expect(thrown).toBeGreaterThan(50)
}, 60_000)
