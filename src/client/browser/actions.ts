// @peek, @setAll, @toggleAll: actions on signals.
import { action } from "./plugins.ts"
import { batch, untracked } from "./reactive.ts"
import { type Data, filtered, isPlain, type SignalFilter, setPath } from "./store.ts"

function change(filter: SignalFilter | undefined, fn: (value: unknown) => unknown): void {
  const visit = (node: Data, prefix: string): void => {
    for (const [key, value] of Object.entries(node)) {
      if (isPlain(value)) visit(value, `${prefix}${key}.`)
      else setPath(prefix + key, fn(value))
    }
  }
  untracked(() => batch(() => visit(filtered(filter), "")))
}

action("peek", (_, fn: () => unknown) => untracked(fn))
action("setAll", (_, value: unknown, filter?: SignalFilter) => change(filter, () => value))
action("toggleAll", (_, filter?: SignalFilter) => change(filter, value => !value))
