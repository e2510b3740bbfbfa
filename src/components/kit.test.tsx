// The conventions: class names, variants, the ways to call a component, formatted values.
import { readFileSync } from "node:fs"
import { Badge, Button, cn, component, cva, formatCell, formatDisplay } from "nitro-ts/components"
import { js, signal } from "nitro-ts/datastar"
import { type Child, raw, span } from "nitro-ts/html"
import { describe, expect, it } from "vitest"

interface Case {
  id: string
  area: string
  expected: string
}
const cases = JSON.parse(
  readFileSync(new URL("../../test/fixtures/cases.json", import.meta.url), "utf8"),
) as Case[]
const expected = (id: string): string =>
  cases.find(one => one.id === id)?.expected ?? `no case ${id}`
const text = (child: Child): string => String(span(child)).slice("<span>".length, -"</span>".length)

describe("cn", () => {
  it("joins what is on (M01)", () => {
    expect(cn("a", null, "", { b: true, c: false }, ["d", { e: 1 }], false, 0)).toBe(
      expected("M01"),
    )
  })
  it("gives nothing for nothing", () => {
    expect(cn()).toBe("")
    expect(cn(undefined, [[], {}], true)).toBe("")
  })
})

describe("cva", () => {
  it("chooses variants, defaults and compounds (M02)", () => {
    const classes = cva("base", {
      variants: { v: { x: "vx" }, s: { sm: "ssm" } },
      compoundVariants: [{ v: "x", s: "sm", class: "cx" }],
      defaultVariants: { v: "x" },
    })
    expect(classes({ s: "sm" })).toBe(expected("M02"))
    expect(classes()).toBe("base vx")
    expect(classes({ s: null, class: ["more", false] })).toBe("base vx more")
  })
  it("chooses true and false by a boolean, and matches lists in compounds", () => {
    const classes = cva("", {
      variants: { wide: { true: "w", false: "n" }, size: { sm: "s", md: "m", lg: "l" } },
      compoundVariants: [{ wide: true, size: ["md", "lg"], class: "big" }],
      defaultVariants: { wide: false },
    })
    expect(classes({ size: "sm" })).toBe("n s")
    expect(classes({ wide: true, size: "lg" })).toBe("w l big")
  })
  it("takes names of Object.prototype for no variant", () => {
    const classes = cva("base", { variants: { v: { x: "vx" } } })
    expect(classes({ v: "constructor" as "x" })).toBe("base")
  })
})

describe("a component", () => {
  it("is called with props first, last or none, or is written in JSX, with the same output", () => {
    const inJsx = <Badge variant="outline">New</Badge>
    const printed = [
      Badge({ variant: "outline" }, "New"),
      Badge("New", { variant: "outline" }),
      inJsx,
    ]
    expect(new Set(printed.map(String))).toEqual(
      new Set(['<span class="badge badge-md" data-size="md" data-variant="outline">New</span>']),
    )
    expect(String(Badge("New"))).toBe(expected("M07"))
    expect(String(Badge("a", span("b"), ["c", 1]))).toContain(">a<span>b</span>c1</span>")
  })
  it("hands attributes through, merges class in every spelling, and escapes text", () => {
    const hostile = '"><script>alert(1)</script>'
    expect(
      String(Badge({ id: "b", title: hostile, class: { on: true }, cls: "two" }, hostile)),
    ).toBe(
      '<span class="badge badge-md on two" data-size="md" data-variant="default" id="b" title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;</span>',
    )
  })
  it("can be made by users with the same convention", () => {
    const Stat = component<{ readonly unit?: string }>(({ unit = "", children }) =>
      span(children, unit),
    )
    expect(String(Stat("3", { unit: "kg" }))).toBe("<span>3kg</span>")
    expect(String(<Stat unit="m">4</Stat>)).toBe("<span>4m</span>")
  })
})

describe("a button", () => {
  it("is a button, or a link where it has an address", () => {
    expect(String(Button("Save"))).toBe('<button class="btn" type="button">Save</button>')
    expect(
      String(<Button type="submit" variant="outline" size="sm" data-on:click={js("go()")} />),
    ).toBe(
      '<button class="btn" type="submit" data-variant="outline" data-size="sm" data-on:click="go()"></button>',
    )
    expect(String(Button({ href: "/new" }, "New"))).toBe('<a class="btn" href="/new">New</a>')
    expect(String(Button({ href: "javascript:alert(1)" }, "x"))).toBe('<a class="btn">x</a>')
    expect(String(Button({ href: "/new", disabled: true }, "New"))).toBe(
      '<a class="btn" role="link" aria-disabled="true">New</a>',
    )
  })
  it("shows that it works, by the server or by a signal", () => {
    expect(String(Button({ loading: true }, "Save"))).toBe(
      '<button class="btn" type="button" aria-busy="true" disabled>Save</button>',
    )
    expect(String(Button({ loading: signal("saving", false) }, "Save"))).toContain(
      'data-attr:disabled="$saving"',
    )
  })
})

describe("formatted values", () => {
  const date = new Date("2024-01-15T03:04:05Z")
  it("are short in cells (M04)", () => {
    expect(formatCell(null)).toBe("-")
    expect(text(formatCell(true))).toBe(
      '<span class="badge badge-md" data-size="md" data-variant="default">Yes</span>',
    )
    expect([
      formatCell(date, { type: "date" }),
      formatCell("2024-01-15", { type: "date" }),
    ]).toEqual(["2024-01-15", "2024-01-15"])
    expect(formatCell(date)).toBe("2024-01-15 03:04")
    expect(formatCell(date, { timeZone: "Asia/Tokyo" })).toBe("2024-01-15 12:04")
  })
  it("are long on display (M05)", () => {
    expect(formatDisplay(date, { type: "date" })).toBe("January 15, 2024")
    expect(formatDisplay(1234.5, { type: "currency" })).toBe("$1,234.50")
    expect(formatDisplay(date)).toBe("January 15, 2024 at 03:04")
    expect(formatDisplay(date, { type: "date", locale: "de-DE" })).toBe("15. Januar 2024")
    expect(formatDisplay("9007199254740993.10", { type: "number" })).toBe("9,007,199,254,740,993.1")
  })
  it("leave text, markup and odd values as they are", () => {
    expect(formatCell("2024 was <b>fine</b>")).toBe("2024 was <b>fine</b>")
    expect(formatCell("soon", { type: "date" })).toBe("soon")
    expect(formatCell(new Date(Number.NaN))).toBe("-")
    expect(formatCell([1, "two", null])).toBe("1, two, null")
    expect(formatCell({ a: 1 })).toBe('{"a":1}')
    expect(text(formatCell(raw("<i>x</i>")))).toBe("<i>x</i>")
    expect(formatCell(0)).toBe("0")
  })
})
