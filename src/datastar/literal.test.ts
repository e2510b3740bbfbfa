// A value in an expression evaluates to itself, also after a page has rewritten the source.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  attributes,
  classes,
  collect,
  ds,
  f,
  get,
  js,
  match,
  post,
  sequence,
  setAll,
  signal,
  signals,
  value,
  when,
} from "./index.ts"
import {
  assertJson,
  literal,
  partSource,
  quote,
  regexLiteral,
  sourceOf,
  templateText,
} from "./literal.ts"

// -- what a page does with an expression: Datastar's rewriting, in its older and its newer form, and then evaluation
const isWord = (char: string | undefined): boolean => char !== undefined && /\w/.test(char)

/** End of the signal path that begins at `start`: words joined by single dots or hyphens. */
function pathEnd(source: string, start: number): number {
  let end = start
  while (
    isWord(source[end]) ||
    (end > start && /[.-]/.test(source[end] ?? "") && isWord(source[end + 1]))
  )
    end++
  return end
}

/** End of the text that `source[start]` opens, behind its closing mark; 0 when it never closes or `stop` comes first. */
function textEnd(source: string, start: number, stop?: string): number {
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === "\\") at++
    else if (source[at] === source[start]) return at + 1
    else if (stop !== undefined && source.startsWith(stop, at)) return 0
  }
  return 0
}

/** Rewrites each `$a.b` to `$['a']['b']`, except in the stretches that `passOver` knows: from a place to its end. */
function rewrite(
  source: string,
  passOver: (at: number) => { end: number; as?: string } | undefined,
): string {
  let result = ""
  for (let at = 0; at < source.length; ) {
    const stretch = passOver(at)
    const end = source[at] === "$" ? pathEnd(source, at + 1) : at + 1
    if (stretch !== undefined) {
      result += stretch.as ?? source.slice(at, stretch.end)
      at = stretch.end
    } else if (source[at] === "$" && end > at + 1) {
      const names = source.slice(at + 1, end).split(".")
      result += `$${names.map(name => `['${name}']`).join("")}`
      at = end
    } else result += source[at++]
  }
  return result
}

/** The older form: signals are rewritten wherever they stand, inside strings too. */
function rewriteEverywhere(source: string): string {
  return rewrite(source, () => undefined)
}

