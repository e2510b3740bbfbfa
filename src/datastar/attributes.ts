// Datastar attributes by names that JavaScript can spell: objects that html`` and JSX spread.
import { judgeTarget } from "../html/internal.ts"
import { Expression as Brand } from "../shared/expression.ts"
import { isObject } from "../shared/guards.ts"
import { datastarError } from "./errors.ts"
import { EffectNode, ExpressionNode, statements } from "./expression.ts"
import type { Operand } from "./expression-types.ts"
import { literal, objectKey, partSource, sourceOf } from "./literal.ts"
import { assertSignalPath, SignalGroup, signalPath } from "./signal.ts"

/** One attribute whose name begins like this, to be spread: `<input {...on("input", effect, { debounce: 500 })}>`. */
type Attribute<Name extends string, Value = Brand> = { readonly [N in Name]: Value }

/** Attribute names with their values: text where the page does not evaluate it, `true` for an attribute without a value. */
export interface Attributes {
  readonly [listener: `data-on${string}`]: Brand
  readonly [other: `data-${string}`]: Brand | string | true
}

/** Milliseconds, or milliseconds with the edges that fire. */
export type TimingModifier =
  | number
  | {
      readonly ms: number
      /** Fires at the start of the wait. Default: false for debounce, true for throttle. */
      readonly leading?: boolean
      /** Fires at the end of the wait. Default: true for debounce, false for throttle. */
      readonly trailing?: boolean
    }

/** The modifiers after `__` in `data-on:click__debounce.500ms`. False leaves a modifier out. */
export interface EventModifiers {
  /** Listens on window. */
  readonly window?: boolean
  readonly document?: boolean
  /** Fires for events outside of the element. */
  readonly outside?: boolean
  readonly capture?: boolean
  readonly passive?: boolean
  readonly once?: boolean
  /** Calls preventDefault. The submit of a form always does. */
  readonly prevent?: boolean
  /** Calls stopPropagation. */
  readonly stop?: boolean
  readonly debounce?: TimingModifier
  readonly throttle?: TimingModifier
  /** Milliseconds. */
  readonly delay?: number
  /** Wraps the expression in a view transition. */
  readonly viewTransition?: boolean
}

export interface IntersectModifiers
  extends Pick<EventModifiers, "once" | "debounce" | "throttle" | "delay" | "viewTransition"> {
  /** Half of the element must be visible. */
  readonly half?: boolean
  /** All of the element must be visible. */
  readonly full?: boolean
}

export interface IntervalModifiers extends Pick<EventModifiers, "viewTransition"> {
  /** Milliseconds, 1000 by default; `leading` also runs at once. */
  readonly duration?: TimingModifier
}

/** `on("input", effect, { debounce: 500 })` is `data-on:input__debounce.500ms`. Several effects run in order. */
export function on(
  event: string,
  effect: Brand | readonly Brand[],
  modifiers: EventModifiers = {},
): Attribute<`data-on:${string}`> {
  if (!/^[a-zA-Z][\w:.-]*$/.test(event) || event.includes("__")) {
    throw datastarError(
      "NITRO_DATASTAR_ATTRIBUTE",
      `\`${event}\` is not an event name that an attribute can hold.`,
    )
  }
  // HTML lower-cases attribute names, so capitals travel as hyphens, and a modifier makes Datastar undo that.
  const kebab = event.replace(
    /[A-Z]/g,
    (char, at: number) => `${at === 0 ? "" : "-"}${char.toLowerCase()}`,
  )
  const casing = kebab === event ? "" : /^[A-Z]/.test(event) ? "__case.pascal" : "__case.camel"
  return { [`data-on:${kebab}${casing}${modifierSuffix(modifiers)}`]: effectOf(effect) }
}

/** `data-on-intersect`: runs when the element comes into view. */
export function onIntersect(
  effect: Brand | readonly Brand[],
  modifiers: IntersectModifiers = {},
): Attribute<`data-on-intersect${string}`> {
  return { [`data-on-intersect${modifierSuffix(modifiers)}`]: effectOf(effect) }
}

