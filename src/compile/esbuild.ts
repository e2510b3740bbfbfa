// The plugin for esbuild: `plugins: [nitro()]`.
import { readFile } from "node:fs/promises"
import { extname } from "node:path"
import { type CompileOptions, fileCompiler, inlineMap } from "./options.ts"
import { loadTools } from "./tools.ts"

export type { CompileOptions, PathFilter } from "./options.ts"

type Loader = "js" | "jsx" | "ts" | "tsx"

interface LoadResult {
  readonly contents: string
  readonly loader: Loader
}

/** The part of esbuild that the plugin needs. Structural, so that no type of esbuild's is required. */
interface Build {
  readonly initialOptions: {
    readonly jsxImportSource?: string
    readonly tsconfigRaw?:
      | string
      | { readonly compilerOptions?: { readonly jsxImportSource?: string } }
    readonly sourcemap?: unknown
    readonly loader?: Readonly<Record<string, string>>
  }
  onLoad(
    options: { filter: RegExp; namespace: string },
    load: (args: { path: string }) => Promise<LoadResult | undefined>,
  ): void
}

export interface EsbuildPlugin {
  readonly name: string
  readonly setup: (build: Build) => void
}

const loaders: Readonly<Record<string, Loader>> = {
  ".tsx": "tsx",
  ".jsx": "jsx",
  ".ts": "ts",
  ".mts": "ts",
}

/**
 * Compiles JSX and calls of tag functions to templates. Another plugin that loads the same files has to come after this
 * one, and does not see those that were compiled. @throws NITRO_COMPILE_PACKAGE when oxc-parser or magic-string is not installed.
 */
export function nitro(options: CompileOptions = {}): EsbuildPlugin {
  return {
    name: "nitro-ts",
    setup(build) {
      const { jsxImportSource, tsconfigRaw, sourcemap, loader = {} } = build.initialOptions
      const raw =
        typeof tsconfigRaw === "object" ? tsconfigRaw.compilerOptions?.jsxImportSource : undefined
      const compiler = loadTools().then(tools =>
        fileCompiler(tools, options, raw ?? jsxImportSource),
      )
      // The error reaches the caller that awaits the compiler.
      compiler.catch(() => {})
      build.onLoad({ filter: /\.(?:[jt]sx?|m[jt]s)$/, namespace: "file" }, async ({ path }) => {
        const files = await compiler
        if (!files.includes(path)) return undefined
        const compiled = files.compile(path, await readFile(path, "utf8"))
        if (compiled === undefined) return undefined
        const extension = extname(path)
        return {
          contents: sourcemap ? compiled.code + inlineMap(compiled) : compiled.code,
          // esbuild has checked its options.
          loader: (loader[extension] as Loader | undefined) ?? loaders[extension] ?? "js",
        }
      })
    },
  }
}
