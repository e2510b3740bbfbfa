// A folder outside of the repository with the packed package installed, made by the commands that getting started shows.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ensureBuilt } from "../build.mjs"
import { cache, root, run } from "../project.mjs"
import { firstSteps } from "./pages.ts"

const quiet = { stdio: ["ignore", "ignore", 2] } as { stdio: ["ignore", "ignore", 2] }

/** Packs the build, and returns the path of the tarball. */
export async function packTarball(): Promise<string> {
  await ensureBuilt({ output: 2 })
  const folder = join(cache, "tarball")
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await must("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], root)
  return join(folder, readdirSync(folder)[0] ?? "")
}

/**
 * An empty folder in which the reader has run the commands of getting started, with the tsconfig.json shown there. It is
 * removed when this process ends, unless `keep`.
 */
export async function consumerFolder(tarball: string, { keep = false } = {}): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "nitro-consumer-")))
  if (!keep) process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
  const { commands, tsconfig } = firstSteps()
  if (!/\bnitro-ts\b/.test(commands))
    throw new Error("The commands of getting started do not install nitro-ts.")
  await must("bash", ["-euc", commands.replaceAll(/(?<=\s)nitro-ts(?=\s|$)/g, tarball)], folder)
  writeFileSync(join(folder, "tsconfig.json"), tsconfig)
  return folder
}

/** Installs further packages with their types: `name@version`, or a name, for which the project's own version is taken. */
export async function install(folder: string, names: readonly string[]): Promise<void> {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>
  }
  const types = names.map(name => `@types/${name}`).filter(name => devDependencies[name])
  const specs = [...names, ...types].map(name =>
    devDependencies[name] ? `${name}@${devDependencies[name]}` : name,
  )
  if (specs.length > 0)
    await must("npm", ["install", "--no-audit", "--no-fund", "--silent", ...specs], folder)
}

/** Whether packages can be installed here at all. */
export async function isRegistryReachable(): Promise<boolean> {
  return (await run("npm", ["view", "zod", "version", "--silent"], { stdio: "ignore" })) === 0
}

export const isInstalled = (folder: string, name: string): boolean =>
  existsSync(join(folder, "node_modules", name, "package.json"))

async function must(command: string, args: readonly string[], cwd: string): Promise<void> {
  const code = await run(command, args, { cwd, ...quiet })
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed with ${code} in ${cwd}.`)
}
