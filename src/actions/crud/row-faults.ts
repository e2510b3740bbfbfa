// The faults of the rows of one request, until they are refused together.
import { NitroError } from "../../shared/errors.ts"
import { type ShownError, type ShownIssue, shownError } from "../reply/outside.ts"
import { RowsRefused } from "../reply/rows-refused.ts"

interface Fault {
  readonly error: unknown
  /** The error as a client sees it. */
  readonly view: ShownError
}

export class RowFaults {
  readonly #entity: string
  /** Of the route. */
  readonly #name: string
  /** The input that holds the rows: `items`. */
  readonly #list: string
  readonly #byRow = new Map<number, Fault[]>()

  constructor(entity: string, name: string, list: string) {
    this.#entity = entity
    this.#name = name
    this.#list = list
  }

  /** The number of faulty rows. */
  get size(): number {
    return this.#byRow.size
  }

  has(at: number): boolean {
    return this.#byRow.has(at)
  }

  /** Adds the error that a request for this row alone would get. Throws an error that its client may not see. */
  add(at: number, error: unknown): void {
    const view = shownError(error)
    if (view.isReported) throw error
    const faults = this.#byRow.get(at)
    if (faults === undefined) this.#byRow.set(at, [{ error, view }])
    else faults.push({ error, view })
  }

  /** @throws RowsRefused with all issues, if there is any fault. Its code and status are those of the first row's. */
  refuse(): void {
    const rows = [...this.#byRow].sort(([a], [b]) => a - b)
    const first = rows[0]?.[1][0]
    if (first === undefined) return
    const issues = rows.flatMap(([at, faults]) =>
      faults.flatMap(({ view }) => issuesOf(view, `${this.#list}.${at}`)),
    )
    const texts = issues.map(({ path, message }) => `${path}: ${message}`)
    const { code, status } = first.view
    throw new RowsRefused(
      `${this.#name} was refused, and nothing is written. ${texts.join("; ")}`,
      {
        code,
        status,
        fix: first.error instanceof NitroError ? first.error.fix : "",
        entity: this.#entity,
        issues,
      },
    )
  }
}

function issuesOf({ issues, message }: ShownError, row: string): readonly ShownIssue[] {
  if (issues.length === 0) return [{ path: row, message }]
  return issues.map(({ path, message }) => ({
    path: path === "" ? row : `${row}.${path}`,
    message,
  }))
}
