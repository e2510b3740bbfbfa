// html``, tag functions and JSX print the same bytes for the same tree.
import fc from "fast-check"
import { type Child, CustomTag, createElement, html, type Markup, raw, render } from "nitro-ts/html"
import { describe, expect, it } from "vitest"
import { Expression } from "../shared/expression.ts"
import { jsx, jsxs } from "./jsx-runtime.ts"

type Tree = { tag: string; attributes: Record<string, unknown>; children: Leaf[] }
type Leaf = Tree | { leaf: unknown }

const names = [
  "div",
  "p",
  "span",
  "ul",
  "textarea",
  "pre",
  "title",
  "svg",
  "linearGradient",
  "my-element",
  "a",
  "br",
  "img",
  "input",
]
const voids = new Set(["br", "img", "input"])
const hostile = fc.constantFrom(
  "<script>",
  "</div>",
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
)
const text = fc.oneof(
  fc.string(),
  hostile,
  fc.string({ unit: "binary" }),
  fc.string({ minLength: 50, maxLength: 200 }),
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
  fc.array(fc.oneof(text, fc.constant(false), fc.constant(null))),
  fc.dictionary(text, fc.boolean()),
)
const styles = fc.dictionary(
  fc.constantFrom("color", "backgroundColor", "--x", "width"),
  fc.oneof(text, fc.integer(), fc.constant(null)),
)
const expression = fc.oneof(text, fc.constant("$a && $b")).map(source => new Expression(source))

const attributes = fc
  .uniqueArray(
    fc.oneof(
      fc.tuple(
        fc.constantFrom(
          "id",
          "title",
          "hidden",
          "viewBox",
          "aria-label",
          "data-x",
          "aria-hidden",
          "draggable",
          "translate",
        ),
        scalar,
      ),
      fc.tuple(fc.constantFrom("href", "src", "srcset", "ping"), text),
      fc.tuple(fc.constant("class"), classes),
      fc.tuple(fc.constant("style"), styles),
      fc.tuple(fc.constant("data"), fc.dictionary(fc.constantFrom("a", "fooBar"), scalar)),
      fc.tuple(fc.constantFrom("data-on:click", "data-text", "data-show"), expression),
      fc.tuple(
        fc.constant("data-signals"),
        fc.dictionary(fc.string(), fc.oneof(text, fc.integer())),
      ),
      fc.tuple(fc.constant("data-bind"), fc.constantFrom("name", "$name", true)),
    ),
    { selector: ([name]) => name, maxLength: 6 },
  )
  .map(Object.fromEntries) as fc.Arbitrary<Record<string, unknown>>

const trees: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree; leaf: Leaf }>(tie => ({
  tree: fc
    .record({
      tag: fc.constantFrom(...names),
      attributes,
      children: fc.array(tie("leaf"), { maxLength: 4 }),
    })
    .map(tree => (voids.has(tree.tag) ? { ...tree, children: [] } : tree)),
  leaf: fc.oneof(
    { depthSize: "small" },
    fc.record({ leaf: fc.oneof(scalar, fc.array(scalar)) }),
    tie("tree"),
  ),
})).tree

const isTree = (node: Leaf): node is Tree => "tag" in node
const asChildren = (tree: Tree, make: (tree: Tree) => Markup): Child[] =>
  tree.children.map(node => (isTree(node) ? make(node) : (node.leaf as Child)))

const byTags = (tree: Tree): Markup =>
  CustomTag(tree.tag, tree.attributes, ...asChildren(tree, byTags))

const byJsx = (tree: Tree): Markup => {
  const children = asChildren(tree, byJsx)
  if (children.length === 0) return jsx(tree.tag, tree.attributes)
  return children.length === 1
    ? jsx(tree.tag, { ...tree.attributes, children: children[0] })
    : jsxs(tree.tag, { ...tree.attributes, children })
}

/** The template that an author would write for this tree: static names, a hole for every value. */
const templates = new Map<string, TemplateStringsArray>()
const byTemplate = (tree: Tree): Markup => {
  const entries = Object.entries(tree.attributes)
  const children = asChildren(tree, byTemplate)
  let source = `<${tree.tag}`
  const values: unknown[] = []
  for (const [index, [name, value]] of entries.entries()) {
    // `data` has no name of its own; the others by turns unquoted, quoted, and as an object.
    if (name === "data" || index % 3 === 2) values.push({ [name]: value })
    else values.push(value)
    source +=
      name === "data" || index % 3 === 2 ? " \0" : index % 3 === 1 ? ` ${name}="\0"` : ` ${name}=\0`
  }
  source += ">"
  for (const child of children) {
    values.push(child)
    source += "\0"
  }
  if (!voids.has(tree.tag)) source += `</${tree.tag}>`
  let strings = templates.get(source)
  if (strings === undefined) {
    const cooked = source.split("\0")
    strings = Object.freeze(
      Object.assign(cooked, { raw: cooked }),
    ) as unknown as TemplateStringsArray
    templates.set(source, strings)
  }
  return html(strings, ...values)
}

