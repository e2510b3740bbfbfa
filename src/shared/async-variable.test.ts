// Variables of an async context: each has its own value, whatever others are set around it.
import { expect, it } from "vitest"
import { AsyncVariable } from "./async-variable.ts"

const user = new AsyncVariable<string | undefined>()
const unit = new AsyncVariable<number>()

it("has a value inside of run alone", async () => {
  expect(user.get()).toBeUndefined()
  const seen = await user.run("ada", async () => {
    await Promise.resolve()
    return user.get()
  })
  expect([seen, user.get()]).toEqual(["ada", undefined])
})

it("keeps its value where another variable is set, before and after", () => {
  const seen = user.run("ada", () =>
    unit.run(1, () => user.run("bob", () => [user.get(), unit.get()])),
  )
  expect(seen).toEqual(["bob", 1])
  expect(user.run("ada", () => unit.run(1, () => [user.get(), unit.get()]))).toEqual(["ada", 1])
})

it("gives the outer value again after a run inside, also one that throws", () => {
  user.run("ada", () => {
    expect(() =>
      user.run("bob", () => {
        throw new Error("stop")
      }),
    ).toThrow("stop")
    expect(user.get()).toBe("ada")
  })
})

it("hides the outer value by undefined", () => {
  expect(user.run("ada", () => user.run(undefined, () => user.get()))).toBeUndefined()
})

it("keeps values of parallel work apart", async () => {
  const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
  const seen = await Promise.all(
    [1, 2, 3].map(n =>
      unit.run(n, async () => {
        await wait(4 - n)
        return user.run(`user ${n}`, async () => {
          await wait(n)
          return [unit.get(), user.get()]
        })
      }),
    ),
  )
  expect(seen).toEqual([1, 2, 3].map(n => [n, `user ${n}`]))
})

it("holds each variable once, however often work starts its own successor", async () => {
  // A chain of all former values would overflow the stack of the copy, and the memory of a server.
  const last = 100_000
  const seen = await new Promise<number | undefined>(resolve => {
    const next = (n: number): void => {
      if (n === last) resolve(unit.get())
      else user.run(`user ${n}`, () => unit.run(n, () => queueMicrotask(() => next(n + 1))))
    }
    next(0)
  })
  expect(seen).toBe(last - 1)
})
