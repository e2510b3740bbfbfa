import fc from "fast-check"
import { describe, expect, it } from "vitest"
import cases from "../../test/fixtures/cases.json" with { type: "json" }
import { html, raw } from "../html/index.ts"
import * as sse from "./index.ts"
import { type PatchElementsOptions, signal } from "./index.ts"

/** The same function, but what it returns is the text that is sent. */
const printed =
  <Args extends readonly unknown[]>(make: (...args: Args) => sse.SseText) =>
  (...args: Args): string =>
    String(make(...args))

const patchElements = (markup: string, options?: PatchElementsOptions): string =>
  String(sse.patchElements(raw(markup), options))
const {
  comment,
  consoleLog,
  executeScript,
  patchSignals,
  redirectPatch,
  removeElements,
  removeSignals,
} = {
  comment: printed(sse.comment),
  consoleLog: printed(sse.consoleLog),
  executeScript: printed(sse.executeScript),
  patchSignals: printed(sse.patchSignals),
  redirectPatch: printed(sse.redirectPatch),
  removeElements: printed(sse.removeElements),
  removeSignals: printed(sse.removeSignals),
}

const refusal = expect.objectContaining({ code: "NITRO_SSE_FIELD" })

/** The events that a browser reads from a stream (the HTML standard's event stream interpretation). */
function receive(stream: string): { event: string; id: string; retry: string; data: string[] }[] {
  const events = []
  let current = { event: "", id: "", retry: "", data: [] as string[] }
  for (const line of stream.split(/\r\n|\r|\n/)) {
    if (line === "") {
      if (current.data.length > 0) events.push(current)
      current = { event: "", id: "", retry: "", data: [] }
      continue
    }
    const [, name, text = ""] = /^([^:]*):? ?(.*)$/.exec(line) ?? []
    if (name === "data") current.data.push(text)
    if (name === "event" || name === "id" || name === "retry") current[name] = text
  }
  return events
}

describe("the accepted cases", () => {
  const written: Record<string, string> = {
    S01: patchElements("<div id='a'>\nb</div>"),
    S02: patchElements("<p>x</p>", {
      selector: "#a",
      mode: "append",
      useViewTransition: true,
      eventId: "1",
      retryDuration: 2000,
    }),
    S04: patchSignals({ a: 1, b: "x" }),
    S05: patchSignals({ a: 1 }, { onlyIfMissing: true }),
  }
  const sorted = (event: string): string[] => event.split("\n").sort()

  for (const { id, input, expected } of cases.filter(
    ({ area, id }) => area === "sse" && id !== "S07",
  )) {
    it(`${id}: ${input}`, () => {
      const [bytes = ""] = expected
        .replace("…", "event: datastar-patch-signals\\n")
        .split(" (order")
      expect(sorted(written[id] as string)).toEqual(sorted(bytes.replaceAll("\\n", "\n")))
    })
  }

  it("S07: a redirect is a script whose string literal is valid", () => {
    const script = /<script[^>]*>(.*)<\/script>/.exec(redirectPatch("/x'y"))?.[1] as string
    const window = { location: { href: "" } }
    Function("window", "setTimeout", script)(window, (run: () => void) => run())
    expect(window.location.href).toBe("/x'y")
  })
})

