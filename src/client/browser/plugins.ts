// Applies `data-*` attributes to elements, keeps them applied while the page changes, and releases elements that leave it.
import { ClientError, describe, report } from "./errors.ts"
import { type Expression, expression } from "./expression/index.ts"
import { type Modifiers, parseAttributeName } from "./names.ts"
import { batch, type Effect, effect } from "./reactive.ts"

/** The context of an action, besides its arguments. */
export interface ActionContext {
  readonly el: Element
  readonly evt: Event | undefined
  /** The attribute whose expression called the action. */
  readonly attribute: string
  /** Runs when that attribute is removed or changed; the result takes it back. */
  readonly onCleanup: (fn: () => void) => () => void
}

export type Action = (context: ActionContext, ...args: never[]) => unknown

/** The context of a plugin for one attribute of one element. */
export interface AttributeContext {
  readonly el: Element
  readonly key: string | undefined
  readonly value: string
  readonly modifiers: Modifiers
  /** Evaluates the attribute's expression; parsed at the first call. */
  readonly run: (inputs?: { evt?: Event; patch?: unknown }) => unknown
  /**
   * Runs `fn` now and when a signal that it read changes; also when something else changes `watch` on the element
   * (an attribute's name, `*` for any attribute, or `content`), so that a morph or another script does not undo it.
   */
  readonly effect: (fn: () => void, watch?: string) => void
  readonly listen: (
    target: EventTarget,
    type: string,
    listener: (event: Event) => void,
    options?: AddEventListenerOptions,
  ) => void
  readonly onCleanup: (fn: () => void) => () => void
}

export interface AttributePlugin {
  readonly name: string
  /** Default: both may be given or left out. `either`: exactly one of them. */
  readonly key?: "required" | "refused"
  readonly value?: "required"
  readonly either?: true
  readonly returnsValue?: boolean
  /** Lower runs earlier on the same element; default 50. */
  readonly order?: number
  readonly apply: (context: AttributeContext) => void
}

interface Applied {
  readonly value: string
  readonly cleanups: Set<() => void>
  readonly watchers: Watcher[]
}

/** An effect that keeps a part of its element as it should be. */
interface Watcher {
  readonly watch: string
  readonly effect: Effect
  /** The look of the part when the effect was done. */
  left: string | null
}

/** The watched part as text, to distinguish other changes from those of the effect. */
function lookOf(el: Element, watch: string): string | null {
  if (watch === "content") return el.innerHTML
  if (watch !== "*") return el.getAttribute(watch)
  return [...el.attributes].map(({ name, value }) => `${name}=${value}`).join("\n")
}

const plugins = new Map<string, AttributePlugin>()
const actions = new Map<string, Action>()
const applied = new WeakMap<Element, Map<string, Applied>>()
const elementHooks: ((el: Element) => void)[] = []

/** Registers an attribute plugin; it applies to elements seen from then on. */
export function attribute(plugin: AttributePlugin): void {
  plugins.set(plugin.name, plugin)
}

/** Registers an action: `action("copy", ({ el }) => ...)` is called as `@copy()`. */
export function action(name: string, fn: Action): void {
  actions.set(name, fn)
}

/** Calls `hook` for each new element, before its attributes apply. */
export function onElement(hook: (el: Element) => void): void {
  elementHooks.push(hook)
}

/** Whether the page evaluates an attribute of this name (lower case). */
export function isEvaluated(attribute: string): boolean {
  return attribute.startsWith("data-") && plugins.has(parseAttributeName(attribute).name)
}

const isIgnored = (el: Element): boolean => el.closest("[data-ignore]") !== null

function applyElement(el: Element): void {
  for (const hook of elementHooks) hook(el)
  if (el.hasAttribute("data-ignore__self")) return
  const matches: { attribute: string; plugin: AttributePlugin }[] = []
  for (const { name } of el.attributes) {
    if (!name.startsWith("data-")) continue
    const plugin = plugins.get(parseAttributeName(name).name)
    if (plugin) matches.push({ attribute: name, plugin })
  }
  matches.sort((a, b) => (a.plugin.order ?? 50) - (b.plugin.order ?? 50))
  for (const { attribute, plugin } of matches) applyAttribute(el, attribute, plugin)
}

function applyAttribute(el: Element, attribute: string, plugin: AttributePlugin): void {
  const value = el.getAttribute(attribute)
  const attributes = applied.get(el) ?? new Map<string, Applied>()
  const before = attributes.get(attribute)
  // A node that moves is removed and added: what is applied already stays.
  if (value === null || before?.value === value) return
  if (before) release(before)
  applied.set(el, attributes)
  const state: Applied = { value, cleanups: new Set(), watchers: [] }
  attributes.set(attribute, state)
  try {
    plugin.apply(contextOf(el, attribute, plugin, state))
  } catch (error) {
    report("ATTRIBUTE", describe(el, attribute), error)
  }
}

