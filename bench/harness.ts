// Compares us with named rivals in one run, as CPU time: rounds interleaved, medians, ratios.
import { type ChildProcess, fork } from "node:child_process"

/** What the ratio must stay within: `max` for costs, `min` for throughput. */
export type Goal = { readonly max: number } | { readonly min: number }

/** One side of a comparison. Give `run` (one operation, measured here) or `measure` (a figure you measured yourself). */
export interface Contender {
  readonly name: string
  /** One operation; `i` counts up from 0. Return what it made, so that it cannot be optimised away. May be async. */
  readonly run?: (i: number) => unknown
  /** The figure of one round in the comparison's `metric`: for servers and other things outside this process. */
  readonly measure?: (round: number) => Promise<number>
  /** Before the first round. */
  readonly setup?: () => unknown
  /** After the last round. */
  readonly close?: () => unknown
}

export interface Rival extends Contender {
  /** Limit of our figure divided by this rival's; by the names of ours when there are several. */
  readonly goal?: Goal | Readonly<Record<string, Goal>>
  /** The names of ours that are compared with this rival. Default: all. */
  readonly against?: readonly string[]
}

export interface Comparison {
  readonly case: string
  readonly ours: Contender | readonly Contender[]
  readonly rivals: readonly Rival[]
  /** Unit of the figures. Default: `cpu us/op`. */
  readonly metric?: string
  /** Flags of Node for the processes of `isolate`, besides those of this one. */
  readonly execArgv?: readonly string[]
}

export interface BenchOptions {
  /** Rounds that count. Default 15. */
  readonly rounds?: number
  /** CPU time of one round of one contender. Default 60 ms. */
  readonly roundMs?: number
  /** CPU time of warm-up of one contender. Default 250 ms. */
  readonly warmupMs?: number
  /** A process of its own for every contender, so that none warms or spoils another's inline caches. Default false. */
  readonly isolate?: boolean
  /**
   * Collects all garbage before each round, so that none pays for another's. Default true. False where contenders keep
   * different amounts in memory: the collector goes on working into the round, and code that it dropped is compiled again.
   */
  readonly collect?: boolean
}

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

const workerVariable = "NITRO_BENCH_WORKER"

/**
 * Runs the comparisons and prints them: a table, or one JSON object with `--json`. `--case TEXT` runs only the cases that
 * contain it, `--vs TEXT` only the rivals, `--quick` a few short rounds: to see what changed by much, not to quote.
 */
