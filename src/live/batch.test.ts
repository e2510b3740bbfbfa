import { expect, it } from "vitest"
import { Batch } from "./batch.ts"
import type { Patches, Topic } from "./topic.ts"

// A batch looks at nothing else of a topic.
const topic = (isShared = true): Topic => ({ isShared }) as Topic
const patches = (name: string): Patches => ({
  leaving: `-${name} `,
  plain: `${name} `,
  moving: `${name.toUpperCase()} `,
})
const textOf = (batch: Batch, id = ""): string => Buffer.from(batch.frame(id).bytes).toString()

it("is one for all that receive the same in the same order, and so is its frame", () => {
  const empty = Batch.empty(true)
  const [list, count] = [topic(), topic()]
  const [a, b] = [patches("a"), patches("b")]
  const one = empty.plus(list, a).plus(count, b)
  expect(empty.plus(list, a).plus(count, b)).toBe(one)
  expect(empty.plus(count, b).plus(list, a)).not.toBe(one)
  expect(one.frame("id: 1\n\n")).toBe(one.frame("id: 1\n\n"))
  expect(textOf(one, "id: 2\n\n")).toBe("-a -b A B id: 2\n\n")
  expect(textOf(Batch.empty(false).plus(list, a))).toBe("-a a ")
})

it("keeps the order of one topic, whose removals may need what came before", () => {
  const list = topic()
  const batch = Batch.empty(true).plus(list, patches("a")).plus(list, patches("b"))
  expect(textOf(batch)).toBe("-a A -b B ")
  expect(batch.topics).toEqual([list, list])
})

it("is shared only where all of its topics are", () => {
  const one = Batch.empty(true).plus(topic(), patches("a"))
  expect(one.frame("").isShared).toBe(true)
  expect(one.plus(topic(false), patches("b")).frame("").isShared).toBe(false)
})
