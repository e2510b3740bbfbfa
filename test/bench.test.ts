// The bench command: what it prints, so that others can read it.
import { spawnSync } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { keepsGoal, median } from "../bench/harness.ts"
import { root } from "./support/imports.ts"

const folder = join(root, "test/.output/bench")
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a bench of ten times the same work against once, and gives what it prints on stdout. */
function run(options: string, ...args: string[]): string {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, "example.ts")
  writeFileSync(
    file,
    `import { bench } from "../../../bench/harness.ts"
    const sum = (count: number) => { let total = 0; for (let i = 0; i < count; i++) total += Math.sqrt(i); console.error(""); return total }
    await bench("example", [
      { case: "sync", ours: { name: "us", run: () => sum(30000) }, rivals: [{ name: "them", run: () => sum(3000), goal: { max: 2 } }] },
      { case: "async", ours: { name: "us", run: async () => sum(3000) }, rivals: [{ name: "them", run: async () => sum(3000) }] },
      { case: "given", metric: "ops/s", ours: { name: "us", measure: async () => 20 }, rivals: [{ name: "them", measure: async () => 10, goal: { min: 1.5 } }] },
    ], ${options})`,
  )
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", file, ...args],
    { cwd: root, encoding: "utf8" },
  )
  expect(status, stderr).toBe(0)
  return stdout
}

describe.each([
  ["in one process", "{ rounds: 3, roundMs: 5, warmupMs: 5 }"],
  ["in a process for each contender", "{ rounds: 3, roundMs: 5, warmupMs: 5, isolate: true }"],
])("%s", (_, options) => {
  it("prints exactly one object with --json", () => {
    const report = JSON.parse(run(options, "--json"))
    expect(report).toEqual({
      bench: "example",
      node: process.version,
      rows: [
        {
          subject: "us",
          case: "sync",
          metric: "cpu us/op",
          vs: "them",
          ratio: expect.any(Number),
          goal: { max: 2 },
        },
        {
          subject: "us",
          case: "async",
          metric: "cpu us/op",
          vs: "them",
          ratio: expect.any(Number),
        },
        { subject: "us", case: "given", metric: "ops/s", vs: "them", ratio: 2, goal: { min: 1.5 } },
      ],
    })
    expect(report.rows[0].ratio).toBeGreaterThan(2)
  })
})

it("compares several of ours, each with the rivals and goals that are its own", () => {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, "several.ts")
  writeFileSync(
    file,
    `import { bench } from "../../../bench/harness.ts"
    const fixed = (name: string, figure: number) => ({ name, measure: async () => figure })
    await bench("several", [{
      case: "c", metric: "us",
      ours: [fixed("quick", 10), fixed("slow", 30)],
      rivals: [
        { ...fixed("limit", 10), goal: { quick: { max: 1.5 }, slow: { max: 2 } } },
        { ...fixed("other", 20), goal: { max: 1 }, against: ["quick"] },
      ],
    }], { rounds: 1 })`,
  )
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", file, "--json"],
    { cwd: root, encoding: "utf8" },
  )
  expect(status, stderr).toBe(0)
  expect(JSON.parse(stdout).rows).toEqual([
    { subject: "quick", case: "c", metric: "us", vs: "limit", ratio: 1, goal: { max: 1.5 } },
    { subject: "quick", case: "c", metric: "us", vs: "other", ratio: 0.5, goal: { max: 1 } },
    { subject: "slow", case: "c", metric: "us", vs: "limit", ratio: 3, goal: { max: 2 } },
  ])
})

it("prints a table with our figure, the rival's, the ratio and whether the goal is kept", () => {
  const text = run("{ rounds: 3, roundMs: 5, warmupMs: 5 }", "--case", "given")
  expect(text).toMatch(/given +ops\/s +us 20\.0 +them 10\.0 +2\.00 +at least 1\.5: ok/)
  expect(text).not.toContain("async")
})

it("leaves out rivals that --vs does not name, and what has no others", () => {
  const text = run(
    "{ rounds: 3, roundMs: 5, warmupMs: 5, isolate: true }",
    "--vs",
    "nobody",
    "--quick",
  )
  expect(text).toContain("median of 3 rounds")
  expect(text).not.toContain("them")
})

it("takes the middle of an odd and the mean of the two middles of an even number of rounds", () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
})

it("judges goals by their kind", () => {
  const row = { subject: "us", case: "x", metric: "y", vs: "them", ratio: 1.6 }
  expect(keepsGoal({ ...row, goal: { max: 1.5 } })).toBe(false)
  expect(keepsGoal({ ...row, goal: { min: 1.5 } })).toBe(true)
  expect(keepsGoal(row)).toBe(true)
})
