// The supported ways to start a program: what runs it, and whether it is compiled before.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { nodeIn, nodePackage, otherNodes, packages } from "../packages.mjs"

export interface Runtime {
  readonly name: string
  /** The command that starts a file, relative to the project's folder. */
  command(file: string): readonly [command: string, ...args: string[]]
  /** The programs are compiled by tsc into `dist`, and started there. */
  readonly isCompiled?: boolean
  /** Programs that it can run. Default: all but tests. */
  accepts?(file: string, text: string): boolean
}

/** A runtime, or why it is not here. */
export type MaybeRuntime = Runtime | { readonly name: string; readonly missing: string }

/** The oldest that is supported comes with the machine, or from npm. */
const nodes = ["20.20.2", ...otherNodes]
const bunVersion = "1.4.5"
const denoVersion = "2.9.6"
/** Decorators cannot be stripped, and Node strips no JSX; a file beside this one may hold either. */
const isStrippable = (file: string, text: string): boolean =>
  file.endsWith(".ts") && !isTest(file) && !/^\s*@\w+|from "\.\//m.test(text)

/** Tests are run by vitest, which brings its own way to load TypeScript. */
const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file)
const vitest = "node_modules/vitest/vitest.mjs"

/** The way that getting started shows. */
export const tsx: Runtime = {
  name: "tsx",
  accepts: () => true,
  command: file => [
    process.execPath,
    ...(isTest(file) ? [join("../../..", vitest), "run", file] : ["--import", "tsx", file]),
  ],
}

/** Those whose name is wanted; the others are not installed. */
export async function runtimes(
  isWanted: (name: string) => boolean,
): Promise<readonly MaybeRuntime[]> {
  const all: MaybeRuntime[] = [tsx]
  for (const version of nodes) {
    const major = version.split(".")[0] ?? ""
    const name = `tsc + node ${major}`
    const stripped = `node ${major}, types stripped`
    if (![name, stripped].some(isWanted)) continue
    const node = await nodeOf(version)
    if (node === undefined)
      all.push({
        name,
        missing: `npm offers no Node ${version} for ${process.platform}-${process.arch}`,
      })
    else
      all.push({
        name,
        isCompiled: true,
        command: file => [node, join("dist", file.replace(/\.tsx?$/, ".js"))],
      })
    if (node !== undefined && Number(major) >= 24)
      all.push({
        name: stripped,
        accepts: isStrippable,
        command: file => [node, file],
      })
  }
  if (isWanted("bun")) all.push(await fromNpm("bun", bunVersion, ["run"]))
  if (isWanted("deno")) all.push(await fromNpm("deno", denoVersion, ["run", "-A"]))
  return all
}

async function nodeOf(version: string): Promise<string | undefined> {
  if (process.version === `v${version}`) return process.execPath
  const folder = await packages(`consumer-node${version.split(".")[0]}`, [
    `${nodePackage}@${version}`,
  ])
  return folder && existsSync(nodeIn(folder)) ? nodeIn(folder) : undefined
}

async function fromNpm(
  name: string,
  version: string,
  args: readonly string[],
): Promise<MaybeRuntime> {
  // Their install scripts put the binary of the platform where the command is.
  const folder = await packages(
    `consumer-${name}`,
    [`${name}@${version}`],
    ["--ignore-scripts=false"],
  )
  const path = folder && join(folder, "node_modules/.bin", name)
  if (!path || !existsSync(path))
    return {
      name,
      missing: `npm offers no ${name}@${version} here, or the registry cannot be reached`,
    }
  return { name, command: file => [path, ...args, file] }
}