describe("patching elements", () => {
  it("writes fields and options in the protocol's order, and leaves defaults out", () => {
    expect(
      patchElements("<circle/>", {
        viewTransitionSelector: "#v",
        useViewTransition: true,
        namespace: "svg",
        mode: "inner",
        selector: "#s",
        retryDuration: 0,
        eventId: 7,
      }),
    ).toBe(
      "event: datastar-patch-elements\nid: 7\nretry: 0\ndata: selector #s\ndata: mode inner\ndata: namespace svg\n" +
        "data: useViewTransition true\ndata: viewTransitionSelector #v\ndata: elements <circle/>\n\n",
    )
    expect(
      patchElements("<p>", {
        mode: "outer",
        namespace: "html",
        useViewTransition: false,
        retryDuration: 1000,
      }),
    ).toBe(patchElements("<p>"))
  })

  it("sends every mode and namespace but the default ones, which pages assume", () => {
    const selector = "#a"
    expect(patchElements("<p>", { selector, mode: "outer" })).not.toContain("mode")
    for (const mode of [
      "inner",
      "replace",
      "prepend",
      "append",
      "before",
      "after",
      "remove",
    ] as const)
      expect(patchElements("<p>", { selector, mode })).toContain(
        `\ndata: mode ${mode}\ndata: elements <p>\n`,
      )
    expect(patchElements("<p>", { namespace: "html" })).not.toContain("namespace")
    for (const namespace of ["svg", "mathml"] as const)
      expect(patchElements("<g>", { namespace })).toContain(`\ndata: namespace ${namespace}\n`)
  })

  it("takes markup, and nothing that only prints like it", () => {
    expect(String(sse.patchElements(html`<p>${"<b>"}</p>`))).toBe(patchElements("<p>&lt;b&gt;</p>"))
    const imitations = [
      "<p>",
      "",
      new String("<p>"),
      { toString: () => "<p>" },
      { text: "<p>", parts: ["<p>"] },
      Object.create(null),
    ]
    for (const wrong of [
      ...imitations,
      {},
      ["<p>"],
      [html`<p>`],
      Promise.resolve(html`<p>`),
      () => html`<p>`,
      1,
      null,
      undefined,
    ]) {
      expect(() => sse.patchElements(wrong as never)).toThrow(
        expect.objectContaining({ code: "NITRO_SSE_TEXT" }),
      )
    }
  })

  it("empties a target, and removes by a selector only", () => {
    expect(patchElements("", { selector: "#a", mode: "inner" })).toContain(
      "data: mode inner\ndata: elements \n\n",
    )
    expect(removeElements("#a", { eventId: 1 })).toBe(
      "event: datastar-patch-elements\nid: 1\ndata: selector #a\ndata: mode remove\n\n",
    )
    expect(() => patchElements("<p id='a'>", { mode: "remove" })).toThrow(refusal)
    expect(() => removeElements("")).toThrow(refusal)
  })

  it("lets no text out of its data lines, whatever ends a line in it", () => {
    const attack =
      "<p>\r\revent: datastar-patch-elements\rdata: elements <script>alert(1)</script>\r\r\r\n\n\u2028</p>"
    const events = receive(patchElements(attack))
    expect(events).toHaveLength(1)
    expect(events[0]?.data.every(line => line.startsWith("elements "))).toBe(true)
    const lines = fc.array(
      fc.constantFrom("\r", "\n", "\r\n", "data: ", "event: x", "<p>", "é🎉", "", "a".repeat(3000)),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(lines, parts => {
        const text = parts.join("")
        const [event, ...others] = receive(patchElements(text, { selector: "#a" }))
        expect(others).toEqual([])
        const elements = event?.data.slice(1).map(line => line.replace("elements ", ""))
        expect(elements?.join("\n")).toBe(text.replace(/\r\n|\r/g, "\n"))
      }),
    )
  })

  it.each([
    ["selector"],
    ["viewTransitionSelector"],
    ["eventId"],
    ["mode"],
    ["namespace"],
  ] as const)("refuses a line break or a NUL in %s", name => {
    for (const text of ["a\nb", "a\rb", "a\0b", "a\r\n\r\nevent: x"]) {
      expect(() =>
        patchElements("<p>", { selector: "#a", [name]: text } as PatchElementsOptions),
      ).toThrow(refusal)
    }
  })

  it("sends no empty id, which would clear the one that the page has", () => {
    expect(patchElements("<p>", { eventId: "" })).toBe(patchElements("<p>"))
    expect(patchElements("<p>", { eventId: 0 })).toContain("\nid: 0\n")
  })

  it("refuses modes, namespaces and times that do not exist", () => {
    expect(() => patchElements("<p>", { mode: "morph" as "outer" })).toThrow(refusal)
    expect(() => patchElements("<p>", { namespace: "xml" as "svg" })).toThrow(refusal)
    for (const retryDuration of [-1, 1.5, Number.NaN, "2000" as unknown as number]) {
      expect(() => patchElements("<p>", { retryDuration })).toThrow(refusal)
    }
  })
})

