// The plugin for vite: `plugins: [nitro()]`.

import { isObject } from "../shared/guards.ts"
import { lowerDecorators, mayHoldDecorators } from "./decorators.ts"
import { type CompileOptions, type FileCompiler, fileCompiler, inlineMap } from "./options.ts"
import { loadTools, type SourceMap } from "./tools.ts"

export type { CompileOptions, PathFilter } from "./options.ts"

export interface VitePluginOptions extends CompileOptions {
  /**
   * Whether the plugin compiles decorators, with the package esbuild. Default: where vite does not, which is from version 8 on,
   * and before it with `esbuild: false` or `esbuild: { target: "esnext" }`. Decorators of the `experimentalDecorators` kind are
   * left to vite, which compiles them.
   */
  readonly decorators?: boolean
}

/** The part of vite's configuration that the plugin reads. Structural, so that no type of vite's is required. */
interface ViteConfig {
  readonly esbuild?:
    | false
    | {
        readonly jsxImportSource?: string | undefined
        readonly target?: string | string[] | false | undefined
      }
  readonly oxc?:
    | false
    | { readonly jsx?: "preserve" | { readonly importSource?: string | undefined } }
}

interface TransformResult {
  readonly code: string
  readonly map: SourceMap | string
}

export interface VitePlugin {
  readonly name: string
  readonly enforce: "pre"
  readonly config: (this: unknown, config: object) => { esbuild: { target: string } } | undefined
  readonly configResolved: (config: object) => void
  readonly transform: (
    this: object,
    code: string,
    id: string,
  ) => Promise<TransformResult | undefined>
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
    // Before version 8, vite's dev server makes esbuild target the newest syntax, which keeps decorators: Node cannot run them.
    config(user: ViteConfig) {
      const isWanted =
        decorators !== false &&
        !hasRolldown(this) &&
        user.esbuild !== false &&
        user.esbuild?.target === undefined
      return isWanted ? { esbuild: { target: "es2022" } } : undefined
    },
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
      const isWanted =
        decorators ??
        ((hasRolldown(this) || keepsDecorators(config)) &&
          !compilerOptions["experimentalDecorators"])
      if (isWanted && mayHoldDecorators(path, code)) {
        return lowerDecorators(
          path,
          compiled === undefined ? code : compiled.code + inlineMap(compiled),
          compilerOptions,
        )
      }
      return compiled === undefined ? undefined : { code: compiled.code, map: compiled.map() }
    },
  }
}

/** Whether the plugin runs in vite 8 or later, which is made of rolldown. */
function hasRolldown(context: unknown): boolean {
  return isObject(context) && isObject(context["meta"]) && "rolldownVersion" in context["meta"]
}

function keepsDecorators({ esbuild }: ViteConfig): boolean {
  return esbuild === false || [esbuild?.target ?? "esnext"].flat().includes("esnext")
}

function jsxSourceOf({ esbuild, oxc }: ViteConfig): string | undefined {
  const jsx = oxc ? oxc.jsx : undefined
  if (typeof jsx === "object" && jsx.importSource !== undefined) return jsx.importSource
  return esbuild ? esbuild.jsxImportSource : undefined
}
