// `npm run bench -- NAME --against COMMIT`: its statistics, which cases it pairs, and a comparison of two trees.
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import fc from "fast-check"
import { afterAll, describe, expect, it } from "vitest"
import { intervalOf, verdictOf } from "../bench/support/interval.ts"
import { matchCases } from "../bench/support/matched-cases.ts"
import type { Listed } from "../bench/support/probe.ts"
import { root } from "./support/imports.ts"

describe("the interval of pair ratios", () => {
  it("leaves out one value at each end of ten, three of fifteen, nine of thirty", () => {
    const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)
    expect(intervalOf(upTo(10))).toEqual({ ratio: 5.5, low: 2, high: 9 })
    expect(intervalOf(upTo(15))).toEqual({ ratio: 8, low: 4, high: 12 })
    expect(intervalOf(upTo(30))).toEqual({ ratio: 15.5, low: 10, high: 21 })
  })

  it("is the whole range of fewer than six values", () => {
    expect(intervalOf([1, 3, 2])).toEqual({ ratio: 2, low: 1, high: 3 })
  })

  it("holds the median and depends on no order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 60 }),
        values => {
          const interval = intervalOf(values)
          expect(interval.low).toBeLessThanOrEqual(interval.ratio)
          expect(interval.ratio).toBeLessThanOrEqual(interval.high)
          expect(intervalOf(values.toReversed())).toEqual(interval)
        },
      ),
    )
  })

  it("holds the true median in at least 95 % of samples", () => {
    let seed = 1
    const random = (): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      return seed / 2 ** 32
    }
    const samples = 4000
    let held = 0
    for (let i = 0; i < samples; i++) {
      // Skewed, as the times of rounds are; its median is 1.
      const { low, high } = intervalOf(
        Array.from({ length: 15 }, () => 2 ** (4 * random() ** 2 - 1)),
      )
      if (low <= 1 && high >= 1) held++
    }
    expect(held / samples).toBeGreaterThan(0.95)
  })

  it.each([
    ["slower", { low: 1.051, high: 1.2 }],
    ["unclear", { low: 1.05, high: 1.2 }],
    ["unclear", { low: 0.99, high: 1.06 }],
    ["unclear", { low: 0.9, high: 1 }],
    ["same", { low: 0.96, high: 1.05 }],
    ["faster", { low: 0.8, high: 0.95 }],
  ])("is %s where it lies %j", (verdict, bounds) => {
    expect(verdictOf({ ratio: 1, ...bounds })).toBe(verdict)
  })
})

describe("cases", () => {
  const listed = (title: string, contender: string, worker: string, isRival = false): Listed => {
    return { case: title, metric: "us", contender, isRival, worker, execArgv: [] }
  }
  const workers = ({ matched }: ReturnType<typeof matchCases>): string[][] =>
    matched.map(({ now, before }) => [now.worker, before.worker])

  it("are paired by case, contender and metric, wherever they stand", () => {
    const now = [
      listed("new", "ours", "0:0"),
      listed("get", "ours", "1:0"),
      listed("put", "ours", "2:0"),
    ]
    const before = [
      listed("put", "ours", "0:0"),
      listed("get", "ours", "1:0"),
      listed("old", "ours", "2:0"),
    ]
    const result = matchCases(now, [...before, { ...listed("new", "ours", "3:0"), metric: "MB" }])
    expect(workers(result)).toEqual([
      ["1:0", "1:0"],
      ["2:0", "0:0"],
    ])
    expect(result.onlyNow).toEqual(["new, ours, us"])
    expect(result.onlyBefore).toEqual(["old, ours, us", "new, ours, MB"])
  })

  it("of one name are paired in their order", () => {
    const twice = [listed("get", "ours", "0:0"), listed("get", "ours", "1:0")]
    expect(workers(matchCases(twice, twice))).toEqual([
      ["0:0", "0:0"],
      ["1:0", "1:0"],
    ])
  })

  it("of rivals are compared on request", () => {
    const list = [listed("get", "ours", "0:0"), listed("get", "raw", "0:1", true)]
    expect(workers(matchCases(list, list))).toEqual([["0:0", "0:0"]])
    expect(workers(matchCases(list, list, true))).toHaveLength(2)
  })
})

describe("two trees", () => {
  const folder = join(root, "test/.output/against")
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** A tree with this one's instruments and a bench of its own. */
  function tree(name: string, bench: string): string {
    const files = [
      "bench/harness.ts",
      ...["comparison", "probe", "interval", "matched-cases", "against"].map(
        file => `bench/support/${file}.ts`,
      ),
    ]
    for (const file of files) {
      mkdirSync(dirname(join(folder, name, file)), { recursive: true })
      cpSync(join(root, file), join(folder, name, file))
    }
    writeFileSync(join(folder, name, "package.json"), '{ "type": "module" }')
    symlinkSync(join(root, "node_modules"), join(folder, name, "node_modules"), "dir")
    writeFileSync(
      join(folder, name, "bench/example.ts"),
      `import { bench } from "./harness.ts"\n${bench}`,
    )
    return join(folder, name)
  }

  it("are measured by their own benches, and the case that costs a tenth more is called slower", () => {
    const fixed = (figure: number): string =>
      `{ name: "ours", measure: async round => { if (process.cwd() !== here) throw 1; return ${figure} } }`
    const bench = (cases: string): string =>
      `import { fileURLToPath } from "node:url"
      const here = fileURLToPath(new URL("..", import.meta.url)).replace(/.$/, "")
      const rivals = [{ name: "raw", measure: async () => 1 }]
      await bench("example", [${cases}])`
    const now = tree(
      "now",
      bench(
        `{ case: "new", ours: ${fixed(1)}, rivals }, { case: "a", ours: ${fixed(11)}, rivals }, { case: "b", ours: ${fixed(10.4)}, rivals }, { case: "c", metric: "ops/s", ours: ${fixed(11)}, rivals }`,
      ),
    )
    const before = tree(
      "before",
      bench(
        `{ case: "c", metric: "ops/s", ours: ${fixed(10)}, rivals }, { case: "b", ours: ${fixed(10)}, rivals }, { case: "a", ours: ${fixed(10)}, rivals }`,
      ),
    )
    const args = [
      "--expose-gc",
      "--import",
      "tsx",
      join(now, "bench/support/against.ts"),
      "example",
      before,
      "abc123",
      "--json",
    ]
    const { stdout, stderr, status } = spawnSync(process.execPath, args, {
      cwd: now,
      encoding: "utf8",
    })
    expect(stderr).toBe("")
    expect(status).toBe(1)
    const row = { subject: "ours", metric: "cpu us/op" }
    expect(JSON.parse(stdout)).toEqual({
      bench: "example",
      node: process.version,
      against: "abc123",
      rows: [
        // A case that looks slower is measured three times, each time in new processes.
        { ...row, case: "a", ratio: 1.1, low: 1.1, high: 1.1, rounds: 45, verdict: "slower" },
        { ...row, case: "b", ratio: 1.04, low: 1.04, high: 1.04, rounds: 15, verdict: "same" },
        {
          ...row,
          case: "c",
          metric: "ops/s",
          ratio: 10 / 11,
          low: 10 / 11,
          high: 10 / 11,
          rounds: 15,
          verdict: "faster",
        },
      ],
      onlyNow: ["new, ours, cpu us/op"],
      onlyBefore: [],
    })
  })
})