export async function bench(name: string, all: readonly Comparison[], settings: BenchOptions = {}): Promise<BenchReport> {
  const against = optionValue("--vs") ?? ""
  const comparisons = all.map(each => ({ ...each, rivals: each.rivals.filter(rival => rival.name.includes(against)) }))
  const options = process.argv.includes("--quick") ? { ...settings, rounds: 3, roundMs: 30, warmupMs: 200 } : settings
  const worker = process.env[workerVariable]
  if (worker) return await serveRounds(comparisons, worker, options)
  const json = process.argv.includes("--json")
  const only = optionValue("--case")
  const rounds = options.rounds ?? 15
  const rows: Row[] = []
  const lines: string[][] = []
  for (const [index, comparison] of comparisons.entries()) {
    if ((only && !comparison.case.includes(only)) || comparison.rivals.length === 0) continue
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
  else process.stdout.write(`${name} on Node ${process.version}, median of ${rounds} rounds\n\n${table(lines)}\n`)
  return report
}

function oursOf({ ours }: Comparison): readonly Contender[] {
  return Array.isArray(ours) ? (ours as readonly Contender[]) : [ours as Contender]
}

const contendersOf = (comparison: Comparison): readonly Contender[] => [...oursOf(comparison), ...comparison.rivals]

/** Figures per contender (ours first) and round. The order turns around every round, so that drift hits both alike. */
async function interleave(comparison: Comparison, index: number, rounds: number, options: BenchOptions): Promise<number[][]> {
  const contenders = contendersOf(comparison)
  const probes: Probe[] = []
  try {
    for (const [i, contender] of contenders.entries()) {
      probes.push(options.isolate ? await remoteProbe(`${index}:${i}`, comparison.execArgv) : await localProbe(contender, options))
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

interface Probe {
  round(round: number): Promise<number>
  close(): Promise<void>
}

async function localProbe(contender: Contender, options: BenchOptions): Promise<Probe> {
  await contender.setup?.()
  const close = async (): Promise<void> => {
    await contender.close?.()
  }
  if (contender.measure) return { round: contender.measure, close }
  if (!contender.run) throw new TypeError(`The contender ${contender.name} has neither run nor measure.`)
  const loop = await loopOf(contender.run)
  const warm = process.cpuUsage()
  let count = 1
  // Doubling serves as warm-up too: it ends with a count whose round takes about `roundMs`.
  for (let spent = 0; spent < (options.roundMs ?? 60) * 1000; count *= 2) spent = await cpuMicroseconds(() => loop(count))
  count = Math.max(1, count / 2)
  while (microseconds(process.cpuUsage(warm)) < (options.warmupMs ?? 250) * 1000) await loop(count)
  return {
    async round() {
      if (options.collect !== false) globalThis.gc?.()
      return (await cpuMicroseconds(() => loop(count))) / count
    },
    close,
  }
}

type Loop = (count: number) => unknown

/** A loop compiled for this operation alone: one shared loop would call all contenders through one megamorphic site. */
async function loopOf(run: (i: number) => unknown): Promise<Loop> {
  const first = run(0)
  const isAsync = first instanceof Promise
  await first
  const body = isAsync
    ? "return async count => { let last; for (let i = 0; i < count; i++) last = await run(i); return last }"
    : "return count => { let last; for (let i = 0; i < count; i++) last = run(i); return last }"
  return new Function("run", body)(run) as Loop
}

async function cpuMicroseconds(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  return microseconds(process.cpuUsage(before))
}

function microseconds(usage: NodeJS.CpuUsage): number {
  return usage.user + usage.system
}

/** The other side of `isolate`: this process holds one contender and measures a round whenever the parent asks. */
async function serveRounds(comparisons: readonly Comparison[], worker: string, options: BenchOptions): Promise<never> {
  const [index, which] = worker.split(":").map(Number) as [number, number]
  const comparison = comparisons[index] as Comparison
  const probe = await localProbe(contendersOf(comparison)[which] as Contender, options)
  process.on("message", async (round: number) => {
    if (round >= 0) return process.send?.(await probe.round(round))
    await probe.close()
    process.exit(0)
  })
  process.on("disconnect", () => process.exit(1))
  process.send?.("ready")
  return await new Promise<never>(() => {})
}

async function remoteProbe(worker: string, execArgv: readonly string[] = []): Promise<Probe> {
  const child = fork(process.argv[1] as string, process.argv.slice(2), {
    execArgv: [...process.execArgv, ...execArgv],
    env: { ...process.env, [workerVariable]: worker },
    // Whatever a contender prints must not end up in the JSON on stdout.
    stdio: ["ignore", 2, 2, "ipc"],
  })
  await answer(child)
  return {
    async round(round) {
      child.send(round)
      return Number(await answer(child))
    },
    async close() {
      const ended = new Promise(resolve => child.once("exit", resolve))
      child.send(-1)
      await ended
    },
  }
}

function answer(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`A bench process ended with code ${code}.`))
    child.once("exit", ended)
    child.once("message", message => {
      child.off("exit", ended)
      resolve(message)
    })
  })
}

function compare(comparison: Comparison, subject: Contender, rival: Rival, [ours, theirs]: readonly [number[], number[]]): Row {
  // Pairs of one round saw the same machine: the median of their ratios is steadier than the ratio of medians.
  const ratio = Number(median(ours.map((figure, round) => figure / (theirs[round] as number))).toFixed(3))
  const row = { subject: subject.name, case: comparison.case, metric: comparison.metric ?? "cpu us/op", vs: rival.name, ratio }
  const goal = goalOf(rival, subject.name)
  return goal ? { ...row, goal } : row
}

function goalOf({ goal }: Rival, subject: string): Goal | undefined {
  if (!goal || typeof (goal as Partial<Record<string, unknown>>)["max"] === "number") return goal as Goal | undefined
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
  const limit = row.goal && ("max" in row.goal ? `at most ${row.goal.max}` : `at least ${row.goal.min}`)
  const verdict = limit ? `${limit}: ${keepsGoal(row) ? "ok" : "MISSED"}` : ""
  return [row.case, row.metric, `${row.subject} ${figure(ours)}`, `${row.vs} ${figure(theirs)}`, row.ratio.toFixed(2), verdict]
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

function table(lines: string[][]): string {
  const all = [["case", "metric", "ours", "rival", "ratio", "goal"], ...lines]
  const widths = all[0]?.map((_, column) => Math.max(...all.map(line => (line[column] ?? "").length))) ?? []
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
