// Pages rendered to bytes by our three front ends, by hand-written template literals (the limit) and by eight libraries.
// Besides the limit, the same literals with a loop instead of `map().join("")` are printed, as the least that is possible.
//
// - a: a button with three attributes; b: a table of 1000 rows with 4 cells; c: a shop page of 30 KB with a menu, 50 cards,
//   a form of 10 fields and Datastar attributes; d: 1000 purchases, 175 KB; e: TechEmpower's fortunes; f: 2400 placed tiles
// - Figures are the CPU time of rendering and of encoding into a buffer that is there already, as a socket's would be.
// - All text from data is escaped, and all outputs must be the same DOM before anything is measured.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  type BenchReport,
  bench,
  type Comparison,
  type Contender,
  type Goal,
  type Rival,
} from "./harness.ts"
import {
  type CaseName,
  caseNames,
  compile,
  concatenation,
  domOf,
  isThere,
  kita,
  limit,
  load,
  type Name,
  ours,
  type Page,
  rivals,
} from "./support/html/contenders.ts"
import { BenchServer } from "./support/server.ts"

type Goals = Readonly<Record<CaseName, number>>

/** At most this many times the limit. */
const ofLimit: Readonly<Record<(typeof ours)[number], Goals>> = {
  "html``": { a: 1.3, b: 1.3, c: 1.15, d: 0.7, e: 1.45, f: 1.35 },
  "JSX compiled": { a: 1.3, b: 1.3, c: 1.15, d: 0.7, e: 1.45, f: 1.35 },
  "tag functions": { a: 1.1, b: 1.5, c: 2.4, d: 2.25, e: 1.8, f: 2.2 },
  JSX: { a: 1.1, b: 1.95, c: 2.4, d: 2.25, e: 2.2, f: 2.2 },
}
/** html`` at least this many times as fast as kita. */
const ofKita: Goals = { a: 0.9, b: 1.9, c: 2.4, d: 5, e: 2, f: 1.5 }
const heapOfLimit = 1.4
const serverOfLimit: Readonly<Partial<Goals>> = { c: 1, d: 0.5 }

const isWorker = process.env["NITRO_BENCH_WORKER"] !== undefined
const buffer = Buffer.allocUnsafe(1 << 20)

function write(page: Page): number {
  if (typeof page === "string") return buffer.write(page)
  let at = 0
  for (let i = 0; i < page.length; i++) at += buffer.write(page[i] as string, at)
  return at
}

/** Renders one page to bytes, over and over. */
function renders(name: Name, key: CaseName): Contender {
  let page: (i: number) => Page
  return {
    name,
    async setup() {
      page = (await load(name))[key]
    },
    run: i => write(page(i)),
  }
}

/** Bytes that one page leaves on the heap, with room enough that nothing is collected meanwhile. */
function heap(name: Name, key: CaseName): Contender {
  let page: (i: number) => Page
  const times = key === "a" ? 10_000 : key === "e" ? 2000 : 50
  return {
    name,
    async setup() {
      page = (await load(name))[key]
      for (let i = 0; i < times * 20; i++) write(page(i))
    },
    async measure() {
      globalThis.gc?.()
      const before = process.memoryUsage().heapUsed
      for (let i = 0; i < times; i++) write(page(i))
      return (process.memoryUsage().heapUsed - before) / times
    },
  }
}

