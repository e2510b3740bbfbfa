// Compares us with named rivals in one run, as CPU time: rounds interleaved, medians, ratios.
import {
  type BenchOptions,
  type Comparison,
  type Contender,
  contendersOf,
  type Goal,
  oursOf,
  type Rival,
} from "./support/comparison.ts"
import {
  type Listed,
  listVariable,
  localProbe,
  type Probe,
  remoteProbe,
  reportCases,
  serveRounds,
  thisProgram,
  workerVariable,
} from "./support/probe.ts"

export type { BenchOptions, Comparison, Contender, Goal, Rival } from "./support/comparison.ts"

const defaultRounds = 15
const defaultMetric = "cpu us/op"

export interface Row {
  readonly subject: string
  readonly case: string
  readonly metric: string
  readonly vs: string
  /** Our figure divided by the rival's: the median over the rounds. */
  readonly ratio: number
  readonly goal?: Goal
}

export interface BenchReport {
  readonly bench: string
  readonly node: string
  readonly rows: readonly Row[]
}

/**
 * Runs the comparisons and prints them: a table, or one JSON object with `--json`. `--case TEXT` runs only the cases that
 * contain it, `--vs TEXT` only the rivals, `--quick` a few short rounds: to see what changed by much, not to quote.
 */
export async function bench(
  name: string,
  all: readonly Comparison[],
  settings: BenchOptions = {},
): Promise<BenchReport> {
  const against = optionValue("--vs") ?? ""
  const comparisons = all.map(each => ({
    ...each,
    rivals: each.rivals.filter(rival => rival.name.includes(against)),
  }))
  const options = process.argv.includes("--quick")
    ? { ...settings, rounds: 3, roundMs: 30, warmupMs: 200 }
    : settings
  const worker = process.env[workerVariable]
  if (worker) return await serveRounds(comparisons, worker, options)
  const only = optionValue("--case")
  const isLeftOut = ({ case: title, rivals }: Comparison): boolean =>
    (only !== undefined && !title.includes(only)) || rivals.length === 0
  if (process.env[listVariable]) {
    const contenders = comparisons.flatMap((comparison, index) =>
      isLeftOut(comparison) ? [] : listed(comparison, index),
    )
    return await reportCases({
      bench: name,
      contenders,
      ...(options.rounds === undefined ? {} : { rounds: options.rounds }),
    })
  }
  const json = process.argv.includes("--json")
  const rounds = options.rounds ?? defaultRounds
  const rows: Row[] = []
  const lines: string[][] = []
  for (const [index, comparison] of comparisons.entries()) {
    if (isLeftOut(comparison)) continue
    const figures = await interleave(comparison, index, rounds, options)
    const ours = oursOf(comparison)
    for (const [at, subject] of ours.entries()) {
      for (const [i, rival] of comparison.rivals.entries()) {
        if (rival.against && !rival.against.includes(subject.name)) continue
        const pair = [figures[at], figures[ours.length + i]] as [number[], number[]]
        const row = compare(comparison, subject, rival, pair)
        rows.push(row)
        lines.push(tableLine(row, median(pair[0]), median(pair[1])))
      }
    }
  }
  const report: BenchReport = { bench: name, node: process.version, rows }
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`)
  else
    process.stdout.write(
      `${name} on Node ${process.version}, median of ${rounds} rounds\n\n${table(["case", "metric", "ours", "rival", "ratio", "goal"], lines)}\n`,
    )
  return report
}

function listed(comparison: Comparison, index: number): Listed[] {
  const { case: title, metric = defaultMetric, execArgv = [] } = comparison
  const ours = oursOf(comparison).length
  return contendersOf(comparison).map(({ name: contender }, i) => {
    return { case: title, metric, contender, isRival: i >= ours, worker: `${index}:${i}`, execArgv }
  })
}

/** Figures per contender (ours first) and round. The order turns around every round, so that drift hits both alike. */
async function interleave(
  comparison: Comparison,
  index: number,
  rounds: number,
  options: BenchOptions,
): Promise<number[][]> {
  const contenders = contendersOf(comparison)
  const probes: Probe[] = []
  try {
    for (const [i, contender] of contenders.entries()) {
      probes.push(
        options.isolate
          ? await remoteProbe(thisProgram(), `${index}:${i}`, comparison.execArgv)
          : await localProbe(contender, options),
      )
    }
    const figures: number[][] = contenders.map(() => [])
    for (let round = 0; round < rounds; round++) {
      const order = [...contenders.keys()]
      if (round % 2 === 1) order.reverse()
      for (const i of order) figures[i]?.push(await (probes[i] as Probe).round(round))
    }
    return figures
  } finally {
    for (const probe of probes) await probe.close()
  }
}

function compare(
  comparison: Comparison,
  subject: Contender,
  rival: Rival,
  [ours, theirs]: readonly [number[], number[]],
): Row {
  // Pairs of one round saw the same machine: the median of their ratios is steadier than the ratio of medians.
  const ratio = Number(
    median(ours.map((figure, round) => figure / (theirs[round] as number))).toFixed(3),
  )
  const row = {
    subject: subject.name,
    case: comparison.case,
    metric: comparison.metric ?? defaultMetric,
    vs: rival.name,
    ratio,
  }
  const goal = goalOf(rival, subject.name)
  return goal ? { ...row, goal } : row
}

function goalOf({ goal }: Rival, subject: string): Goal | undefined {
  if (!goal || typeof (goal as Partial<Record<string, unknown>>)["max"] === "number")
    return goal as Goal | undefined
  if (typeof (goal as Partial<Record<string, unknown>>)["min"] === "number") return goal as Goal
  return (goal as Readonly<Record<string, Goal>>)[subject]
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Whether a ratio keeps its goal. */
export function keepsGoal(row: Row): boolean {
  if (!row.goal) return true
  return "max" in row.goal ? row.ratio <= row.goal.max : row.ratio >= row.goal.min
}

function tableLine(row: Row, ours: number, theirs: number): string[] {
  const limit =
    row.goal && ("max" in row.goal ? `at most ${row.goal.max}` : `at least ${row.goal.min}`)
  const verdict = limit ? `${limit}: ${keepsGoal(row) ? "ok" : "MISSED"}` : ""
  return [
    row.case,
    row.metric,
    `${row.subject} ${figure(ours)}`,
    `${row.vs} ${figure(theirs)}`,
    row.ratio.toFixed(2),
    verdict,
  ]
}

/** A figure with three digits that count. */
export function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** Lines in columns as wide as their widest cell. */
export function table(heading: string[], lines: string[][]): string {
  const all = [heading, ...lines]
  const widths =
    all[0]?.map((_, column) => Math.max(...all.map(line => (line[column] ?? "").length))) ?? []
  return all
    .map(line =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")
}

function optionValue(name: string): string | undefined {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : process.argv[at + 1]
}
