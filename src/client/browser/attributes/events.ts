// data-on, data-on-intersect, data-on-interval, data-on-signal-patch: run an expression on an event.

import { describe, report } from "../errors.ts"
import { isSubmitted } from "../fetch/flight.ts"
import { milliseconds, toCase } from "../names.ts"
import { type AttributeContext, attribute } from "../plugins.ts"
import { batch } from "../reactive.ts"
import { type Data, filtered, type SignalFilter } from "../store.ts"
import { withTiming, withViewTransition } from "./timing.ts"

/** Runs the expression and reports its errors, because no caller of a timer catches them. */
function runner(
  { el, run }: AttributeContext,
  name: string,
): (inputs?: { evt?: Event; patch?: unknown }) => void {
  return inputs => {
    try {
      batch(() => run(inputs))
    } catch (error) {
      report("EXPRESSION", describe(el, name), error)
    }
  }
}

attribute({
  name: "on",
  key: "required",
  value: "required",
  apply(context) {
    const { el, key, modifiers, listen } = context
    // `key: "required"` refused an attribute without one.
    const type = toCase(key!, modifiers, "kebab")
    const isOutside = modifiers.has("outside")
    const ofDocument =
      isOutside ||
      modifiers.has("document") ||
      type === "datastar-fetch" ||
      type === "datastar-signal-patch"
    const target: EventTarget = modifiers.has("window") ? window : ofDocument ? document : el
    const run = runner(context, `data-on:${key}`)
    const callback = withTiming(
      withViewTransition((evt: Event) => run({ evt }), modifiers),
      modifiers,
    )
    const prevents =
      modifiers.has("prevent") || (el instanceof HTMLFormElement && type === "submit")
    listen(
      target,
      type,
      event => {
        // The path, not `contains`: the target may have left the page while the event bubbled.
        if (isOutside && event.composedPath().includes(el)) return
        if (prevents) event.preventDefault()
        if (modifiers.has("stop")) event.stopPropagation()
        if (event instanceof SubmitEvent && el instanceof HTMLFormElement && isSubmitted(el, event))
          return
        callback(event)
      },
      {
        capture: modifiers.has("capture"),
        passive: modifiers.has("passive"),
        once: modifiers.has("once"),
      },
    )
  },
})

attribute({
  name: "on-intersect",
  key: "refused",
  value: "required",
  apply(context) {
    const { el, modifiers, onCleanup } = context
    const [percent] = modifiers.get("threshold") ?? []
    const threshold = modifiers.has("full")
      ? 1
      : modifiers.has("half")
        ? 0.5
        : Math.min(Number(percent ?? 0) / 100, 1)
    const run = runner(context, "data-on-intersect")
    const callback = withTiming(
      withViewTransition(() => run(), modifiers),
      modifiers,
    )
    const observer = new IntersectionObserver(
      entries => {
        for (const { isIntersecting } of entries) {
          if (isIntersecting === modifiers.has("exit")) continue
          callback()
          if (modifiers.has("once")) observer.disconnect()
        }
      },
      { threshold },
    )
    observer.observe(el)
    onCleanup(() => observer.disconnect())
  },
})

attribute({
  name: "on-interval",
  key: "refused",
  value: "required",
  apply(context) {
    const { modifiers, onCleanup } = context
    const duration = modifiers.get("duration")
    const run = runner(context, "data-on-interval")
    const callback = withViewTransition(() => run(), modifiers)
    if (duration?.has("leading")) callback()
    const timer = setInterval(callback, milliseconds(duration, 1000))
    onCleanup(() => clearInterval(timer))
  },
})

/** `{include: /^user/}` beside the attribute, as JSON or a JavaScript object of regular expressions. */
const FILTER_ATTRIBUTE = "data-on-signal-patch-filter"

attribute({
  name: "on-signal-patch",
  key: "refused",
  value: "required",
  apply(context) {
    const { el, modifiers, listen } = context
    const run = runner(context, "data-on-signal-patch")
    let running = false
    const callback = withTiming((patch: Data) => {
      // The expression's own writes do not call it again.
      if (running) return
      running = true
      try {
        run({ patch })
      } finally {
        running = false
      }
    }, modifiers)
    listen(document, "datastar-signal-patch", event => {
      // The store dispatches it with a patch.
      const patch = filtered(filters.get(el)?.(), (event as CustomEvent<Data>).detail)
      if (Object.keys(patch).length) callback(patch)
    })
  },
})

const filters = new WeakMap<Element, () => SignalFilter>()

attribute({
  name: FILTER_ATTRIBUTE.slice("data-".length),
  key: "refused",
  value: "required",
  returnsValue: true,
  order: 40,
  apply({ el, run, onCleanup }) {
    // `filtered` takes what it can use of it.
    filters.set(el, () => run() as SignalFilter)
    onCleanup(() => filters.delete(el))
  },
})
