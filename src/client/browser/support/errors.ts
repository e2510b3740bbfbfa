// Errors that the client only reports fail the test in which they are reported, unless the test spies on console.error.
import { afterEach } from "vitest"
import { ClientError } from "../errors.ts"

let unexpected: ClientError[] = []

const print = console.error
console.error = (...args: unknown[]): void => {
  const [first] = args
  if (first instanceof ClientError) unexpected.push(first)
  print(...args)
}

afterEach(() => {
  const [first, ...others] = unexpected
  unexpected = []
  if (first === undefined) return
  const more = others.length === 0 ? "" : ` and ${others.length} more`
  throw new Error(
    `The client reported an error that the test does not expect${more}. If it is meant: vi.spyOn(console, "error").`,
    { cause: first },
  )
})
