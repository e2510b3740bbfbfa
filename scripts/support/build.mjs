// Generates and builds, each only when its inputs changed.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fail, root, run, whenStale } from "./project.mjs"

const generator = "scripts/generate.mjs"

/** Writes the generated sources (`*.gen.ts`). */
export async function ensureGenerated({ output = 1 } = {}) {
  if (!existsSync(join(root, generator))) return false
  return await whenStale("generate", ["src/client", "src/html", generator, "package-lock.json"], [], async () => {
    const code = await run(process.execPath, [generator], { stdio: ["ignore", output, 2] })
    if (code !== 0) fail(`${generator} failed, see above.`)
  })
}

/** Compiles src to dist. `output` is the file descriptor that messages go to. */
export async function ensureBuilt({ output = 1 } = {}) {
  await ensureGenerated({ output })
  return await whenStale("build", ["src", "tsconfig.json", "tsconfig.build.json", "package-lock.json"], ["dist/index.js"], async () => {
    const code = await run(process.execPath, ["node_modules/typescript7/bin/tsc", "-p", "tsconfig.build.json"], {
      stdio: ["ignore", output, 2],
    })
    if (code !== 0) fail("The build failed, see above.")
  })
}
