// What is known of a file before anything is rewritten: which calls are tag functions, and where order matters.
import * as htmlTags from "../html/elements/html-tags.ts"
import * as svgTags from "../html/elements/svg-tags.ts"
import {
  type Call,
  type ChildKeys,
  forEachChild,
  isFunction,
  isJsx,
  type Member,
  type Node,
  nameOf,
  type ObjectLiteral,
  type Property,
  type Template,
  textOf,
} from "./syntax.ts"

/** An element that a function of `nitro-ts/html` prints. */
export interface TagFunction {
  readonly tag: string
  /** `Div`, which may be called twice. */
  readonly isCapital: boolean
}

/** An element, a fragment or a call of a tag function. */
export interface Site {
  readonly node: Node
  /** It stands between tags, or as the value of an attribute: as long as these are JSX, code needs braces there. */
  readonly isInJsx: boolean
}

export interface Bindings {
  /** The calls that are surely calls of tag functions. */
  readonly tags: ReadonlyMap<Node, TagFunction>
  /** The templates that are surely html``. */
  readonly templates: ReadonlySet<Node>
  /** Whether a node is one of those below. JSX of another runtime is code like any other. */
  isOurs(node: Node): boolean
  /** What may be compiled, outer ones first. */
  readonly sites: readonly Site[]
  /** Whether something between the start and the end of `node` may change what was read before it. */
  hasEffects(node: Node): boolean
}

/** By export name. What an element is called is what its function prints. */
const tagFunctions = new Map<string, TagFunction>()
for (const [name, make] of Object.entries<() => unknown>({ ...htmlTags, ...svgTags })) {
  const tag = /<([A-Za-z]\w*)>/.exec(String(make()))?.[1] as string
  tagFunctions.set(name, { tag, isCapital: /^[A-Z]/.test(name) })
}

export function readBindings(program: Node, keys: ChildKeys, isOurJsx: boolean): Bindings {
  const reader = new BindingReader(keys)
  const { body } = program as unknown as { body: readonly Node[] }
  for (const statement of body)
    if (statement.type === "ImportDeclaration") reader.readImport(statement)
  for (const statement of body)
    if (statement.type === "VariableDeclaration") reader.readNamespace(statement)
  reader.walk(program, reader.module, -1, false)
  return reader.bindings(isOurJsx)
}

class Scope {
  readonly parent: Scope | undefined
  /** Where `var` declares. */
  readonly function: Scope
  readonly names = new Set<string>()

  constructor(parent: Scope | undefined, isFunction: boolean) {
    this.parent = parent
    this.function = isFunction || parent === undefined ? this : parent.function
  }
}

interface Use {
  readonly node: Node
  readonly name: string
  readonly scope: Scope
  readonly tag: TagFunction | undefined
}

const functionBlocks = new Set(["StaticBlock", "TSModuleBlock"])
const blocks = new Set([
  "BlockStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "SwitchStatement",
])
const effects = new Set([
  "AwaitExpression",
  "YieldExpression",
  "AssignmentExpression",
  "UpdateExpression",
])

class BindingReader {
  readonly module: Scope = new Scope(undefined, true)
  /** Local names of tag functions, of html``, and of `import * as`. */
  readonly #imported = new Map<string, TagFunction | "html" | "namespace">()
  /** Names that the module itself declares, and still mean tag functions. */
  readonly #destructured = new Set<string>()
  readonly #keys: ChildKeys
  readonly #sites: Site[] = []
  readonly #uses: Use[] = []
  readonly #effects: { readonly at: number; readonly functionStart: number }[] = []

  constructor(keys: ChildKeys) {
    this.#keys = keys
  }

  readImport(statement: Node): void {
    const { source, specifiers } = statement as unknown as {
      source: Node
      specifiers: readonly Node[]
    }
    const isHtml = textOf(source) === "nitro-ts/html"
    // The root exports html``, but no tag function.
    if (!isHtml && textOf(source) !== "nitro-ts") return
    for (const specifier of specifiers) {
      const { local, imported } = specifier as unknown as { local: Node; imported?: Node }
      if (specifier.type === "ImportNamespaceSpecifier" && isHtml)
        this.#imported.set(nameOf(local), "namespace")
      if (imported === undefined) continue
      const name = nameOf(imported) ?? textOf(imported)
      const meaning = name === "html" ? "html" : isHtml ? tagFunctions.get(name) : undefined
      if (meaning !== undefined) this.#imported.set(nameOf(local), meaning)
    }
  }

  /** `const { div, a: anchor } = tags`, where `tags` is a namespace: as good as an import. */
  readNamespace(statement: Node): void {
    const { kind, declarations } = statement as unknown as {
      kind: string
      declarations: readonly { id: Node; init: Node | null }[]
    }
    if (kind !== "const") return
    for (const { id, init } of declarations) {
      if (
        id.type !== "ObjectPattern" ||
        init?.type !== "Identifier" ||
        this.#imported.get(nameOf(init)) !== "namespace"
      )
        continue
      for (const property of (id as ObjectLiteral).properties) {
        const { key, value, computed } = property as Property
        if (property.type !== "Property" || computed || value.type !== "Identifier") continue
        const tag = tagFunctions.get(nameOf(key))
        if (tag === undefined) continue
        this.#imported.set(nameOf(value), tag)
        this.#destructured.add(nameOf(value))
      }
    }
  }