describe("one tree, three front ends", () => {
  it("gives equal bytes for random trees, on every render", () => {
    fc.assert(
      fc.property(trees, tree => {
        const expected = String(byTags(tree))
        expect(String(byTemplate(tree))).toBe(expected)
        expect(String(byJsx(tree))).toBe(expected)
        // Open tags are learned: what is found again must be what was built.
        expect(String(byTags(tree))).toBe(expected)
        expect(String(byJsx(tree))).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })

  it("keeps the first line break of a text that stands behind empty values", () => {
    const kept = "<pre>\n\n x</pre>"
    expect(String(html`<pre>${""}${null}${"\n x"}</pre>`)).toBe(kept)
    expect(String(html`<pre>${[]}${["", "\n x"]}</pre>`)).toBe(kept)
    expect(
      String(
        <pre>
          {""}
          {"\n x"}
        </pre>,
      ),
    ).toBe(kept)
    expect(String(html`<pre>${"a"}${"\n x"}</pre>`)).toBe("<pre>a\n x</pre>")
    expect(String(html`<pre>${"\n"}${"\n x"}</pre><pre>${"\n"}</pre>`)).toBe(
      "<pre>\n\n\n x</pre><pre>\n\n</pre>",
    )
    expect(String(html`<textarea>${""}${"\n x"}</textarea>`)).toBe("<textarea>\n\n x</textarea>")
  })

  it("gives equal bytes when every child is a promise", async () => {
    const later = (tree: Tree): Tree => ({
      ...tree,
      children: tree.children.map(node =>
        isTree(node) ? later(node) : { leaf: Promise.resolve(node.leaf) },
      ),
    })
    await fc.assert(
      fc.asyncProperty(trees, async tree => {
        // A promise that starts with a line break cannot be known in advance, so these two print one more.
        fc.pre(
          !JSON.stringify(tree).includes('"tag":"textarea"') &&
            !JSON.stringify(tree).includes('"tag":"pre"'),
        )
        const expected = String(byTags(tree))
        expect(await render(byTags(later(tree)))).toBe(expected)
        expect(await render(byTemplate(later(tree)))).toBe(expected)
        expect(await render(byJsx(later(tree)))).toBe(expected)
      }),
      { numRuns: 100 },
    )
  })
})

const Item = ({ title, done = false }: { title: string; done?: boolean }) => (
  <li class={{ done }}>{title}</li>
)
const Later = async ({ title }: { title: string }) => {
  await Promise.resolve()
  return <b>{title}</b>
}
const Nothing = () => null

describe("JSX", () => {
  it("renders elements, components, fragments and lists", () => {
    expect(
      String(
        <ul id="list">
          <>
            {["a", "<b>"].map(title => (
              <Item key={title} title={title} done={title === "a"} />
            ))}
          </>
          <Nothing />
          {false}
          {0}
        </ul>,
      ),
    ).toBe('<ul id="list"><li class="done">a</li><li>&lt;b&gt;</li>0</ul>')
  })

  it("awaits async components in their place", async () => {
    expect(
      await render(
        <p>
          <Later title="1" />
          <i>2</i>
          <Later title="<3>" />
        </p>,
      ),
    ).toBe("<p><b>1</b><i>2</i><b>&lt;3&gt;</b></p>")
  })

  it("starts <html> with the doctype, like the Html function", () => {
    expect(String(<html lang="en">{raw("<body></body>")}</html>)).toBe(
      '<!doctype html><html lang="en"><body></body></html>',
    )
  })

  it("spells Datastar attributes and custom elements", () => {
    expect(
      String(
        <my-element data-on:click__prevent={new Expression("$a++")} data-signals={{ a: 1 }}>
          x
        </my-element>,
      ),
    ).toBe('<my-element data-on:click__prevent="$a++" data-signals="{a: 1}">x</my-element>')
  })

  it("keeps the children of a tag function that is used as a component", async () => {
    const { Div } = await import("nitro-ts/html")
    expect(String(<Div class="a">x</Div>)).toBe('<div class="a">x</div>')
  })

  it("takes a key after a spread, which compilers turn into createElement", () => {
    const props = { id: "a" }
    expect(String(<p {...props} key="k" />)).toBe('<p id="a"></p>')
    expect(String(createElement("p", null, "a", "b"))).toBe("<p>ab</p>")
  })

  it("says which import is wrong", () => {
    const Missing = undefined as unknown as () => Markup
    expect(() => <Missing />).toThrow(/A JSX element cannot be undefined/)
  })
})

describe("learned open tags", () => {
  it("stay bounded and right when every value differs", () => {
    for (let i = 0; i < 30_000; i++) {
      const markup = CustomTag(
        "section",
        { id: `i${i}`, class: `c${i}`, title: i, [`data-k${i % 5000}`]: `v${i}` },
        "x",
      )
      if (i % 997 === 0)
        expect(String(markup)).toBe(
          `<section id="i${i}" class="c${i}" title="${i}" data-k${i % 5000}="v${i}">x</section>`,
        )
    }
  })

  it("do not mix attribute orders, bare names and dropped values", () => {
    const print = (attributes: Record<string, unknown>) => String(CustomTag("i", attributes))
    for (let round = 0; round < 3; round++) {
      expect(print({ id: "a", title: "b" })).toBe('<i id="a" title="b"></i>')
      expect(print({ title: "b", id: "a" })).toBe('<i title="b" id="a"></i>')
      expect(print({ id: true, title: "b" })).toBe('<i id title="b"></i>')
      expect(print({ id: null, title: "b" })).toBe('<i title="b"></i>')
      expect(print({ id: "", title: 1, lang: "x" })).toBe('<i id="" title="1" lang="x"></i>')
    }
  })
})
