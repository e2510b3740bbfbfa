// Writes that open a unit of work, because their class, their store or a recorder of changes requires one.
import type { Binding } from "./bound-class.ts"
import { isRecorded } from "./recorders.ts"
import { currentUnit, unitOfWork } from "./unit-of-work.ts"

/** Whether a write needs a unit, and none is open. */
export function lacksUnit(binding: Binding): boolean {
  const { model, store } = binding
  const needsUnit = model.isAlwaysInUnit || store.unit !== undefined || isRecorded(binding)
  return needsUnit && currentUnit() === undefined
}

/** The units opened by a write of an instance, until they are committed. */
const writing = new WeakMap<object, Promise<unknown>>()

/**
 * `write` of these instances in a separate unit; `operation` is for messages: `"save"`. Units of one instance run one after the
 * other: the second would compute what to write from what the first may yet take back.
 */
export async function inOwnUnit<T>(
  { model }: Binding,
  operation: string,
  write: () => Promise<T>,
  instances: readonly object[] = [],
): Promise<T> {
  for (;;) {
    const busy = instances.find(instance => writing.has(instance))
    if (busy === undefined) break
    await writing.get(busy)
  }
  const done = unitOfWork(write, { name: `${model.name}.${operation}` })
  const leave = (): void => {
    for (const instance of instances) writing.delete(instance)
  }
  const settled = done.then(leave, leave)
  for (const instance of instances) writing.set(instance, settled)
  return done
}
