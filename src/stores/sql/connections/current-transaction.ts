// SQL of other libraries in our transaction: a queue's row is then kept or taken back with the entities.
import { runInUnit } from "../../../entity/internal.ts"
import type { Store } from "../../../entity/store.ts"
import { NitroError } from "../../../shared/errors.ts"
import type { MaybePromise } from "../../../shared/types.ts"
import { accessOf, type SqlAccess } from "../contract/access.ts"

/** The interface for libraries that join a transaction; pg-boss calls it `db`. */
export interface SqlTransaction {
  /**
   * Runs one statement. `values` stand for the database's own placeholders: `$1` on Postgres, `?` on SQLite. Rows are objects of
   * what the columns hold, as entities would read them; of two columns of one name the last one counts.
   */
  executeSql(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: Record<string, unknown>[]; readonly rowCount: number }>
}

/**
 * The transaction of this context on `store`: that of the unit of work, which joins the store now if it has not yet, or one of
 * `inTransaction`. Throws `NITRO_TRANSACTION` outside of both, and `NITRO_CAPABILITY` for a store that runs no SQL.
 *
 * ```ts
 * await unitOfWork(async () => {
 *   await order.save()
 *   await boss.send("mail", { order: order.id }, { db: currentTransaction(store) })
 * })
 * ```
 */
export function currentTransaction(store: Store): SqlTransaction {
  const access = accessOf(store)
  assertOpen(store, access)
  return {
    async executeSql(text, values = []) {
      // A kept reference may outlive the transaction.
      const run = assertOpen(store, access)
      const { columns, rows, rowCount } = await run(() => access.execute(text, values))
      return { rows: rows.map(row => toObject(columns, row)), rowCount }
    },
  }
}

type Run = <T>(work: () => MaybePromise<T>) => MaybePromise<T>

function assertOpen(store: Store, access: SqlAccess): Run {
  const run = runInUnit(store) ?? (access.inTransaction() ? alone : undefined)
  if (run !== undefined) return run
  throw new NitroError("NITRO_TRANSACTION", `No transaction of ${store.name} is open here.`, {
    fix: "Call it inside of unitOfWork(async () => { … }), or of inTransaction(store, async () => { … }).",
  })
}

function alone<T>(work: () => T): T {
  return work()
}

function toObject(columns: readonly string[], row: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(columns.map((name, index) => [name, row[index]]))
}
