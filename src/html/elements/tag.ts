// How a tag function is made: `div({ id }, "text")`, and what its arguments mean.

import { isData } from "../../shared/data.ts"
import type { AnyAttributes, TagAttributes } from "../attributes/attribute-types.ts"
import { htmlError } from "../markup/call-site.ts"
import { type Child, ignoreRejections, isPlain, refuseData, toMarkup } from "../markup/child.ts"
import { Finished, type Markup } from "../markup/markup.ts"
import {
  type ElementRecord,
  element,
  elementOfList,
  elementRecord,
  hasTextValue,
  open,
  textarea,
} from "./element.ts"

/** An element without children so far: markup as it stands, and a function that gives it children. */
export interface OpenElement extends Markup {
  (...children: Child[]): Markup
}

/**
 * A function for one element. Attributes stand before or after all children: `div({ id }, "text")`, `div("text", { id })`.
 * Attribute names may be spelled with underscores: `data_foo`, `_for`.
 */
export type Tag<A> = (...content: readonly (A | Child)[]) => Markup

/** The same, and attributes alone can be followed by a second call with the children: `Div({ id })("text")`. */
export interface CapitalTag<A> {
  (attributes: A & { readonly children?: never }): OpenElement
  (...content: readonly (A | Child)[]): Markup
}

function isAttributes(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || value instanceof Finished || !isPlain(value))
    return false
  if (isData(value)) throw refuseData(value)
  return true
}

function build(record: ElementRecord, content: readonly unknown[], isCapital: boolean): Markup {
  try {
    return buildOf(record, content, isCapital)
  } catch (error) {
    ignoreRejections(content)
    throw error
  }
}

function buildOf(record: ElementRecord, content: readonly unknown[], isCapital: boolean): Markup {
  let from = 0
  let to = content.length
  if (to === 0) return new Finished(record.bare + record.close)
  let start = record.bare
  const first = content[0]
  const last = content[to - 1]
  if (record.takesValue) {
    const attributes = isAttributes(first) ? first : last
    const children = isAttributes(first) ? content.slice(1) : content.slice(0, -1)
    if (isAttributes(attributes) && hasTextValue(record, attributes))
      return textarea(record, attributes, children)
  }
  if (isAttributes(first)) {
    start = open(record, first)
    if (to === 1) return withoutChildren(record, start, first, isCapital)
    from = 1
  } else if (to > 1) {
    if (isAttributes(last)) {
      start = open(record, last)
      to--
    }
  }
  return to - from === 1
    ? element(record, start, content[from])
    : elementOfList(record, start, content, from, to)
}

function buildMany(record: ElementRecord, isCapital: boolean, ...content: unknown[]): Markup {
  return build(record, content, isCapital)
}

/** The calls that most are, without a list of arguments; the result is the same as that of `build`. */
function buildOne(record: ElementRecord, content: unknown, isCapital: boolean): Markup {
  if (typeof content === "string" || content instanceof Finished)
    return element(record, record.bare, content)
  if (content === undefined) return new Finished(record.bare + record.close)
  if (isAttributes(content)) {
    if (hasTextValue(record, content)) return textarea(record, content)
    return withoutChildren(record, open(record, content), content, isCapital)
  }
  return element(record, record.bare, content)
}

function buildTwo(
  record: ElementRecord,
  first: unknown,
  second: unknown,
  isCapital: boolean,
): Markup {
  if (!isAttributes(first) || record.takesValue) return buildMany(record, isCapital, first, second)
  try {
    return element(record, open(record, first), second)
  } catch (error) {
    ignoreRejections(second)
    throw error
  }
}

function withoutChildren(
  record: ElementRecord,
  start: string,
  attributes: Readonly<Record<string, unknown>>,
  isCapital: boolean,
): Markup {
  // `<Div>text</Div>` in JSX hands the children over as an attribute.
  const children: unknown = Object.hasOwn(attributes, "children")
    ? attributes["children"]
    : undefined
  if (record.content === "script" && children === undefined) assertScriptAttributes(attributes)
  if (children !== undefined) return element(record, start, children)
  // Making a function that is markup costs more than a whole element, so the lower-case functions do not.
  return isCapital && record.content !== "none"
    ? openElement(record, start)
    : new Finished(start + record.close)
}

const scriptAttribute =
  /^(?:src|type|async|defer|nomodule|crossorigin|integrity|referrerpolicy|fetchpriority|blocking|nonce|charset|id|title|lang|dir|hidden|class|cls|klass|class_|_class|classname|htmlclass|key|children|(?:xlink[:_])?href|data|aria|(?:data|aria|on|attr|signals|bind|ref)[-_:].*)$/i

/** JSX and html`` print an object in a script as data; here it is attributes, so that it must look like nothing else. */
function assertScriptAttributes(attributes: object): void {
  const key = Object.keys(attributes).find(name => !scriptAttribute.test(name))
  if (key === undefined) return
  throw htmlError(
    "NITRO_HTML_TAG",
    `An object alone in script(...) is its attributes, and ${JSON.stringify(key.slice(0, 60))} is none.`,
    {
      fix: 'Give data behind attributes: `script({ type: "application/json" }, data)`.',
    },
  )
}

/** A function cannot be an instance of `Finished` in any other way than by taking over its prototype. */
const openElementPrototype: object = Object.create(Finished.prototype)

function openElement(record: ElementRecord, start: string): OpenElement {
  const fill = (...children: unknown[]): Markup =>
    elementOfList(record, start, children, 0, children.length)
  fill.text = start + record.close
  // Now it is an instance of `Finished` that can be called.
  return Object.setPrototypeOf(fill, openElementPrototype) as OpenElement
}

function tagFunction(name: string, isCapital: boolean): (...content: unknown[]) => Markup {
  const record = elementRecord(name)
  // `undefined` as a child and no child are the same, so a missing argument needs no other test.
  return (first?: unknown, second?: unknown, ...more: unknown[]): Markup => {
    // Passed on by a spread, the arguments stay on the stack until `buildMany` makes one list of them.
    if (more.length > 0) return buildMany(record, isCapital, first, second, ...more)
    return second === undefined
      ? buildOne(record, first, isCapital)
      : buildTwo(record, first, second, isCapital)
  }
}

/** The tag function of the element `name`. @throws NITRO_HTML_TAG when that is not a tag name. */
export function tag<Name extends string>(name: Name): Tag<TagAttributes<Name>> {
  return tagFunction(name, false)
}

/** The capitalised tag function of the element `name`. */
export function capitalTag<Name extends string>(name: Name): CapitalTag<TagAttributes<Name>> {
  // The first parameter says that attributes come with the children.
  return tagFunction(name, true) as CapitalTag<TagAttributes<Name>>
}

/** An element whose name is known only at run time, or a custom one: `CustomTag("my-element", { id }, "text")`. */
export function CustomTag(
  name: string,
  ...content: readonly (AnyAttributes | Readonly<Record<string, unknown>> | Child)[]
): Markup {
  return build(elementRecord(name), content, true)
}

/** Several children without an element around them. */
export function Fragment(...children: Child[]): Markup
export function Fragment(props: { readonly children?: Child }): Markup
export function Fragment(...content: unknown[]): Markup {
  const [first] = content
  if (content.length === 1 && isAttributes(first)) return toMarkup(first["children"])
  return toMarkup(content)
}
