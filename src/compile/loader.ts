// `node --import nitro-ts/loader app.tsx`: compiles modules as Node loads them.
import * as module from "node:module"
import { loadSync } from "./loader-hooks.ts"

type RegisterHooks = (hooks: { load: typeof loadSync }) => unknown

/** Where the hooks run: in the thread of the application where Node can do that, else in a thread of their own. */
export const hooks: "in thread" | "own thread" = register()

function register(): typeof hooks {
  // What is printed by esbuild has other lines than its source.
  process.setSourceMapsEnabled(true)
  const { registerHooks } = module as unknown as { registerHooks?: RegisterHooks }
  if (registerHooks !== undefined) {
    registerHooks({ load: loadSync })
    return "in thread"
  }
  module.register(import.meta.url.replace(/loader(\.[jt]s)/, "loader-hooks$1"))
  return "own thread"
}
