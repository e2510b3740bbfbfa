// A project of a user: a folder with files, where `nitro-ts` is the built package.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { ensureBuilt } from "../../../test/support/built.ts"
import { root } from "../../../test/support/imports.ts"

export interface Project {
  readonly path: string
  readonly clean: () => void
}

export interface ProjectOptions {
  /** Packages installed besides nitro-ts. */
  readonly packages?: readonly string[]
  /** Whether nitro-ts finds only those packages. Default: it finds our own as well. */
  readonly isAlone?: boolean
}

export function project(
  files: Readonly<Record<string, string>>,
  { packages = [], isAlone = false }: ProjectOptions = {},
): Project {
  ensureBuilt()
  // Stack traces name real paths.
  const path = realpathSync(mkdtempSync(join(tmpdir(), "nitro-project-")))
  const all = { "package.json": '{ "type": "module" }', "tsconfig.json": tsconfig, ...files }
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  const installed = join(path, "node_modules/nitro-ts")
  mkdirSync(dirname(installed))
  if (isAlone) {
    mkdirSync(installed)
    for (const name of ["package.json", "dist"])
      cpSync(join(root, name), join(installed, name), { recursive: true })
  } else symlinkSync(root, installed)
  for (const name of packages)
    symlinkSync(join(root, "node_modules", name), join(path, "node_modules", name))
  return { path, clean: () => rmSync(path, { recursive: true, force: true }) }
}

const tsconfig = `{
  // What the guide says.
  "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "nitro-ts/html", },
}`

/** A page whose parts fail at known places, after types that JavaScript does not have. */
export const view = `interface Props {
  readonly title: string
}

const boom = (): never => {
  throw new Error("failed")
}

export const List = ({ title }: Props) => (
  <ul class="list">
    <li id={title}>{title === "!" && boom()}</li>
    <li>é &amp; {title}</li>
  </ul>
)

export const Refused = ({ title }: Props) => (
  <p data-on:click={title as never}>
    {title}
  </p>
)
`

/** Where the call of `boom` stands, and `throw`; where the refused element starts. */
export const places = { thrown: ["6:9", "11:38"], refused: "17:3" }

/** What `main` prints. */
export interface Findings {
  readonly page: string
  readonly isCompiled: boolean
  /** Line and column of the frames in the view, of an error that a component throws. */
  readonly thrown: readonly string[]
  /** The same of the place that the error about a refused value names. */
  readonly refused: string
}

export const main = `import { List, Refused } from "./view.tsx"

const failure = (work: () => unknown): Error => {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error("Nothing was thrown.")
}
const placesIn = (text = ""): string[] => [...text.matchAll(/view\\.tsx[^:]*:(\\d+:\\d+)/g)].map(match => match[1] as string)

const findings = {
  page: String(<List title="<a>" />),
  isCompiled: /(?:[$]html|compiledHtml)\`/.test(List.toString()),
  thrown: placesIn(failure(() => List({ title: "!" })).stack),
  refused: placesIn(failure(() => Refused({ title: "alert(1)" })).message)[0],
}
console.log(JSON.stringify(findings))
`

export const page = '<ul class="list"><li id="&lt;a&gt;"></li><li>é &amp; &lt;a&gt;</li></ul>'