/** A server of one page in a process of its own, asked over and over. */
function serves(name: string, file: string, key: CaseName): Contender {
  let folder: string
  let server: BenchServer
  const ask = async (): Promise<void> => {
    const { status, body } = await server.send("/")
    if (status !== 200 || body.length < 30_000)
      throw new Error(`${name} answered ${status} with ${body.length} characters.`)
  }
  return {
    name,
    async setup() {
      folder = mkdtempSync(join(tmpdir(), "nitro-bench-"))
      server = await BenchServer.start(file, { cwd: folder, env: { BENCH_CASE: key } })
      await server.cpuPerRequest(3000, 4, ask)
    },
    measure: () => server.cpuPerRequest(key === "c" ? 1000 : 400, 4, ask),
    async close() {
      await server?.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Compiles all pages, and refuses to measure what is not the same. */
async function prepare(present: readonly Name[]): Promise<void> {
  const expected = new Map<CaseName, string>()
  for (const name of present) {
    await compile(name)
    const pages = await load(name)
    for (const key of caseNames) {
      const dom = domOf(pages[key](3))
      if (!expected.has(key)) expected.set(key, dom)
      if (expected.get(key) !== dom)
        throw new Error(
          `${name} renders another page than ${limit} in case ${key}:\n${pages[key](3)}`,
        )
    }
  }
}

const subjects: Name[] = []
for (const name of ours) if (await isThere(name)) subjects.push(name)
if (!isWorker) await prepare([...rivals, ...subjects])

const goalsOf = (key: CaseName): Readonly<Record<string, Goal>> =>
  Object.fromEntries(ours.map(name => [name, { max: ofLimit[name][key] }]))

function rival(name: Name, key: CaseName): Rival {
  if (name === limit) return { ...renders(name, key), goal: goalsOf(key) }
  const goal: Goal = { max: Number((1 / ofKita[key]).toFixed(3)) }
  return {
    ...renders(name, key),
    ...(name === kita ? { goal: { [ours[0]]: goal } } : {}),
    against: name === kita || name === concatenation ? subjects : [ours[0]],
  }
}

const bytes = caseNames.map(
  (key): Comparison => ({
    case: key,
    ours: subjects.map(name => renders(name, key)),
    rivals: rivals.map(name => rival(name, key)),
  }),
)

const garbage = caseNames.map(
  (key): Comparison => ({
    case: `${key} heap`,
    metric: "bytes/render",
    execArgv: ["--min-semi-space-size=128", "--max-semi-space-size=128"],
    ours: heap(ours[0], key),
    rivals: [{ ...heap(limit, key), goal: { max: heapOfLimit } }],
  }),
)

const served = (Object.entries(serverOfLimit) as [CaseName, number][]).map(
  ([key, max]): Comparison => ({
    case: `${key} served`,
    metric: "cpu us/request",
    ours: serves("parts, corked", "bench/support/html/server.ts", key),
    rivals: [{ ...serves("res.end(string)", "bench/rivals/html/server.ts", key), goal: { max } }],
  }),
)

const report = await bench("html", [...bytes, ...garbage, ...served], {
  isolate: true,
  rounds: 9,
  roundMs: 50,
  warmupMs: 1000,
  // A full collection drops optimised code whose objects nobody holds at that moment (V8: "weak objects"). Before every round
  // it would measure the compiler; what a page leaves behind is collected as it comes, and counted.
  collect: false,
})
if (!process.argv.includes("--json")) process.stdout.write(`\n${overview(report)}\n`)

/** Every contender as a multiple of the limit. */
function overview({ rows }: BenchReport): string {
  const ratio = (subject: string, key: string, vs: string): number =>
    rows.find(row => row.subject === subject && row.case === key && row.vs === vs)?.ratio ??
    Number.NaN
  const cells = (name: string, cell: (key: CaseName) => number): string =>
    `${name.padEnd(22)}${caseNames.map(key => cell(key).toFixed(2).padStart(7)).join("")}`
  return [
    `${"x of the limit".padEnd(22)}${caseNames.map(key => key.padStart(7)).join("")}`,
    ...subjects.map(name => cells(name, key => ratio(name, key, limit))),
    ...rivals
      .filter(name => name !== limit)
      .map(name => cells(name, key => ratio(ours[0], key, limit) / ratio(ours[0], key, name))),
    ...subjects.map(name => cells(`${name} / loop`, key => ratio(name, key, concatenation))),
    ...subjects.map(name => cells(`kita / ${name}`, key => 1 / ratio(name, key, kita))),
  ].join("\n")
}