/** `data-on-interval`: runs again and again. */
export function onInterval(
  effect: Brand | readonly Brand[],
  modifiers: IntervalModifiers = {},
): Attribute<`data-on-interval${string}`> {
  return { [`data-on-interval${modifierSuffix(modifiers)}`]: effectOf(effect) }
}

/** `data-bind`: keeps an input and a signal the same. Takes the signal or its name. */
export function bind(signal: Brand | string): Attribute<"data-bind"> {
  return { "data-bind": bindValue(signal) }
}

/** `data-show`: shows the element while the condition is truthy. */
export function show(condition: Brand): Attribute<"data-show"> {
  return { "data-show": condition }
}

/** `data-signals` from the result of `signals(...)`, with `__ifmissing` if that option was set. */
export function dataSignals(
  group: Brand<object>,
): Attribute<`data-signals${string}`, Brand<object>> {
  return {
    [group instanceof SignalGroup ? SignalGroup.attributeName(group) : "data-signals"]: group,
  }
}

/** The argument of `attributes`, which documents the names. */
export type AttributeValues = Readonly<
  Record<
    string,
    | Brand
    | readonly Brand[]
    | Readonly<Record<string, Operand<unknown>>>
    | string
    | number
    | boolean
    | null
    | undefined
  >
>

// Pro-only plugins are not here: a page without a licence would only log an error.
const keyed: ReadonlySet<string> = new Set([
  "attr",
  "bind",
  "class",
  "computed",
  "indicator",
  "on",
  "ref",
  "signals",
  "style",
])
const unkeyed: readonly string[] = [
  "on_intersect",
  "on_interval",
  "on_signal_patch_filter",
  "on_signal_patch",
  "on_keys",
  "ignore_morph",
  "ignore",
  "preserve_attr",
  "json_signals",
  "text",
  "show",
  "effect",
  "init",
]
const withoutValue: ReadonlySet<string> = new Set(["ignore", "ignore_morph", "json_signals"])
/** Plugins whose value is a name or a list of names and is not evaluated. */
const named: ReadonlySet<string> = new Set(["bind", "indicator", "ref", "preserve_attr"])

/**
 * Maps names with underscores to Datastar attributes: `on_click__debounce_500ms` to `data-on:click__debounce.500ms`,
 * `attr_aria_hidden` to `data-attr:aria-hidden`, `signals_my_count` to `data-signals:my-count` (the signal `$myCount`).
 * `data_` in front is allowed, `cls` is `class`. `bind`, `indicator` and `ref` take a signal or its name, `class`,
 * `attr`, `style` and `signals` also an object; everything else takes expressions only. null, undefined and false
 * leave an attribute out.
 */
export function attributes(values: AttributeValues): Attributes {
  const result: Record<string, Brand | string | true> = {}
  for (const [spelling, value] of Object.entries(values)) {
    if (value === undefined || value === null || (value === false && !/signals_/.test(spelling)))
      continue
    const { plugin, key, modifiers } = parseSpelling(spelling)
    let name = `data-${plugin.replaceAll("_", "-")}`
    if (plugin === "signals" && value instanceof SignalGroup)
      name = SignalGroup.attributeName(value)
    if (key !== "") name += `:${key.replaceAll("_", "-")}`
    for (const modifier of modifiers) name += `__${modifier.replaceAll("_", ".")}`
    result[name] = attributeValue(spelling, plugin, key, value)
  }
  // The value of each plugin is checked by name.
  return result as Attributes
}

interface Spelling {
  readonly plugin: string
  readonly key: string
  readonly modifiers: readonly string[]
}

