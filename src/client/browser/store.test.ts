import { beforeEach, describe, expect, it, vi } from "vitest"
import { effect, Reaction } from "./reactive.ts"
import {
  clearSignals,
  type Data,
  ensurePath,
  filtered,
  getPath,
  mergePatch,
  setPath,
  signals,
  snapshot,
} from "./store.ts"

beforeEach(clearSignals)

const all = (): unknown => snapshot(signals())

describe("merging a patch", () => {
  // The examples of RFC 7386, appendix A, whose target and patch are objects.
  it.each<[Data, Data, Data]>([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("turns %j with %j into %j", (before, patch, after) => {
    mergePatch(before)
    mergePatch(patch)
    expect(all()).toEqual(after)
  })

  it("leaves what exists when only missing signals are wanted", () => {
    mergePatch({ a: 1, user: { name: "Ann" } })
    mergePatch({ a: 2, b: 3, user: { name: "Bob", age: 7 }, c: null }, true)
    expect(all()).toEqual({ a: 1, b: 3, user: { name: "Ann", age: 7 } })
  })

  it("ignores keys that reach a prototype", () => {
    mergePatch(
      JSON.parse(
        '{"__proto__": {"bad": 1}, "a": {"__proto__": {"bad": 1}, "constructor": {"prototype": {"bad": 1}}, "b": 1}}',
      ) as Data,
    )
    expect(all()).toEqual({ a: { b: 1 } })
    expect(({} as Data)["bad"]).toBeUndefined()
    expect(signals()["bad"]).toBe("")
  })
})

describe("the signals", () => {
  it("notify only the readers of changed values", () => {
    mergePatch({ user: { name: "Ann", age: 1 } })
    const run = vi.fn(() => void getPath("user.name"))
    effect(run)
    setPath("user.age", 2)
    expect(run).toHaveBeenCalledTimes(1)
    mergePatch({ user: { name: "Bob" } })
    expect(run).toHaveBeenCalledTimes(2)
  })

  it("read as an empty string until they exist, and then notify their readers", () => {
    const seen: unknown[] = []
    effect(() => void seen.push(signals()["later"]))
    setPath("later", 5)
    mergePatch({ later: null })
    expect(seen).toEqual(["", 5, ""])
    expect(all()).toEqual({})
  })

  it("see changes inside arrays", () => {
    mergePatch({ list: [1, 2] })
    const seen: string[] = []
    effect(() => void seen.push((signals()["list"] as number[]).join()))
    const list = signals()["list"] as number[]
    list.push(3)
    list[0] = 9
    list.splice(1, 1)
    expect(seen).toEqual(["1,2", "1,2,3", "9,2,3", "9,3"])
  })

  it("see changes of objects inside arrays", () => {
    mergePatch({ list: [{ done: false }] })
    const seen: unknown[] = []
    effect(() => void seen.push((signals()["list"] as Data[])[0]!["done"]))
    ;(signals()["list"] as Data[])[0]!["done"] = true
    expect(seen).toEqual([false, true])
  })

  it("let an effect push to the array it does not read", () => {
    mergePatch({ log: [], a: 0 })
    const run = vi.fn(() => void (signals()["log"] as unknown[]).push(signals()["a"]))
    effect(run)
    setPath("a", 1)
    expect(run).toHaveBeenCalledTimes(2)
    expect(all()).toEqual({ a: 1, log: [0, 1] })
  })

  it("copy objects that are assigned, so that two signals never share one", () => {
    mergePatch({ a: { x: 1 } })
    signals()["b"] = signals()["a"]
    setPath("b.x", 2)
    expect(all()).toEqual({ a: { x: 1 }, b: { x: 2 } })
  })

  it("list their names, also to effects", () => {
    const seen: string[] = []
    effect(() => void seen.push(Object.keys(signals()).join()))
    setPath("a", 1)
    setPath("b.c", 1)
    setPath("b.d", 1)
    mergePatch({ a: null })
    expect(seen).toEqual(["", "a", "a,b", "b"])
    expect(JSON.stringify(signals())).toBe('{"b":{"c":1,"d":1}}')
    expect("b" in signals()).toBe(true)
    expect("a" in signals()).toBe(false)
  })

  it("compute, and refuse to be assigned", () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {})
    setPath("a", 1)
    setPath("double", new Reaction(() => (signals()["a"] as number) * 2, false))
    const seen: unknown[] = []
    effect(() => void seen.push(signals()["double"]))
    setPath("a", 2)
    setPath("double", 99)
    expect(seen).toEqual([2, 4])
    expect(String(error.mock.calls[0])).toContain("$double is computed")
    error.mockRestore()
  })

  it("notify readers of a name from before it became computed", () => {
    const seen: unknown[] = []
    effect(() => void seen.push(signals()["later"]))
    setPath("later", new Reaction(() => 7, false))
    expect(seen).toEqual(["", 7])
  })

  it("create the objects on the way of an assignment", () => {
    ensurePath("a.b")["c"] = 1
    expect(all()).toEqual({ a: { b: { c: 1 } } })
  })

  it("announce what changed, once per batch", () => {
    const patches: unknown[] = []
    const listener = (event: Event): void => void patches.push((event as CustomEvent).detail)
    document.addEventListener("datastar-signal-patch", listener)
    mergePatch({ a: 1, user: { name: "Ann" } })
    mergePatch({ a: 1, user: { name: null } })
    mergePatch({ a: 1 })
    document.removeEventListener("datastar-signal-patch", listener)
    expect(patches).toEqual([{ a: 1, user: { name: "Ann" } }, { user: { name: null } }])
  })
})

describe("a filter", () => {
  beforeEach(() =>
    mergePatch({
      a: 1,
      _b: 2,
      user: { name: "Ann", _secret: "x" },
      list: [1, { z: 1 }],
      el: document.body,
    }),
  )

  it("leaves out private names and what is no data", () => {
    expect(filtered({ exclude: /(^|\.)_/ })).toEqual({
      a: 1,
      user: { name: "Ann" },
      list: [1, { z: 1 }],
    })
  })

  it("takes regular expressions, also as text, over dotted paths", () => {
    expect(filtered({ include: /^user\./g })).toEqual({ user: { name: "Ann", _secret: "x" } })
    expect(filtered({ include: "/^user\\./", exclude: "_" })).toEqual({ user: { name: "Ann" } })
  })
})
