// @peek, @setAll, @toggleAll: actions on signals.
import { action } from "./plugins.ts"
import { untracked } from "./reactive.ts"
import { type Data, filtered, isPlain, mergePatch, type SignalFilter } from "./store.ts"

/** `null` in a merge patch deletes; these actions write values, so leaves are replaced one by one. */
function mapLeaves(node: Data, fn: (value: unknown) => unknown): Data {
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, isPlain(value) ? mapLeaves(value, fn) : fn(value)]))
}

const change = (filter: SignalFilter | undefined, fn: (value: unknown) => unknown): void =>
  untracked(() => mergePatch(mapLeaves(filtered(filter), fn)))

action("peek", (_, fn: () => unknown) => untracked(fn))
action("setAll", (_, value: unknown, filter?: SignalFilter) => change(filter, () => value))
action("toggleAll", (_, filter?: SignalFilter) => change(filter, value => !value))