function parseSpelling(spelling: string): Spelling {
  const plain = spelling.replace(/^(?:data|ds)_/, "").replace(/^(?:cls|className)(?=_|$)/, "class")
  const [head = "", ...modifiers] = plain.split("__")
  const wellFormed =
    /^[a-zA-Z][a-zA-Z0-9_]*[a-zA-Z0-9]$/.test(head) &&
    modifiers.every(part => /^[a-z][a-z0-9_]*$/.test(part))
  if (wellFormed) {
    for (const plugin of unkeyed) {
      if (head === plugin) return { plugin, key: "", modifiers }
      if (plugin === "on_keys" && head.startsWith("on_keys_"))
        return { plugin, key: head.slice("on_keys_".length), modifiers }
    }
    const [plugin = "", ...rest] = head.split("_")
    if (keyed.has(plugin) && (rest.length > 0 || plugin !== "on"))
      return { plugin, key: rest.join("_"), modifiers }
  }
  throw datastarError("NITRO_DATASTAR_ATTRIBUTE", `\`${spelling}\` is not a Datastar attribute.`, {
    fix: `Use on_EVENT, or one of ${[...keyed].filter(name => name !== "on").join(", ")}, ${unkeyed.join(", ")}.`,
    details: { attribute: spelling },
  })
}

type AttributeValue = NonNullable<AttributeValues[string]>

function attributeValue(
  spelling: string,
  plugin: string,
  key: string,
  value: AttributeValue,
): Brand | string | true {
  if (value === true && (withoutValue.has(plugin) || named.has(plugin))) return true
  if (plugin === "preserve_attr" && typeof value === "string") return value
  if (named.has(plugin) && (typeof value === "string" || value instanceof Brand))
    return bindValue(value)
  if (value instanceof Brand) return value
  if (Array.isArray(value) && plugin.startsWith("on")) return effectOf(value)
  if (plugin === "signals" && key !== "")
    return new ExpressionNode(literal(value, spelling), "operand")
  if (key === "" && ["class", "attr", "style", "signals"].includes(plugin) && isObject(value)) {
    return plugin === "signals"
      ? new ExpressionNode(literal(value, spelling), "operand")
      : objectOf(plugin, value)
  }
  throw datastarError(
    "NITRO_DATASTAR_ATTRIBUTE",
    `\`${spelling}\` got ${typeof value === "string" ? "text" : `a ${typeof value}`}, but its value is evaluated as JavaScript.`,
    {
      fix: 'Pass an expression, such as `s.count.add(1)`, or `js("...")` for source that you wrote yourself.',
    },
  )
}

function objectOf(plugin: string, entries: Readonly<Record<string, unknown>>): Brand {
  const parts = Object.entries(entries).map(([name, value]) => {
    // Data may say whether a class is on, but not what an attribute is.
    if (plugin === "attr") judgeTarget(name)
    return `${objectKey(name)}: ${plugin === "attr" ? partSource(value) : literal(value, name)}`
  })
  return new ExpressionNode(`{${parts.join(", ")}}`, "operand")
}

function bindValue(signal: Brand | string): Brand {
  if (typeof signal !== "string") return new ExpressionNode(signalPath(signal), "raw")
  const path = signal.replace(/^\$/, "")
  assertSignalPath(path)
  return new ExpressionNode(path, "raw")
}

const isList = (effect: Brand | readonly Brand[]): effect is readonly Brand[] =>
  Array.isArray(effect)

function effectOf(effect: Brand | readonly Brand[]): Brand {
  if (effect instanceof Brand) return effect
  return new EffectNode(isList(effect) ? statements(effect) : sourceOf(effect), "statement")
}

function modifierSuffix(modifiers: object): string {
  let suffix = ""
  // The names and values that `Modifiers` lists.
  for (const [name, value] of Object.entries(modifiers) as [
    string,
    boolean | TimingModifier | undefined,
  ][]) {
    if (value === undefined || value === false) continue
    suffix += `__${name.toLowerCase()}${value === true ? "" : timingTags(name, value)}`
  }
  return suffix
}

function timingTags(name: string, timing: TimingModifier): string {
  const { ms, leading, trailing } =
    typeof timing === "number" ? { ms: timing, leading: undefined, trailing: undefined } : timing
  if (!Number.isSafeInteger(ms) || ms < 0) {
    throw datastarError(
      "NITRO_DATASTAR_ATTRIBUTE",
      `${name} is ${ms}, not a whole number of milliseconds.`,
    )
  }
  const edges = [edge("leading", leading), edge("trailing", trailing)].filter(tag => tag !== "")
  return `.${[`${ms}ms`, ...edges].join(".")}`
}

function edge(name: string, fires: boolean | undefined): string {
  return fires === undefined ? "" : fires ? name : `no${name}`
}
