// Packages that a single command needs: kept in a cache, outside of the lockfile, installed when the command first runs.
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { cache, run } from "./project.mjs"

/** The Node versions that the tests run on besides the running one. */
export const otherNodes = ["22.23.3", "24.21.0"]

/** A folder with these packages, from the last run where they are the same. Undefined when they cannot be installed here. */
export async function packages(name, specs, options = []) {
  const folder = join(cache, name)
  const have = specs.every(spec => {
    const at = spec.lastIndexOf("@")
    const manifest = join(folder, "node_modules", spec.slice(0, at), "package.json")
    return (
      existsSync(manifest) &&
      JSON.parse(readFileSync(manifest, "utf8")).version === spec.slice(at + 1)
    )
  })
  if (have) return folder
  mkdirSync(folder, { recursive: true })
  const args = [
    "install",
    "--prefix",
    folder,
    "--no-save",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--silent",
    ...options,
    ...specs,
  ]
  const code = await run("npm", args, { stdio: ["ignore", "ignore", "ignore"] })
  return code === 0 ? folder : undefined
}

/** The package that holds a Node of this platform. */
export const nodePackage = `node-${process.platform}-${process.arch}`

/** The path of its executable in a folder of `packages`. */
export function nodeIn(folder) {
  return join(folder, "node_modules", nodePackage, "bin/node")
}
