// Open tags that are learned: the finished text of `<div class="x" id="` is found again instead of built again.
import { Expression } from "../../shared/expression.ts"
import { escapeHtml } from "../markup/escape.ts"
import { flatText } from "../markup/flat-text.ts"
import {
  attribute,
  attributeValue,
  attributes as printAttributes,
  withOneClass,
} from "./attribute.ts"
import { type AttributeName, attributeName } from "./attribute-name.ts"
import { assertAlive } from "./dead-attribute.ts"
import { contentName } from "./meta-content.ts"

// A trie per element: an edge is an attribute name, below it one node per value that was seen. Values that vary (ids,
// addresses) exceed the edge's limit, which then only keeps the text before the value. So the static text of each call
// site is recovered at run time, without a build step. Everything here is bounded: values can come from users.
export const maxNodes: number = 20_000
const maxDepth = 16
const maxValueLength = 80
const maxValues = 32
const maxClassValues = 512
let nodes = 0

/** How many nodes are kept: at most a little over `maxNodes`, whatever is printed. */
export const learnedNodes = (): number => nodes

class Node {
  /** Text since the last varying value: printed when the next one varies, or with `end` when the tag ends. */
  readonly piece: string
  readonly end: string
  readonly depth: number
  /** The edge that leads here. */
  readonly via: Edge | undefined
  // Most nodes have one edge, and a field is faster than a map.
  firstKey = ""
  first: Edge | undefined = undefined
  others: Map<string, Edge> | undefined = undefined

  constructor(piece: string, depth: number, via: Edge | undefined) {
    this.piece = flatText(piece)
    this.end = flatText(`${piece}>`)
    this.depth = depth
    this.via = via
  }
}

class Edge {
  readonly from: Node
  readonly name: AttributeName
  /** The attribute has been printed before, under another spelling. */
  readonly isRepeated: boolean
  readonly lead: string
  readonly isPlain: boolean
  /** Text that was printed once may be printed again: never true where text is refused. */
  readonly takesText: boolean
  readonly isAddress: boolean
  /** Undefined once the attribute has proved to vary. */
  values: Map<string, Node> | undefined = new Map()
  readonly maxValues: number
  /** Where a tag goes on after a value that is not learned. */
  readonly after: Node
  /** The same after an attribute that was printed whole. */
  readonly afterWhole: Node
  bare: Node | undefined = undefined

  constructor(from: Node, key: string, tag: string) {
    this.from = from
    this.name = attributeName(key)
    assertAlive(tag, this.name.name)
    this.isRepeated = isOnTheWay(from, this.name.name.toLowerCase())
    this.lead = flatText(from.piece + this.name.lead)
    this.isPlain = this.name.kind === "plain" || this.name.kind === "word"
    this.isAddress = this.name.isAddress
    this.takesText = this.name.takesAnyText || this.isAddress
    this.maxValues = this.name.kind === "class" ? maxClassValues : maxValues
    this.after = new Node('"', from.depth + 1, this)
    this.afterWhole = new Node("", from.depth + 1, this)
  }
}

function isOnTheWay(to: Node, name: string): boolean {
  for (let edge = to.via; edge !== undefined; edge = edge.from.via)
    if (edge.name.name.toLowerCase() === name) return true
  return false
}

export type OpenTag = Node

/** The trie of one element; `start` is its open tag up to the name. */
export function openTag(start: string): OpenTag {
  return new Node(start, 0, undefined)
}

const isOwn = Object.prototype.hasOwnProperty

