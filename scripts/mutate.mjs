// npm run -s mutate -- PATH... : plants faults in sources and prints those that no test notices.
//
// Runs Stryker on a sample of lines chosen by a seed, file after file, within a budget of time. The faults run against the
// tests of the file's folder; --tests names others. Needs Node 22, which it gets from npm.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { parseArgs } from "node:util"
import { nodeIn, nodePackage, otherNodes, packages } from "./support/packages.mjs"
import { cache, ensureInstalled, fail, root, run } from "./support/project.mjs"

const usage = "Usage: npm run -s mutate -- PATH... [--tests PATHS] [--lines N] [--minutes N] [--seed N]"
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
    /** Folders or files of tests, apart by commas. */
    tests: { type: "string" },
  },
})
if (positionals.length === 0) fail(usage)

ensureInstalled()
const folder = await packages(
  "stryker",
  [`@stryker-mutator/core@${strykerVersion}`, `@stryker-mutator/vitest-runner@${strykerVersion}`, `${nodePackage}@${otherNodes[0]}`],
  // The runner takes the vitest of the project.
  ["--legacy-peer-deps"],
)
if (!folder) fail("Stryker or Node 22 could not be installed: the registry cannot be reached.")

function* sourcesBelow(path) {
  if (statSync(path).isFile()) return yield path
  for (const entry of readdirSync(path)) yield* sourcesBelow(join(path, entry))
}

const isSource = path => /\.tsx?$/.test(path) && !/\.(?:test|test-d|gen|d)\.tsx?$/.test(path) && !/\/(?:errors|index)\.ts$/.test(path)

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
    /^\s*(?:\/\/|\/?\*|import |export (?:type|interface)|[{}()\];,]*$)/.test(line) ? [] : [index + 1],
  )
  for (let i = code.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    ;[code[i], code[j]] = [code[j], code[i]]
  }
  return code.slice(0, count).sort((a, b) => a - b)
}

const reportFile = join(cache, "mutation.json")

async function mutate(path, lines) {
  const config = join(cache, "stryker.json")
  rmSync(reportFile, { force: true })
  writeFileSync(
    config,
    JSON.stringify({
      mutate: lines.map(line => `${path}:${line}-${line}`),
      testRunner: "vitest",
      plugins: [join(folder, "node_modules/@stryker-mutator/vitest-runner/dist/src/index.js")],
      vitest: { configFile: "vitest.mutate.config.ts" },
      reporters: ["json"],
      jsonReporter: { fileName: reportFile },
      coverageAnalysis: "perTest",
      concurrency: 2,
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
  const code = await run(nodeIn(folder), [stryker, "run", config], { env: { ...process.env, NITRO_MUTATE_TESTS: tests } })
  if (code !== 0) return undefined
  const { files } = JSON.parse(readFileSync(reportFile, "utf8"))
  return Object.values(files).flatMap(file => file.mutants)
}

const next = random(Number(values.seed))
const until = Date.now() + Number(values.minutes) * 60_000
const files = positionals
  .flatMap(path => [...sourcesBelow(resolve(path))])
  .filter(isSource)
  .map(path => relative(root, path))
let [caught, survived] = [0, 0]
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
  for (const { status, location, replacement, mutatorName } of mutants) {
    if (status === "Killed" || status === "Timeout") caught++
    else if (status === "Survived" || status === "NoCoverage") {
      survived++
      process.stdout.write(
        `${path}:${location.start.line}  ${status === "NoCoverage" ? "not run by any test: " : ""}${mutatorName} -> ${(replacement ?? "").replace(/\s+/g, " ").slice(0, 100)}\n`,
      )
    }
  }
}
const all = caught + survived
const percent = all === 0 ? 100 : Math.round((caught / all) * 1000) / 10
if (notReached.length > 0) process.stdout.write(`Not reached within ${values.minutes} minutes: ${notReached.join(", ")}\n`)
process.stdout.write(`${caught} of ${all} planted faults caught, ${percent} % (goal ${goalPercent} %), seed ${values.seed}\n`)
if (percent < goalPercent) process.exitCode = 1
