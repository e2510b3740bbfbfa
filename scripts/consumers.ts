// npm run -s consumers [-- --sample] [--only TEXT]... [--keep]: the packed package as a stranger uses it, outside of the repository.
// Compiles every block of the guides and every example with each TypeScript, and runs them twice by each way to start.
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import {
  compile,
  compiler,
  typescriptVersions,
  uncheckedPackages,
  withoutUnchecked,
} from "./support/consumers/compilers.ts"
import {
  consumerFolder,
  install,
  isInstalled,
  isRegistryReachable,
  packTarball,
} from "./support/consumers/folder.ts"
import {
  exampleProjects,
  filesIn,
  firstSteps,
  furtherPackages,
  type Project,
  pageProjects,
  withoutPrograms,
  writeProject,
} from "./support/consumers/pages.ts"
import { freePort, runProgram } from "./support/consumers/program.ts"
import { type Runtime, runtimes, tsx } from "./support/consumers/runtimes.ts"

const { values: options } = parseArgs({
  options: {
    sample: { type: "boolean" },
    only: { type: "string", multiple: true, default: [""] },
    keep: { type: "boolean", default: false },
  },
})
const viteVersions = ["7.3.8", "8.4.0"]
const started = performance.now()
const failures: string[] = []
let checks = 0

const seconds = (from: number): string => `${((performance.now() - from) / 1000).toFixed(1)} s`

const isWanted = (name: string): boolean => options.only.some(text => name.includes(text))

/** Runs one check, unless `--only` names others, and prints how it went. */
async function check(name: string, work: () => Promise<string | undefined>): Promise<void> {
  if (!isWanted(name)) return
  const from = performance.now()
  const problem = await work()
  checks++
  process.stdout.write(
    `${problem ? "FAILED" : "ok    "} ${name} (${seconds(from)})\n${problem ? excerpt(problem) : ""}`,
  )
  if (problem) failures.push(name)
}

function excerpt(problem: string): string {
  const lines = problem.split("\n").filter(line => line.trim() !== "" && !/^\s+at /.test(line))
  const rest = lines.length > 40 ? [`... and ${lines.length - 40} lines more`] : []
  return [...lines.slice(0, 40), ...rest].map(line => `       ${line}\n`).join("")
}

const skip = (name: string, reason: string): unknown =>
  process.stdout.write(`Skipped: ${name}: ${reason}.\n`)

if (!(await isRegistryReachable())) {
  skip(
    "consumers",
    "the npm registry cannot be reached, so nothing can be installed outside of the repository",
  )
  process.exit()
}
const projects = [...pageProjects(), ...exampleProjects()]
const { tsconfig } = firstSteps()
const tarball = await packTarball()
const folder = await consumerFolder(tarball, options)
await install(
  folder,
  furtherPackages(projects).filter(name => !isInstalled(folder, name)),
)
process.stdout.write(`Installed the package in ${folder} (${seconds(started)})\n`)

/** Every project in a folder of its own below `name`, with a copy of the documented tsconfig.json. */
function writeAll(name: string, port?: number): void {
  rmSync(join(folder, name), { recursive: true, force: true })
  for (const project of projects)
    writeProject(join(folder, name, project.name), project, tsconfig, port)
  writeFileSync(join(folder, name, "tsconfig.json"), tsconfig)
}

skip(
  `declarations of ${uncheckedPackages.join(", ")}`,
  "they do not compile with skipLibCheck false, whatever imports them",
)

async function checkTypes(version: string): Promise<void> {
  const tsc = await compiler(version)
  if (tsc === undefined) return void skip(`TypeScript ${version}`, "the registry does not offer it")
  const under = join(folder, "types")
  writeAll("types")
  for (const skipLibCheck of options.sample ? ["false"] : ["false", "true"])
    await check(
      `TypeScript ${version}, all pages and examples, skipLibCheck ${skipLibCheck}`,
      async () =>
        withoutUnchecked(await compile(tsc, under, "--noEmit", "--skipLibCheck", skipLibCheck)),
    )
  // Which types are compared first differs from program to program, and with it what a compiler infers.
  if (options.sample) return
  for (const { name } of projects)
    await check(`TypeScript ${version}, ${name} alone`, () =>
      compile(tsc, join(under, name), "--noEmit", "--skipLibCheck", "true"),
    )
}

