// The output of expressions, fixed by the acceptance cases of the project.
import { describe, expect, it } from "vitest"
import cases from "../../test/fixtures/cases.json" with { type: "json" }
import {
  attributes,
  bind,
  classes,
  collect,
  ds,
  f,
  get,
  js,
  match,
  on,
  post,
  resetTimeout,
  show,
  signal,
  signals,
  value,
} from "./index.ts"

const x = signal("x", 10)
const y = signal("y", 0)
const flag = signal("flag", false)
const name = signal("name", "")
const items = signal("items", [1, 2, 3])
const user = signal("user", { profile: { name: "" } })

/** How this library spells the input of each case. */
const expressions: Record<string, () => unknown> = {
  E01: () => x,
  E02: () => signal("count", 0, { namespace: "app" }),
  E04: () => x.plus(5),
  E05: () => value(5).plus(x),
  E07: () => x.mod(3),
  E08: () => x.plus("px"),
  E10: () => value("a").plus(x).plus("b"),
  E11: () => x.eq(5),
  E13: () => x.gte(y),
  E14: () => x.gt(1).and(y.lt(2)),
  E16: () => flag.not(),
  E17: () => x.set(5),
  E19: () => signal("x", null).set(null),
  E20: () => signal("x", [] as (number | string)[]).set([1, "a"]),
  E22: () => x.set(y.plus(1)),
  E23: () => x.add(1),
  E25: () => x.sub(1),
  E26: () => x.mul(3),
  E28: () => signal("t", "a").toggle("a", "b", "c"),
  E29: () => x.gt(5).if_(1, 0),
  E31: () => flag.thenDo(x.set(1)),
  E32: () => name.lower(),
  E34: () => name.contains("a"),
  E35: () => name.length,
  E37: () => x.round(2),
  E38: () => x.clamp(0, 100),
  E40: () => items.prepend(1),
  E41: () => items.remove(0),
  E43: () => items.slice(1, 3),
  E44: () => items.index(0),
  E46: () => user.profile.name,
  E47: () => name.startsWith("a"),
  E49: () => f("Hi {a} {b}", { a: x }),
  E50: () => match(signal("x", ""), { a: "1", b: "2" }, "z"),
  E52: () =>
    collect([
      [x, "a"],
      [y.gt(1), "b c"],
    ]),
  E53: () => classes({ active: x, "font-bold": y }),
  E55: () => post("/a"),
  E56: () => get("/a", { query: { page: 1, q: "a b&c" } }),
  E58: () => resetTimeout(signal("timer", null), 700, x.set(1)),
  E59: () => signal("x", "").set("it's"),
  E61: () => x.plus("`a`"),
  E62: () => x.plus(`\${a}`),
}

/** The attribute that each case expects, as [name, value]. */
const attributeCases: Record<string, [spelled: object, name: string, value: string]> = {
  D01: [attributes({ on_click: signal("count", 0).add(1) }), "data-on:click", "$count++"],
  D02: [attributes({ on_custom_event: js("h()") }), "data-on:custom-event", "h()"],
  D04: [
    attributes({ on_click__window__throttle_1s: js("a()") }),
    "data-on:click__window__throttle.1s",
    "a()",
  ],
  D05: [
    attributes({ on_click__debounce_500ms_leading: js("a") }),
    "data-on:click__debounce.500ms.leading",
    "a",
  ],
  D07: [attributes({ on_keys_enter__el__stop: js("h()") }), "data-on-keys:enter__el__stop", "h()"],
  D08: [attributes({ on_keys: js("logKey()") }), "data-on-keys", "logKey()"],
  D10: [attributes({ data_attr_aria_hidden: signal("h", false) }), "data-attr:aria-hidden", "$h"],
  D11: [attributes({ data_class_a_b: signal("t", false) }), "data-class:a-b", "$t"],
  D13: [
    attributes({ data_style_background_color: signal("c", "") }),
    "data-style:background-color",
    "$c",
  ],
  D14: [attributes({ data_signals_my_count: 0 }), "data-signals:my-count", "0"],
  D16: [attributes({ bind: "$username" }), "data-bind", "username"],
  D17: [attributes({ bind: signal("name", "") }), "data-bind", "name"],
  D19: [show(signal("a", 0).gt(3)), "data-show", "($a > 3)"],
  D20: [
    attributes({ cls: { active: signal("isActive", false) } }),
    "data-class",
    "{active: $isActive}",
  ],
  D22: [attributes({ data_on_click: js("a") }), "data-on:click", "a"],
  D23: [
    attributes({ on_click: post("/a", { payload: { q: x } }) }),
    "data-on:click",
    "@post('/a', {payload: {q: $x}})",
  ],
}

describe("the accepted cases of expressions", () => {
  const known = cases.filter(({ area }) => area === "expr")
  const evaluated = new Set(["E64", "E65"])
  for (const { id, input, expected } of known.filter(({ id }) => !evaluated.has(id))) {
    it(`${id}: ${input}`, () => expect(String(expressions[id]?.())).toBe(expected))
  }

  it("E64 and E65: signals print as an object that evaluates to their values, nested in their namespace", () => {
    expect(Function(`return ${signals({ a: 1, b: "it's" })}`)()).toEqual({ a: 1, b: "it's" })
    expect(Function(`return ${signals({ count: 0 }, { namespace: "app" })}`)()).toEqual({
      app: { count: 0 },
    })
    expect(String(signals({ count: 0 }, { namespace: "app" }).count)).toBe("$app.count")
  })
})

describe("the accepted cases of attributes", () => {
  for (const { id, input, expected } of cases.filter(({ area }) => area === "datastar-attr")) {
    it(`${id}: ${input}`, () => {
      const [spelled, attribute, source] = attributeCases[id] as [object, string, string]
      expect(Object.entries(spelled).map(([key, value]) => [key, String(value)])).toEqual([
        [attribute, source],
      ])
      // The fixture's own words must agree with the pair above, so that neither can drift alone.
      expect(expected.replaceAll("&gt;", ">")).toContain(
        id === "D23" ? "attribute value" : id === "D20" ? source : `${attribute}="${source}"`,
      )
    })
  }

  it("spells the same attributes by helper functions", () => {
    expect(bind("$username")).toEqual(attributes({ bind: "username" }))
    expect(Object.keys(on("click", x.add(1), { debounce: { ms: 500, leading: true } }))).toEqual([
      "data-on:click__debounce.500ms.leading",
    ])
    expect(String(ds`${x}`)).toBe(`\`\${$x}\``)
  })
})
