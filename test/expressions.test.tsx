// Every way to print an expression prints the same source, for every class of expressions. Also run compiled.
import { action, call } from "nitro-ts/actions"
import { Button } from "nitro-ts/components"
import {
  attributes,
  bind,
  ds,
  js,
  on,
  onIntersect,
  onInterval,
  peek,
  post,
  resetTimeout,
  sequence,
  signal,
  signalPath,
  signals,
  stopTimeout,
  value,
} from "nitro-ts/datastar"
import { Entity, memory } from "nitro-ts/entity"
import {
  type AnyAttributes,
  button as buttonTag,
  Button as CapitalButton,
  type Child,
  CustomTag,
  createElement,
  html,
  Page,
  render,
} from "nitro-ts/html"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { Expression } from "../src/shared/expression.ts"
import { shippedSources } from "./support/imports.ts"

class Product extends Entity("Product", { name: z.string() }) {
  static repository = memory()
  @action() touch(): void {}
}
const product = new Product({ name: `"Ann's" <desk> $x @post('/y') &amp;` })
const s = signals({ count: 0, name: "", user: { name: "" } })

/** A class of expressions -> one of it with its source. Characters that need escapes stand in each that can hold some. */
const expressions: Readonly<Record<string, readonly [expression: Expression, source: string]>> = {
  Expression: [new Expression(`$a && "b" < '&amp;'`), `$a && "b" < '&amp;'`],
  "Expression with its attribute text": [new Expression("'a'", "&#39;a&#39;"), "'a'"],
  "Expression with a source that is written late": [
    new Expression(() => "'late' < 1"),
    "'late' < 1",
  ],
  FormedExpression: [sequence(post("/a"), s.count.set(1)), "@post('/a'); $count = 1"],
  ExpressionNode: [s.name.eq("it's <b>"), `($name === 'it\\'s <b>')`],
  AssignableNode: [signal("list", ["a"]).index(0), "$list[0]"],
  SignalNode: [s.user.name, "$user.name"],
  SignalGroup: [signals({ a: "it's" }), "{a: 'it\\'s'}"],
  EffectNode: [s.name.set("<a>"), "$name = '<a>'"],
  TemplateNode: [ds`<b>${s.name}</b> & "x"`, `\`<b>$${"{$name}"}\\u003c/b> & \\u0022x\\u0022\``],
  TextNode: [value("it's") as Expression, "'it\\'s'"],
  Call: [call(product, "touch"), `@post('/products/${product.id}/touch')`],
  "Call of a class with input": [
    call(Product, "create", { name: "it's" }),
    "@post('/products', {payload: {name: 'it\\'s'}})",
  ],
  js: [js("evt.key === 'a'"), "evt.key === 'a'"],
}