describe("patching signals", () => {
  it("writes data on one line and raw JSON line by line", () => {
    expect(patchSignals({ text: "a\nb\r" })).toBe(
      'event: datastar-patch-signals\ndata: signals {"text":"a\\nb\\r"}\n\n',
    )
    expect(patchSignals('{\r\n"a": 1\r}')).toBe(
      'event: datastar-patch-signals\ndata: signals {\ndata: signals "a": 1\ndata: signals }\n\n',
    )
  })

  it("takes no text that is not a JSON object: the official client would evaluate it", () => {
    for (const wrong of [
      "alert(1)",
      "{a: alert(1)}",
      "[1]",
      "null",
      "1",
      "",
      '"a"',
      "{}; alert(1)",
    ]) {
      expect(() => patchSignals(wrong), wrong).toThrow(
        expect.objectContaining({ code: "NITRO_EXPRESSION_VALUE" }),
      )
    }
  })

  it("keeps null, which removes, and Dates as ISO strings", () => {
    expect(patchSignals({ a: null, at: new Date(0) })).toContain(
      '{"a":null,"at":"1970-01-01T00:00:00.000Z"}',
    )
    expect(removeSignals(["a", "user.name", "user.age"], { eventId: "1" })).toBe(
      'event: datastar-patch-signals\nid: 1\ndata: signals {"a":null,"user":{"name":null,"age":null}}\n\n',
    )
    expect(removeSignals("user.name")).toContain('data: signals {"user":{"name":null}}\n')
    expect(() => removeSignals("__proto__.polluted")).toThrow(
      expect.objectContaining({ code: "NITRO_SIGNAL_NAME" }),
    )
  })

  it("refuses what JSON would drop without a word", () => {
    for (const wrong of [
      { a: undefined },
      { a: Number.NaN },
      { a: 5n },
      { a: () => 1 },
      { a: signal("x", 1) },
    ]) {
      expect(() => patchSignals(wrong)).toThrow(
        expect.objectContaining({
          code: "NITRO_EXPRESSION_VALUE",
          message: expect.stringContaining("signals.a"),
        }),
      )
    }
  })
})

describe("running scripts", () => {
  it("appends a script that removes itself, unless disabled", () => {
    expect(executeScript("a()")).toBe(
      'event: datastar-patch-elements\ndata: selector body\ndata: mode append\ndata: elements <script data-effect="el.remove()">a()</script>\n\n',
    )
    expect(
      executeScript("a()", {
        autoRemove: false,
        attributes: { type: "module", async: true, defer: false },
        eventId: "1",
      }),
    ).toBe(
      'event: datastar-patch-elements\nid: 1\ndata: selector body\ndata: mode append\ndata: elements <script type="module" async>a()</script>\n\n',
    )
  })

  it("keeps attribute values and the end of the script where they are", () => {
    expect(
      executeScript("a()", { attributes: { id: '"><img src=x onerror=alert(1)>' } }),
    ).toContain('<script id="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;"')
    for (const name of ['x"><p', "onload", "ONERROR"]) {
      expect(() => executeScript("a()", { attributes: { [name]: "alert(1)" } }), name).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^NITRO_HTML_/) }),
      )
    }
    expect(executeScript("a()", { attributes: { src: "javascript:alert(1)" } })).not.toContain(
      "alert",
    )
    expect(executeScript("a('</script><!-- <script>')")).toContain(
      "a('<\\/script><\\!-- <script>')</script>",
    )
  })

  it("logs values, and redirects to web addresses only", () => {
    const script = /<script[^>]*>(.*)<\/script>/.exec(
      consoleLog({ a: "</script>'\n" }),
    )?.[1] as string
    const logged: unknown[] = []
    Function("console", script)({ log: (value: unknown) => logged.push(value) })
    expect(logged).toEqual([{ a: "</script>'\n" }])
    expect(redirectPatch(new URL("https://x.org/a?b=1"))).toContain(
      "window.location.href = 'https://x.org/a?b=1'",
    )
    for (const url of [
      "javascript:alert(1)",
      " JavaScript:alert(1)",
      "java\nscript:alert(1)",
      "data:text/html,x",
      "vbscript:x",
      "http://[bad",
      "xhttps://x.org",
    ]) {
      expect(() => redirectPatch(url), url).toThrow(
        expect.objectContaining({ code: "NITRO_REDIRECT_URL" }),
      )
    }
  })
})

it("writes comments that no page takes for an event", () => {
  expect(comment()).toBe(": \n\n")
  expect(comment("a\r\nb\n")).toBe(": a\n: b\n: \n\n")
  expect(receive(comment("live\rdata: x\n\ndata: y"))).toEqual([])
})
