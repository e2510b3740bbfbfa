// Generates and builds, each only where something changed.
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { cache, fail, root, run, whenStale } from "./project.mjs"

const compiled = /\.(js|d\.ts)(\.map)?$/

/** Writes the generated sources (`*.gen.ts`) that are out of date. `output` is the file descriptor that messages go to. */
export async function ensureGenerated({ output = 1 } = {}) {
  await node(output, "scripts/generate.mjs")
}

/** Compiles src to dist, always with `force`, else when an input changed. Returns whether there was something to do. */
export async function ensureBuilt({ output = 1, force = false } = {}) {
  return await oneAtATime(async () => {
    await ensureGenerated({ output })
    return await compileWhenStale(output, force)
  })
}

function compileWhenStale(output, force) {
  return whenStale({
    name: "build",
    inputs: ["src", "tsconfig.json", "tsconfig.build.json", "package-lock.json"],
    outputs: () => filesBelow("dist").filter(path => path.endsWith(".js")),
    make: async () => {
      const started = Date.now()
      await node(output, "node_modules/typescript7/bin/tsc", "-p", "tsconfig.build.json")
      removeOlder(started)
    },
    force,
  })
}

/** Test files run in parallel, and several want the build: the first makes it, the others wait and find it fresh. */
async function oneAtATime(work) {
  const lock = join(cache, "build.lock")
  mkdirSync(cache, { recursive: true })
  const since = Date.now()
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch (error) {
      if (error.code !== "EEXIST") throw error
      // Whoever held it that long was killed.
      if (Date.now() - since > 60_000) rmSync(lock, { recursive: true, force: true })
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
  const release = () => rmSync(lock, { recursive: true, force: true })
  process.once("exit", release)
  try {
    return await work()
  } finally {
    process.off("exit", release)
    release()
  }
}

async function node(output, ...args) {
  const code = await run(process.execPath, args, { stdio: ["ignore", output, 2] })
  if (code !== 0) fail(`${args[0]} failed, see above.`)
}

/** Removes what this build did not write: its source is gone, and it would still be imported and published. */
function removeOlder(started) {
  for (const path of filesBelow("dist").filter(path => compiled.test(path))) {
    // File systems keep times in steps; a build that old wrote nothing within the same second.
    if (statSync(join(root, path)).mtimeMs < started - 1000) rmSync(join(root, path))
  }
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true }).map(entry => `${folder}/${entry}`)
}
