// An expression has the methods of the type it evaluates to, and no others.
import { html, raw } from "../html/index.ts"
import {
  attributes,
  classes,
  ds,
  type Effect,
  type Expression,
  get,
  js,
  match,
  on,
  patchElements,
  patchSignals,
  post,
  type Signal,
  sequence,
  signalOf,
  signals,
  signalsOf,
  sseResponse,
  value,
  when,
} from "./index.ts"

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function same<A, B>(..._proof: Same<A, B> extends true ? [] : [never]): void {}
function evaluates<T>(_expression: Expression<T>): T {
  return undefined as T
}

const s = signals({
  count: 0,
  name: "",
  done: false,
  born: new Date(),
  tags: ["a"],
  rows: [{ id: 1, title: "" }],
  user: { profile: { name: "" }, set: 1 },
  maybe: null as string | null,
  level: "low" as "low" | "high",
  empty: [],
})

// Types flow through every method.
same<ReturnType<typeof evaluates<number>>, number>()
const sum: Expression<number> = s.count.plus(1).times(s.count)
const text: Expression<string> = s.count.plus("px")
const long: Expression<boolean> = s.name.length.gt(5).and(s.done)
const title: Expression<string> = s.rows.index(0).prop("title").upper()
const words: Expression<string[]> = s.name.split(" ")
const name: Signal<string> = s.user.profile.name
const day: Expression<string> = s.born.slice(0, 10)
const price: Expression<string> = s.count.toFixed(2)
const label: Expression<string> = when(s.done, "yes", "no")
const effect: Effect = sequence(s.count.add(1), post("/x"))
const either: Expression<string | number> = s.done.if_("a", 1)
const maybe: Expression<string> = s.maybe.orElse("none")
value(5).plus(s.count)
value("a").plus(s.name)
s.maybe.set(null)
s.maybe.upper()
s.name.eq(null)
s.born.set(new Date())
s.rows.set([{ id: s.count, title: s.name }])
s.rows.append({ id: 1, title: "" })
s.rows.index(0).set({ id: 1, title: "" })
s.empty.append("anything")
s.user.prop("set").set(2)
s.level.toggle("low", "high")
match(s.level, { low: 1, high: 2 }, 0).plus(1)
signalOf<{ name: string }, "name">(s, "name").upper()
signalsOf<{ age: number }>(["age"]).age.add(1)
js<number>("evt.clientX").plus(1)
on("click", s.count.add(1), { debounce: 500 })
attributes({ on_click: s.count.add(1), class: { done: s.done }, bind: "name" })
classes({ done: s.done, big: s.count.gt(5) })
get(ds`/todos/${s.count}`, { retryMaxCount: Number.POSITIVE_INFINITY, query: { q: s.name } })
patchElements(html`<p>${1}</p>`)
sseResponse([patchElements(raw("<p>")), patchSignals({ a: 1 })])

// @ts-expect-error: a string is not markup
patchElements("<p>")
// @ts-expect-error: an object that prints as text is not markup
patchElements({ toString: () => "<p>" })
// @ts-expect-error: a string is not an event
sseResponse("event: datastar-patch-elements")
// @ts-expect-error: two events are a list
sseResponse(patchSignals({ a: 1 }) + patchSignals({ b: 1 }))
// @ts-expect-error: a boolean has no order
s.done.gt(1)
// @ts-expect-error: a boolean cannot be added to
s.done.add(1)
// @ts-expect-error: text has no rounding
s.name.round()
// @ts-expect-error: a number has no length
s.count.length
// @ts-expect-error: a number is compared with numbers
s.count.eq("5")
// @ts-expect-error: a number is compared with numbers
s.count.gt(s.name)
// @ts-expect-error: a number is not set to text
s.count.set("5")
// @ts-expect-error: text is not set to a number expression
s.name.set(s.count)
// @ts-expect-error: only null where the type has it
s.count.set(null)
// @ts-expect-error: not one of its values
s.level.set("middle")
// @ts-expect-error: no such signal
s.nope
// @ts-expect-error: no such property
s.user.profile.nope
// @ts-expect-error: no such property
s.rows.index(0).prop("nope")
// @ts-expect-error: an item of another shape
s.rows.append({ id: "1", title: "" })
// @ts-expect-error: a sum cannot be assigned to
s.count.plus(1).set(2)
// @ts-expect-error: a list item read through a method is no signal
s.rows.at(0).set({ id: 1, title: "" })
// @ts-expect-error: an effect is no value
s.count.add(1).plus(1)
// @ts-expect-error: an effect is no number
s.count.set(post("/x"))
// @ts-expect-error: a listener takes an effect, not source text
on("click", "alert(1)")
// @ts-expect-error: there is no such modifier
on("click", effect, { debounced: 500 })
// @ts-expect-error: there is no such option
post("/x", { retries: 5 })
// @ts-expect-error: there is no such mode
patchElements("<p>", { mode: "morph" })
// @ts-expect-error: match compares text
match(s.count, { "1": "a" })
// @ts-expect-error: unknown source has no methods until its type is said
js("evt.clientX").round()
// @ts-expect-error: an expression is not awaited
s.done.then

export { day, either, label, long, maybe, name, price, sum, text, title, words }
