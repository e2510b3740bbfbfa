// The path of a file in the one form that its other spellings come to.
import { realpathSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"

/** Absolute and without links; of a file that is not there yet, by the folders that are. */
export function realPath(path: string): string {
  const absolute = resolve(path)
  try {
    return realpathSync.native(absolute)
  } catch {
    const folder = dirname(absolute)
    return folder === absolute ? absolute : join(realPath(folder), basename(absolute))
  }
}