/** The newer form: what looks like a string is passed over, but not what looks like a part of a template. */
function rewriteOutsideStrings(source: string): string {
  return rewrite(source, at => {
    const char = source[at] as string
    if (/['"`]/.test(char)) {
      const end = textEnd(source, at, char === "`" ? "${" : undefined)
      return end === 0 ? undefined : { end }
    }
    if (!source.startsWith("${", at)) return undefined
    const inside = source.slice(at + 2)
    const brace = inside.search(/[{}]/)
    return inside[brace] === "}"
      ? { end: at + brace + 3, as: `\${${rewriteEverywhere(inside.slice(0, brace))}}` }
      : undefined
  })
}

/** Where an attribute wants a value, its last statement is returned. Apparent text or patterns hold no end of one. */
function returning(source: string): string {
  let last = 0
  for (let at = 0; at < source.length; at++) {
    if (/['"`/]/.test(source[at] as string)) at = Math.max(at, textEnd(source, at) - 1)
    else if (source[at] === ";") last = at + 1
  }
  return `${source.slice(0, last)}\nreturn (${source.slice(last).trim()});`
}

/** Text between the halves of a marker is left alone, and the marker is removed. */
function withoutMarkers(source: string): string {
  return source.replace(/🖕JS_(.*?)_DS🚀/gu, "$1")
}

interface Page {
  readonly signals: Record<string, unknown>
  /** Calls of actions: `["post", "/todos", {...}]`. */
  readonly calls: unknown[][]
  /** Runs an effect as `data-on` does. */
  run(source: unknown): void
  /** Evaluates as `data-text` does. */
  read(source: unknown): unknown
}

/** A page with these signals, once for each way in which Datastar has rewritten expressions. */
function pages(signals: Record<string, unknown> = {}): Page[] {
  return [rewriteEverywhere, rewriteOutsideStrings].map(rewritten => {
    const own = structuredClone(signals)
    const calls: unknown[][] = []
    const evaluate = (source: string): unknown => {
      const code = rewritten(withoutMarkers(source)).replaceAll(
        /@([A-Za-z_$][\w$]*)\(/g,
        '__action("$1",',
      )
      return Function(
        "$",
        "__action",
        "alert",
        code,
      )(
        own,
        (...call: unknown[]) => void calls.push(call),
        () => calls.push(["alert"]),
      )
    }
    return {
      signals: own,
      calls,
      run: source => void evaluate(String(source)),
      read: source => evaluate(returning(String(source))),
    }
  })
}

// -- what it must withstand
const attacks = [
  "'); @post('/x",
  `\${alert(1)}`,
  "`+alert(1)+`",
  "$secret",
  `\${$secret}`,
  "$['secret']",
  "@post('/x')",
  "<img src=x onerror=alert(1)>",
  "</script><script>alert(1)</script>",
  "<!-- <script>",
  "\\",
  "\\'); alert(1); ('",
  "\\\\`; alert(1); `",
  "a;b",
  "/'; alert(1); '/",
  "\r\n\u2028\u2029\0\t\u007f\ufeff",
  "🖕JS_alert(1)_DS🚀",
  "🖕JS_ $& $' _DS🚀",
  "it's \"quoted\" `twice` it's",
  "\ud800 and \udc00",
  "__proto__",
]

/** Any text, half of it made of the pieces that attacks are made of. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        ...attacks,
        "'",
        '"',
        "`",
        "$",
        "{",
        "}",
        "\\",
        "@",
        "(",
        ";",
        "/",
        "x",
        "\n",
        "\ud83d",
      ),
      { maxLength: 12 },
    )
    .map(parts => parts.join("")),
)
const json = fc.jsonValue({ stringUnit: "binary" })

describe("text inside expressions", () => {
  it.each(attacks)("stays text: %j", attack => {
    const x = signal("x", "")
    for (const page of pages({ x: "", secret: "hidden" })) {
      page.run(x.set(attack))
      expect(page.signals["x"]).toBe(attack)
      expect(page.read(x.eq(attack))).toBe(true)
      expect(page.read(ds`${attack}|${x}|${attack}`)).toBe(`${attack}|${attack}|${attack}`)
      expect(page.calls).toEqual([])
    }
  })

  it("evaluates to itself wherever it is put", () => {
    const x = signal("x", "")
    const y = signal("y", "")
    fc.assert(
      fc.property(text, text, (a, b) => {
        for (const page of pages({ x: a, y: "Y", secret: "hidden" })) {
          expect(page.read(x.eq(a))).toBe(true)
          expect(page.read(x.plus(b))).toBe(a + b)
          expect(page.read(value(b).plus(x).plus(a))).toBe(b + a + a)
          expect(page.read(ds`${a}${y}${b}${y}`)).toBe(`${a}Y${b}Y`)
          expect(page.read(f(`${a.replaceAll(/[{}]/g, "")}{y}`, { y }))).toBe(
            `${a.replaceAll(/[{}]/g, "")}Y`,
          )
          expect(page.read(when(y.eq("Y"), a, b))).toBe(a)
          expect(page.read(match(y, { Y: a }, b))).toBe(a)
          expect(page.read(collect([[y, a]], b))).toBe(a)
          page.run(sequence(x.set(b), y.set(a)))
          expect(page.signals).toEqual({ x: b, y: a, secret: "hidden" })
          expect(page.calls).toEqual([])
        }
      }),
      { numRuns: 400 },
    )
  })

  it("survives as a class name, a header, a payload and a query parameter", () => {
    const x = signal("x", 1)
    fc.assert(
      fc.property(text, name => {
        for (const page of pages({ x: 1 })) {
          expect(page.read(js(`Object.entries(${classes({ [name]: x })})`))).toEqual([[name, 1]])
          page.run(
            post("/a", { headers: { [name]: name }, payload: { [name]: [name] }, query: { name } }),
          )
          const [action, url, options] = page.calls.at(-1) as [
            string,
            string,
            { headers: object; payload: object },
          ]
          expect(action).toBe("post")
          expect(new URL(url, "http://x").searchParams.get("name")).toBe(
            Buffer.from(name).toString(),
          )
          expect(Object.entries(options.headers)).toEqual([[name, name]])
          expect(Object.entries(options.payload)).toEqual([[name, [name]]])
        }
      }),
      { numRuns: 200 },
    )
  })

  it("prints nothing that HTML or UTF-8 would change on the way", () => {
    fc.assert(
      fc.property(text, any => {
        const source = quote(any)
        expect(Buffer.from(source).toString()).toBe(source)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
        expect(source).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]|<\/|<!|<script|[$@;]/i)
      }),
    )
  })

  it("is readable where it is harmless", () => {
    expect(quote("it's 5 < 6 & é 漢字 🎉")).toBe(String.raw`'it\'s 5 < 6 & é 漢字 🎉'`)
    expect(quote("a\nb\\c")).toBe(String.raw`'a\nb\\c'`)
  })
})

describe("JSON values inside expressions", () => {
  it("evaluate to themselves", () => {
    const x = signal("x", null as unknown)
    fc.assert(
      fc.property(json, any => {
        for (const page of pages({ x: null })) {
          page.run(x.set(any))
          expect(page.signals["x"]).toStrictEqual(any)
          page.run(post("/a", { payload: any }))
          expect(page.calls).toStrictEqual([["post", "/a", { payload: any }]])
          page.run(setAll(any))
          expect(page.calls.at(-1)).toStrictEqual(["setAll", any])
        }
      }),
      { numRuns: 300 },
    )
  })

  it("print a Date as its ISO string and an object with toJSON by it", () => {
    const date = new Date("2024-01-15T03:04:00Z")
    expect(literal(date)).toBe("'2024-01-15T03:04:00.000Z'")
    expect(literal({ when: date, url: new URL("http://x/?a=1") })).toBe(
      "{when: '2024-01-15T03:04:00.000Z', url: 'http://x/?a=1'}",
    )
    expect(signals({ born: date }).source).toBe("{born: '2024-01-15T03:04:00.000Z'}")
  })

  it("may hold expressions", () => {
    const x = signal("x", 1)
    expect(literal([x, { y: x.plus(1) }])).toBe("[$x,{y: ($x + 1)}]")
    expect(literal(js("a, b"))).toBe("(a, b)")
  })

  it("keep -0, and a key that would set the prototype", () => {
    expect(Object.is(Function(`return ${literal(-0)}`)(), -0)).toBe(true)
    const parsed: unknown = JSON.parse('{"__proto__": {"admin": true}, "constructor": 1}')
    const back = Function(`return (${literal(parsed)})`)() as object
    expect(Object.keys(back)).toEqual(["__proto__", "constructor"])
    expect((back as { admin?: boolean }).admin).toBeUndefined()
  })

  const cyclic: { self?: unknown } = {}
  cyclic.self = { of: cyclic }
  it.each([
    ["undefined", { a: { b: undefined } }, "The value.a.b is undefined"],
    ["a function", { a: () => 1 }, "The value.a is a function"],
    ["a symbol", [Symbol("x")], "The value[0] is a symbol"],
    ["a bigint", { total: 5n }, "The value.total is a bigint"],
    ["a cycle", cyclic, "The value.self.of is a part of itself"],
    ["a Map", { a: new Map() }, "The value.a is an instance of Map"],
    ["a Uint8Array", new Uint8Array(2), "The value is an instance of Uint8Array"],
    ["an invalid Date", { at: new Date(Number.NaN) }, "The value.at is an invalid Date"],
    ["a hole in a list", new Array(1), "The value[0] is undefined"],
  ])("refuse %s and name its place", (_, wrong, message) => {
    for (const refuse of [() => literal(wrong), () => assertJson(wrong, "The value")]) {
      expect(refuse).toThrow(
        expect.objectContaining({
          code: "NITRO_EXPRESSION_VALUE",
          message: expect.stringContaining(message),
        }),
      )
    }
  })

  it("are no data of a patch where they are an expression or no number of JSON", () => {
    for (const [wrong, message] of [
      [{ a: signal("x", 1) }, "patch.a is an expression"],
      [[js("a")], "patch[0] is an expression"],
      [{ a: Number.NaN }, "patch.a is NaN"],
      [[-Infinity], "patch[0] is -Infinity"],
    ] as const)
      expect(() => assertJson(wrong, "patch")).toThrow(
        expect.objectContaining({
          code: "NITRO_EXPRESSION_VALUE",
          message: expect.stringContaining(message),
        }),
      )
  })

  it("are no expression because they look like one", () => {
    for (const [wrong, what] of [
      [{ source: "alert(1)" }, "an object"],
      ["a", "a string"],
      [1, "a number"],
      [null, "null"],
      [undefined, "undefined"],
    ] as const)
      for (const read of [sourceOf, partSource])
        expect(() => read(wrong)).toThrow(
          expect.objectContaining({
            code: "NITRO_EXPRESSION_VALUE",
            message: `An expression was expected, and ${what} was given.`,
          }),
        )
    expect(sourceOf(js("a, b"))).toBe("a, b")
    expect(partSource(js("a, b"))).toBe("(a, b)")
  })

  it("accept one object twice where it is no cycle", () => {
    const shared = { a: 1 }
    expect(literal([shared, shared])).toBe("[{a: 1},{a: 1}]")
    expect(() => assertJson([shared, shared], "x")).not.toThrow()
    expect(() => assertJson({ yes: true, no: [false, null, "", 0] }, "x")).not.toThrow()
  })
})

it("is printed between backticks so that it stays readable", () => {
  expect(templateText("a `b` ${c} \n")).toBe("a \\`b\\` \\${c} \\n")
})

describe("regular expressions", () => {
  const patterns = [
    /^user\./,
    /(^|\.)_/,
    /\$money/,
    /[$@;'"`]/,
    /a$b/m,
    /^foo$/,
    /it's; "x"/,
    /\/a\/b/,
    /$[a]/,
    / $b?/m,
    /[$b]+x$/,
    /[\]$a]+x$/,
    /@post\(/,
  ]
  it.each(patterns)("keep their meaning: %s", pattern => {
    const probes = [
      "user.name",
      "_x",
      "a._b",
      "$money",
      "$",
      "@",
      ";",
      "'",
      "foo",
      'it\'s; "x"',
      "/a/b",
      "]$ax",
      "@post(",
      "a\nb",
      "x ",
      "$bx",
      "(x",
      "",
    ]
    for (const page of pages()) {
      page.run(get("/a", { filterSignals: { include: pattern } }))
      const { include } = (
        page.calls[0] as [string, string, { filterSignals: { include: RegExp } }]
      )[2].filterSignals
      expect(include.flags).toBe(pattern.flags)
      expect(probes.map(probe => include.test(probe))).toEqual(
        probes.map(probe => pattern.test(probe)),
      )
    }
  })

  it("print plain ones as they were written", () => {
    expect(regexLiteral(/^user\.(a|b)$/i)).toBe("/^user\\.(a|b)$/i")
  })
})

it("prints initial signals that evaluate to any JSON object", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z][a-zA-Z]{0,8}$/), json), values => {
      for (const page of pages()) expect(page.read(signals(values))).toStrictEqual({ ...values })
      expect(Object.keys(attributes({ signals: values }))).toEqual(["data-signals"])
    }),
  )
})
