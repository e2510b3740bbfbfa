// Runs a module as it is and compiled, and says what each of them printed or threw.
import { transformSync } from "esbuild"
import * as html from "../../html/index.ts"
import * as runtime from "../../html/jsx-runtime.ts"
import { Expression } from "../../shared/expression.ts"
import { compile } from "../compile.ts"
import { loadTools } from "../tools.ts"

const tools = await loadTools()

/** The module compiled; itself when there is nothing to compile. */
export function compiled(source: string, path = "/app/file.tsx", isOurJsx = true): string {
  return compile(path, source, tools, { isOurJsx })?.code ?? source
}

/** Modules that may be imported. */
const modules: Readonly<Record<string, unknown>> = {
  "nitro-ts/html": html,
  "nitro-ts": html,
  "nitro-ts/html/jsx-runtime": runtime,
  expression: { Expression },
}

/** The exports of a module, once it has run. `globals` are variables that it finds. */
export function evaluate(
  source: string,
  globals: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const { code } = transformSync(source, {
    loader: "tsx",
    format: "cjs",
    jsx: "automatic",
    jsxImportSource: "nitro-ts/html",
    target: "es2022",
    logLevel: "silent",
  })
  const module = { exports: {} as Record<string, unknown> }
  const load = (name: string): unknown => modules[name] ?? raise(name)
  new Function("require", "module", "exports", ...Object.keys(globals), code)(
    load,
    module,
    module.exports,
    ...Object.values(globals),
  )
  return module.exports
}

const raise = (name: string): never => {
  throw new Error(`The test imports ${name}.`)
}

/** What `view()` of the module prints, or the error that it throws, without the place. */
export async function outcome(
  source: string,
  globals: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  try {
    const { view } = evaluate(source, globals) as { view: () => unknown }
    return await html.render((await view()) as html.Child)
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    // A function takes its name from the property that JSX puts it in; a template gives it none.
    return `${code}: ${message.replace(/ \(at .*?\)/, "").replace(/the function \w+/, "a function")}`
  }
}
