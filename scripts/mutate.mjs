// npm run -s mutate -- PATH... : plants faults in sources and prints those that no test notices.
//
// Runs Stryker on a sample of lines chosen by a seed, file after file, within a budget of time. The faults run against the
// tests of the file's folder; --tests names others. Needs Node 22, which it gets from npm. No faults are planted in the words
// of errors (support/mutation-texts.mjs).
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { parseArgs } from "node:util"
import { nodeIn, nodePackage, otherNodes, packages } from "./support/packages.mjs"
import { cache, ensureInstalled, fail, root, run } from "./support/project.mjs"

const usage =
  "Usage: npm run -s mutate -- PATH... [--tests PATHS] [--lines N] [--minutes N] [--seed N] [--concurrency N]"
const strykerVersion = "10.1.1"
const goalPercent = 90

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Lines to mutate in each file. */
    lines: { type: "string", default: "25" },
    /** No further file is begun after this time. */
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    /** Processes that run tests at the same time; each takes up to 2 GB. */
    concurrency: { type: "string", default: "1" },
    /** Folders or files of tests, apart by commas. */
    tests: { type: "string" },
  },
})
if (positionals.length === 0) fail(usage)

ensureInstalled()
const folder = await packages(
  "stryker",
  [
    `@stryker-mutator/core@${strykerVersion}`,
    `@stryker-mutator/vitest-runner@${strykerVersion}`,
    `${nodePackage}@${otherNodes[0]}`,
  ],
  // The runner takes the vitest of the project.
  ["--legacy-peer-deps"],
)
if (!folder) fail("Stryker or Node 22 could not be installed: the registry cannot be reached.")

function* sourcesBelow(path) {
  if (statSync(path).isFile()) return yield path
  for (const entry of readdirSync(path)) yield* sourcesBelow(join(path, entry))
}

const isSource = path =>
  /\.tsx?$/.test(path) &&
  !/\.(?:test|test-d|gen|d)\.tsx?$/.test(path) &&
  !/\/(?:errors|index)\.ts$/.test(path)

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Line numbers that hold code, a sample of them. */
function sampleOf(path, count, next) {
  const lines = readFileSync(path, "utf8").split("\n")
  const code = lines.flatMap((line, index) =>
    /^\s*(?:\/\/|\/?\*|import |export (?:type|interface)|[{}()\];,]*$)/.test(line)
      ? []
      : [index + 1],
  )
  for (let i = code.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    ;[code[i], code[j]] = [code[j], code[i]]
  }
  return code.slice(0, count).sort((a, b) => a - b)
}

const reportFile = join(cache, "mutation.json")

/** The faults that Stryker plants in `ranges` of a file, with what became of them; undefined when it could not run. */
async function plant(path, ranges, againstAll) {
  const config = join(cache, "stryker.json")
  rmSync(reportFile, { force: true })
  writeFileSync(
    config,
    JSON.stringify({
      mutate: ranges.map(range => `${path}:${range}`),
      testRunner: "vitest",
      plugins: [
        join(folder, "node_modules/@stryker-mutator/vitest-runner/dist/src/index.js"),
        join(root, "scripts/support/mutation-texts.mjs"),
      ],
      ignorers: ["words of errors"],
      vitest: { configFile: "vitest.mutate.config.ts" },
      reporters: ["json"],
      jsonReporter: { fileName: reportFile },
      coverageAnalysis: "perTest",
      concurrency: Number(values.concurrency),
      testRunnerNodeArgs: ["--max-old-space-size=2048"],
      timeoutMS: 20_000,
      tempDirName: ".mutate",
      // The sandbox copies what the tests read and no more.
      ignorePatterns: ["dist", "docs/images", "coverage", "test/output", ".git"],
      allowConsoleColors: false,
      logLevel: "error",
    }),
  )
  const tests = values.tests ?? dirname(path)
  const stryker = join(folder, "node_modules/@stryker-mutator/core/bin/stryker.js")
  const code = await run(nodeIn(folder), [stryker, "run", config], {
    env: { ...process.env, NITRO_MUTATE_TESTS: tests, NITRO_MUTATE_ALL: againstAll ? "1" : "" },
  })
  if (code !== 0) return undefined
  const { files } = JSON.parse(readFileSync(reportFile, "utf8"))
  return Object.values(files).flatMap(file => file.mutants)
}

const isSurvivor = ({ status }) => status === "Survived" || status === "NoCoverage"
const isKilled = ({ status }) => status === "Killed" || status === "Timeout"

/**
 * The faults in these lines. The first run tries each against the tests that reach it. A test that finds the work of an earlier
 * one in a cache does not reach it and may still need it, so what survived is tried again against all tests.
 */
async function mutate(path, lines) {
  const mutants = await plant(
    path,
    lines.map(line => `${line}-${line}`),
    false,
  )
  const doubtful = mutants?.filter(({ status }) => status === "Survived") ?? []
  if (doubtful.length === 0) return mutants
  const keyOf = ({ location, mutatorName, replacement }) =>
    JSON.stringify([location, mutatorName, replacement])
  const ranges = doubtful.map(
    ({ location: { start, end } }) =>
      `${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`,
  )
  const again = new Set(
    (await plant(path, [...new Set(ranges)], true))?.filter(isKilled).map(keyOf),
  )
  return mutants.map(mutant =>
    again.has(keyOf(mutant)) ? { ...mutant, status: "Killed" } : mutant,
  )
}

const next = random(Number(values.seed))
const until = Date.now() + Number(values.minutes) * 60_000
const files = positionals
  .flatMap(path => [...sourcesBelow(resolve(path))])
  .filter(isSource)
  .map(path => relative(root, path))
let [caught, all] = [0, 0]
const percentOf = (part, whole) => (whole === 0 ? 100 : Math.round((part / whole) * 1000) / 10)
const notReached = []
for (const path of files) {
  const lines = sampleOf(path, Number(values.lines), next)
  if (Date.now() > until) {
    notReached.push(path)
    continue
  }
  if (lines.length === 0) continue
  const mutants = await mutate(path, lines)
  if (mutants === undefined) {
    process.exitCode = 1
    process.stdout.write(`${path}: its tests fail without a fault, or Stryker does.\n`)
    continue
  }
  const survivors = mutants.filter(isSurvivor)
  const killed = mutants.filter(isKilled).length
  for (const { status, location, replacement, mutatorName } of survivors) {
    const { line, column } = location.start
    process.stdout.write(
      `${path}:${line}:${column}  ${status === "NoCoverage" ? "not run by any test: " : ""}${mutatorName} -> ${(replacement ?? "").replace(/\s+/g, " ").slice(0, 100)}\n`,
    )
  }
  caught += killed
  all += killed + survivors.length
  process.stdout.write(
    `${path}: ${killed} of ${killed + survivors.length}, ${percentOf(killed, killed + survivors.length)} %\n`,
  )
}
const percent = percentOf(caught, all)
if (notReached.length > 0)
  process.stdout.write(`Not reached within ${values.minutes} minutes: ${notReached.join(", ")}\n`)
process.stdout.write(
  `${caught} of ${all} planted faults caught, ${percent} % (goal ${goalPercent} %), seed ${values.seed}\n`,
)
if (percent < goalPercent) process.exitCode = 1
