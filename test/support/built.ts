// Makes sure that dist is what the sources say, for tests of what users get.
import { spawnSync } from "node:child_process"
import { root } from "./imports.ts"

/** Builds where something changed. Throws with the compiler's messages when that fails. */
export function ensureBuilt(): void {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["scripts/build.mjs", "--if-stale"],
    { cwd: root, encoding: "utf8" },
  )
  if (status !== 0) throw new Error(`The build failed: ${stdout}${stderr}`)
}
