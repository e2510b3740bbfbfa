// Loads an optional package when it is first needed, synchronously, because binding an entity class is synchronous.
import { createRequire } from "node:module"
import { join } from "node:path"

/** From this package's place, else from the app's directory: a linked package does not see its user's packages. */
export function requirePeer(name: string): unknown {
  try {
    return createRequire(import.meta.url)(name) as unknown
  } catch (error) {
    if ((error as { code?: string }).code !== "MODULE_NOT_FOUND") throw error
    return createRequire(join(process.cwd(), "package.json"))(name) as unknown
  }
}
