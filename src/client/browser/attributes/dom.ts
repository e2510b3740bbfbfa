// data-text, data-show, data-class, data-attr, data-style: update the page when signals change.
import { toCase, toKebab } from "../names.ts"
import { type AttributeContext, attribute } from "../plugins.ts"
import { snapshot } from "../store.ts"
import { mayHave } from "./judge.ts"

const text = (value: unknown): string =>
  value === null || value === undefined ? "" : String(value)

attribute({
  name: "text",
  key: "refused",
  value: "required",
  returnsValue: true,
  apply({ el, run, effect }) {
    effect(() => {
      const value = text(run())
      if (el.textContent !== value) el.textContent = value
    }, "content")
  },
})

attribute({
  name: "show",
  key: "refused",
  value: "required",
  returnsValue: true,
  apply({ el, run, effect }) {
    // HTML, SVG and MathML elements have it.
    const { style } = el as HTMLElement
    effect(() => {
      if (!run()) {
        if (style.display !== "none") style.display = "none"
      } else if (style.display === "none") style.removeProperty("display")
    }, "style")
  },
})

/** One name from the key, or many from an object. */
function entries(
  { key, run }: AttributeContext,
  nameOf: (key: string) => string,
): [name: string, value: unknown][] {
  if (key) return [[nameOf(key), run()]]
  // Any value has entries: text those of its characters.
  return Object.entries((run() ?? {}) as Record<string, unknown>)
}

attribute({
  name: "class",
  value: "required",
  returnsValue: true,
  apply(context) {
    const { el, modifiers, effect, onCleanup } = context
    let added: string[] = []
    effect(() => {
      const on: string[] = []
      const off: string[] = added
      for (const [names, isOn] of entries(context, key => toCase(key, modifiers, "kebab"))) {
        ;(isOn ? on : off).push(...names.split(/\s+/).filter(Boolean))
      }
      for (const name of off)
        if (!on.includes(name) && el.classList.contains(name)) el.classList.remove(name)
      for (const name of on) if (!el.classList.contains(name)) el.classList.add(name)
      added = on
    }, "class")
    onCleanup(() => el.classList.remove(...added))
  },
})

attribute({
  name: "attr",
  value: "required",
  returnsValue: true,
  apply(context) {
    const { el, key, effect, run } = context
    const sync = (name: string, value: unknown): void => {
      const text =
        value === true
          ? ""
          : typeof value === "object"
            ? JSON.stringify(snapshot(value))
            : String(value)
      const isAbsent = value === false || value === null || value === undefined
      if (isAbsent || !mayHave(el, name, text)) el.removeAttribute(name)
      else if (el.getAttribute(name) !== text) el.setAttribute(name, text)
    }
    if (key) return effect(() => sync(key, run()), key)
    return effect(() => {
      for (const [name, value] of entries(context, name => name)) sync(name, value)
    }, "*")
  },
})

attribute({
  name: "style",
  value: "required",
  returnsValue: true,
  apply(context) {
    // HTML, SVG and MathML elements have it.
    const { style } = context.el as HTMLElement
    const original = new Map<string, string>()
    /** The value as set and as the browser spells it: `#fff` reads back as `rgb(255, 255, 255)`. */
    const written = new Map<string, { value: string; reads: string }>()
    const set = (name: string, value: string): void => {
      const before = written.get(name)
      if (before?.value === value && before.reads === style.getPropertyValue(name)) return
      style.setProperty(name, value)
      written.set(name, { value: value, reads: style.getPropertyValue(name) })
    }
    const restore = (name: string): void => {
      const before = original.get(name)
      written.delete(name)
      if (before === undefined || style.getPropertyValue(name) === before) return
      if (before) style.setProperty(name, before)
      else style.removeProperty(name)
    }
    context.effect(() => {
      const all = new Map(
        entries(context, name => name).map(([name, value]) => [
          name.startsWith("--") ? name : toKebab(name),
          value,
        ]),
      )
      for (const name of original.keys()) if (!all.has(name)) restore(name)
      for (const [name, value] of all) {
        if (value === "" || value === false || value === null || value === undefined) restore(name)
        else {
          if (!original.has(name)) original.set(name, style.getPropertyValue(name))
          set(name, String(value))
        }
      }
    }, "style")
    context.onCleanup(() => {
      for (const name of original.keys()) restore(name)
    })
  },
})
