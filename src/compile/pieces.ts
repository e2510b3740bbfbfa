// Turns an element into a template that prints the same: static text, and the parts that stay code.
import { attribute } from "../html/attributes/attribute.ts"
import { attributeName } from "../html/attributes/attribute-name.ts"
import { insteadOf } from "../html/attributes/dead-attribute.ts"
import { elementRecord } from "../html/elements/element.ts"
import { escapeHtml } from "../html/markup/escape.ts"
import type { Bindings, TagFunction } from "./bindings.ts"
import { jsxAttributeText, jsxText } from "./jsx-text.ts"
import {
  type CallNode,
  type Element,
  isFunction,
  literalOf,
  type Node,
  type ObjectLiteral,
  plainProperty,
} from "./syntax.ts"

/** Code that stays as it is, with what has to stand around it. */
export interface Hole {
  readonly node: Node
  readonly before: string
  readonly after: string
}

/** Static text of the template, or a value of it. */
export type Piece = string | Hole

/** Text before escaping, or code. */
type Content = { readonly text: string } | Hole

const hole = (node: Node, before = "", after = ""): Hole => ({ node, before, after })
const isHole = (piece: Piece): piece is Hole => typeof piece !== "string"

export interface TreePieces {
  /** In the order of the source. */
  readonly pieces: readonly Piece[]
  /** The inner elements whose text is among the pieces. */
  readonly inner: readonly Node[]
}

/**
 * The template of an element, a fragment or a call of a tag function. Undefined if its output depends on the run time:
 * then it stays as it is.
 */
export function piecesOf(node: Node, bindings: Bindings): TreePieces | undefined {
  const reader = new PieceReader(bindings, !bindings.hasEffects(node))
  // A fragment hands a single child on as it is, and the child may be anything.
  if (node.type === "JSXFragment" && (reader.contentsOf(node.children)?.length ?? 0) < 2)
    return undefined
  const pieces = reader.read(node)
  return pieces === undefined ? undefined : { pieces: joined(pieces), inner: reader.inner }
}

/** Texts that stand side by side are one: `$` and `{x}` would become a substitution if each were escaped alone. */
function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = []
  for (const piece of pieces) {
    const last = result.at(-1)
    if (typeof piece === "string" && typeof last === "string")
      result[result.length - 1] = last + piece
    else result.push(piece)
  }
  return result
}

/** Elements that the tokenizer of templates reads as text, while JSX prints whatever it is given. */
const textElements = new Set(["title", "textarea"])
/** The same, where templates take no value. */
const closedElements = new Set(["script", "style", "xmp", "iframe", "noembed", "noframes"])

class PieceReader {
  readonly #bindings: Bindings
  /** Whether inner elements may be printed together with the outer one, after all values are known. */
  readonly #isFlat: boolean
  readonly inner: Node[] = []

  constructor(bindings: Bindings, isFlat: boolean) {
    this.#bindings = bindings
    this.#isFlat = isFlat
  }

  read(node: Node): Piece[] | undefined {
    switch (node.type) {
      case "JSXElement":
        return this.#element(node)
      case "JSXFragment":
        return this.contentsOf(node.children)?.flatMap(content => this.#print(content, true))
      case "CallExpression": {
        const tag = this.#bindings.tags.get(node)
        return tag && this.#call(node, tag)
      }
      default:
        return undefined
    }
  }

  #element({ openingElement, children }: Element): Piece[] | undefined {
    const { name, attributes } = openingElement
    if (name.type !== "JSXIdentifier" || !/^[a-z][\w-]*$/.test(name.name)) return undefined
    const open = this.#jsxAttributes(attributes, name.name)
    const contents = open && this.contentsOf(children)
    return contents && this.#assemble(name.name, open, contents)
  }

