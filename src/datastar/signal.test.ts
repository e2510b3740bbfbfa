import { describe, expect, it } from "vitest"
import {
  dataSignals,
  patchSignals,
  post,
  resetTimeout,
  signal,
  signalOf,
  signalPath,
  signals,
  signalsOf,
  signalValues,
} from "./index.ts"

const printed = (expression: unknown): string => String(expression)

describe("a group of signals", () => {
  const s = signals({ count: 0, user: { profile: { name: "Ada" }, tags: ["a"] } })

  it("has one signal per value, nested as the values are", () => {
    expect(printed(s.count.add(1))).toBe("$count++")
    expect(printed(s.user.profile.name.upper())).toBe("$user.profile.name.toUpperCase()")
    expect(printed(s.user.tags.append("b"))).toBe("$user.tags.push('b')")
    expect(s.user.profile).toBe(s.user.profile)
  })

  it("is the value of data-signals", () => {
    expect(printed(s)).toBe("{count: 0, user: {profile: {name: 'Ada'}, tags: ['a']}}")
    expect(dataSignals(s)).toEqual({ "data-signals": s })
    expect(Object.keys(dataSignals(signals({ a: 1 }, { ifMissing: true })))).toEqual([
      "data-signals__ifmissing",
    ])
  })

  it("gives its values back as data, nested in its namespace", () => {
    const inside = signals({ count: 1 }, { namespace: "shop.cart" })
    expect(printed(inside.count)).toBe("$shop.cart.count")
    expect(signalValues(inside)).toEqual({ shop: { cart: { count: 1 } } })
    expect(String(patchSignals(inside))).toBe(
      'event: datastar-patch-signals\ndata: signals {"shop":{"cart":{"count":1}}}\n\n',
    )
  })

  it("is required by functions that refuse anything else", () => {
    expect(() => signalValues(s.user)).toThrow(
      expect.objectContaining({ code: "NITRO_DATASTAR_ATTRIBUTE" }),
    )
  })

  it("keeps its own members where a signal has their name, and still gives the signal", () => {
    const group = signals({ source: "web", toString: 1 })
    expect(group.source).toBe("{source: 'web', toString: 1}")
    expect(printed(signalOf<{ source: string }, "source">(group, "source").set("app"))).toBe(
      "$source = 'app'",
    )
    expect(printed(signal("user", { set: 1 }).prop("set").set(2))).toBe("$user.set = 2")
  })
})

it("names a property as a signal whatever methods other types have under that name", () => {
  const box = signal("box", {
    min: 1,
    length: 2,
    path: "a",
    form: "b",
    match: true,
    index: 0,
    times: 3,
  })
  expect(
    [
      box.min.add(1),
      box.length,
      box.path,
      box.form,
      box.match.not(),
      box.index,
      box.times.times(2),
    ].map(printed),
  ).toEqual([
    "$box.min++",
    "$box.length",
    "$box.path",
    "$box.form",
    "!($box.match)",
    "$box.index",
    "($box.times * 2)",
  ])
  const user = signal("user", { profile: { name: "" } })
  expect(printed(user.prop("profile").name.set("x"))).toBe("$user.profile.name = 'x'")
})

describe("signals that something else declares", () => {
  it("are spelled by name, in a namespace, whatever the name", () => {
    const of = signalsOf<{ age: number; source: string; born: Date }>(["age", "source", "born"], {
      namespace: "person",
    })
    expect(printed(of.age.add(1))).toBe("$person.age++")
    expect(printed(of.source)).toBe("$person.source")
    expect(printed(of.born.slice(0, 10))).toBe("$person.born.slice(0, 10)")
    expect(Object.keys(of)).toEqual(["age", "source", "born"])
  })
})

describe("a signal's name", () => {
  it.each([
    "",
    "a-b",
    "1a",
    "a b",
    "a__b",
    "__proto__",
    "constructor",
    "a..b",
    "$a",
    "a.prototype",
    "a;alert(1)",
  ])("is never %j", name => {
    const refusal = expect.objectContaining({ code: "NITRO_SIGNAL_NAME" })
    expect(() => signal(name, 0)).toThrow(refusal)
    expect(() => signals({ [name]: 0 }, name === "__proto__" ? { namespace: name } : {})).toThrow(
      refusal,
    )
    expect(() => signals({ a: 0 }, { namespace: name === "" ? "." : name })).toThrow(refusal)
    expect(() => signalsOf<Record<string, unknown>>([name])).toThrow(refusal)
  })

  it("is what timers and bindings need, so they refuse other expressions", () => {
    expect(signalPath(signal("a", 0, { namespace: "n" }))).toBe("n.a")
    expect(() => resetTimeout(signal("a", 0).plus(1), 5, post("/x"))).toThrow("($a + 1)")
  })
})
