// One element: its open tag, its children, its end tag. The tag functions and JSX both end here.

import { type OpenTag, openTag, printOpenTag } from "../attributes/open-tag.ts"
import { inputAttributes } from "../attributes/secret-input.ts"
import { htmlError } from "../markup/call-site.ts"
import { describe, renderChild, renderRange } from "../markup/child.ts"
import { escapeHtml } from "../markup/escape.ts"
import { flatText } from "../markup/flat-text.ts"
import { scriptJson } from "../markup/literal.ts"
import {
  appendParts,
  Finished,
  Markup,
  PART_CHARACTERS,
  type Part,
  Parts,
  Raw,
} from "../markup/markup.ts"
import { holdsText, inPlace } from "./in-place.ts"

/**
 * What an element may contain: `none` for void elements, `code` for scripts and styles, `verbatim` for text whose first
 * line break the parser would swallow, `document` for the root, which starts with the doctype.
 */
export type Content = "normal" | "none" | "script" | "style" | "verbatim" | "document"

export interface ElementRecord {
  readonly tag: string
  readonly content: Content
  readonly isNormal: boolean
  /** Whether suspended content waits in its place: see `in-place.ts`. */
  readonly holdsText: boolean
  readonly takesValue: boolean
  readonly isInput: boolean
  readonly root: OpenTag
  /** The open tag without attributes. */
  readonly bare: string
  readonly close: string
}

const contents: Readonly<Partial<Record<string, Content>>> = {
  ...Object.fromEntries(
    "area base br col embed hr img input link meta param source track wbr"
      .split(" ")
      .map((tag): [string, Content] => [tag, "none"]),
  ),
  script: "script",
  style: "style",
  textarea: "verbatim",
  pre: "verbatim",
  listing: "verbatim",
  html: "document",
}

const records = new Map<string, ElementRecord>()
/** Tag names can come from data (`CustomTag`): the cache must not grow with it. */
export const maxRecords: number = 2048

/** @throws NITRO_HTML_TAG for a name that cannot be printed. */
export function elementRecord(tag: string): ElementRecord {
  const cached = records.get(tag)
  if (cached !== undefined) return cached
  if (typeof tag !== "string" || !/^[A-Za-z][\w:.-]*$/.test(tag)) {
    throw htmlError(
      "NITRO_HTML_TAG",
      `${typeof tag === "string" ? JSON.stringify(tag.slice(0, 60)) : describe(tag)} is not a tag name.`,
      {
        fix: "A tag name starts with a letter, followed by letters, digits, `-`, `.`, `:` or `_`. Never take it from user data.",
      },
    )
  }
  const content = contents[tag.toLowerCase()] ?? "normal"
  const doctype = content === "document" ? "<!doctype html>" : ""
  const record: ElementRecord = {
    tag,
    content,
    isNormal: content === "normal" || content === "document",
    holdsText: holdsText(tag.toLowerCase()),
    takesValue: tag.toLowerCase() === "textarea",
    isInput: tag.toLowerCase() === "input",
    root: openTag(`${doctype}<${tag}`),
    bare: flatText(`${doctype}<${tag}>`),
    close: content === "none" ? "" : flatText(`</${tag}>`),
  }
  if (records.size < maxRecords && tag.length <= 80) records.set(tag, record)
  return record
}

/** The open tag with `attributes`, in their order. */
export function open(record: ElementRecord, attributes: Readonly<Record<string, unknown>>): string {
  return printOpenTag(
    record.root,
    record.tag,
    record.isInput ? inputAttributes(attributes) : attributes,
  )
}

/** The same, and behind them `more`: attributes as they are printed. */
export function openWith(
  record: ElementRecord,
  attributes: Readonly<Record<string, unknown>>,
  more: string,
): string {
  return `${open(record, attributes).slice(0, -1)}${more}>`
}

/** Whether `attributes` hold a value that is the text of the element: `<textarea value="x">`. */
export const hasTextValue = (record: ElementRecord, attributes: object): boolean =>
  record.takesValue && Object.hasOwn(attributes, "value")

/** A `<textarea>`: its `value` is its text, unless it has children. */
export function textarea(
  record: ElementRecord,
  attributes: Readonly<Record<string, unknown>>,
  child?: unknown,
): Markup {
  const { value, ...others } = attributes
  const inside =
    isBlank(child) && Object.hasOwn(attributes, "children") ? attributes["children"] : child
  return specialElement(record, open(record, others), isBlank(inside) ? textOfValue(value) : inside)
}

const isBlank = (child: unknown): boolean => child === "" || isNothing(child, true)

