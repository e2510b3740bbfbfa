// The pages of the docs as a reader follows them: which blocks are programs, which are files, which are commands.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { codeBlocks } from "../../../test/support/markdown.ts"
import { isProgram, type PageFile, pageFiles } from "../../../test/support/page-files.ts"
import { root } from "../project.mjs"

/** A folder of programs that are started one after the other. */
export interface Project {
  readonly name: string
  /** By path: the text of every file. */
  readonly files: Readonly<Record<string, string>>
  /** Paths of what is started, in order. */
  readonly programs: readonly string[]
}

const guide = "docs/guide"
const gettingStarted = `${guide}/getting-started.md`

/** Every page with TypeScript blocks. The reader of another page has the files of getting started already. */
export function pageProjects(): readonly Project[] {
  const first = filesOf(gettingStarted)
  return pagePaths().flatMap(path => {
    const own = filesOf(path)
    const programs = own.filter(isProgram).map(({ name }) => name)
    const examples = own.flatMap(({ block: { source = "" } }) =>
      source.startsWith("examples/") ? [filesBelow(dirname(source))] : [],
    )
    const files = Object.assign(
      {},
      ...examples,
      Object.fromEntries([...first, ...own].map(({ name, text }) => [name, text])),
    )
    return programs.length === 0 ? [] : [{ name: basename(path, ".md"), files, programs }]
  })
}

const read = (path: string): string => readFileSync(join(root, path), "utf8")
const filesOf = (path: string): readonly PageFile[] => pageFiles(path, read(path))

function pagePaths(): readonly string[] {
  const names = readdirSync(join(root, guide), "utf8").filter(name => name.endsWith(".md"))
  return ["README.md", ...names.map(name => `${guide}/${name}`)]
}

/** The applications in `examples`. */
export function exampleProjects(): readonly Project[] {
  const names = readdirSync(join(root, "examples"), "utf8").filter(name =>
    existsSync(join(root, "examples", name, "app.tsx")),
  )
  return names.map(name => ({
    name: `example-${name}`,
    files: filesBelow(`examples/${name}`),
    programs: ["app.tsx"],
  }))
}

/** The text of every file of a folder but what its programs left. */
function filesBelow(folder: string): Record<string, string> {
  return filesIn(join(root, folder), path => !/\.db(-\w+)?$/.test(path))
}

/** The text of the files of a folder, by the path there. */
export function filesIn(folder: string, isKept = (_path: string) => true): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).map(path =>
    path.replaceAll("\\", "/"),
  )
  return Object.fromEntries(
    paths
      .filter(path => isKept(path) && statSync(join(folder, path)).isFile())
      .map(path => [path, readFileSync(join(folder, path), "utf8")]),
  )
}

/** The commands that getting started begins with, and the tsconfig.json that it shows. */
export function firstSteps(): { readonly commands: string; readonly tsconfig: string } {
  const blocks = codeBlocks(gettingStarted, read(gettingStarted))
  const commands = blocks.find(({ language }) => language === "sh")?.code
  const tsconfig = blocks.find(({ language }) => language === "json")?.code
  if (commands === undefined || tsconfig === undefined)
    throw new Error(`${gettingStarted} shows no commands or no tsconfig.json.`)
  return { commands, tsconfig }
}

/** Packages that the reader installs besides those of getting started: what the pages say, and what the programs import. */
export function furtherPackages(projects: readonly Project[]): readonly string[] {
  const commands = pagePaths().flatMap(path =>
    [...read(path).matchAll(/^npm install (?:--save-dev )?(.+)$/gm)].map(match => match[1] ?? ""),
  )
  const imports = projects
    .flatMap(({ files }) => Object.values(files))
    .flatMap(text =>
      [...text.matchAll(/\bfrom "(@[^"/]+\/[^"/]+|[^@."/][^"/]*)/g)].map(match => match[1] ?? ""),
    )
  const names = new Set([...commands.flatMap(names => names.split(" ")), ...imports])
  return [...names].filter(name => !name.startsWith("node:") && name !== "nitro-ts").sort()
}

/** Writes a project to a folder. `port` replaces the port 3000 that the pages name. */
export function writeProject(
  folder: string,
  { files }: Project,
  tsconfig: string,
  port?: number,
): void {
  for (const [path, text] of Object.entries({ ...files, "tsconfig.json": tsconfig })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(
      join(folder, path),
      port === undefined ? text : text.replaceAll(/\b3000\b/g, String(port)),
    )
  }
}

/** The project without its TypeScript: what has to lie beside compiled modules, as tsc copies nothing. */
export function withoutPrograms(project: Project): Project {
  return {
    ...project,
    files: Object.fromEntries(
      Object.entries(project.files).filter(([name]) => !isProgram({ name })),
    ),
  }
}
