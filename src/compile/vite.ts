// The plugin for vite: `plugins: [nitro()]`.
import { lowerDecorators, mayHoldDecorators } from "./decorators.ts"
import { type CompileOptions, type FileCompiler, fileCompiler, inlineMap } from "./options.ts"
import { loadTools, type SourceMap } from "./tools.ts"

export type { CompileOptions, PathFilter } from "./options.ts"

export interface VitePluginOptions extends CompileOptions {
  /**
   * Whether decorators are compiled with esbuild. Default: where vite itself takes them for a syntax error, which it does
   * from version 8 on. Decorators of the `experimentalDecorators` kind are left to vite, which compiles them.
   */
  readonly decorators?: boolean
}

/** The part of vite's configuration that the plugin reads. Structural, so that no type of vite's is required. */
interface ViteConfig {
  readonly esbuild?: false | { readonly jsxImportSource?: string | undefined }
  readonly oxc?: false | { readonly jsx?: "preserve" | { readonly importSource?: string | undefined } }
}

interface TransformResult {
  readonly code: string
  readonly map: SourceMap | string
}

export interface VitePlugin {
  readonly name: string
  readonly enforce: "pre"
  readonly configResolved: (config: object) => void
  readonly transform: (this: object, code: string, id: string) => Promise<TransformResult | undefined>
}

/**
 * Compiles JSX and calls of tag functions to templates, and decorators where vite cannot.
 * @throws NITRO_COMPILE_PACKAGE when oxc-parser, magic-string or, for decorators, esbuild is not installed.
 */
export function nitro({ decorators, ...options }: VitePluginOptions = {}): VitePlugin {
  let config: ViteConfig = {}
  let compiler: FileCompiler | undefined
  return {
    name: "nitro-ts",
    enforce: "pre",
    configResolved(resolved) {
      config = resolved
    },
    async transform(code, id) {
      const path = id.replace(/[?#].*$/s, "")
      if (!/\.(?:[jt]sx?|m[jt]s)$/.test(path) || path.startsWith("\0")) return undefined
      compiler ??= fileCompiler(await loadTools(), options, jsxSourceOf(config))
      if (!compiler.includes(path)) return undefined
      const compiled = compiler.compile(path, code)
      const compilerOptions = compiler.compilerOptions(path)
      // rolldown is what vite 8 is made of.
      const isWanted =
        decorators ?? ("rolldownVersion" in ((this as { meta?: object }).meta ?? {}) && !compilerOptions["experimentalDecorators"])
      if (isWanted && mayHoldDecorators(path, code)) {
        return lowerDecorators(path, compiled === undefined ? code : compiled.code + inlineMap(compiled), compilerOptions)
      }
      return compiled === undefined ? undefined : { code: compiled.code, map: compiled.map() }
    },
  }
}

function jsxSourceOf({ esbuild, oxc }: ViteConfig): string | undefined {
  const jsx = oxc ? oxc.jsx : undefined
  if (typeof jsx === "object" && jsx.importSource !== undefined) return jsx.importSource
  return esbuild ? esbuild.jsxImportSource : undefined
}
