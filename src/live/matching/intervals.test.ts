import { expect, it } from "vitest"
import { Intervals } from "./intervals.ts"

function around(intervals: Intervals<string>, value: number): string[] {
  const found: string[] = []
  intervals.around(value, item => found.push(item))
  return found.sort()
}

it("finds the intervals that hold a value, with their bounds", () => {
  const intervals = new Intervals<string>()
  intervals.add(1, 3, "1-3")
  intervals.add(2, 9, "2-9")
  const end = intervals.add(undefined, 2, "-2")
  intervals.add(3, undefined, "3-")
  expect([0, 1, 2, 3, 9, 10].map(value => around(intervals, value))).toEqual([
    ["-2"],
    ["-2", "1-3"],
    ["-2", "1-3", "2-9"],
    ["1-3", "2-9", "3-"],
    ["2-9", "3-"],
    ["3-"],
  ])
  end()
  expect(around(intervals, 0)).toEqual([])
})

it("finds the same as looking at each, in any order of adding and removing", () => {
  const intervals = new Intervals<string>()
  const kept = new Map<string, { from: number; to: number; end: () => void }>()
  for (let step = 0; step < 500; step++) {
    const from = (step * 37) % 101
    const to = from + ((step * 13) % 29)
    const name = `${step}`
    kept.set(name, { from, to, end: intervals.add(from, to, name) })
    if (step % 3 === 0) {
      const [oldest, { end }] = [...kept][step % kept.size] as [string, { end: () => void }]
      end()
      kept.delete(oldest)
    }
    if (step % 10 !== 0) continue
    const value = (step * 7) % 130
    const byHand = [...kept].filter(([, { from, to }]) => from <= value && value <= to)
    expect(around(intervals, value)).toEqual(byHand.map(([each]) => each).sort())
  }
})
