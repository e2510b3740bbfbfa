// Errors name the lines and columns of the source, with and without the pass, whichever tool runs it.
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import {
  type Findings,
  main,
  type Project,
  page,
  places,
  project,
  view,
} from "./support/project.ts"

let app: Project
beforeAll(() => {
  app = project({ "main.tsx": main, "view.tsx": view }, { packages: ["vite", "esbuild"] })
}, 120_000)
afterAll(() => app.clean())

/** What `main` finds when the script, which says how it is built and run, is run by Node. */
function findings(script: string, ...flags: string[]): Findings {
  writeFileSync(join(app.path, "script.mjs"), script)
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, "script.mjs"], {
    cwd: app.path,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "", NODE_ENV: "" },
  })
  expect(stderr).toBe("")
  expect(status).toBe(0)
  return JSON.parse(stdout) as Findings
}

const tools = {
  esbuild: (plugins: string) => `
    import { build } from "esbuild"
    import { nitro } from "nitro-ts/esbuild"
    await build({ entryPoints: ["main.tsx"], outfile: "out/main.mjs", bundle: true, format: "esm", packages: "external", sourcemap: true, plugins: ${plugins} })
    await import("./out/main.mjs")`,
  "esbuild, minified": (plugins: string) => `
    import { build } from "esbuild"
    import { nitro } from "nitro-ts/esbuild"
    await build({ entryPoints: ["main.tsx"], outfile: "out/min.mjs", bundle: true, format: "esm", packages: "external", sourcemap: "inline", minifyWhitespace: true, minifySyntax: true, plugins: ${plugins} })
    await import("./out/min.mjs")`,
  "vite's server": (plugins: string) => `
    import { createServer, createServerModuleRunner } from "vite"
    import { nitro } from "nitro-ts/vite"
    const server = await createServer({ configFile: false, appType: "custom", logLevel: "error", server: { middlewareMode: true, ws: false, watch: null }, plugins: ${plugins} })
    await createServerModuleRunner(server.environments.ssr, { hmr: false }).import("/main.tsx")
    await server.close()`,
  "vite's build": (plugins: string) => `
    import { build } from "vite"
    import { nitro } from "nitro-ts/vite"
    await build({ configFile: false, logLevel: "error", ssr: { external: ["nitro-ts"] }, build: { ssr: "main.tsx", sourcemap: true, outDir: "out/vite", minify: false }, plugins: ${plugins} })
    await import("./out/vite/main.js")`,
}

describe.each(Object.entries(tools))("%s", (_, script) => {
  it("finds the same places compiled and uncompiled", () => {
    const { isCompiled, ...compiled } = findings(script("[nitro()]"), "--enable-source-maps")
    expect(isCompiled).toBe(true)
    expect(compiled).toEqual({ page, ...places })
    expect(findings(script("[]"), "--enable-source-maps")).toEqual({
      page,
      isCompiled: false,
      ...places,
    })
  })
})
