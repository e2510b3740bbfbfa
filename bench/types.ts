// What a hundred entity classes with relations cost the compiler, as a share of the two seconds they may take.
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { bench, type Contender } from "./harness.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const entities = 100
const limitMs = 2000

/** One file of the generated app: a class with ten fields and five relations, and a function that uses them. */
function entityFile(index: number): string {
  const name = (i: number): string => `Thing${(i + entities) % entities}`
  const [own, next, far, link] = [name(index), name(index + 1), name(index + 7), name(index + 13)]
  const imports = [next, far, link]
    .map(other => `import { ${other} } from "./${other}.js"`)
    .join("\n")
  return `import { Entity, ref } from "nitro-ts/entity"
import { z } from "zod"
${imports}

export class ${own} extends Entity("${own}", {
  name: z.string().min(1).max(120),
  price: z.number().nonnegative(),
  stock: z.int().default(0),
  isActive: z.boolean().default(true),
  size: z.enum(["s", "m", "l"]).default("m"),
  labels: z.array(z.string()).default([]),
  note: z.string().optional(),
  since: z.date().nullable().default(null),
  nextId: ref("${next}", { onDelete: "setNull" }).nullable().default(null),
  parentId: ref("${own}", { onDelete: "cascade" }).nullable().default(null),
}, { unique: ["name"], timestamps: true, version: true }) {
  get next() { return this.belongsTo(${next}, "nextId") }
  get parent() { return this.belongsTo(${own}, "parentId") }
  get children() { return this.hasMany(${own}, "parentId") }
  get first() { return this.hasOne(${own}, "parentId") }
  get far() { return this.manyToMany(${far}, { through: ${link}, from: "nextId", to: "parentId" }) }
}

export async function use${index}() {
  const found = await ${own}.where(t => t.price.lt(${index}).and(t.name.startsWith("a"))).orderBy("-price").with("next.far", "children.parent").limit(5)
  const made = await ${own}.create({ name: "x", price: 1 })
  const [child] = await made.children.where({ stock: { gt: 1 } })
  const near = await child?.next
  const asked = await ${own}.where(t => t.next.next.name.eq("a").and(t.far.some(f => f.price.gt(1))).or(t.children.none({ stock: 1 })))
  return [...found, ...asked, made, near?.name, await near?.far]
}
`
}

function writeApp(): string {
  const folder = mkdtempSync(join(tmpdir(), "nitro-types-"))
  const modules = join(folder, "node_modules")
  mkdirSync(modules)
  symlinkSync(root, join(modules, "nitro-ts"), "dir")
  symlinkSync(join(root, "node_modules/zod"), join(modules, "zod"), "dir")
  for (let index = 0; index < entities; index++)
    writeFileSync(join(folder, `Thing${index}.ts`), entityFile(index))
  const compilerOptions = {
    target: "es2023",
    module: "nodenext",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  }
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, include: ["*.ts"] }),
  )
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
  return folder
}

/** CPU time of the compiler in one thread, with its start: what its own clock says depends on what else the machine does. */
async function compile(compiler: string, folder: string): Promise<number> {
  const command = [
    process.execPath,
    join(root, `node_modules/${compiler}/bin/tsc`),
    "-p",
    folder,
    "--singleThreaded",
  ]
  const { stderr } = await promisify(execFile)("bash", [
    "-c",
    'TIMEFORMAT="%U %S"; time "$@"',
    "bash",
    ...command,
  ]).catch((error: { stdout?: string }) => {
    throw new Error(
      `The generated entities do not compile:\n${error.stdout?.slice(0, 2000) || String(error)}`,
    )
  })
  const [user, system] = stderr.trim().split("\n").at(-1)?.split(" ").map(Number) ?? []
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) * 1000
}

let folder = ""
const limit: Contender = { name: "the limit", measure: async () => limitMs }
const ours: Contender = {
  name: `${entities} entities`,
  setup: () => {
    folder = writeApp()
  },
  measure: () => compile("typescript7", folder),
  close: () => rmSync(folder, { recursive: true, force: true }),
}

await bench(
  "types",
  [
    {
      case: "a hundred entities with relations",
      metric: "cpu ms",
      ours,
      rivals: [{ ...limit, goal: { max: 1 } }],
    },
  ],
  {
    rounds: 3,
  },
)
