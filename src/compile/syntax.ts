// The syntax tree: what the pass reads of it, and how it walks through it.

/** A node of an ESTree with JSX. Which other fields it has, its `type` says. */
export interface Node {
  readonly type: string
  /** Offsets in UTF-16 code units. */
  readonly start: number
  readonly end: number
}

interface Expression extends Node {
  readonly value: unknown
  readonly name: string
  readonly raw: string | null
  readonly expression: Node
}

export interface Identifier extends Node {
  readonly name: string
}
export interface Call extends Node {
  readonly callee: Node
  readonly arguments: readonly Node[]
  readonly optional: boolean
}
export interface Member extends Node {
  readonly object: Node
  readonly property: Node
  readonly computed: boolean
  readonly optional: boolean
}
export interface Property extends Node {
  readonly kind: string
  readonly key: Node
  readonly value: Node
  readonly computed: boolean
  readonly method: boolean
}
export interface ObjectLiteral extends Node {
  readonly properties: readonly Node[]
}
export interface Template extends Node {
  readonly tag: Node
  readonly expressions: readonly Node[]
  readonly quasis: readonly { readonly value: { readonly cooked: string | null } }[]
}
export interface Element extends Node {
  readonly openingElement: { readonly name: Node; readonly attributes: readonly Node[] }
  readonly children: readonly Node[]
}
export interface Attribute extends Node {
  readonly name: Node
  readonly value: Node | null
}

export const isJsx = (node: Node): node is Element =>
  node.type === "JSXElement" || node.type === "JSXFragment"
export const nameOf = (node: Node): string => (node as Identifier).name
/** What stands between the braces of `{...}`, in `{...spread}`, or in a wrapper of types. */
export const innerOf = (node: Node): Node => (node as Expression).expression
export const textOf = (node: Node): string => (node as Expression).value as string

/** `value` of a literal whose text is known, in a record because it may be anything. */
export function literalOf(
  node: Node,
): { readonly value: string | number | boolean | null } | undefined {
  if (node.type === "Literal") {
    const { value, raw } = node as Expression
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      return { value }
    return raw === "null" ? { value: null } : undefined
  }
  if (node.type !== "TemplateLiteral" || (node as Template).expressions.length > 0) return undefined
  return { value: (node as Template).quasis[0]?.value.cooked ?? "" }
}

/** The fields of each type of node that hold other nodes. */
export type ChildKeys = Readonly<Record<string, readonly string[]>>

/** Calls `visit` with every node right below `node`. */
export function forEachChild(node: Node, keys: ChildKeys, visit: (child: Node) => void): void {
  for (const key of keys[node.type] ?? []) {
    const value = (
      node as unknown as Record<string, Node | readonly (Node | null)[] | null | undefined>
    )[key]
    if (value === null || value === undefined) continue
    if (!Array.isArray(value)) visit(value as Node)
    else for (const member of value as readonly (Node | null)[]) if (member !== null) visit(member)
  }
}

export const isFunction = (node: Node): boolean =>
  node.type === "ArrowFunctionExpression" ||
  node.type === "FunctionExpression" ||
  node.type === "FunctionDeclaration"
