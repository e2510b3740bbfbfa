// The syntax tree: its types, and how the pass walks through it.

interface Base<Type extends string> {
  readonly type: Type
  /** Offsets in UTF-16 code units. */
  readonly start: number
  readonly end: number
}

export interface Identifier extends Base<"Identifier"> {
  readonly name: string
}
interface JsxIdentifier extends Base<"JSXIdentifier"> {
  readonly name: string
}
interface JsxNamespacedName extends Base<"JSXNamespacedName"> {
  readonly namespace: JsxIdentifier
  readonly name: JsxIdentifier
}
interface Literal extends Base<"Literal"> {
  readonly value: unknown
  readonly raw: string | null
}
interface TextLiteral extends Literal {
  readonly value: string
}
interface JsxText extends Base<"JSXText"> {
  readonly value: string
}
interface TemplateLiteral extends Base<"TemplateLiteral"> {
  readonly expressions: readonly Node[]
  readonly quasis: readonly { readonly value: { readonly cooked: string | null } }[]
}
export interface TaggedTemplate extends Base<"TaggedTemplateExpression"> {
  readonly tag: Node
}
export interface CallNode extends Base<"CallExpression"> {
  readonly callee: Node
  readonly arguments: readonly Node[]
  readonly optional: boolean
}
interface Member extends Base<"MemberExpression"> {
  readonly object: Node
  readonly property: Node
  readonly computed: boolean
  readonly optional: boolean
}
interface Property extends Base<"Property"> {
  readonly kind: string
  readonly key: Node
  readonly value: Node
  readonly computed: boolean
  readonly method: boolean
}
export interface ObjectLiteral extends Base<"ObjectExpression"> {
  readonly properties: readonly Node[]
}
interface ObjectPattern extends Base<"ObjectPattern"> {
  readonly properties: readonly Node[]
}
interface List extends Base<"ArrayExpression" | "ArrayPattern"> {
  readonly elements: readonly (Node | null)[]
}
interface Spread extends Base<"SpreadElement" | "RestElement"> {
  readonly argument: Node
}
interface Default extends Base<"AssignmentPattern"> {
  readonly left: Node
}
interface ParameterProperty extends Base<"TSParameterProperty"> {
  readonly parameter: Node
}
interface Unary extends Base<"UnaryExpression"> {
  readonly operator: string
}
interface Logical extends Base<"LogicalExpression"> {
  readonly operator: string
  readonly right: Node
}
interface Conditional extends Base<"ConditionalExpression"> {
  readonly consequent: Node
  readonly alternate: Node
}
export interface Element extends Base<"JSXElement"> {
  readonly openingElement: { readonly name: Node; readonly attributes: readonly Node[] }
  readonly children: readonly Node[]
}
export interface Fragment extends Base<"JSXFragment"> {
  readonly children: readonly Node[]
}
interface Attribute extends Base<"JSXAttribute"> {
  readonly name: JsxIdentifier | JsxNamespacedName
  readonly value: Node | null
}
interface Container extends Base<"JSXExpressionContainer"> {
  readonly expression: Node
}
export interface Import extends Base<"ImportDeclaration"> {
  readonly source: TextLiteral
  readonly specifiers: readonly Node[]
}
interface ImportSpecifier extends Base<"ImportSpecifier"> {
  readonly imported: Identifier | TextLiteral
  readonly local: Identifier
}
interface ImportNamespace extends Base<"ImportNamespaceSpecifier"> {
  readonly local: Identifier
}
export interface Variables extends Base<"VariableDeclaration"> {
  readonly kind: string
  readonly declarations: readonly { readonly id: Node; readonly init: Node | null }[]
}
interface FunctionNode
  extends Base<"ArrowFunctionExpression" | "FunctionExpression" | "FunctionDeclaration"> {
  /** Absent in arrow functions. */
  readonly id?: Identifier | null
  readonly params: readonly Node[]
}
interface Declaration
  extends Base<
    "ClassDeclaration" | "TSEnumDeclaration" | "TSModuleDeclaration" | "TSImportEqualsDeclaration"
  > {
  readonly id: Node | null
}
interface ClassExpression extends Base<"ClassExpression"> {
  readonly id: Identifier | null
}
interface Catch extends Base<"CatchClause"> {
  readonly param: Node | null
}
interface Statement extends Base<"ExpressionStatement"> {
  readonly expression: Node
}
export interface Program extends Base<"Program"> {
  readonly body: readonly Node[]
}
/** The types that are read by their name alone. All others, which the pass walks through, look like them. */
type Plain = Base<
  | "BinaryExpression"
  | "ThisExpression"
  | "JSXSpreadChild"
  | "JSXEmptyExpression"
  | "JSXSpreadAttribute"
>

/** A node of an ESTree with JSX. */
export type Node =
  | Identifier
  | JsxIdentifier
  | JsxNamespacedName
  | Literal
  | JsxText
  | TemplateLiteral
  | TaggedTemplate
  | CallNode
  | Member
  | Property
  | ObjectLiteral
  | ObjectPattern
  | List
  | Spread
  | Default
  | ParameterProperty
  | Unary
  | Logical
  | Conditional
  | Element
  | Fragment
  | Attribute
  | Container
  | Import
  | ImportSpecifier
  | ImportNamespace
  | Variables
  | FunctionNode
  | Declaration
  | ClassExpression
  | Catch
  | Statement
  | Program
  | Plain

export const isJsx = (node: Node): node is Element | Fragment =>
  node.type === "JSXElement" || node.type === "JSXFragment"

/** The name and value of `name: value`. Undefined for a method, an accessor, a computed name or a spread. */
export function plainProperty(
  node: Node,
): { readonly name: string; readonly value: Node } | undefined {
  if (node.type !== "Property" || node.kind !== "init" || node.computed || node.method)
    return undefined
  const { key, value } = node
  if (key.type === "Identifier") return { name: key.name, value }
  return key.type === "Literal" ? { name: String(key.value), value } : undefined
}

/** `value` of a literal whose text is known, in a record because it may be anything. */
export function literalOf(
  node: Node,
): { readonly value: string | number | boolean | null } | undefined {
  if (node.type === "Literal") {
    const { value, raw } = node
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      return { value }
    return raw === "null" ? { value: null } : undefined
  }
  if (node.type !== "TemplateLiteral" || node.expressions.length > 0) return undefined
  return { value: node.quasis[0]?.value.cooked ?? "" }
}

/** The fields of each type of node that hold other nodes. */
export type ChildKeys = Readonly<Record<string, readonly string[]>>

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && "start" in value

/** Calls `visit` with every node right below `node`. */
export function forEachChild(node: Node, keys: ChildKeys, visit: (child: Node) => void): void {
  for (const key of keys[node.type] ?? []) {
    const value: unknown = Reflect.get(node, key)
    if (isNode(value)) visit(value)
    else if (Array.isArray(value)) for (const member of value) if (isNode(member)) visit(member)
  }
}

export const isFunction = (node: Node): node is FunctionNode =>
  node.type === "ArrowFunctionExpression" ||
  node.type === "FunctionExpression" ||
  node.type === "FunctionDeclaration"