/** The open tag of `tag` with these attributes, in their order. */
export function printOpenTag(
  root: OpenTag,
  tag: string,
  attributes: Readonly<Record<string, unknown>>,
): string {
  let text = ""
  let node = root
  // With the check for own keys this is as safe as Object.keys, and needs no list.
  for (const key in attributes) {
    if (!isOwn.call(attributes, key)) continue
    const value = attributes[key]
    if (value === null || value === undefined || key === "children") continue
    const edge = node.firstKey === key ? node.first : edgeOf(node, key, tag)
    if (edge === undefined) return printOpenTagUnlearned(root, tag, attributes)
    if (edge.isRepeated) {
      if (edge.name.kind === "class") return printOpenTag(root, tag, withOneClass(attributes))
      continue
    }
    let string: string
    if (typeof value === "string" && edge.takesText) {
      const seen = value.length > maxValueLength ? undefined : edge.values?.get(value)
      if (seen !== undefined) {
        node = seen
        continue
      }
      if (edge.isAddress && attributeValue(edge.name, value, tag) === undefined) {
        const printed = contentText(edge.name, value, tag, attributes)
        if (printed === "") continue
        text += node.piece + printed
        node = edge.afterWhole
        continue
      }
      string = value
    } else if (
      value instanceof Expression &&
      edge.name.kind === "expression" &&
      (edge.values === undefined || Expression.sourceOf(value).length > maxValueLength)
    ) {
      // Long ones are never learned: they remember their text themselves.
      text += edge.lead + Expression.attributeText(value, escapeHtml)
      node = edge.after
      continue
    } else if (typeof value === "number" && edge.isPlain) {
      text += edge.lead + value
      node = edge.after
      continue
    } else {
      const special = specialValue(edge.name, value, tag)
      if (special === undefined) {
        const printed = contentText(edge.name, value, tag, attributes)
        if (printed === "") continue
        text += node.piece + printed
        node = edge.afterWhole
        continue
      }
      if (special === true) {
        edge.bare ??= learnBare(node, edge)
        node = edge.bare
        continue
      }
      if (special === whole) {
        text += node.piece + attribute(edge.name, value, tag)
        node = edge.afterWhole
        continue
      }
      string = special
    }
    const learned = edge.values === undefined ? undefined : learn(edge, string, node.depth)
    if (learned !== undefined) node = learned
    else {
      text += edge.lead + escapeHtml(string)
      node = edge.after
    }
  }
  return text === "" ? node.end : text + node.end
}

/** Nothing more is learned, so that the tag is printed attribute by attribute. */
function printOpenTagUnlearned(
  root: OpenTag,
  tag: string,
  values: Readonly<Record<string, unknown>>,
): string {
  return `${root.piece}${printAttributes(values, tag)}>`
}

/** A `content` that would run script, where it is only text: printed and not learned, since the next tag may be a refresh. */
const contentText = (
  name: AttributeName,
  value: unknown,
  tag: string,
  attributes: Readonly<Record<string, unknown>>,
): string => (name.kind === "refresh" ? attribute(contentName(name, attributes), value, tag) : "")

const whole: unique symbol = Symbol("printed whole")

/** The text of a value that is not simply text; `whole` for one that becomes several attributes. */
function specialValue(
  name: AttributeName,
  value: unknown,
  tag: string,
): string | true | typeof whole | undefined {
  if (name.kind === "expression" && value instanceof Expression) return Expression.sourceOf(value)
  if (
    (name.kind === "data" || name.kind === "aria" || name.kind === "style") &&
    typeof value === "object"
  )
    return whole
  return attributeValue(name, value, tag)
}

function edgeOf(node: Node, key: string, tag: string): Edge | undefined {
  const edge = node.others?.get(key)
  if (edge !== undefined) return edge
  if (nodes >= maxNodes || node.depth >= maxDepth || key.length > maxValueLength) return undefined
  // Keys can come from data as well as values.
  if (node.others !== undefined && node.others.size >= maxClassValues) return undefined
  const added = new Edge(node, key, tag)
  nodes += 2
  if (node.first === undefined) {
    node.first = added
    node.firstKey = key
  } else {
    node.others ??= new Map()
    node.others.set(key, added)
  }
  return added
}

/** The node behind `value`; it is known already when the value came by another way. */
function learn(edge: Edge, value: string, depth: number): Node | undefined {
  const values = edge.values
  // Before it is looked for, since that reads a long text as a whole.
  if (values === undefined || value.length > maxValueLength) return undefined
  const existing = values.get(value)
  if (existing !== undefined) return existing
  if (values.size >= edge.maxValues || nodes >= maxNodes) {
    // The nodes of an attribute that varies are useless from now on: release them.
    nodes -= values.size
    edge.values = undefined
    return undefined
  }
  if (depth >= maxDepth) return undefined
  nodes++
  const node = new Node(`${edge.lead}${escapeHtml(value)}"`, depth + 1, edge)
  values.set(value, node)
  return node
}

function learnBare(from: Node, edge: Edge): Node {
  nodes++
  return new Node(from.piece + edge.name.bare, from.depth + 1, edge)
}
