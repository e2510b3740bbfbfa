// Generates and builds, each only where something changed.
import { existsSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fail, root, run, whenStale } from "./project.mjs"

const compiled = /\.(js|d\.ts)(\.map)?$/

/** Writes the generated sources (`*.gen.ts`) that are out of date. `output` is the file descriptor that messages go to. */
export async function ensureGenerated({ output = 1 } = {}) {
  await node(output, "scripts/generate.mjs")
}

/** Compiles src to dist, always with `force`, else when an input changed. Returns whether there was something to do. */
export async function ensureBuilt({ output = 1, force = false } = {}) {
  await ensureGenerated({ output })
  return await whenStale({
    name: "build",
    inputs: ["src", "tsconfig.json", "tsconfig.build.json", "package-lock.json"],
    outputs: () => filesBelow("dist").filter(path => path.endsWith(".js")),
    make: async () => {
      await node(output, "node_modules/typescript7/bin/tsc", "-p", "tsconfig.build.json")
      removeOrphans()
    },
    force,
  })
}

async function node(output, ...args) {
  const code = await run(process.execPath, args, { stdio: ["ignore", output, 2] })
  if (code !== 0) fail(`${args[0]} failed, see above.`)
}

/** Files in dist whose source is gone: they would still be imported and published. */
function removeOrphans() {
  for (const path of filesBelow("dist").filter(path => compiled.test(path))) {
    const source = path.replace(/^dist/, "src").replace(compiled, "")
    if (!existsSync(join(root, `${source}.ts`)) && !existsSync(join(root, `${source}.tsx`))) rmSync(join(root, path))
  }
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true }).map(entry => `${folder}/${entry}`)
}
