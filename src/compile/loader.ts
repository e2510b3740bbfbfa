// `node --import nitro-ts/loader app.tsx`: compiles modules as Node loads them.
import * as module from "node:module"
import { loadSync } from "./loader-hooks.ts"

type RegisterHooks = (hooks: { load: typeof loadSync }) => unknown

/** Where the hooks run: in the thread of the application if this Node can do that, else in a separate thread. */
export const hooks: "in thread" | "own thread" = register()

function register(): typeof hooks {
  // The lines printed by esbuild differ from those of the source.
  process.setSourceMapsEnabled(true)
  // Newer versions of Node than the types have it.
  const { registerHooks } = module as unknown as { registerHooks?: RegisterHooks }
  if (registerHooks !== undefined) {
    registerHooks({ load: loadSync })
    return "in thread"
  }
  module.register(import.meta.url.replace(/loader(\.[jt]s)/, "loader-hooks$1"))
  return "own thread"
}
