// Checks whether a row looks the same to the requesting page as it does outside of all requests.
import type { EntityInstance } from "../entity/index.ts"
import type { MaybePromise } from "../shared/types.ts"

type RenderRow = (row: EntityInstance) => MaybePromise<string>

export class ItemProbe {
  /** A row that was rendered; undefined while there was none. */
  row: EntityInstance | undefined
  readonly #personal: RenderRow
  readonly #shared: RenderRow
  #checks: ((row: EntityInstance) => Promise<void>)[] = []
  #checking: Promise<unknown> | undefined
  #sharedOutcome: string | undefined

  /** `own` renders in the context of the caller, `shared` as for all pages. */
  constructor(personal: RenderRow, shared: RenderRow) {
    this.#personal = personal
    this.#shared = shared
  }

  take(row: EntityInstance): void {
    if (this.row !== undefined) return
    this.row = row
    this.#checking = Promise.all(this.#checks.splice(0).map(check => check(row)))
  }

  /** Calls `check` with the first row that is rendered, before any page is sent it. */
  onFirstRow(check: (row: EntityInstance) => Promise<void>): void {
    this.#checks.push(check)
  }

  get isChecking(): boolean {
    return this.#checking !== undefined
  }

  /** Resolves when all checks of the first row are done. */
  async checked(): Promise<void> {
    await this.#checking
    this.#checking = undefined
  }

  async looksShared(row: EntityInstance): Promise<boolean> {
    const personal = await outcome(this.#personal, row)
    // An earlier output will do while it is the same: that came from no page either.
    if (personal !== undefined && personal === this.#sharedOutcome) return true
    this.#sharedOutcome = await outcome(this.#shared, row)
    if (personal === this.#sharedOutcome) return true
    // Output that differs from itself, by a time or a random number, says nothing about the page.
    return personal !== (await outcome(this.#personal, row))
  }
}

/** The HTML; undefined for any failure. */
async function outcome(render: RenderRow, row: EntityInstance): Promise<string | undefined> {
  try {
    return await render(row)
  } catch {
    return undefined
  }
}
