// Rows that several processes write without a lock: of several that add one the first counts, and expired rows are swept now and then.
import { isNitroError } from "../../entity/index.ts"

/** Whether `create` added its row; false where another writer was faster. */
export async function addsRow(create: () => Promise<unknown>): Promise<boolean> {
  try {
    await create()
    return true
  } catch (error) {
    if (isNitroError(error, "NITRO_DUPLICATE")) return false
    throw error
  }
}

/** Sweeps once in each period, at the first call in it. */
export class Sweeper {
  readonly #everyMs: number
  readonly #sweep: (now: number) => Promise<unknown>
  #lastAt = Date.now()

  constructor(everyMs: number, sweep: (now: number) => Promise<unknown>) {
    this.#everyMs = everyMs
    this.#sweep = sweep
  }

  async run(): Promise<void> {
    const now = Date.now()
    if (now - this.#lastAt < this.#everyMs) return
    this.#lastAt = now
    await this.#sweep(now)
  }
}
