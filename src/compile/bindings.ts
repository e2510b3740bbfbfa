// The names of a file, read before it is rewritten: which calls are tag functions, and where evaluation order matters.
import * as htmlTags from "../html/elements/html-tags.ts"
import * as svgTags from "../html/elements/svg-tags.ts"
import {
  type CallNode,
  type ChildKeys,
  type Element,
  type Fragment,
  forEachChild,
  type Import,
  isFunction,
  isJsx,
  type Node,
  type Program,
  type TaggedTemplate,
  type Variables,
} from "./syntax.ts"

/** An element that a function of `nitro-ts/html` prints. */
export interface TagFunction {
  readonly tag: string
  /** `Div`, which may be called twice. */
  readonly isCapital: boolean
}

/** An element, a fragment or a call of a tag function. */
export interface Site {
  readonly node: Element | Fragment | CallNode | TaggedTemplate
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
  /** Sites that may be compiled, outer ones first. */
  readonly sites: readonly Site[]
  /** Whether something between the start and the end of `node` may change what was read before it. */
  hasEffects(node: Node): boolean
}

/** By export name. The element has the name that its function prints. */
const tagFunctions = new Map<string, TagFunction>()
for (const [name, make] of Object.entries<() => unknown>({ ...htmlTags, ...svgTags })) {
  const tag = /<([A-Za-z]\w*)>/.exec(String(make()))?.[1]
  if (tag !== undefined) tagFunctions.set(name, { tag, isCapital: /^[A-Z]/.test(name) })
}

export function readBindings(program: Program, keys: ChildKeys, isOurJsx: boolean): Bindings {
  const reader = new BindingReader(keys)
  const { body } = program
  for (const statement of body)
    if (statement.type === "ImportDeclaration") reader.readImport(statement)
  for (const statement of body)
    if (statement.type === "VariableDeclaration") reader.readNamespace(statement)
  reader.walk(program, reader.module, -1, false)
  return reader.bindings(isOurJsx)
}

class Environment {
  readonly parent: Environment | undefined
  /** Where `var` declares. */
  readonly function: Environment
  readonly names = new Set<string>()

  constructor(parent: Environment | undefined, isFunction: boolean) {
    this.parent = parent
    this.function = isFunction || parent === undefined ? this : parent.function
  }
}

interface Use {
  readonly node: CallNode | TaggedTemplate
  readonly name: string
  readonly environment: Environment
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
  readonly module: Environment = new Environment(undefined, true)
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

  readImport({ source, specifiers }: Import): void {
    const isHtml = source.value === "nitro-ts/html"
    // The root exports html``, but no tag function.
    if (!isHtml && source.value !== "nitro-ts") return
    for (const specifier of specifiers) {
      if (specifier.type === "ImportNamespaceSpecifier" && isHtml)
        this.#imported.set(specifier.local.name, "namespace")
      if (specifier.type !== "ImportSpecifier") continue
      const { local, imported } = specifier
      const name = imported.type === "Identifier" ? imported.name : imported.value
      const meaning = name === "html" ? "html" : isHtml ? tagFunctions.get(name) : undefined
      if (meaning !== undefined) this.#imported.set(local.name, meaning)
    }
  }

  /** `const { div, a: anchor } = tags`, where `tags` is a namespace: as good as an import. */
  readNamespace({ kind, declarations }: Variables): void {
    if (kind !== "const") return
    for (const { id, init } of declarations) {
      if (
        id.type !== "ObjectPattern" ||
        init?.type !== "Identifier" ||
        this.#imported.get(init.name) !== "namespace"
      )
        continue
      for (const property of id.properties) {
        if (property.type !== "Property" || property.computed) continue
        const { key, value } = property
        if (key.type !== "Identifier" || value.type !== "Identifier") continue
        const tag = tagFunctions.get(key.name)
        if (tag === undefined) continue
        this.#imported.set(value.name, tag)
        this.#destructured.add(value.name)
      }
    }
  }

