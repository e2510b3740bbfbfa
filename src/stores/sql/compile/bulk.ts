// Many writes in order, where inserts that follow each other go as one statement.
import type { Row, Write } from "../../../entity/store.ts"
import { after, inOrder } from "../../../shared/maybe.ts"
import type { MaybePromise } from "../../../shared/types.ts"

// Keeps a statement's parameters far below what a driver and a server hold in memory at once.
const maxRowsAtOnce = 5000

/** Inserts that follow each other, or one write of any kind. */
export type Step = { readonly rows: readonly Row[] } | Write

export function toSteps(writes: readonly Write[]): Step[] {
  const steps: Step[] = []
  let at = 0
  for (let write = writes[at]; write !== undefined; write = writes[at]) {
    const rows: Row[] = []
    for (
      let next: Write | undefined = write;
      next?.op === "insert" && rows.length < maxRowsAtOnce;
      next = writes[at + rows.length]
    )
      rows.push(next.row)
    steps.push(rows.length > 1 ? { rows } : write)
    at += Math.max(1, rows.length)
  }
  return steps
}

/** Runs the steps one after the other and gives how many rows each write touched. `insertMany` throws or inserts all. */
export function runSteps(
  steps: readonly Step[],
  apply: (write: Write) => MaybePromise<number>,
  insertMany: (rows: readonly Row[]) => MaybePromise<unknown>,
): MaybePromise<number[]> {
  const counts = inOrder(steps, (step): MaybePromise<number[]> => {
    if ("op" in step) return after(apply(step), count => [count])
    return after(insertMany(step.rows), () => step.rows.map(() => 1))
  })
  return after(counts, lists => lists.flat())
}
