// Variables of an async context, all on one AsyncLocalStorage: before Node 24 each storage in use slows down every promise.
import { AsyncLocalStorage } from "node:async_hooks"

/** One variable and its value, in front of the others. A variable occurs at most once, so a chain is as short as they are few. */
interface Frame {
  readonly variable: AsyncVariable<unknown>
  readonly value: unknown
  readonly rest: Frame | undefined
}

const storage = new AsyncLocalStorage<Frame | undefined>()

/** A value that `run` sets for a function and all that it starts, like that of an `AsyncLocalStorage`. */
export class AsyncVariable<T> {
  /** The value in this context; undefined outside of every `run`. */
  get(): T | undefined {
    for (let frame = storage.getStore(); frame !== undefined; frame = frame.rest) {
      // `run` of this variable has set it.
      if (frame.variable === this) return frame.value as T
    }
    return undefined
  }

  run<R>(value: T, fn: () => R): R {
    const current = storage.getStore()
    return storage.run({ variable: this, value, rest: without(this, current) }, fn)
  }
}

/** Runs `fn` with two variables set, in one entry of the storage: that is what costs. */
export function runBoth<A, B, R>(
  [one, oneValue]: readonly [AsyncVariable<A>, A],
  [other, otherValue]: readonly [AsyncVariable<B>, B],
  fn: () => R,
): R {
  const rest = without(one, without(other, storage.getStore()))
  return storage.run(
    { variable: one, value: oneValue, rest: { variable: other, value: otherValue, rest } },
    fn,
  )
}

/** The chain without the frame of `variable`: work that starts its own successor, again and again, must not lengthen it. */
function without(variable: AsyncVariable<unknown>, frame: Frame | undefined): Frame | undefined {
  let depth = 0
  let entry = frame
  for (; entry !== undefined && entry.variable !== variable; entry = entry.rest) depth++
  return entry === undefined ? frame : copied(frame, depth, entry.rest)
}

function copied(
  frame: Frame | undefined,
  count: number,
  end: Frame | undefined,
): Frame | undefined {
  if (count === 0 || frame === undefined) return end
  return { variable: frame.variable, value: frame.value, rest: copied(frame.rest, count - 1, end) }
}
