// Lists of handlers that follow single changes: always those that sorting all subscriptions anew would give.
import fc from "fast-check"
import { expect, it } from "vitest"
import { createEvents, matches, type Off } from "../index.ts"

const names = ["a", "a.b", "a.b.c", "b"]
const patterns = ["a", "a.b", "a.b.c", "b", "*", "a.*", "**", "a.**", "!a.*", "?.b"]

type Step =
  | {
      readonly do: "on"
      readonly event: string
      readonly priority: number
      readonly isPlain: boolean
    }
  | { readonly do: "off"; readonly at: number }
  | { readonly do: "emit"; readonly name: string }
  | { readonly do: "many" }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("on" as const),
    event: fc.constantFrom(...patterns),
    priority: fc.constantFrom(0, 0, 0, 1, -1),
    isPlain: fc.boolean(),
  }),
  fc.record({ do: fc.constant("off" as const), at: fc.nat(40) }),
  fc.record({ do: fc.constant("emit" as const), name: fc.constantFrom(...names) }),
  // More changes than are kept.
  fc.record({ do: fc.constant("many" as const) }),
)

it("calls the handlers that cover a name, by priority and then by age", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const { on, emitSync } = createEvents()
      let made = 0
      let called: number[] = []
      let active: {
        readonly id: number
        readonly event: string
        readonly priority: number
        readonly off: Off
      }[] = []
      for (const one of steps) {
        if (one.do === "on") {
          const id = made++
          const options = one.isPlain
            ? { priority: one.priority }
            : { priority: one.priority, when: () => true }
          active.push({
            id,
            event: one.event,
            priority: one.priority,
            off: on(one.event, () => void called.push(id), options),
          })
        } else if (one.do === "off" && active.length > 0) {
          const ending = active[one.at % active.length]
          ending?.off()
          active = active.filter(other => other !== ending)
        } else if (one.do === "many") {
          for (let i = 0; i < 1_100; i++) on(i % 4 === 0 ? "a" : "x.*", () => undefined)()
        } else if (one.do === "emit") {
          called = []
          const covering = active.filter(({ event }) => matches(event, one.name))
          const expected = covering
            .sort((a, b) => b.priority - a.priority || a.id - b.id)
            .map(({ id }) => id)
          expect(emitSync(one.name, 1).length).toBe(expected.length)
          expect(called).toEqual(expected)
        }
      }
    }),
    { numRuns: Number(process.env["NITRO_PROPERTY_RUNS"] ?? 200) },
  )
})

it("leaves out a handler that subscribes while its event is emitted, and counts it the next time", () => {
  const { on, emitSync } = createEvents()
  const called: string[] = []
  on("e", () => {
    called.push("first")
    if (called.length === 1) on("e", () => void called.push("late"))
  })
  on("e", () => void called.push("second"))
  emitSync("e")
  expect(called).toEqual(["first", "second"])
  emitSync("e")
  expect(called.slice(2)).toEqual(["first", "second", "late"])
})

it("does not sort anew for one more subscription", () => {
  const { on, emitSync } = createEvents()
  let compared = 0
  const priority = {
    valueOf() {
      compared++
      return 0
    },
  } as unknown as number
  const count = 5_000
  for (let i = 0; i < count; i++) on("e", () => undefined, { priority })
  emitSync("e")
  for (const event of ["e", "*", "other.*"]) {
    on(event, () => undefined, { priority })
    compared = 0
    emitSync("e")
    expect(compared).toBeLessThan(20)
  }
})
