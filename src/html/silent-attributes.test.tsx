// Silent mistakes in a page: attributes twice or of no effect, in each spelling; and the position in the error.
import { Hono } from "hono"
import { respond } from "nitro-ts/actions"
import { js, on } from "nitro-ts/datastar"
import {
  br,
  type Child,
  html,
  li,
  Page,
  p,
  raw,
  render,
  script,
  style,
  textarea,
} from "nitro-ts/html"
import { jsx } from "nitro-ts/html/jsx-runtime"
import { describe, expect, it } from "vitest"

const classOnly = { className: "b" }
const onClick = on("click", js("1"))
const date = new Date(0) as unknown as Child

describe("an attribute that stands twice in a tag", () => {
  it.each<[string, () => unknown]>([
    ["as text", () => html`<p hidden hidden>x</p>`],
    ["with values", () => html`<p class=${"a"} class=${"b"}>x</p>`],
    ["in two spellings", () => html`<p class=${"a"} className=${"b"}>x</p>`],
    ["in quotes", () => html`<p class="${"a"}" class='x ${"b"}'>x</p>`],
    ["with spaces around the sign", () => html`<p id = "a" id = ${1}>x</p>`],
    ["in an object behind it", () => html`<p class="a" ${classOnly}>x</p>`],
    ["in an object before it", () => html`<p ${{ id: "a" }} id="b">x</p>`],
    ["in two objects", () => html`<p ${{ id: "a" }} ${{ title: "x", id: "b" }}>x</p>`],
    ["in the first and third object", () => html`<p ${{ ID: "a" }} ${null} ${{ id: "b" }}>x</p>`],
    ["in two objects, as an event", () => html`<p ${onClick} ${on("click", js("2"))}>x</p>`],
    ["in two objects of an input", () => html`<input ${{ type: "text" }} ${{ type: "url" }}>`],
    ["in another case", () => html`<p ID="a" id=${"b"}>x</p>`],
    [
      "as the value of a textarea",
      () => html`<textarea value=${"a"} ${{ value: "b" }}></textarea>`,
    ],
    ["as an event", () => html`<p data-on:click=${raw("") as never} data-on:click="x">x</p>`],
  ])("%s is refused while developing", (_, write) => {
    expect(write).toThrow(/twice|evaluates/)
  })

  it.each<[string, () => unknown, string]>([
    [
      "JSX joins its classes",
      () => <p {...{ class: "a", className: "b" }} />,
      '<p class="a b"></p>',
    ],
    [
      "tags join their classes",
      () => p({ class: "a", className: "b" } as never),
      '<p class="a b"></p>',
    ],
    [
      "what is left out does not count",
      () => html`<p ${{ id: undefined, hidden: false }} id="b" hidden>x</p>`,
      '<p id="b" hidden>x</p>',
    ],
    [
      "two objects may have different ones",
      () =>
        html`<p ${{ id: "b", hidden: null }} ${undefined} ${{ id: undefined, hidden: true }}>x</p>`,
      '<p id="b" hidden>x</p>',
    ],
    [
      "objects of two tags may have it",
      () => html`<p ${{ id: "a" }}>x</p><p ${{ id: "b" }} ${{ title: "b" }}>x</p>`,
      '<p id="a">x</p><p id="b" title="b">x</p>',
    ],
    [
      "two tags may have it",
      () => html`<p id="a">x</p><p id="b">x</p>`,
      '<p id="a">x</p><p id="b">x</p>',
    ],
  ])("%s", (_, write, text) => {
    expect(String(write())).toBe(text)
  })
})

describe("an attribute that does nothing", () => {
  it.each<[string, () => unknown]>([
    ["className in a template", () => html`<p className="a">x</p>`],
    ["htmlFor without quotes", () => html`<label htmlFor=x>x</label>`],
    ["value of a select", () => html`<select value="a"></select>`],
    ["value of a select, as a value", () => html`<select value=${"a"}></select>`],
    ["value of a select, bare", () => html`<select value></select>`],
    ["strokeWidth", () => html`<svg><path strokeWidth="3"/></svg>`],
    ["strokeWidth in JSX", () => jsx("path", { strokeWidth: 3 })],
    ["defaultValue in an object", () => html`<input ${{ defaultValue: "x" }}>`],
    ["value of a select in JSX", () => jsx("select", { value: "a" })],
  ])("%s is refused while developing", (_, write) => {
    expect(write).toThrow("it would do nothing")
  })

  it("leaves what HTML and SVG know, and elements of your own", () => {
    const text =
      '<my-el someThing="x" value="3"><input value="a" class=b required><br/><a href=/x>a</a><svg viewBox="0 0 1 1"><path d="M0 0" /></svg></my-el>'
    expect(
      String(
        html`<my-el someThing="x" value="3"><input value="a" class=b required><br/><a href=/x>a</a><svg viewBox="0 0 1 1"><path d="M0 0" /></svg></my-el>`,
      ),
    ).toBe(text)
    expect(String(html`<p className=${"a"}>x</p>`)).toBe('<p class="a">x</p>')
  })
})

