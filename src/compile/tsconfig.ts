// The compiler options of the nearest tsconfig.json, with what it extends.
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, isAbsolute, join, resolve } from "node:path"
import { literalOf, type Node, plainProperty } from "./syntax.ts"
import type { Tools } from "./tools.ts"

export type CompilerOptions = Readonly<Record<string, unknown>>

/** Finds options by file; what it read it keeps. */
export class TsConfigs {
  readonly #tools: Tools
  readonly #byFolder = new Map<string, CompilerOptions>()

  constructor(tools: Tools) {
    this.#tools = tools
  }

  /** The options for the file `path`; none when there is no tsconfig.json above it. */
  optionsFor(path: string): CompilerOptions {
    return this.#above(dirname(path))
  }

  #above(folder: string): CompilerOptions {
    const cached = this.#byFolder.get(folder)
    if (cached !== undefined) return cached
    const parent = dirname(folder)
    const options =
      this.#read(join(folder, "tsconfig.json"), new Set()) ??
      (parent === folder ? {} : this.#above(parent))
    this.#byFolder.set(folder, options)
    return options
  }

  #read(path: string, seen: Set<string>): CompilerOptions | undefined {
    if (seen.has(path)) return undefined
    seen.add(path)
    let text: string
    try {
      text = readFileSync(path, "utf8")
    } catch {
      return undefined
    }
    // Each member is looked at before it is used.
    const config = this.#parse(text) as { extends?: unknown; compilerOptions?: CompilerOptions }
    const parents = Array.isArray(config.extends) ? config.extends : [config.extends]
    const inherited = parents.map(parent =>
      typeof parent === "string" ? this.#extended(parent, path, seen) : undefined,
    )
    // Of options alone.
    return Object.assign({}, ...inherited, config.compilerOptions) as CompilerOptions
  }

  #extended(name: string, from: string, seen: Set<string>): CompilerOptions | undefined {
    if (name.startsWith(".") || isAbsolute(name)) {
      const path = resolve(dirname(from), name)
      return this.#read(path.endsWith(".json") ? path : `${path}.json`, seen)
    }
    const { resolve: find } = createRequire(from)
    for (const candidate of [name, `${name}.json`, `${name}/tsconfig.json`]) {
      try {
        return this.#read(find(candidate), seen)
      } catch {
        // The next spelling, or TypeScript itself says that the package is missing.
      }
    }
    return undefined
  }

  /** A configuration is an expression of JavaScript: with comments and trailing commas it is no JSON. */
  #parse(text: string): object {
    const options = { lang: "js", sourceType: "module", astType: "js", preserveParens: false }
    const { program, errors } = this.#tools.parseSync("tsconfig.js", `(${text}\n)`, options)
    const [statement] = program.body
    const value =
      errors.length === 0 && statement?.type === "ExpressionStatement"
        ? literalValue(statement.expression)
        : undefined
    return typeof value === "object" && value !== null ? value : {}
  }
}

function literalValue(node: Node | null): unknown {
  if (node === null) return undefined
  if (node.type === "ArrayExpression") return node.elements.map(literalValue)
  if (node.type !== "ObjectExpression") return literalOf(node)?.value
  const entries = node.properties.flatMap(member => {
    const property = plainProperty(member)
    return property === undefined ? [] : [[property.name, literalValue(property.value)] as const]
  })
  return Object.fromEntries(entries)
}