function contextOf(
  el: Element,
  attribute: string,
  plugin: AttributePlugin,
  state: Applied,
): AttributeContext {
  const { key, modifiers } = parseAttributeName(attribute)
  const { value } = state
  const refuse = (why: string): never => {
    throw new ClientError("ATTRIBUTE", `${describe(el, attribute)} ${why}`)
  }
  if (plugin.key === "required" && !key) refuse("needs a key: data-name:key")
  if (plugin.key === "refused" && key) refuse("takes no key")
  if (plugin.value === "required" && !value.trim()) refuse("needs a value")
  if (plugin.either && !key === !value) refuse("needs a key or a value, one of them")
  const onCleanup = (fn: () => void): (() => void) => {
    state.cleanups.add(fn)
    return () => void state.cleanups.delete(fn)
  }
  const find = (evt: Event | undefined) => (name: string) => {
    const action = actions.get(name)
    if (!action)
      throw new ClientError(
        "ACTION",
        `@${name} is not an action; there are @${[...actions.keys()].join(", @")}`,
      )
    // Expressions pass what the page wrote: the action checks it.
    return (...args: unknown[]) => action({ el, evt, attribute, onCleanup }, ...(args as never[]))
  }
  let parsed: Expression | undefined
  const guard =
    (fn: () => void): (() => void) =>
    () => {
      try {
        fn()
      } catch (error) {
        report("EXPRESSION", describe(el, attribute), error)
      }
    }
  return {
    el,
    key,
    value,
    modifiers,
    onCleanup,
    run({ evt, patch } = {}) {
      parsed ??= expression(value, plugin.returnsValue ?? false)
      return parsed({ el, evt, patch, action: find(evt) })
    },
    effect(fn, watch) {
      const run = guard(fn)
      let watcher: Watcher | undefined
      const handle = effect(() => {
        run()
        if (watcher) watcher.left = lookOf(el, watcher.watch)
      })
      onCleanup(() => handle.dispose())
      if (!watch) return
      watcher = { watch, effect: handle, left: lookOf(el, watch) }
      state.watchers.push(watcher)
    },
    listen(target, type, listener, options) {
      const guarded = (event: Event): void => guard(() => batch(() => listener(event)))()
      target.addEventListener(type, guarded, options)
      onCleanup(() => target.removeEventListener(type, guarded, options))
    },
  }
}

function release({ cleanups }: Applied): void {
  for (const cleanup of cleanups) {
    cleanups.delete(cleanup)
    try {
      cleanup()
    } catch (error) {
      report("CLEANUP", "a cleanup", error)
    }
  }
}

function releaseElement(el: Element): void {
  const attributes = applied.get(el)
  if (!attributes) return
  applied.delete(el)
  for (const state of attributes.values()) release(state)
}

/** Applies the plugins to an element and everything in it, in document order. */
export function applyTree(root: Element): void {
  if (isIgnored(root)) return
  // SHOW_ELEMENT shows nothing else, here and below.
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT, node =>
    (node as Element).hasAttribute("data-ignore")
      ? NodeFilter.FILTER_REJECT
      : NodeFilter.FILTER_ACCEPT,
  )
  batch(() => {
    // Elements, as above.
    for (let node: Node | null = root; node; node = walker.nextNode()) applyElement(node as Element)
  })
}

function releaseTree(root: Element): void {
  releaseElement(root)
  for (const el of root.querySelectorAll("*")) releaseElement(el)
}

function rerun(el: Element, changed: string): void {
  for (const { watchers } of applied.get(el)?.values() ?? []) {
    for (const { watch, effect, left } of watchers) {
      const concerns = watch === changed || (watch === "*" && changed !== "content")
      if (concerns && lookOf(el, watch) !== left) effect.rerun()
    }
  }
}

function attributeChanged(el: Element, name: string, fromOutside: boolean): void {
  if (name === "data-ignore") {
    if (el.hasAttribute(name)) releaseTree(el)
    else applyTree(el)
    return
  }
  const plugin = name.startsWith("data-") ? plugins.get(parseAttributeName(name).name) : undefined
  if (plugin && el.hasAttribute(name)) {
    if (!isIgnored(el)) applyAttribute(el, name, plugin)
    return
  }
  const attributes = applied.get(el)
  const state = attributes?.get(name)
  if (state) {
    attributes?.delete(name)
    release(state)
  } else if (fromOutside) rerun(el, name)
}

function onMutations(records: readonly MutationRecord[]): void {
  batch(() => handleMutations(records, true))
  // Recent writes of effects are ignored: two effects that fight over one attribute must not run each other forever.
  batch(() => handleMutations(observer.takeRecords(), false))
}

function handleMutations(records: readonly MutationRecord[], fromOutside: boolean): void {
  for (const { type, target, attributeName, addedNodes, removedNodes } of records) {
    if (type === "attributes") {
      // Records of the type "attributes" are of an element, and name the attribute.
      if (target.isConnected) attributeChanged(target as Element, attributeName!, fromOutside)
      continue
    }
    for (const node of removedNodes)
      if (node instanceof Element && !node.isConnected) releaseTree(node)
    for (const node of addedNodes) if (node instanceof Element && node.isConnected) applyTree(node)
    const host = target instanceof Element ? target : target.parentElement
    if (host && fromOutside) rerun(host, "content")
  }
}

const observer = new MutationObserver(onMutations)

/** Applies what is in the page and follows its changes. */
export function observe(): void {
  applyTree(document.documentElement)
  observer.observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  })
}