describe("data in the place of attributes", () => {
  it.each([
    "data:,alert(1)",
    " data:text/javascript,alert(1)",
    "DATA:text/plain;base64,YWxlcnQoMSk=",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
  ])("loads no script from %j", src => {
    for (const key of ["src", "href", "xlink:href"]) {
      for (const markup of [
        script(JSON.parse(JSON.stringify({ [key]: src }))),
        <script {...{ [key]: src }} />,
        html`<script ${{ [key]: src }}></script>`,
      ])
        expect(String(markup)).toBe("<script></script>")
    }
  })

  it("prints no data that stands alone in script(...) as attributes", () => {
    expect(() => script(JSON.parse('{"user":"x"}'))).toThrow("its attributes")
    expect(
      String(<script type="application/json">{{ src: "data:,x" } as never}</script>),
    ).toContain('{"src":"data:,x"}')
  })
})

describe("lists as deep as you like", () => {
  const deep = (depth: number, inmost: unknown): Child => {
    let list = inmost
    for (let i = 0; i < depth; i++) list = [list]
    return list as Child
  }
  it.each<[string, () => unknown]>([
    ["an element without children", () => br(deep(50_000, null) as never)],
    ["a textarea with a value", () => textarea({ value: "a" } as never, deep(50_000, ""))],
    ["a style", () => style(deep(50_000, null))],
    ["a script", () => script({ type: "x" }, deep(50_000, false))],
  ])("that hold nothing print nothing in %s", (_, write) => {
    expect(String(write())).toMatch(/^<\w+[^>]*>(?:a?<\/\w+>)?$/)
  })

  it.each<[string, () => unknown]>([
    ["an element", () => p(deep(5_000, "x"))],
    ["JSX", () => <p>{deep(5_000, "x")}</p>],
    ["a template", () => html`<p>${deep(5_000, "x")}</p>`],
    ["a style", () => style(deep(5_000, raw("x")))],
    ["a script", () => script({ type: "application/json" }, deep(50_000, 1))],
    ["a class", () => p({ class: deep(5_000, "x") as never })],
  ])("that hold something are refused in %s with a message", (_, write) => {
    expect(write).toThrow(expect.objectContaining({ code: expect.stringMatching(/^NITRO_HTML/) }))
  })
})

/** The position in an error. */
function placeOf(write: () => unknown): string | undefined {
  try {
    write()
    return undefined
  } catch (error) {
    return (error as { details: { callSite?: string } }).details.callSite
  }
}
const atTopLevel = [date].map(one => placeOf(() => li(one)))
const here = /silent-attributes\.test\.tsx:\d+:\d+$/

describe("the place of an error", () => {
  it.each<[string, () => Promise<string | undefined>]>([
    ["in a map at top level", async () => atTopLevel[0]],
    ["in a handler without a name", async () => placeInHandler(() => respond(<li>{date}</li>))],
    [
      "in an async handler",
      async () => placeInHandler(() => Promise.resolve().then(() => respond(<li>{date}</li>))),
    ],
    ["in a template", async () => placeInHandler(() => respond(html`<p>${date}</p>`))],
    [
      "in a component",
      async () =>
        placeInHandler(() =>
          respond(
            <Page title="x">
              {[1].map(() => (
                <Row />
              ))}
            </Page>,
          ),
        ),
    ],
    [
      "in a component that waits",
      () =>
        render(<Slow />).then(
          String,
          error => (error as { details: { callSite: string } }).details.callSite,
        ),
    ],
  ])("%s is the application's", async (_, find) => {
    expect(await find()).toMatch(here)
  })
})

const Row = () => li(date)
async function Slow() {
  await new Promise(resolve => setTimeout(resolve, 1))
  return li(date)
}

async function placeInHandler(
  handler: () => Response | Promise<Response>,
): Promise<string | undefined> {
  let place: string | undefined
  const app = new Hono()
  app.onError(error => {
    place = (error as unknown as { details: { callSite?: string } }).details.callSite
    return new Response()
  })
  app.get("/", handler)
  await app.request("/")
  return place
}