  walk(node: Node, environment: Environment, functionStart: number, isInJsx: boolean): void {
    let inner = environment
    let start = functionStart
    if (isFunction(node)) {
      const { id, params } = node
      inner = new Environment(environment, true)
      start = node.start
      if (id) (node.type === "FunctionDeclaration" ? environment : inner).names.add(id.name)
      for (const param of params) declare(param, inner)
    } else if (blocks.has(node.type) || functionBlocks.has(node.type)) {
      inner = new Environment(environment, functionBlocks.has(node.type))
    } else if (effects.has(node.type) || isDelete(node)) {
      this.#effects.push({ at: node.start, functionStart })
    } else inner = this.#declared(node, environment)
    if (isJsx(node)) this.#sites.push({ node, isInJsx })
    else if (node.type === "CallExpression" || node.type === "TaggedTemplateExpression")
      this.#use(node, environment)
    const isOuterJsx = isJsx(node) || node.type === "JSXAttribute"
    forEachChild(node, this.#keys, child => this.walk(child, inner, start, isOuterJsx))
  }

  /** The environment for what is inside of `node`, once its names are declared. */
  #declared(node: Node, environment: Environment): Environment {
    switch (node.type) {
      case "VariableDeclaration":
        for (const declaration of node.declarations)
          declare(declaration.id, node.kind === "var" ? environment.function : environment)
        return environment
      case "ClassDeclaration":
      case "TSEnumDeclaration":
      case "TSModuleDeclaration":
      case "TSImportEqualsDeclaration":
        if (node.id?.type === "Identifier") environment.names.add(node.id.name)
        return environment
      case "ClassExpression": {
        const inner = new Environment(environment, false)
        if (node.id) inner.names.add(node.id.name)
        return inner
      }
      case "CatchClause": {
        const inner = new Environment(environment, false)
        if (node.param) declare(node.param, inner)
        return inner
      }
      default:
        return environment
    }
  }

  #use(node: CallNode | TaggedTemplate, environment: Environment): void {
    const callee = node.type === "CallExpression" ? node.callee : node.tag
    if (callee.type === "Identifier") {
      const meaning = this.#imported.get(callee.name)
      if (meaning === undefined || meaning === "namespace") return
      this.#add({
        node,
        name: callee.name,
        environment,
        tag: meaning === "html" ? undefined : meaning,
      })
    } else if (callee.type === "MemberExpression") {
      const { object, property, computed, optional } = callee
      if (
        object.type !== "Identifier" ||
        property.type !== "Identifier" ||
        computed ||
        optional ||
        this.#imported.get(object.name) !== "namespace"
      )
        return
      const tag = tagFunctions.get(property.name)
      if (tag !== undefined || property.name === "html")
        this.#add({ node, name: object.name, environment, tag })
    }
  }

  #add(use: Use): void {
    this.#uses.push(use)
    this.#sites.push({ node: use.node, isInJsx: false })
  }

  bindings(isOurJsx: boolean): Bindings {
    const tags = new Map<Node, TagFunction>()
    const templates = new Set<Node>()
    for (const { node, name, environment, tag } of this.#uses) {
      if (isShadowed(name, environment, this.#destructured)) continue
      if (node.type === "TaggedTemplateExpression") {
        if (tag === undefined) templates.add(node)
      } else if (tag !== undefined && !node.optional) tags.set(node, tag)
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

function isShadowed(
  name: string,
  environment: Environment,
  ofModule: ReadonlySet<string>,
): boolean {
  for (let at: Environment | undefined = environment; at !== undefined; at = at.parent) {
    if (at.names.has(name)) return at.parent !== undefined || !ofModule.has(name)
  }
  return false
}

const isDelete = (node: Node): boolean =>
  node.type === "UnaryExpression" && node.operator === "delete"

/** Adds the names that a pattern declares. */
function declare(pattern: Node, environment: Environment): void {
  switch (pattern.type) {
    case "Identifier":
      environment.names.add(pattern.name)
      break
    case "ArrayPattern":
      for (const element of pattern.elements) if (element !== null) declare(element, environment)
      break
    case "ObjectPattern":
      for (const property of pattern.properties)
        declare(property.type === "Property" ? property.value : property, environment)
      break
    case "AssignmentPattern":
      declare(pattern.left, environment)
      break
    case "RestElement":
      declare(pattern.argument, environment)
      break
    case "TSParameterProperty":
      declare(pattern.parameter, environment)
  }
}