/** Runs getting started and the todo in vite's dev server and built by vite, by the files of the page on compilation. */
async function checkVite(version: string): Promise<void> {
  const checked = ["getting-started", "example-todo"]
  const names = checked.flatMap(name => [
    `vite ${version} dev, ${name}`,
    `vite ${version} build, ${name}`,
  ])
  if (!names.some(isWanted)) return
  const vite = await consumerFolder(tarball, options)
  await install(vite, ["esbuild", "oxc-parser", "magic-string", `vite@${version}`])
  const [page, started, todo] = ["compile", ...checked].map(name =>
    projects.find(project => project.name === name),
  )
  if (!page || !started || !todo)
    throw new Error("The page on compilation, getting started or the todo is gone.")
  for (const project of [started, todo]) {
    const port = await freePort()
    const cwd = join(vite, project.name)
    const { "vite.config.ts": config = "", "dev.ts": dev = "" } = page.files
    writeProject(
      cwd,
      { ...project, files: { ...project.files, "vite.config.ts": config, "dev.ts": dev } },
      tsconfig,
      port,
    )
    const twice = async (...args: string[]): Promise<string> => {
      const command = { command: process.execPath, args, cwd }
      return [await runProgram(command, port), await runProgram(command, port)]
        .filter(Boolean)
        .join("\n")
    }
    await check(`vite ${version} dev, ${project.name}`, () => twice("--import", "tsx", "dev.ts"))
    await check(`vite ${version} build, ${project.name}`, async () => {
      const problem = await runProgram(
        {
          command: process.execPath,
          args: [join(vite, "node_modules/vite/bin/vite.js"), "build", "--ssr", "app.tsx"],
          cwd,
        },
        port,
      )
      writeProject(join(cwd, "dist"), withoutPrograms(project), tsconfig)
      return problem ?? (await twice("dist/app.js"))
    })
  }
}

function programsFor(runtime: Runtime, { programs, files }: Project): readonly string[] {
  return programs.filter(
    file => runtime.accepts?.(file, files[file] ?? "") ?? !/\.test\.tsx?$/.test(file),
  )
}

interface Compiled {
  readonly problem: string
  /** What lies in `dist`, with the files beside the programs. */
  readonly files: Project["files"]
}

const compilations = new Map<string, Promise<Compiled>>()

/** A project compiled by the newest TypeScript, once for all the versions of Node that start it. */
function compiled(project: Project): Promise<Compiled> {
  const known = compilations.get(project.name) ?? compileOnce(project)
  compilations.set(project.name, known)
  return known
}

async function compileOnce(project: Project): Promise<Compiled> {
  const cwd = join(folder, "runs", "compiled", project.name)
  writeProject(cwd, project, tsconfig)
  const tsc = (await compiler(typescriptVersions.at(-1) ?? "")) ?? ""
  const problem = await compile(tsc, cwd)
  return {
    problem,
    files: problem ? {} : { ...withoutPrograms(project).files, ...filesIn(join(cwd, "dist")) },
  }
}

/** Starts the programs of a project in order, twice, in one folder that holds nothing else at first. */
async function runTwice(runtime: Runtime, project: Project): Promise<string | undefined> {
  const port = await freePort()
  const cwd = join(folder, "runs", runtime.name.replaceAll(/\W+/g, "-"), project.name)
  rmSync(cwd, { recursive: true, force: true })
  writeProject(cwd, project, tsconfig, port)
  if (runtime.isCompiled) {
    const { problem, files } = await compiled(project)
    if (problem) return problem
    writeProject(join(cwd, "dist"), { ...project, files }, tsconfig, port)
  }
  const programs = programsFor(runtime, project)
  const problems: string[] = []
  for (const time of ["first", "second"])
    for (const file of programs) {
      const [command, ...args] = runtime.command(file)
      const problem = await runProgram({ command, args, cwd }, port)
      if (problem) problems.push(`${file}, ${time} run: ${problem}`)
    }
  return problems.join("\n")
}

const isStarted = (runtime: string): boolean =>
  projects.some(({ name }) => isWanted(`${runtime}, ${name}`))
const tried = options.sample ? [tsx] : await runtimes(isStarted)
for (const version of options.sample ? typescriptVersions.slice(0, 1) : typescriptVersions)
  await checkTypes(version)
for (const runtime of tried) {
  if ("missing" in runtime) skip(runtime.name, runtime.missing)
  else
    for (const project of options.sample
      ? projects.filter(({ name }) => name === "getting-started")
      : projects)
      if (programsFor(runtime, project).length > 0)
        await check(`${runtime.name}, ${project.name}`, () => runTwice(runtime, project))
}

if (!options.sample) for (const version of viteVersions) await checkVite(version)

if (checks === 0)
  process.stdout.write(`No check that can run here has ${options.only.join(" or ")} in its name.\n`)
process.stdout.write(`${checks} checks, ${failures.length} failed, in ${seconds(started)}\n`)
process.exitCode = failures.length > 0 || checks === 0 ? 1 : 0
