// The pipeline of middleware: one within the other, each going on once, and only while it runs.
import type { NitroError } from "./errors.ts"

/** One step around the rest: returns another result than that of `next`, or undefined for that one. */
export interface Step {
  /** For messages. */
  readonly name: string
  run(next: () => Promise<unknown>): unknown
}

/** Runs `work` within the steps, the first outermost. `misuse` makes the error of a step that does not call `next` as it must. */
export function runThrough(
  steps: readonly Step[],
  work: () => Promise<unknown>,
  misuse: (step: string, problem: string) => NitroError,
): Promise<unknown> {
  return steps.reduceRight<() => Promise<unknown>>(
    (next, step) => () => runStep(step, next, misuse),
    work,
  )()
}

/** `next` goes on once, and only while its step runs: later it would go on outside of the unit of work. */
async function runStep(
  step: Step,
  next: () => Promise<unknown>,
  misuse: (step: string, problem: string) => NitroError,
): Promise<unknown> {
  const name = step.name || "without a name"
  let going: Promise<unknown> | undefined
  let isOver = false
  let misused: NitroError | undefined
  const goOn = (): Promise<unknown> => {
    let result: Promise<unknown>
    if (going === undefined && !isOver) result = going = next()
    else {
      misused = misuse(name, isOver ? "called next() after it had ended" : "called next() twice")
      result = Promise.reject(misused)
    }
    // A step that awaits something else instead must not end the process.
    result.catch(() => undefined)
    return result
  }
  try {
    const result = await step.run(goOn)
    // Thrown here too where nothing awaited the second call, so that the unit of work is rolled back.
    if (misused !== undefined) throw misused
    if (result !== undefined) return result
    if (going === undefined) throw misuse(name, "neither called next() nor returned a result")
    return await going
  } finally {
    isOver = true
  }
}
