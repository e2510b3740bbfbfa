// Every check of the project, in the order of what fails cheapest; ends with the test runner's summary.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { nodeIn, nodePackage, otherNodes, packages } from "./support/packages.mjs"
import { cache, checkNode, ensureInstalled, fail, root, run } from "./support/project.mjs"

const tsc = "node_modules/typescript7/bin/tsc"
const vitest = "node_modules/vitest/vitest.mjs"
const linesCoveredGoal = 90
/** The tests whose outcome depends on the Node version: SQLite and the loader's hooks come from Node itself. */
const nodeDependentTests = [
  "src/entity",
  "src/compile/loader",
  // Postgres is the same on every Node.
  ...["compile", "migrations", "predicate", "queries", "sqlite", "store-suite", "transactions"].map(
    name => `src/stores/sql/${name}`,
  ),
]
/** Tested there: on Node 20 it cannot be loaded, and other packages' peer ranges keep it out of our own dependencies. */
const betterSqlite3 = "better-sqlite3@13.2.0"

if (!process.stdout.isTTY) {
  // With CI set, some tools colour their output even into a file.
  process.env["NO_COLOR"] = "1"
  delete process.env["FORCE_COLOR"]
}

const started = performance.now()
/** Runs the later steps even where they cannot be trusted: for whoever works on several of them at once. */
const keepGoing = process.argv.includes("--keep-going")
const failedSteps = []

/** Runs one step under a heading. A failing step that others build on ends the run; any other is named at the end. */
async function step(title, work, { essential = false } = {}) {
  const from = performance.now()
  process.stdout.write(`\n=== ${title}\n`)
  const ok = await work()
  process.stdout.write(`--- ${title}: ${ok ? "ok" : "FAILED"} in ${seconds(from)}\n`)
  if (ok) return
  failedSteps.push(title)
  if (essential && !keepGoing) fail(`\nStopped at "${title}" after ${seconds(started)}.`)
}

function seconds(from) {
  return `${((performance.now() - from) / 1000).toFixed(1)} s`
}

/** Runs commands one after the other; true when all ended with 0. */
async function all(...commands) {
  for (const [command, ...args] of commands) {
    if ((await run(command, args)) !== 0) return false
  }
  return true
}

const node = process.execPath
const bin = name => join(root, "node_modules/.bin", name)

async function checkPackage() {
  const folder = join(cache, "pack")
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  if (!(await all(["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", folder])))
    return false
  const tarball = join(folder, readdirSync(folder)[0] ?? "")
  return await all(
    [bin("publint"), "--strict", tarball],
    [bin("attw"), tarball, "--profile", "esm-only"],
  )
}

async function testOnNode(version) {
  const folder = await packages(`node${version.split(".")[0]}`, [
    `${nodePackage}@${version}`,
    betterSqlite3,
  ])
  const path = folder && nodeIn(folder)
  if (!path || !existsSync(path)) {
    process.stdout.write(
      `Skipped: npm offers no ${nodePackage}@${version} here, or the registry cannot be reached.\n`,
    )
    return true
  }
  const tests = [
    vitest,
    "run",
    "--project",
    "node",
    "--passWithNoTests",
    "--reporter",
    "dot",
    ...nodeDependentTests,
  ]
  return (
    (await run(path, tests, {
      env: { ...process.env, NODE_PATH: join(folder, "node_modules") },
    })) === 0
  )
}

const report = join(cache, "vitest.json")

async function testWithCoverage() {
  rmSync(report, { force: true })
  const coverage = [
    "--coverage",
    "--coverage.reportOnFailure",
    "--coverage.reporter=json-summary",
    "--coverage.reporter=html",
  ]
  const threshold = `--coverage.thresholds.lines=${linesCoveredGoal}`
  return await all([
    node,
    vitest,
    "run",
    ...coverage,
    threshold,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ])
}

function printCoverage() {
  const path = join(root, "coverage/coverage-summary.json")
  if (!existsSync(path)) return
  const { lines } = JSON.parse(readFileSync(path, "utf8")).total
  process.stdout.write(`Lines covered: ${lines.pct} % (at least ${linesCoveredGoal} %)\n`)
}

/** The last line, which CI reads: `N passed, N failed`, with `, N skipped` when there are any. */
function closingLine() {
  if (!existsSync(report)) return "0 passed, 1 failed"
  const result = JSON.parse(readFileSync(report, "utf8"))
  // A file that cannot be loaded has no failed test of its own: it counts as one.
  const broken = result.testResults.filter(
    file =>
      file.status === "failed" && !file.assertionResults.some(test => test.status === "failed"),
  )
  const skipped = result.numPendingTests + result.numTodoTests
  const line = `${result.numPassedTests} passed, ${result.numFailedTests + broken.length} failed`
  return skipped > 0 ? `${line}, ${skipped} skipped` : line
}

checkNode()
await step("install", () => process.stdout.write(`${ensureInstalled()}\n`), { essential: true })
await step("services", () => all(["bash", "scripts/services"]), { essential: true })
await step("generate", () => all([node, "scripts/generate.mjs"]), { essential: true })
await step("lint", () => all([bin("biome"), "check", "--error-on-warnings"]), { essential: true })
await step(
  "types",
  () =>
    all([node, tsc, "-p", "tsconfig.json"], [node, tsc, "-p", "src/client/browser/tsconfig.json"]),
  {
    essential: true,
  },
)
await step("build", () => all([node, "scripts/build.mjs"]), { essential: true })
await step("package", checkPackage)
await step("consumers, a sample", () =>
  all([node, "--import", "tsx", "scripts/consumers.ts", "--sample"]),
)
await step("unused code and packages", () => all([bin("knip")]))
for (const version of otherNodes)
  await step(`tests that depend on Node, on ${version}`, () => testOnNode(version))
await step(`tests on Node ${process.versions.node}`, testWithCoverage)

printCoverage()
const failed = failedSteps.length > 0 ? `, failed: ${failedSteps.join("; ")}` : ""
process.stdout.write(`All steps took ${seconds(started)}${failed}\n\n${closingLine()}\n`)
process.exitCode = failedSteps.length > 0 ? 1 : 0
