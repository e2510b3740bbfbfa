// Runs one bench of two source trees, round by round in turn, and reports the ratio of each case as an interval.
// `node --expose-gc --import tsx bench/support/against.ts NAME BEFORE_TREE COMMIT [options of the bench]`
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { figure, median, table } from "../harness.ts"
import { type Interval, intervalOf, type Verdict, verdictOf } from "./interval.ts"
import { type Matched, matchCases } from "./matched-cases.ts"
import { type BenchProgram, listOf, type Probe, remoteProbe } from "./probe.ts"

interface Row extends Interval {
  readonly subject: string
  readonly case: string
  readonly metric: string
  readonly rounds: number
  readonly verdict: Verdict
}

const defaultRounds = 15
const leastRounds = 10
/** Processes differ from start to start. What looks slower is measured so many times more, in new processes. */
const repetitions = 2

const [name, beforeRoot, commit, ...args] = process.argv.slice(2) as [
  string,
  string,
  string,
  ...string[],
]
const nowRoot = fileURLToPath(new URL("../..", import.meta.url))
const programOf = (cwd: string): BenchProgram => ({
  file: join(cwd, `bench/${name}.ts`),
  args,
  execArgv: process.execArgv,
  cwd,
})
const now = programOf(nowRoot)
const before = programOf(beforeRoot)

/** Figures of both sides by round. The order turns around every round, so that drift hits both alike. */
async function pairs(
  { now: ours, before: theirs }: Matched,
  rounds: number,
): Promise<[now: number, before: number][]> {
  const probes: Probe[] = []
  const figures: [number, number][] = []
  try {
    probes.push(
      await remoteProbe(now, ours.worker, ours.execArgv),
      await remoteProbe(before, theirs.worker, theirs.execArgv),
    )
    const [nowProbe, beforeProbe] = probes as [Probe, Probe]
    for (let round = 0; round < rounds; round++) {
      const first = round % 2 === 0 ? await nowProbe.round(round) : undefined
      const second = await beforeProbe.round(round)
      figures.push([first ?? (await nowProbe.round(round)), second])
    }
  } finally {
    for (const probe of probes) await probe.close()
  }
  return figures
}

/** The figure now divided by the one then; turned around where more is better. */
function ratiosOf(figures: readonly [number, number][], metric: string): number[] {
  const isThroughput = /\/s(ec)?$/.test(metric)
  return figures.map(([a, b]) => (isThroughput ? b / a : a / b))
}

const [nowList, beforeList] = [await listOf(now), await listOf(before)]
// Rivals are measured only where `--vs` names them: code that did not change shows what the machine adds.
const withRivals = args.includes("--vs")
const { matched, onlyNow, onlyBefore } = matchCases(
  nowList.contenders,
  beforeList.contenders,
  withRivals,
)
const rounds = args.includes("--quick") ? leastRounds : Math.max(defaultRounds, nowList.rounds ?? 0)
const rows: Row[] = []
const lines: string[][] = []
for (const match of matched) {
  const { case: title, contender: subject, metric } = match.now
  const figures = await pairs(match, rounds)
  const isSlower = (): boolean => verdictOf(intervalOf(ratiosOf(figures, metric))) === "slower"
  for (let again = 0; again < repetitions && isSlower(); again++)
    figures.push(...(await pairs(match, rounds)))
  const interval = intervalOf(ratiosOf(figures, metric))
  const verdict = verdictOf(interval)
  rows.push({ subject, case: title, metric, ...interval, rounds: figures.length, verdict })
  const [mine, theirs] = [0, 1].map(side =>
    figure(median(figures.map(pair => pair[side] as number))),
  ) as [string, string]
  const { ratio, low, high } = interval
  lines.push([
    title,
    subject,
    metric,
    theirs,
    mine,
    ratio.toFixed(3),
    `${low.toFixed(3)} to ${high.toFixed(3)}`,
    verdict,
  ])
}

const left = [
  ...onlyNow.map(each => `Not in ${commit}: ${each}`),
  ...onlyBefore.map(each => `Only in ${commit}: ${each}`),
].join("\n")
if (args.includes("--json")) {
  process.stdout.write(
    `${JSON.stringify({ bench: name, node: process.version, against: commit, rows, onlyNow, onlyBefore })}\n`,
  )
} else {
  const heading = [
    "case",
    "subject",
    "metric",
    "before",
    "now",
    "ratio",
    "95 % interval",
    "verdict",
  ]
  process.stdout.write(
    `${name} against ${commit} on Node ${process.version}, ${rounds} pairs of rounds\n\n${table(heading, lines)}\n`,
  )
  if (left) process.stdout.write(`\n${left}\n`)
}
process.exitCode = rows.some(row => row.verdict === "slower") ? 1 : 0
