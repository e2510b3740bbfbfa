// Compiles decorators for tools that cannot: they are a syntax error in vite 8 and the tools it is built on.

import { loadEsbuild } from "./tools.ts"
import type { CompilerOptions } from "./tsconfig.ts"

/** Not in a line of a comment: `@param` is none. */
const decorator = /^(?!\s*(?:\*|\/[/*]))(?:.*[\s;{(])?@[\w$(]/m

/** Whether `code` may hold a decorator. Where text only looks like one, there is nothing to lower. */
export const mayHoldDecorators = (path: string, code: string): boolean =>
  /\.m?[jt]sx?$/.test(path) && decorator.test(code)

/** The file with its decorators compiled by esbuild, and its types removed. JSX stays. */
export function lowerDecorators(
  path: string,
  code: string,
  options: CompilerOptions,
): { code: string; map: string } {
  const { code: lowered, map } = loadEsbuild().transformSync(code, {
    loader: /\.m?ts$/.test(path) ? "ts" : path.endsWith(".tsx") ? "tsx" : "jsx",
    sourcefile: path,
    sourcemap: "external",
    // Decorators are no part of it yet; all that is stays as it is written.
    target: "es2023",
    jsx: "preserve",
    tsconfigRaw: { compilerOptions: { ...options, jsx: "preserve" } },
  })
  return { code: lowered, map }
}
