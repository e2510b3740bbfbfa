// Finds every pattern that covers a name by walking segments, not by trying each pattern.
import { NitroError } from "../../shared/errors.ts"
import { compileGlob, isGlob } from "../types/glob.ts"
import { segmentsOf } from "../types/names.ts"

interface Glob<V> {
  readonly source: string
  readonly test: (segment: string) => boolean
  readonly node: Node<V>
}

/** Most nodes have one of these alone, and an empty map takes as much memory as all the rest of a node. */
class Node<V> {
  literals: Map<string, Node<V>> | undefined
  values: Set<V> | undefined
  globs: Glob<V>[] | undefined
  /** `*` */
  star: Node<V> | undefined
  /** `**`: stays active while segments pass by. */
  deep: Node<V> | undefined
  readonly isDeep: boolean

  constructor(isDeep = false) {
    this.isDeep = isDeep
  }

  get isEmpty(): boolean {
    return (
      !this.values?.size && !this.literals?.size && !this.globs?.length && !this.star && !this.deep
    )
  }
}

/** Values filed under patterns. A negated pattern cannot share a walk, so each of those is tried separately. */
export class PatternTrie<V> {
  readonly #root = new Node<V>()
  readonly #negated = new Map<
    string,
    { readonly trie: PatternTrie<true>; readonly values: Set<V> }
  >()

  add(pattern: string, value: V): void {
    if (pattern.startsWith("!")) {
      let entry = this.#negated.get(pattern)
      if (!entry) {
        const trie = new PatternTrie<true>()
        trie.add(pattern.slice(1), true)
        entry = { trie, values: new Set() }
        this.#negated.set(pattern, entry)
      }
      entry.values.add(value)
      return
    }
    const segments = segmentsOf(pattern, "pattern")
    // Every segment is read before the first node is made: a refused pattern leaves nothing behind.
    const globs = segments.map(segment => compileSegment(segment, pattern))
    let node = this.#root
    for (const [index, segment] of segments.entries()) node = descend(node, segment, globs[index])
    node.values ??= new Set()
    node.values.add(value)
  }

  remove(pattern: string, value: V): void {
    const entry = this.#negated.get(pattern)
    if (entry) {
      entry.values.delete(value)
      if (entry.values.size === 0) this.#negated.delete(pattern)
      return
    }
    let node = this.#root
    const path: { readonly parent: Node<V>; readonly segment: string; readonly node: Node<V> }[] =
      []
    for (const segment of pattern.split(".")) {
      const next = childOf(node, segment)
      if (!next) return
      path.push({ parent: node, segment, node: next })
      node = next
    }
    node.values?.delete(value)
    for (let step = path.pop(); step?.node.isEmpty; step = path.pop())
      prune(step.parent, step.segment)
  }

  /** The values of every pattern that covers `name`. */
  find(name: string): V[] {
    let active = new Set<Node<V>>()
    activate(active, this.#root)
    for (const segment of name.split(".")) {
      const next = new Set<Node<V>>()
      for (const node of active) {
        if (node.isDeep) activate(next, node)
        if (node.star) activate(next, node.star)
        const literal = node.literals?.get(segment)
        if (literal) activate(next, literal)
        if (node.globs)
          for (const glob of node.globs) if (glob.test(segment)) activate(next, glob.node)
      }
      active = next
    }
    const matches: V[] = []
    for (const { values } of active) if (values) matches.push(...values)
    for (const { trie, values } of this.#negated.values())
      if (trie.find(name).length === 0) matches.push(...values)
    return matches
  }

  get isEmpty(): boolean {
    return this.#root.isEmpty && this.#negated.size === 0
  }
}

/** `**` also covers no segment at all, so reaching a node reaches what follows its `**` as well. */
function activate<V>(active: Set<Node<V>>, node: Node<V>): void {
  active.add(node)
  if (node.deep) activate(active, node.deep)
}

function compileSegment(segment: string, pattern: string): ((text: string) => boolean) | undefined {
  if (segment === "*" || segment === "**" || !isGlob(segment)) return undefined
  if (segment.includes("**")) {
    throw new NitroError(
      "NITRO_EVENT_PATTERN",
      `In the pattern "${pattern}", "**" shares the segment "${segment}" with other characters.`,
      {
        fix: 'Keep "**" alone: "order.**"; for characters within a segment use one "*": "order*".',
      },
    )
  }
  return compileGlob(segment, pattern)
}

function childOf<V>(node: Node<V>, segment: string): Node<V> | undefined {
  if (segment === "*") return node.star
  if (segment === "**") return node.deep
  return node.literals?.get(segment) ?? node.globs?.find(glob => glob.source === segment)?.node
}

function descend<V>(
  node: Node<V>,
  segment: string,
  test: ((text: string) => boolean) | undefined,
): Node<V> {
  const existing = childOf(node, segment)
  if (existing) return existing
  const child = new Node<V>(segment === "**")
  if (segment === "*") node.star = child
  else if (segment === "**") node.deep = child
  else if (test) node.globs = [...(node.globs ?? []), { source: segment, test, node: child }]
  else {
    node.literals ??= new Map()
    node.literals.set(segment, child)
  }
  return child
}

function prune<V>(node: Node<V>, segment: string): void {
  if (segment === "*") node.star = undefined
  else if (segment === "**") node.deep = undefined
  else if (!node.literals?.delete(segment))
    node.globs = node.globs?.filter(glob => glob.source !== segment)
}

/**
 * Whether a pattern covers a name. `*` stands for one whole segment, or for any characters within one (`order*`);
 * `**` for any number of segments, also none; `?` for one character; `[ab]`, `[a-z]`, `[!a]` for one of a class;
 * a leading `!` negates the result.
 * @example matches("order.*", "order.placed") // true; also "order.*" does not cover "order.item.added", "order.**" does
 */
export function matches(pattern: string, name: string): boolean {
  const trie = new PatternTrie<true>()
  trie.add(pattern, true)
  return trie.find(name).length > 0
}