/** The text that a `value` shows in a `<textarea>`. */
export function textOfValue(value: unknown): string | undefined {
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "bigint"
      ? String(value)
      : undefined
}

/** The element with one child, which may be a list. `start` is its open tag. */
export function element(record: ElementRecord, start: string, child: unknown): Markup {
  if (!record.isNormal) return specialElement(record, start, child)
  if (typeof child === "string") return new Finished(start + escapeHtml(child) + record.close)
  if (child instanceof Finished) return finish(start + child.text + record.close)
  if (typeof child === "number") return new Finished(start + child + record.close)
  if (Array.isArray(child)) return elementOfList(record, start, child, 0, child.length)
  const rendered = renderChild(child)
  if (typeof rendered === "string") return finish(start + rendered + record.close)
  const parts: Part[] = []
  parts.push(
    appendParts(parts, start, record.holdsText ? inPlace(rendered) : rendered) + record.close,
  )
  return new Parts(parts)
}

/** The element with the children `list[from]` to `list[to - 1]`. */
export function elementOfList(
  record: ElementRecord,
  start: string,
  list: readonly unknown[],
  from: number,
  to: number,
): Markup {
  if (!record.isNormal) return specialElement(record, start, list.slice(from, to))
  const rendered = renderRange(start, list, from, to)
  if (typeof rendered === "string") return finish(rendered + record.close)
  const last = rendered.pop()
  if (last === undefined || typeof last === "string") rendered.push((last ?? "") + record.close)
  else rendered.push(last, record.close)
  return new Parts(record.holdsText ? inPlace(rendered) : rendered)
}

const finish = (text: string): Markup =>
  text.length > 2 * PART_CHARACTERS ? new Parts([text]) : new Finished(text)

function specialElement(record: ElementRecord, start: string, child: unknown): Markup {
  switch (record.content) {
    case "none":
      if (isEmpty(child)) return new Finished(start)
      throw htmlError(
        "NITRO_HTML_TAG",
        `<${record.tag}> cannot have children, and was given ${describe(child)}.`,
      )
    case "script":
    case "style":
      return new Finished(start + code(record.tag, child) + record.close)
    default:
      return verbatim(record, start, renderChild(child))
  }
}

/** The parser drops a line break right after the open tag, so a text that starts with one gets a second one. */
function verbatim(record: ElementRecord, start: string, content: string | readonly Part[]): Markup {
  const parts: Part[] = []
  const pieces = typeof content === "string" ? [content] : content
  const text = appendParts(parts, "", record.holdsText ? inPlace(pieces) : pieces)
  const first = parts[0] ?? text
  const before = typeof first !== "string" || first.startsWith("\n") ? `${start}\n` : start
  if (parts.length === 0) return finish(before + text + record.close)
  return new Parts([before, ...parts, text + record.close])
}

const isEmpty = (child: unknown): boolean => isNothing(child, false)

/** Whether a child prints nothing: a list of such ones too, as deep as it likes. */
function isNothing(child: unknown, takesBlank: boolean): boolean {
  if (child === undefined || child === null || typeof child === "boolean") return true
  if (!Array.isArray(child)) return false
  const lists = new Set<readonly unknown[]>([child])
  for (const list of lists) {
    for (const member of list) {
      if (Array.isArray(member)) lists.add(member)
      else if (
        !(
          member === undefined ||
          member === null ||
          typeof member === "boolean" ||
          (takesBlank && member === "")
        )
      )
        return false
    }
  }
  return true
}

const maxCodeDepth = 500

/** Children of `<script>` and `<style>`: code through `raw()`, and in scripts data, which is printed as JSON. */
function code(tag: string, child: unknown, depth = 0): string {
  if (child instanceof Raw) return child.text
  if (isEmpty(child)) return ""
  if (Array.isArray(child) && child.some(member => member instanceof Raw || isEmpty(member))) {
    if (depth > maxCodeDepth)
      throw htmlError(
        "NITRO_HTML_CHILD",
        `A child of <${tag}> is a list in lists, more than ${maxCodeDepth} deep.`,
      )
    return child.map(member => code(tag, member, depth + 1)).join("")
  }
  if (tag.toLowerCase() === "script" && typeof child !== "string" && !(child instanceof Markup))
    return scriptJson(child)
  throw htmlError(
    "NITRO_HTML_CONTEXT",
    `Text in <${tag}> is code, and escaping cannot make it safe; it was given ${describe(child)}.`,
    {
      fix: `Use raw(\`...\`) for code you wrote yourself${tag.toLowerCase() === "script" ? ", or an object or a list for data, which is printed as JSON" : ""}.`,
    },
  )
}
