// Turns a value into a child of an element: text, markup, a list of them, or a promise of them.
import { Expression } from "../../shared/expression.ts"
import { isObject } from "../../shared/guards.ts"
import { lateNeed } from "../../shared/responding.ts"
import { htmlError } from "./call-site.ts"
import { escapeHtml } from "./escape.ts"
import {
  appendParts,
  Finished,
  Markup,
  PART_CHARACTERS,
  type Part,
  Parts,
  Sequence,
} from "./markup.ts"

/**
 * What an element may contain. Strings are escaped, numbers printed, `null`, `undefined` and booleans render nothing,
 * lists render their members, a promise renders what it resolves to, in its place; so does an async iterable, one value
 * after the other.
 */
export type Child = SettledChild | PromiseLike<SettledChild>

/** The resolved value of a promise of a child. */
export type SettledChild =
  | Markup
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Iterable<Child>
  | AsyncIterable<Child>

/** `value` as finished safe text, or as its pieces when it is big or waits for something. */
export function renderChild(value: unknown): string | readonly Part[] {
  if (typeof value === "string") return escapeHtml(value)
  if (value instanceof Finished) return value.text
  if (value === null || value === undefined || typeof value === "boolean") return ""
  if (typeof value === "number" || typeof value === "bigint") return String(value)
  if (Array.isArray(value)) return renderList(value)
  if (value instanceof Markup) return value.parts
  if (isThenable(value)) return [pending(value)]
  if (isList(value)) return renderList([...value])
  if (isAsyncIterable(value)) return [new Sequence(value)]
  throw refuseChild(value)
}

const maxDepth = 500
let depth = 0

function renderList(list: readonly unknown[]): string | readonly Part[] {
  if (depth >= maxDepth) {
    throw htmlError("NITRO_HTML_CHILD", `A child is a list in lists, more than ${maxDepth} deep.`, {
      fix: "Flatten it: `list.flat(Infinity)`. A list that holds itself has no end.",
    })
  }
  depth++
  try {
    return renderRange("", list, 0, list.length)
  } finally {
    depth--
  }
}

/** The text `before`, followed by the children `list[from]` to `list[to - 1]`. */
export function renderRange(
  before: string,
  list: readonly unknown[],
  from: number,
  to: number,
): string | Part[] {
  let text = before
  let parts: Part[] | undefined
  for (let i = from; i < to; i++) {
    const value = list[i]
    if (typeof value === "string") text += escapeHtml(value)
    else if (value instanceof Finished) text += value.text
    else {
      const rendered = renderChild(value)
      if (typeof rendered === "string") text += rendered
      else {
        parts ??= []
        text = appendParts(parts, text, rendered)
      }
    }
    if (text.length > PART_CHARACTERS) {
      parts ??= []
      parts.push(text)
      text = ""
    }
  }
  if (parts === undefined) return text
  if (text !== "") parts.push(text)
  return parts
}

/** Any child as markup. */
export function toMarkup(value: unknown): Markup {
  if (value instanceof Markup) return value
  const rendered = renderChild(value)
  return typeof rendered === "string" ? new Finished(rendered) : new Parts(rendered)
}

function pending(value: PromiseLike<unknown>): Promise<Markup> {
  const markup = Promise.resolve(value).then(arrived)
  // The reader may reach this child only after others have finished: a rejection until then is not "unhandled".
  markup.catch(() => {})
  return markup
}

function arrived(value: unknown): Markup {
  const assertApp = lateNeed()
  if (assertApp === undefined) return toMarkup(value)
  // Whether it is part of a response is known where it is rendered.
  async function* render(): AsyncGenerator<unknown, void, undefined> {
    assertApp?.()
    yield value
  }
  return toMarkup({ [Symbol.asyncIterator]: render })
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  isObject(value) && typeof value["then"] === "function"

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === "object" &&
  value !== null &&
  Symbol.asyncIterator in value &&
  typeof value[Symbol.asyncIterator] === "function"

/** Iterables count as lists; those whose members are surely not children (characters, bytes, entries) do not. */
const isList = (value: unknown): value is Iterable<unknown> =>
  typeof value === "object" &&
  value !== null &&
  Symbol.iterator in value &&
  typeof value[Symbol.iterator] === "function" &&
  !(value instanceof String || value instanceof Map || ArrayBuffer.isView(value))

/** Promises among values that are not rendered after all: one that rejects must not end the process. */
export function ignoreRejections(value: unknown): void {
  // Lists may be as deep as they like, and hold themselves.
  const all = new Set([value])
  for (const one of all) {
    if (isThenable(one)) Promise.resolve(one).catch(() => {})
    else if (Array.isArray(one))
      for (const member of one) if (typeof member === "object") all.add(member)
  }
}

/** "a Date", "a plain object with the keys a, b", "a function": what a refused value was, without its content. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === "function")
    return value.name === "" ? "a function" : `the function ${value.name}`
  if (typeof value !== "object") return `a ${typeof value}`
  if (Array.isArray(value)) return "a list"
  if (isPlain(value)) {
    const keys = Object.keys(value).slice(0, 5)
    return keys.length === 0 ? "an empty object" : `a plain object with the keys ${keys.join(", ")}`
  }
  const name: unknown = value.constructor?.name
  return typeof name === "string" && name !== "" ? `an instance of ${name}` : "an object"
}

/** Refuses data as the attributes of a tag function: its author could choose them. */
export function refuseData(value: object): Error {
  return htmlError(
    "NITRO_HTML_CHILD",
    `${describe(value)} came from JSON or a request, and cannot be the attributes of an element.`,
    {
      fix: "Show one of its values: `li(String(value.name))`. If its keys are attributes indeed, write them out, or copy it: `li({ ...value })`.",
    },
  )
}

function refuseChild(value: unknown): Error {
  const what = describe(value)
  if (value instanceof Expression) {
    return htmlError(
      "NITRO_HTML_CHILD",
      "A Datastar expression cannot be a child: the browser computes it, the server does not know its value.",
      {
        fix: "Show it with the attribute `data-text={expression}`.",
      },
    )
  }
  if (typeof value === "function") {
    return htmlError("NITRO_HTML_CHILD", `A child cannot be ${what}.`, {
      fix: "Call it, or use it as a component.",
    })
  }
  if (value instanceof Date) {
    return htmlError("NITRO_HTML_CHILD", `A child cannot be ${what}.`, {
      fix: "Format it: `date.toLocaleDateString()` or `date.toISOString()`.",
    })
  }
  if (typeof value === "object" && value !== null && isPlain(value)) {
    return htmlError("NITRO_HTML_CHILD", `A child cannot be ${what}.`, {
      fix: "Pick the field to show. Attributes stand before or after all children of a tag function: `div({ id }, text)`.",
    })
  }
  return htmlError("NITRO_HTML_CHILD", `A child cannot be ${what}.`)
}

/** An object literal: one whose keys are data, not the fields of a class. */
export function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
