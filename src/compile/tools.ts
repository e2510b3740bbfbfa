// The packages that the pass uses, loaded on use, so that only applications that compile need them.
import { createRequire } from "node:module"
import { NitroError } from "../shared/errors.ts"
import type { CompileErrorCode } from "./errors.ts"
import "./errors.ts"
import { codeOf, messageOf } from "../shared/thrown.ts"
import type { ChildKeys, Program } from "./syntax.ts"

/** The part of oxc-parser that the pass needs. */
interface Parser {
  readonly visitorKeys: ChildKeys
  parseSync(
    path: string,
    code: string,
    options: { lang: string; sourceType: string; astType: string; preserveParens: boolean },
  ): {
    readonly program: Program
    readonly comments: readonly { readonly value: string }[]
    readonly errors: readonly unknown[]
  }
}

/** A source map of version 3. */
export interface SourceMap {
  readonly version: number
  readonly sources: string[]
  readonly sourcesContent?: (string | null)[] | undefined
  readonly names: string[]
  readonly mappings: string
  toString(): string
}

/** The part of magic-string that the pass needs. */
export interface Editor {
  update(start: number, end: number, text: string): unknown
  appendLeft(at: number, text: string): unknown
  appendRight(at: number, text: string): unknown
  append(text: string): unknown
  toString(): string
  generateMap(options: { source: string; includeContent: boolean; hires: "boundary" }): SourceMap
}

export interface Tools {
  readonly parseSync: Parser["parseSync"]
  readonly childKeys: ChildKeys
  readonly edit: (code: string) => Editor
}

/** The part of esbuild that turns one TypeScript file into JavaScript. */
export interface Transformer {
  transformSync(
    code: string,
    options: Readonly<Record<string, unknown>>,
  ): { readonly code: string; readonly map: string }
}

type MagicString = { readonly default: new (code: string) => Editor }

const toolsOf = (parser: unknown, editor: unknown): Tools => {
  // The types of the packages are not needed to compile with them: these are the parts that are used.
  const { parseSync, visitorKeys } = parser as Parser
  // The same.
  const MagicString = (editor as MagicString).default
  return { parseSync, childKeys: visitorKeys, edit: code => new MagicString(code) }
}

let tools: Tools | undefined

/** @throws NITRO_COMPILE_PACKAGE when oxc-parser or magic-string is not installed. */
export async function loadTools(): Promise<Tools> {
  tools ??= toolsOf(
    await needed("oxc-parser", import("oxc-parser")),
    await needed("magic-string", import("magic-string")),
  )
  return tools
}

// Hooks of Node's loader that run in the thread of the application cannot wait.
const require = createRequire(import.meta.url)

/** The same at once, for hooks that cannot wait. */
export function loadToolsSync(): Tools {
  tools ??= toolsOf(neededSync("oxc-parser"), neededSync("magic-string"))
  return tools
}

/** @throws NITRO_COMPILE_PACKAGE when esbuild is not installed. */
export function loadEsbuild(): Transformer {
  // The part of it that is used.
  return neededSync("esbuild") as Transformer
}

async function needed(name: string, loading: Promise<unknown>): Promise<unknown> {
  try {
    return await loading
  } catch (error) {
    throw missing(name, error)
  }
}

function neededSync(name: string): unknown {
  try {
    return require(name)
  } catch (error) {
    throw missing(name, error)
  }
}

/** Only a package that is not there is ours to explain; one that is broken says itself what is wrong. */
function missing(name: string, error: unknown): unknown {
  const code = codeOf(error)
  if (
    (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") ||
    !messageOf(error).includes(`'${name}'`)
  )
    return error
  const command = `npm install --save-dev ${name === "esbuild" ? "esbuild" : "oxc-parser magic-string"}`
  const why =
    name === "esbuild"
      ? "TypeScript and JSX are turned into JavaScript by"
      : "Templates are compiled with"
  return new NitroError(
    "NITRO_COMPILE_PACKAGE" satisfies CompileErrorCode,
    `${why} ${name}, which is not installed.`,
    {
      fix: `Run \`${command}\`.`,
      cause: error,
    },
  )
}
