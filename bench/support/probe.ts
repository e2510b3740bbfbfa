// Measures one contender, a round at a time: in this process, or in a process of its own.
import { type ChildProcess, fork } from "node:child_process"
import { type BenchOptions, type Comparison, type Contender, contendersOf } from "./comparison.ts"

/** Set in a process that holds one contender: the index of its comparison and its own, as `2:0`. */
export const workerVariable = "NITRO_BENCH_WORKER"
/** Set in a process that only reports its cases to the process that started it. */
export const listVariable = "NITRO_BENCH_LIST"

export interface Probe {
  round(round: number): Promise<number>
  close(): Promise<void>
}

export async function localProbe(contender: Contender, options: BenchOptions): Promise<Probe> {
  await contender.setup?.()
  const close = async (): Promise<void> => {
    await contender.close?.()
  }
  if (contender.measure) return { round: contender.measure, close }
  if (!contender.run)
    throw new TypeError(`The contender ${contender.name} has neither run nor measure.`)
  const loop = await loopOf(contender.run)
  const warm = process.cpuUsage()
  let count = 1
  // Doubling serves as warm-up too: it ends with a count whose round takes about `roundMs`.
  for (let spent = 0; spent < (options.roundMs ?? 60) * 1000; count *= 2)
    spent = await cpuMicroseconds(() => loop(count))
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

/** A program with a bench: its file, its arguments and where it runs. */
export interface BenchProgram {
  readonly file: string
  readonly args: readonly string[]
  readonly execArgv: readonly string[]
  readonly cwd?: string
}

/** This process as a program that others can be started from. */
export function thisProgram(): BenchProgram {
  return {
    file: process.argv[1] as string,
    args: process.argv.slice(2),
    execArgv: process.execArgv,
  }
}

/** A contender in a process of its own; `worker` names it, see `workerVariable`. */
export async function remoteProbe(
  program: BenchProgram,
  worker: string,
  execArgv: readonly string[] = [],
): Promise<Probe> {
  const child = start(program, { [workerVariable]: worker }, execArgv)
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

/** The other side of `remoteProbe`: this process holds one contender and measures a round whenever the parent requests it. */
export async function serveRounds(
  comparisons: readonly Comparison[],
  worker: string,
  options: BenchOptions,
): Promise<never> {
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

/** A contender of a program, as its process reports it. */
export interface Listed {
  readonly case: string
  readonly metric: string
  readonly contender: string
  readonly isRival: boolean
  readonly worker: string
  readonly execArgv: readonly string[]
}

export interface Listing {
  readonly bench: string
  /** Undefined: the default. */
  readonly rounds?: number
  readonly contenders: readonly Listed[]
}

/** The cases of a program, which measures nothing for it. */
export async function listOf(program: BenchProgram): Promise<Listing> {
  const child = start(program, { [listVariable]: "1" })
  const ended = new Promise(resolve => child.once("exit", resolve))
  const listing = (await answer(child)) as Listing
  await ended
  return listing
}

/** The other side of `listOf`. */
export async function reportCases(listing: Listing): Promise<never> {
  await new Promise(resolve => process.send?.(listing, resolve))
  process.exit(0)
}

function start(
  { file, args, execArgv, cwd }: BenchProgram,
  env: NodeJS.ProcessEnv,
  more: readonly string[] = [],
): ChildProcess {
  return fork(file, args, {
    cwd,
    execArgv: [...execArgv, ...more],
    env: { ...process.env, ...env },
    // Whatever a contender prints must not end up in the JSON on stdout.
    stdio: ["ignore", 2, 2, "ipc"],
  })
}

function answer(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void =>
      reject(new Error(`A bench process ended with code ${code}.`))
    child.once("exit", ended)
    child.once("message", message => {
      child.off("exit", ended)
      resolve(message)
    })
  })
}