  #jsxAttributes(attributes: readonly Node[], tag: string): Piece[] | undefined {
    const pieces: Piece[] = []
    const names = new Set<string>()
    for (const node of attributes) {
      if (node.type !== "JSXAttribute") return undefined
      const { name: key, value } = node
      const name =
        key.type === "JSXNamespacedName" ? `${key.namespace.name}:${key.name.name}` : key.name
      if (!isPrintable(name, names, tag)) return undefined
      let piece: Piece | undefined
      if (value === null) piece = staticAttribute(name, true, tag)
      else if (value.type === "Literal") {
        const text = jsxAttributeText(String(value.value))
        piece = text === undefined ? undefined : staticAttribute(name, text, tag)
      } else if (value.type === "JSXExpressionContainer")
        piece = attributePiece(name, value.expression, tag)
      // Other code runs before the key of an element is computed, but not before that of a template.
      if (piece === undefined || (name === "key" && isHole(piece) && !isQuiet(piece.node)))
        return undefined
      if (isHole(piece)) pieces.push(` ${name}=`)
      pieces.push(piece)
    }
    return pieces
  }

  /** The children between the tags, without those that print nothing. Undefined for `{...children}`. */
  contentsOf(children: readonly Node[]): Content[] | undefined {
    const contents: Content[] = []
    for (const child of children) {
      if (child.type === "JSXSpreadChild") return undefined
      if (child.type === "JSXText") {
        const text = jsxText(child.value)
        contents.push(text === undefined ? hole(child, "<>", "</>") : { text })
      } else if (child.type !== "JSXExpressionContainer") contents.push(hole(child))
      else if (child.expression.type !== "JSXEmptyExpression")
        contents.push(content(child.expression))
    }
    return contents.filter(isPrinted)
  }

  #call({ arguments: all }: CallNode, { tag, isCapital }: TagFunction): Piece[] | undefined {
    const first = all[0]
    const last = all.at(-1)
    if (first === undefined || last === undefined) return this.#assemble(tag, [], [])
    let children = all
    let attributes: ObjectLiteral | undefined
    if (first.type === "ObjectExpression") {
      // Attributes alone make a capitalised function return one that takes the children.
      if (all.length === 1 && isCapital) return undefined
      attributes = first
      children = all.slice(1)
    } else if (!this.#isNoObject(first)) return undefined
    else if (last.type === "ObjectExpression") {
      attributes = last
      children = all.slice(0, -1)
    } else if (!this.#isNoObject(last)) return undefined
    const open = attributes === undefined ? [] : objectAttributes(attributes, tag)
    const contents = children.map(child =>
      child.type === "SpreadElement" ? hole(child.argument, "[...", "]") : content(child),
    )
    if (
      open === undefined ||
      (attributes !== first && open.some(isHole) && contents.some(member => "node" in member))
    )
      return undefined
    return this.#assemble(tag, open, contents.filter(isPrinted))
  }

  /** Whether an argument is surely no object of attributes. */
  #isNoObject(node: Node): boolean {
    if (
      literalOf(node) ||
      isFunction(node) ||
      this.#bindings.isOurs(node) ||
      this.#bindings.templates.has(node)
    )
      return true
    switch (node.type) {
      case "TemplateLiteral":
      case "ArrayExpression":
      case "BinaryExpression":
      case "UnaryExpression":
        return true
      case "LogicalExpression":
        return node.operator === "&&" && this.#isNoObject(node.right)
      case "ConditionalExpression":
        return this.#isNoObject(node.consequent) && this.#isNoObject(node.alternate)
      default:
        return false
    }
  }

  #assemble(
    tag: string,
    attributes: readonly Piece[],
    contents: readonly Content[],
  ): Piece[] | undefined {
    const { bare, close, content: kind } = elementRecord(tag)
    const name = tag.toLowerCase()
    if (contents.length > 0 && (kind === "none" || closedElements.has(name))) return undefined
    const inner = contents.flatMap(member => this.#print(member, !textElements.has(name)))
    if (kind === "verbatim") {
      const first = inner.find(piece => piece !== "")
      // The parser drops a line break here, so one more is printed; a template looks at its first value alone.
      if (typeof first === "string") inner.unshift(first.startsWith("\n") ? "\n" : "")
      else if (first !== undefined && inner.length > 1) return undefined
    }
    return [bare.slice(0, -1), ...attributes, ">", ...inner, close]
  }

  #print(member: Content, mayHoldElements: boolean): Piece[] {
    if ("text" in member) return [escapeHtml(member.text)]
    const { node } = member
    if (!this.#isFlat || !mayHoldElements || !this.#bindings.isOurs(node)) return [member]
    const before = this.inner.length
    const pieces = this.read(node)
    if (pieces === undefined) this.inner.length = before
    else this.inner.push(node)
    return pieces ?? [member]
  }
}

