// data-signals, data-computed, data-ref, data-effect, data-init, data-json-signals: attributes about signals themselves.
import { ClientError } from "../errors.ts"
import { milliseconds, toCase } from "../names.ts"
import { attribute } from "../plugins.ts"
import { batch, Reaction, untracked } from "../reactive.ts"
import { type Data, filtered, isPlain, mergePatch, type SignalFilter, setPath } from "../store.ts"
import { withViewTransition } from "./timing.ts"

attribute({
  name: "signals",
  returnsValue: true,
  order: 0,
  apply({ key, value, modifiers, run }) {
    const onlyIfMissing = modifiers.has("ifmissing")
    const initial = value.trim() ? untracked(() => run()) : undefined
    if (key) {
      const path = toCase(key, modifiers, "camel")
      // A key without a value declares the signal: empty, as it reads.
      if (isPlain(initial))
        mergePatch(
          path.split(".").reduceRight<Data>((inner, name) => ({ [name]: inner }), initial),
          onlyIfMissing,
        )
      else setPath(path, initial ?? "", onlyIfMissing)
    } else if (isPlain(initial)) mergePatch(initial, onlyIfMissing)
    else if (value.trim())
      throw new ClientError("ATTRIBUTE", `data-signals needs an object, not ${typeof initial}`)
  },
})

attribute({
  name: "computed",
  returnsValue: true,
  value: "required",
  order: 10,
  apply({ key, modifiers, run }) {
    const define = (path: string, fn: () => unknown): void => {
      // It lives on when the element goes, as every signal does; a later definition replaces it.
      setPath(path, new Reaction(fn, false))
    }
    if (key) return define(toCase(key, modifiers, "camel"), () => run())
    const visit = (node: Data, prefix: string): void => {
      for (const [name, value] of Object.entries(node)) {
        if (typeof value === "function") define(prefix + name, () => value())
        else if (isPlain(value)) visit(value, `${prefix}${name}.`)
        else
          throw new ClientError("ATTRIBUTE", `data-computed needs a function for ${prefix}${name}`)
      }
    }
    // `visit` reads the entries of whatever it is.
    visit(untracked(() => run()) as Data, "")
  },
})

attribute({
  name: "ref",
  either: true,
  order: 20,
  apply({ el, key, value, modifiers }) {
    setPath(key ? toCase(key, modifiers, "camel") : value, el)
  },
})

attribute({
  name: "effect",
  key: "refused",
  value: "required",
  apply({ run, effect }) {
    effect(() => void run())
  },
})

attribute({
  name: "init",
  key: "refused",
  value: "required",
  order: 90,
  apply({ modifiers, run, effect }) {
    // An effect without dependencies: its errors name the attribute.
    const start = withViewTransition(
      () => effect(() => void untracked(() => batch(() => run()))),
      modifiers,
    )
    const delayMs = milliseconds(modifiers.get("delay"))
    if (delayMs) setTimeout(start, delayMs)
    else start()
  },
})

attribute({
  name: "json-signals",
  key: "refused",
  returnsValue: true,
  apply({ el, value, modifiers, run, effect }) {
    effect(() => {
      // `filtered` takes what it can use of it.
      const filter = value.trim() ? (run() as SignalFilter) : {}
      const text = JSON.stringify(filtered(filter), null, modifiers.has("terse") ? 0 : 2)
      if (el.textContent !== text) el.textContent = text
    }, "content")
  },
})
