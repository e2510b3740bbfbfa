// Selects the files to compile and their JSX runtime, for every tool that the pass runs in.
import { type Compiled, compile } from "./compile.ts"
import type { Tools } from "./tools.ts"
import { type CompilerOptions, TsConfigs } from "./tsconfig.ts"

/** Parts of paths, or patterns that match them. Paths are absolute, with slashes. */
export type PathFilter = string | RegExp | readonly (string | RegExp)[]

export interface CompileOptions {
  /** Files that are compiled. Default: all. */
  readonly include?: PathFilter
  /** Files that are not. Default: those in `node_modules`. */
  readonly exclude?: PathFilter
  /**
   * The JSX runtime of files without a pragma. JSX is compiled when it is `nitro-ts/html`. Default: what the bundler and
   * the nearest tsconfig.json say.
   */
  readonly jsxImportSource?: string
}

export interface FileCompiler {
  /** The file compiled; undefined when it stays as it is. `path` is absolute. */
  compile(path: string, code: string): Compiled | undefined
  /** Whether the file is one of those to compile. */
  includes(path: string): boolean
  /** The compiler options of the nearest tsconfig.json. */
  compilerOptions(path: string): CompilerOptions
}

/** `bundlerSource` is the JSX runtime that the bundler is configured with. */
export function fileCompiler(
  tools: Tools,
  options: CompileOptions,
  bundlerSource?: string,
): FileCompiler {
  const configs = new TsConfigs(tools)
  const includes = pathFilter(options)
  const isOurJsx = (path: string): boolean => {
    if (options.jsxImportSource !== undefined) return options.jsxImportSource === "nitro-ts/html"
    // Tools differ in which of the two wins. Where they disagree, the JSX stays as it is.
    const sources = [bundlerSource, configs.optionsFor(path)["jsxImportSource"]].filter(
      source => source !== undefined,
    )
    return sources.length > 0 && sources.every(source => source === "nitro-ts/html")
  }
  return {
    compile: (path, code) =>
      includes(path) ? compile(path, code, tools, { isOurJsx: isOurJsx(path) }) : undefined,
    includes,
    compilerOptions: path => configs.optionsFor(path),
  }
}

/** Whether a file with this path is to be compiled. */
export function pathFilter({
  include,
  exclude = "/node_modules/",
}: CompileOptions): (path: string) => boolean {
  return path => {
    const slashed = path.replaceAll("\\", "/")
    return (include === undefined || matches(slashed, include)) && !matches(slashed, exclude)
  }
}

function matches(path: string, filter: PathFilter): boolean {
  const patterns = typeof filter === "string" || filter instanceof RegExp ? [filter] : filter
  return patterns.some(pattern =>
    typeof pattern === "string" ? path.includes(pattern) : path.search(pattern) >= 0,
  )
}

/** The comment that hands a source map on to the next tool. */
export function inlineMap({ map }: Compiled): string {
  return `//# sourceMappingURL=data:application/json;base64,${Buffer.from(String(map())).toString("base64")}\n`
}
