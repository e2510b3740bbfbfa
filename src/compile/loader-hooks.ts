// The hooks of Node's loader: compile a file, and TypeScript and JSX with esbuild if it is installed.
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type FileCompiler, fileCompiler, inlineMap } from "./options.ts"
import { loadEsbuild, loadTools, loadToolsSync, type Tools, type Transformer } from "./tools.ts"

interface Context {
  readonly format?: string | null | undefined
}
interface Loaded {
  readonly format?: string | null | undefined
  readonly source?: string | NodeJS.ArrayBufferView | ArrayBuffer | null | undefined
  readonly shortCircuit?: boolean | undefined
}

/** A hook for `module.register`. */
export async function load<C extends Context, L extends Loaded>(
  url: string,
  context: C,
  next: (url: string, context: C) => Promise<L>,
): Promise<L> {
  const path = pathOf(url)
  if (path === undefined) return next(url, context)
  const tools = await loadTools()
  // Every result of a hook of Node has these members.
  return (
    (ownSource(path, context, tools) as L | undefined) ??
    compileLoaded(path, await next(url, context), tools)
  )
}

/** The same hook for `module.registerHooks`. */
export function loadSync<C extends Context, L extends Loaded>(
  url: string,
  context: C,
  next: (url: string, context: C) => L,
): L {
  const path = pathOf(url)
  if (path === undefined) return next(url, context)
  const tools = loadToolsSync()
  // As above.
  return (
    (ownSource(path, context, tools) as L | undefined) ??
    compileLoaded(path, next(url, context), tools)
  )
}

/** The path of a module that may be compiled. */
function pathOf(url: string): string | undefined {
  if (!url.startsWith("file:")) return undefined
  const path = fileURLToPath(url.replace(/[?#].*$/s, ""))
  return /\.(?:[jt]sx?|m[jt]s)$/.test(path) && !/[\\/]node_modules[\\/]/.test(path)
    ? path
    : undefined
}

let compiler: FileCompiler | undefined

function compilerOf(tools: Tools): FileCompiler {
  compiler ??= fileCompiler(tools, {})
  return compiler
}

/** TypeScript and JSX as JavaScript; undefined when another loader has to do that. */
function ownSource(path: string, { format }: Context, tools: Tools): Loaded | undefined {
  if (!/\.(?:m?ts|[jt]sx)$/.test(path) || format?.startsWith("commonjs")) return undefined
  const esbuild = transformer(/x$/.test(path) && (format === undefined || format === null))
  if (esbuild === undefined) return undefined
  const code = readFileSync(path, "utf8")
  const compiled = compilerOf(tools).compile(path, code)
  const { code: source } = esbuild.transformSync(
    compiled === undefined ? code : compiled.code + inlineMap(compiled),
    {
      loader: path.endsWith("x") ? path.slice(-3) : "ts",
      sourcefile: path,
      sourcemap: "inline",
      format: "esm",
      target: `node${process.versions.node}`,
      tsconfigRaw: { compilerOptions: compilerOf(tools).compilerOptions(path) },
    },
  )
  return { format: "module", source, shortCircuit: true }
}

let esbuild: Transformer | undefined
let isMissing = false

/** @throws NITRO_COMPILE_PACKAGE without esbuild when it `isNeeded`. */
function transformer(isNeeded: boolean): Transformer | undefined {
  if (isMissing && !isNeeded) return undefined
  try {
    esbuild ??= loadEsbuild()
  } catch (error) {
    if (isNeeded) throw error
    isMissing = true
  }
  return esbuild
}

function compileLoaded<L extends Loaded>(path: string, loaded: L, tools: Tools): L {
  const { format, source } = loaded
  if (!format?.startsWith("module") || source === null || source === undefined) return loaded
  const compiled = compilerOf(tools).compile(
    path,
    typeof source === "string" ? source : new TextDecoder().decode(source),
  )
  return compiled === undefined
    ? loaded
    : { ...loaded, source: compiled.code + inlineMap(compiled) }
}
