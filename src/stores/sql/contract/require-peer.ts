// Loads an optional package when it is first needed, synchronously, because binding an entity class is synchronous.
import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { codeOf } from "../../../shared/thrown.ts"

export interface Manifest {
  readonly version: string
  readonly engines?: { readonly node?: string }
}

/** Unknown, since the types of a peer are the user's: the caller declares the part that it uses. */
export function requirePeer(name: string): unknown {
  return fromHere<unknown>(require => require(name))
}

/** The package.json of a package, which its `exports` need not offer; nothing of the package is run. */
export function peerManifest(name: string): Manifest {
  let folder = dirname(fromHere(require => require.resolve(name)))
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder)
  // npm checks the file of a package.
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest
}

/** From this package's place, else from the app's directory: a linked package does not see its user's packages. */
function fromHere<T>(use: (require: NodeJS.Require) => T): T {
  try {
    return use(createRequire(import.meta.url))
  } catch (error) {
    if (codeOf(error) !== "MODULE_NOT_FOUND") throw error
    return use(createRequire(join(process.cwd(), "package.json")))
  }
}
