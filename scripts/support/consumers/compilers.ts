// Compiles projects with the supported versions of TypeScript, by the tsconfig.json that getting started shows.
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { packages } from "../packages.mjs"

export const typescriptVersions = ["5.9.3", "6.0.3", "7.0.2"] as const

/** Path of a compiler; undefined where the registry does not offer it. */
export async function compiler(version: string): Promise<string | undefined> {
  const folder = await packages(`consumer-typescript-${version}`, [`typescript@${version}`])
  const path = folder && join(folder, "node_modules/typescript/bin/tsc")
  return path && existsSync(path) ? path : undefined
}

/** Compiles a folder. Returns what the compiler complains about, empty when nothing. */
export function compile(tsc: string, folder: string, ...flags: readonly string[]): Promise<string> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [tsc, "-p", folder, "--pretty", "false", ...flags], {
      cwd: folder,
    })
    let output = ""
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => (output += data.toString()))
    child.once("close", code =>
      resolve(code === 0 ? "" : output.trim() || `tsc ended with ${code}`),
    )
  })
}

/** Packages of hosts whose own declarations do not compile with skipLibCheck false: a user of them has it switched on. */
export const uncheckedPackages: readonly string[] = ["elysia", "h3", "@types/koa"]

/** What a compiler complains about, without the declarations of `uncheckedPackages`. */
export function withoutUnchecked(output: string): string {
  const isUnchecked = (line: string): boolean =>
    uncheckedPackages.some(name => line.includes(`node_modules/${name}/`))
  let isLeftOut = false
  return output
    .split("\n")
    .filter(line => {
      // A further line of the same complaint is indented.
      if (!line.startsWith(" ")) isLeftOut = isUnchecked(line)
      return !isLeftOut
    })
    .join("\n")
}
