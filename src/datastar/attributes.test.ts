import { describe, expect, it } from "vitest"
import {
  attributes,
  bind,
  js,
  on,
  onIntersect,
  onInterval,
  post,
  signal,
  signals,
} from "./index.ts"

const x = signal("x", 1)
const flag = signal("flag", false)
const printed = (spread: object): Record<string, string> =>
  Object.fromEntries(Object.entries(spread).map(([name, value]) => [name, String(value)]))

describe("an event listener", () => {
  it("spells its modifiers in the order given", () => {
    expect(printed(on("click", x.add(1)))).toEqual({ "data-on:click": "$x++" })
    expect(
      Object.keys(
        on("input", post("/s"), {
          debounce: 500,
          prevent: true,
          once: false,
          viewTransition: true,
        }),
      ),
    ).toEqual(["data-on:input__debounce.500ms__prevent__viewtransition"])
    expect(
      Object.keys(
        on("scroll", x.add(1), {
          window: true,
          throttle: { ms: 100, leading: false, trailing: true },
        }),
      ),
    ).toEqual(["data-on:scroll__window__throttle.100ms.noleading.trailing"])
    expect(Object.keys(on("keydown", x.add(1), { outside: true, delay: 20 }))).toEqual([
      "data-on:keydown__outside__delay.20ms",
    ])
  })

  it("brings capital letters through HTML, which lower-cases names", () => {
    expect(Object.keys(on("myEvent", x.add(1)))).toEqual(["data-on:my-event__case.camel"])
    expect(Object.keys(on("MyEvent", x.add(1)))).toEqual(["data-on:my-event__case.pascal"])
  })

  it("runs several effects in order", () => {
    expect(printed(on("click", [x.add(1), post("/x")]))).toEqual({
      "data-on:click": "$x++; @post('/x')",
    })
  })

  it("refuses what is no event name and no time", () => {
    const refusal = expect.objectContaining({ code: "NITRO_DATASTAR_ATTRIBUTE" })
    for (const event of ["", "a b", 'x"onclick', "click__once", "a>b", "a=b"])
      expect(() => on(event, x.add(1))).toThrow(refusal)
    for (const ms of [-1, 0.5, Number.NaN])
      expect(() => on("click", x.add(1), { debounce: ms })).toThrow(refusal)
  })

  it("also comes from visibility and from time", () => {
    expect(Object.keys(onIntersect(post("/more"), { once: true, half: true }))).toEqual([
      "data-on-intersect__once__half",
    ])
    expect(
      Object.keys(onInterval(post("/tick"), { duration: { ms: 500, leading: true } })),
    ).toEqual(["data-on-interval__duration.500ms.leading"])
  })
})

describe("attributes by names with underscores", () => {
  it("know every plugin", () => {
    expect(
      printed(
        attributes({
          on_intersect__once: post("/more"),
          on_interval__duration_500ms: x.add(1),
          on_signal_patch: x.add(1),
          text: x,
          effect: x.add(1),
          init: x.set(1),
          computed_my_total: x.plus(1),
          indicator: "loading",
          ref: "box",
          ignore_morph: true,
          json_signals: true,
          preserve_attr: "open class",
          bind_user_name: true,
          style: { color: js("c") },
          signals: { count: 0, on: flag },
        }),
      ),
    ).toEqual({
      "data-on-intersect__once": "@post('/more')",
      "data-on-interval__duration.500ms": "$x++",
      "data-on-signal-patch": "$x++",
      "data-text": "$x",
      "data-effect": "$x++",
      "data-init": "$x = 1",
      "data-computed:my-total": "($x + 1)",
      "data-indicator": "loading",
      "data-ref": "box",
      "data-ignore-morph": "true",
      "data-json-signals": "true",
      "data-preserve-attr": "open class",
      "data-bind:user-name": "true",
      "data-style": "{color: c}",
      "data-signals": "{count: 0, on: $flag}",
    })
  })

  it("leave out what is null, undefined or false, but declare a signal that is false", () => {
    expect(
      printed(attributes({ show: null, text: undefined, ignore: false, signals_open: false })),
    ).toEqual({
      "data-signals:open": "false",
    })
  })

  it("declare a group of signals in its order", () => {
    expect(Object.keys(attributes({ signals: signals({ a: 1 }, { ifMissing: true }) }))).toEqual([
      "data-signals__ifmissing",
    ])
  })

  it("never evaluate text: only an expression or the door for trusted source gets in", () => {
    for (const name of ["on_click", "show", "text", "class", "attr_title", "on_keys", "effect"]) {
      expect(() => attributes({ [name]: "alert(1)" })).toThrow(
        expect.objectContaining({ code: "NITRO_DATASTAR_ATTRIBUTE" }),
      )
    }
    expect(printed(attributes({ signals_name: "'); alert(1)" }))).toEqual({
      "data-signals:name": "'\\'); alert(1)'".replace(";", "\\u003b"),
    })
    expect(() => bind("a') || alert(1)")).toThrow(
      expect.objectContaining({ code: "NITRO_SIGNAL_NAME" }),
    )
    expect(() => bind(x.plus(1))).toThrow("($x + 1)")
  })

  it("refuse names that are no attribute of Datastar, or of its paid plugins", () => {
    for (const name of [
      "",
      "onclick",
      "nope",
      "on_",
      "on",
      "persist",
      "data_animate",
      'text"x',
      "on_click__a b",
      "__x",
    ]) {
      expect(() => attributes({ [name]: x }), name).toThrow(
        expect.objectContaining({ code: "NITRO_DATASTAR_ATTRIBUTE" }),
      )
    }
  })
})