  walk(node: Node, scope: Scope, functionStart: number, isInJsx: boolean): void {
    let inner = scope
    let start = functionStart
    if (isFunction(node)) {
      const { id, params } = node as unknown as { id?: Node | null; params: readonly Node[] }
      inner = new Scope(scope, true)
      start = node.start
      if (id) (node.type === "FunctionDeclaration" ? scope : inner).names.add(nameOf(id))
      for (const param of params) declare(param, inner)
    } else if (blocks.has(node.type) || functionBlocks.has(node.type)) {
      inner = new Scope(scope, functionBlocks.has(node.type))
    } else if (effects.has(node.type) || isDelete(node)) {
      this.#effects.push({ at: node.start, functionStart })
    } else inner = this.#declared(node, scope)
    const isElement = isJsx(node)
    if (isElement) this.#sites.push({ node, isInJsx })
    else if (node.type === "CallExpression" || node.type === "TaggedTemplateExpression")
      this.#use(node, scope)
    const isOuterJsx = isElement || node.type === "JSXAttribute"
    forEachChild(node, this.#keys, child => this.walk(child, inner, start, isOuterJsx))
  }

  /** The scope for what is inside of `node`, once its names are declared. */
  #declared(node: Node, scope: Scope): Scope {
    const { id, param } = node as unknown as { id?: Node | null; param?: Node | null }
    switch (node.type) {
      case "VariableDeclaration": {
        const { kind, declarations } = node as unknown as {
          kind: string
          declarations: readonly { id: Node }[]
        }
        for (const declaration of declarations)
          declare(declaration.id, kind === "var" ? scope.function : scope)
        return scope
      }
      case "ClassDeclaration":
      case "TSEnumDeclaration":
      case "TSModuleDeclaration":
      case "TSImportEqualsDeclaration":
        if (id?.type === "Identifier") scope.names.add(nameOf(id))
        return scope
      case "ClassExpression":
      case "CatchClause": {
        const inner = new Scope(scope, false)
        if (id) inner.names.add(nameOf(id))
        if (param) declare(param, inner)
        return inner
      }
      default:
        return scope
    }
  }

  #use(node: Node, scope: Scope): void {
    const callee = node.type === "CallExpression" ? (node as Call).callee : (node as Template).tag
    if (callee.type === "Identifier") {
      const meaning = this.#imported.get(nameOf(callee))
      if (meaning === undefined || meaning === "namespace") return
      this.#add({
        node,
        name: nameOf(callee),
        scope,
        tag: meaning === "html" ? undefined : meaning,
      })
    } else if (callee.type === "MemberExpression") {
      const { object, property, computed, optional } = callee as Member
      if (
        object.type !== "Identifier" ||
        computed ||
        optional ||
        this.#imported.get(nameOf(object)) !== "namespace"
      )
        return
      const tag = tagFunctions.get(nameOf(property))
      if (tag !== undefined || nameOf(property) === "html")
        this.#add({ node, name: nameOf(object), scope, tag })
    }
  }

  #add(use: Use): void {
    this.#uses.push(use)
    this.#sites.push({ node: use.node, isInJsx: false })
  }

  bindings(isOurJsx: boolean): Bindings {
    const tags = new Map<Node, TagFunction>()
    const templates = new Set<Node>()
    for (const { node, name, scope, tag } of this.#uses) {
      if (isShadowed(name, scope, this.#destructured)) continue
      if (node.type === "TaggedTemplateExpression") {
        if (tag === undefined) templates.add(node)
      } else if (tag !== undefined && !(node as Call).optional) tags.set(node, tag)
    }
    const hasEffects = (node: Node): boolean =>
      this.#effects.some(
        ({ at, functionStart }) => at >= node.start && at < node.end && functionStart < node.start,
      )
    const isOurs = (node: Node): boolean => (isJsx(node) ? isOurJsx : tags.has(node))
    return {
      tags,
      templates,
      isOurs,
      sites: this.#sites.filter(({ node }) => isOurs(node)),
      hasEffects,
    }
  }
}

function isShadowed(name: string, scope: Scope, ofModule: ReadonlySet<string>): boolean {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    if (at.names.has(name)) return at.parent !== undefined || !ofModule.has(name)
  }
  return false
}

const isDelete = (node: Node): boolean =>
  node.type === "UnaryExpression" && (node as unknown as { operator: string }).operator === "delete"

/** Adds the names that a pattern declares. */
function declare(pattern: Node, scope: Scope): void {
  const { elements, properties, left, argument, parameter } = pattern as unknown as {
    elements?: readonly (Node | null)[]
    properties?: readonly Node[]
    left?: Node
    argument?: Node
    parameter?: Node
  }
  if (pattern.type === "Identifier") scope.names.add(nameOf(pattern))
  for (const element of elements ?? []) if (element !== null) declare(element, scope)
  for (const property of properties ?? [])
    declare(property.type === "Property" ? (property as Property).value : property, scope)
  const inner = left ?? argument ?? parameter
  if (inner !== undefined) declare(inner, scope)
}
