// Another commit's tree in a temporary folder, built by its own scripts, with this tree's packages.
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fail, root, run } from "./project.mjs"

/** The short name of a commit. Ends the script when there is none. */
export function resolveCommit(commit) {
  const { status, stdout } = spawnSync(
    "git",
    ["rev-parse", "--verify", "--quiet", "--short", `${commit}^{commit}`],
    {
      cwd: root,
      encoding: "utf8",
    },
  )
  if (status !== 0)
    fail(
      `There is no commit "${commit}". Name a commit, tag or branch of this repository, in full or short.`,
    )
  return stdout.trim()
}

/**
 * Writes the tree of a commit to a temporary folder and builds it there. `replaced` lists files that this tree's own
 * replace. The folder is removed when this process ends. Returns its path.
 */
export async function checkout(commit, { replaced = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "nitro-checkout-"))
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1))
  const tar = join(folder, "tree.tar")
  for (const [command, ...args] of [
    ["git", "-C", root, "archive", "--format=tar", "--output", tar, commit],
    ["tar", "-xf", tar, "-C", folder],
  ]) {
    if ((await run(command, args, { stdio: ["ignore", 2, 2] })) !== 0)
      fail(`${command} failed, see above.`)
  }
  rmSync(tar)
  shareModules(folder)
  if (
    (await run(process.execPath, ["scripts/build.mjs"], {
      cwd: folder,
      stdio: ["ignore", 2, 2],
    })) !== 0
  )
    fail(`${commit} does not build with the packages that are installed now, see above.`)
  for (const path of replaced) cpSync(join(root, path), join(folder, path))
  return folder
}

/** Links each package. The folder itself is the checkout's own: the note of what was built lies in it. */
function shareModules(folder) {
  const modules = join(folder, "node_modules")
  mkdirSync(modules)
  for (const name of readdirSync(join(root, "node_modules")).filter(name => !name.startsWith(".")))
    symlinkSync(join(root, "node_modules", name), join(modules, name), "junction")
}