const content = (node: Node): Content => {
  const literal = literalOf(node)
  if (literal === undefined) return hole(node)
  return {
    text: literal.value === null || typeof literal.value === "boolean" ? "" : String(literal.value),
  }
}

const isPrinted = (member: Content): boolean => !("text" in member) || member.text !== ""

/** Whether `name` is an ordinary attribute. Objects give some keys another order or meaning. */
function isPrintable(name: string, names: Set<string>, tag: string): boolean {
  if (name === "children" || name === "__proto__" || !/^[\w$@:.-]+$/.test(name) || /^\d/.test(name))
    return false
  // The value of a `<textarea>` is its text.
  if (tag === "textarea" && name === "value") return false
  try {
    const { name: printed } = attributeName(name)
    // Two spellings of one attribute are put together at run time, and names that do nothing are refused there.
    const lower = printed.toLowerCase()
    if (names.has(lower) || insteadOf(tag, printed) !== undefined) return false
    names.add(lower)
    return true
  } catch {
    // Refused at run time, unless its value says that there is no attribute.
    return false
  }
}

function objectAttributes({ properties }: ObjectLiteral, tag: string): Piece[] | undefined {
  const pieces: Piece[] = []
  const names = new Set<string>()
  for (const node of properties) {
    const property = plainProperty(node)
    if (property === undefined) return undefined
    const { name, value } = property
    const piece = isPrintable(name, names, tag) ? attributePiece(name, value, tag) : undefined
    if (piece === undefined) return undefined
    if (isHole(piece)) pieces.push(` ${name}=`)
    pieces.push(piece)
  }
  return pieces
}

function attributePiece(name: string, value: Node, tag: string): Piece | undefined {
  const literal = literalOf(value) ?? literalObject(value)
  return literal === undefined ? hole(value) : staticAttribute(name, literal.value, tag)
}

/** The value of `{ color: "red" }`: an object whose names and values are all written out. */
function literalObject(node: Node): { readonly value: object } | undefined {
  if (node.type !== "ObjectExpression") return undefined
  const entries = new Map<string, unknown>()
  for (const member of node.properties) {
    const property = plainProperty(member)
    if (property === undefined) return undefined
    const { name, value } = property
    const literal = literalOf(value)
    // Objects give such names another order or meaning.
    if (literal === undefined || name === "__proto__" || /^\d/.test(name)) return undefined
    entries.set(name, literal.value)
  }
  return { value: Object.fromEntries(entries) }
}

function staticAttribute(name: string, value: unknown, tag: string): string | undefined {
  try {
    const rule = attributeName(name)
    const text = attribute(rule, value, tag)
    // Whether it is an address depends on the other attributes, which are read when it is printed.
    return text === "" && rule.kind === "refresh" ? undefined : text
  } catch {
    return undefined
  }
}

/** Whether an expression only reads variables and fields. */
function isQuiet(node: Node): boolean {
  if (node.type === "Identifier" || node.type === "Literal" || node.type === "ThisExpression")
    return true
  if (node.type === "TemplateLiteral") return node.expressions.every(isQuiet)
  return (
    node.type === "MemberExpression" &&
    isQuiet(node.object) &&
    (!node.computed || isQuiet(node.property))
  )
}
