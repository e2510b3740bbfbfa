// Errors that the library only reports fail the test in which they are reported, unless it says that it expects them.
import { afterAll, afterEach } from "vitest"

/** An error as the library reports it. */
export interface Reported {
  /** Its activity: `Todo.toggle`. */
  readonly where: string
  readonly error: unknown
}

let unexpected: Reported[] = []
let expected: Reported[] | undefined

// With a subscriber to `nitro:error`, or a spy on `console.error`, a test takes care of them itself.
const print = console.error
console.error = (...args: unknown[]): void => {
  const [first, error] = args
  const where =
    typeof first === "string"
      ? /^\[nitro-ts\] (.*?)(?: \(request [^)]*\))?:$/s.exec(first)?.[1]
      : undefined
  if (where !== undefined && expected !== undefined) {
    expected.push({ where, error })
    return
  }
  if (where !== undefined) unexpected.push({ where, error })
  print(...args)
}

/** From now until the end of the test errors may be reported: they are in the list, to be compared. */
export function expectErrors(): readonly Reported[] {
  expected = []
  return expected
}

function assertNone(): void {
  expected = undefined
  const [first, ...others] = unexpected
  unexpected = []
  if (first === undefined) return
  const more = others.length === 0 ? "" : ` and ${others.length} more`
  throw new Error(
    `An error was reported that the test does not expect, by ${first.where}${more}. If it is meant: expectErrors().`,
    {
      cause: first.error,
    },
  )
}

afterEach(assertNone)
// Clean-up after the last test.
afterAll(assertNone)