/** A place where an attribute is printed. Each gets the expression under the name `data-on:click`. */
const places: Readonly<Record<string, (click: Expression) => Child>> = {
  "html`` without quotes": click => html`<button data-on:click=${click}></button>`,
  "html`` in double quotes": click => html`<button data-on:click="${click}"></button>`,
  "html`` in single quotes": click => html`<button data-on:click='${click}'></button>`,
  "html`` with space around =": click => html`<button data-on:click = ${click}></button>`,
  "html`` in upper case": click => html`<button DATA-ON:CLICK=${click}></button>`,
  "html`` spread": click => html`<button ${{ "data-on:click": click }}></button>`,
  "html`` behind a big text": click =>
    html`<i>${"x".repeat(40_000)}</i><button data-on:click=${click}></button>`,
  "html`` behind a promise": click =>
    html`<i>${Promise.resolve("x")}</i><button data-on:click=${click}></button>`,
  "tag function": click => buttonTag({ "data-on:click": click }),
  "tag function, attributes last": click => buttonTag("x", { "data-on:click": click }),
  "tag function, underscores": click => buttonTag({ on_click: click }),
  "capital tag function": click => CapitalButton({ "data-on:click": click }),
  "capital tag function, called twice": click => CapitalButton({ "data-on:click": click })("x"),
  CustomTag: click => CustomTag("my-button", { "data-on:click": click }),
  JSX: click => (
    <a href="/" data-on:click={click}>
      x
    </a>
  ),
  "JSX spread": click => <b {...{ "data-on:click": click }} />,
  "JSX namespace in a list": click =>
    [1, 2].map(() => (
      <a href="/" data-on:click={click}>
        x
      </a>
    )),
  createElement: click => createElement("button", { "data-on:click": click }),
  "on()": click => <b {...on("click", click)} />,
  "attributes()": click => <b {...attributes({ on_click: click })} />,
  "Page's body": click => <Page title="x" bodyAttributes={{ "data-on:click": click }} />,
  "a component of the kit": click => <Button data-on:click={click}>x</Button>,
  "the kit called": click => Button({ "data-on:click": click }, "x"),
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' }
const decode = (text: string): string =>
  text.replace(/&(?:#(\d+)|(\w+));/g, (_, code?: string, name = "") =>
    code ? String.fromCodePoint(Number(code)) : (named[name] ?? "?"),
  )

/** The value of each `data-on:click` as a browser reads it. */
const printed = async (markup: Child): Promise<string[]> =>
  Array.from((await render(markup)).matchAll(/ data-on:click="([^"]*)"/gi), ([, text = ""]) =>
    decode(text),
  )

describe.each(Object.entries(places))("%s", (_, print) => {
  it.each(Object.entries(expressions))(
    "prints the source of %s",
    async (_name, [expression, source]) => {
      expect(new Set(await printed(print(expression)))).toEqual(new Set([source]))
    },
  )

  it("prints it after so many others that the tag has learned that the attribute varies", async () => {
    for (let i = 0; i < 100; i++) await printed(print(new Expression(`$a${i}`)))
    for (const [expression, source] of Object.values(expressions)) {
      expect(new Set(await printed(print(expression)))).toEqual(new Set([source]))
    }
  })
})

describe.each(Object.entries(expressions))("%s", (_, [expression, source]) => {
  it("means the same as a member of an object", async () => {
    const nested = (markup: Child) =>
      render(markup).then(text => decode(/ data-\w+="([^"]*)"/.exec(text)?.[1] ?? ""))
    const group: AnyAttributes = { "data-signals": { a: expression } }
    for (const markup of [
      html`<p data-signals=${{ a: expression }}>`,
      <p {...group} />,
      buttonTag(group),
    ]) {
      expect(await nested(markup)).toBe(`{a: ${source}}`)
    }
  })

  it("reads the same as its source and as text", () => {
    expect([
      expression.source,
      String(expression),
      `${expression}`,
      Expression.sourceOf(expression),
    ]).toEqual(Array(4).fill(source))
  })
})

it("names every class of expressions that there is", () => {
  const classes = shippedSources().flatMap(({ text }) => [
    ...text.matchAll(/class (\w+)(?:<[^>]*>)? extends (\w+)/g),
  ])
  const found = new Set(["Expression", "Brand"])
  for (let before = 0; before < found.size; ) {
    before = found.size
    for (const [, name = "", parent = ""] of classes) if (found.has(parent)) found.add(name)
  }
  found.delete("Brand")
  expect(found.size).toBeGreaterThan(8)
  expect([...found].filter(name => expressions[name] === undefined)).toEqual([])
})

/** Functions that build an expression out of others, and what a value of JSON may be where one is expected. */
const builders: Readonly<Record<string, (value: Expression) => unknown>> = {
  "on()": value => on("click", value),
  "on() with a list": value => on("click", [s.count.add(1), value]),
  "onInterval()": value => onInterval(value),
  "onIntersect()": value => onIntersect([value]),
  "attributes() with a list": value => attributes({ on_click: [value] }),
  "sequence()": value => sequence(value),
  thenDo: value => s.name.thenDo(value),
  "peek()": value => peek(value),
  // A string is the name of the member.
  prop: value => s.user.prop(Object(value) as Expression<string>),
  "resetTimeout()": value => resetTimeout(s.count, 1, value),
  "stopTimeout()": value => stopTimeout(value),
  "bind()": value => bind(value),
  "signalPath()": value => signalPath(value),
}
const source = "alert(1)"
const imitations: unknown[] = [
  source,
  new String(source),
  { source },
  { source, toString: () => source },
  JSON.parse(
    `{"source":"${source}","constructor":{"name":"Expression"},"__proto__":{"source":"${source}"}}`,
  ),
  Object.create({}, Object.getOwnPropertyDescriptors(Expression.prototype)),
  [{ source }],
  [source],
  () => source,
]

it.each([...Object.entries(builders), ...Object.entries(places)])(
  "%s takes no value that only looks like an expression",
  (_, print) => {
    for (const imitation of imitations) {
      expect(() => print(imitation as Expression), JSON.stringify(imitation)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^NITRO_/) }),
      )
    }
  },
)
