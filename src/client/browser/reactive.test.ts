import { describe, expect, it, vi } from "vitest"
import { batch, configure, effect, Reaction, Signal, untracked } from "./reactive.ts"

const computed = <T>(fn: () => T): Reaction<T> => new Reaction(fn, false)

describe("signals", () => {
  it("run an effect again when what it read changes, and only then", () => {
    const a = new Signal(1)
    const b = new Signal(1)
    const seen: number[] = []
    effect(() => void seen.push(a.get()))
    b.set(2)
    a.set(1)
    a.set(2)
    expect(seen).toEqual([1, 2])
  })

  it("show no effect a state that mixes old and new", () => {
    const a = new Signal(1)
    const double = computed(() => a.get() * 2)
    const triple = computed(() => a.get() * 3)
    const sum = computed(() => double.get() + triple.get())
    const seen: number[] = []
    effect(() => void seen.push(sum.get()))
    a.set(2)
    expect(seen).toEqual([5, 10])
  })

  it("run no effect when a computed value stays the same", () => {
    const a = new Signal(1)
    const isPositive = computed(() => a.get() > 0)
    const run = vi.fn(() => void isPositive.get())
    effect(run)
    a.set(5)
    expect(run).toHaveBeenCalledTimes(1)
    a.set(-1)
    expect(run).toHaveBeenCalledTimes(2)
  })

  it("compute lazily and once per change", () => {
    const a = new Signal(1)
    const fn = vi.fn(() => a.get())
    const value = computed(fn)
    expect(fn).not.toHaveBeenCalled()
    value.get()
    value.get()
    expect(fn).toHaveBeenCalledTimes(1)
    a.set(2)
    expect(value.get()).toBe(2)
    expect(fn).toHaveBeenCalledTimes(2)
  })

  it("forget what an effect no longer reads", () => {
    const flag = new Signal(true)
    const a = new Signal(1)
    const run = vi.fn(() => void (flag.get() && a.get()))
    effect(run)
    flag.set(false)
    a.set(2)
    expect(run).toHaveBeenCalledTimes(2)
    expect(a.observers.size).toBe(0)
  })

  it("run effects once after a batch", () => {
    const a = new Signal(1)
    const b = new Signal(1)
    const run = vi.fn(() => void (a.get() + b.get()))
    effect(run)
    batch(() => {
      a.set(2)
      batch(() => b.set(2))
      expect(run).toHaveBeenCalledTimes(1)
    })
    expect(run).toHaveBeenCalledTimes(2)
  })

  it("let go of a disposed effect", () => {
    const a = new Signal(1)
    const run = vi.fn(() => void a.get())
    const handle = effect(run)
    handle.dispose()
    a.set(2)
    expect(run).toHaveBeenCalledTimes(1)
    expect(a.observers.size).toBe(0)
  })

  it("do not loop over an effect that writes what it reads", () => {
    const a = new Signal(1)
    const run = vi.fn(() => void a.set(a.get() + 1))
    effect(run)
    expect(run).toHaveBeenCalledTimes(1)
    expect(a.peek()).toBe(2)
  })

  it("stop effects that keep triggering each other", () => {
    const errors: unknown[] = []
    configure({ flushed: () => {}, error: error => errors.push(error) })
    const a = new Signal(0)
    const b = new Signal(0)
    effect(() => void b.set(a.get() + 1))
    effect(() => void a.set(b.get() + 1))
    a.set(10)
    expect(String(errors[0])).toContain("100 rounds")
  })

  it("go on with the other effects when one fails", () => {
    const errors: unknown[] = []
    configure({ flushed: () => {}, error: error => errors.push(error) })
    const a = new Signal(0)
    const seen: number[] = []
    effect(() => {
      if (a.get() === 1) throw new Error("broken")
    })
    effect(() => void seen.push(a.get()))
    a.set(1)
    a.set(2)
    expect(seen).toEqual([0, 1, 2])
    expect(errors).toHaveLength(1)
  })

  it("refuse a computed value that depends on itself", () => {
    const self: Reaction<number> = computed(() => self.get() + 1)
    expect(() => self.get()).toThrow("depends on itself")
  })

  it("are read without a dependency by untracked", () => {
    const a = new Signal(1)
    const run = vi.fn(() => void untracked(() => a.get()))
    effect(run)
    a.set(2)
    expect(run).toHaveBeenCalledTimes(1)
  })
})
