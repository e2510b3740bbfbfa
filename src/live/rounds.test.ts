import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { Rounds, roundMs } from "./rounds.ts"

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "performance"] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Starts of the next turn, as they happen. */
function startsOf(rounds: Rounds): () => number {
  let starts = 0
  void rounds.next().then(() => starts++)
  return () => starts
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
}

it("starts at once after a rest", async () => {
  const rounds = new Rounds()
  for (let round = 0; round < 3; round++) {
    const starts = startsOf(rounds)
    await pass(0)
    expect(starts()).toBe(1)
    await pass(roundMs)
  }
})

it("starts once for all that ask within its time", async () => {
  const rounds = new Rounds()
  expect(rounds.next()).toBe(rounds.next())
  await pass(1)
  const burst = Array.from({ length: 100 }, () => startsOf(rounds))
  expect(new Set(Array.from({ length: 3 }, () => rounds.next())).size).toBe(1)
  await pass(roundMs - 2)
  expect(burst.map(starts => starts())).toEqual(burst.map(() => 0))
  await pass(1)
  expect(burst.map(starts => starts())).toEqual(burst.map(() => 1))
})

it("does not starve under changes that never stop", async () => {
  const rounds = new Rounds()
  let starts = 0
  const again = (): void =>
    void rounds.next().then(() => {
      starts++
      again()
    })
  again()
  await pass(roundMs * 20)
  expect(starts).toBe(21)
})

it("starts sooner for somebody who waits, and once", async () => {
  const rounds = new Rounds()
  startsOf(rounds)
  await pass(1)
  const starts = startsOf(rounds)
  rounds.hurry()
  rounds.hurry()
  await pass(0)
  expect(starts()).toBe(1)
  // The time of the one that it took the place of is over, and nobody asked for another.
  await pass(roundMs * 2)
  expect(starts()).toBe(1)
  rounds.hurry()
  const next = startsOf(rounds)
  await pass(0)
  expect(next()).toBe(1)
})
