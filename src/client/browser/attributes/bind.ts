// data-bind: a form control and a signal that always agree.
import { describe, report } from "../errors.ts"
import { toCase } from "../names.ts"
import { type AttributeContext, attribute } from "../plugins.ts"
import { untracked } from "../reactive.ts"
import { getPath, setPath } from "../store.ts"
import { assertData, mayHave } from "./judge.ts"

/** How a kind of control gives and takes its value. */
interface Control {
  /** The value, in the type that the signal has now; undefined: nothing to say (an unchecked radio). */
  readonly get: (like: unknown) => unknown
  readonly set: (value: unknown) => void
  readonly events: readonly string[]
}

type ValueElement = Element & { value: unknown }

function textControl(
  el: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement,
  isNumber: boolean,
  event: string,
): Control {
  return {
    get: like =>
      typeof like === "number" || (isNumber && typeof like !== "string")
        ? Number(el.value)
        : el.value,
    set(value) {
      const text = value === null || value === undefined ? "" : String(value)
      // Writing the same text would move the caret in some browsers; "1." and 1 are the same number.
      if (
        el.value !== text &&
        !(typeof value === "number" && el.value !== "" && Number(el.value) === value)
      )
        el.value = text
    },
    events: [event],
  }
}

function checkbox(el: HTMLInputElement): Control {
  const hasValue = el.hasAttribute("value")
  return {
    get: like =>
      typeof like === "string" || (hasValue && typeof like !== "boolean")
        ? el.checked
          ? el.value
          : ""
        : el.checked,
    set(value) {
      el.checked = typeof value === "string" ? value === el.value : Boolean(value)
    },
    events: ["change"],
  }
}

function radio(el: HTMLInputElement, path: string): Control {
  if (!el.name) el.name = path
  return {
    get: like =>
      el.checked ? (typeof like === "number" ? Number(el.value) : el.value) : undefined,
    set(value) {
      el.checked = String(value) === el.value
    },
    events: ["change"],
  }
}

function multiSelect(el: HTMLSelectElement): Control {
  let numbers = new Set<string>()
  return {
    get: () =>
      [...el.selectedOptions].map(({ value }) => (numbers.has(value) ? Number(value) : value)),
    set(value) {
      const values: readonly unknown[] = Array.isArray(value) ? value : []
      numbers = new Set(values.filter(item => typeof item === "number").map(String))
      const chosen = new Set(values.map(String))
      for (const option of el.options) option.selected = chosen.has(option.value)
    },
    events: ["change"],
  }
}

function property(el: Element, name: string, events: readonly string[]): Control {
  assertData(el, name)
  // Looked at by name: `assertData` refused methods and markup.
  const target = el as Element & Record<string, unknown>
  return {
    get: () => target[name],
    set(value) {
      if (target[name] !== value && mayHave(el, name, String(value))) target[name] = value
    },
    events,
  }
}

function controlOf({ el, modifiers }: AttributeContext, path: string): Control {
  const [name] = modifiers.get("prop") ?? []
  const events = [...(modifiers.get("event") ?? [])]
  const base = ((): Control => {
    if (name)
      return property(
        el,
        name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
        ["input", "change"],
      )
    if (el instanceof HTMLInputElement) {
      if (el.type === "checkbox") return checkbox(el)
      if (el.type === "radio") return radio(el, path)
      return textControl(el, /^(?:number|range)$/.test(el.type), "input")
    }
    if (el instanceof HTMLSelectElement)
      return el.multiple ? multiSelect(el) : textControl(el, false, "change")
    if (el instanceof HTMLTextAreaElement) return textControl(el, false, "input")
    if ("value" in el) return property(el, "value", ["input", "change"])
    return {
      // TypeScript takes what is left for no element: each branch above needs `value`.
      get: () => (el as ValueElement & Element).getAttribute("value") ?? "",
      set: value => el.setAttribute("value", String(value ?? "")),
      events: ["input", "change"],
    }
  })()
  return events.length ? { ...base, events } : base
}

/** Several controls bound to one array signal each hold the item at their place in the page. */
function itemPath(el: Element, path: string, attribute: string): string {
  if (el instanceof HTMLSelectElement && el.multiple) return path
  if (!Array.isArray(untracked(() => getPath(path)))) return path
  const escaped = CSS.escape(attribute)
  const same = attribute === "data-bind" ? `[data-bind="${CSS.escape(path)}"]` : `[${escaped}]`
  return `${path}.${[...document.querySelectorAll(same)].indexOf(el)}`
}

function bindFiles(el: HTMLInputElement, path: string, { listen }: AttributeContext): void {
  setPath(path, [], true)
  listen(el, "change", () => {
    Promise.all([...(el.files ?? [])].map(readFile)).then(
      files => setPath(path, files),
      error => report("FILE", describe(el, "data-bind"), error),
    )
  })
}

/** The file as Datastar sends it: its name, type, and contents in base64. */
function readFile(file: File): Promise<{ name: string; contents: string; mime: string }> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => {
      const url = String(reader.result)
      resolve({ name: file.name, contents: url.slice(url.indexOf(",") + 1), mime: file.type })
    }
    reader.onerror = () => reject(reader.error ?? new Error(`${file.name} could not be read`))
    reader.readAsDataURL(file)
  })
}

attribute({
  name: "bind",
  either: true,
  order: 30,
  apply(context) {
    const { el, key, value, modifiers, effect, listen } = context
    const name = key ? toCase(key, modifiers, "camel") : value
    if (el instanceof HTMLInputElement && el.type === "file") return bindFiles(el, name, context)
    // The plugin was started by this attribute.
    const attributeName = key
      ? [...el.attributes].find(({ name }) => name.startsWith("data-bind:"))!.name
      : "data-bind"
    const path = itemPath(el, name, attributeName)
    const control = controlOf(context, path)
    const current = untracked(() => getPath(path))
    const initial = control.get(current)
    if (initial !== undefined) setPath(path, initial, true)
    const read = (): void => {
      const next = control.get(untracked(() => getPath(path)))
      if (next !== undefined) setPath(path, next)
    }
    for (const type of control.events) listen(el, type, read)
    effect(() => {
      const value = getPath(path)
      // A radio group without a choice keeps what the page checked.
      if (value !== undefined || !(el instanceof HTMLInputElement && el.type === "radio"))
        control.set(value)
    }, "content")
  },
})
