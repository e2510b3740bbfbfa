// Reads rows of a database's own catalog: checks what the statement promises to select.
import type { Row } from "../../../entity/store.ts"

interface Cells {
  readonly text: string
  readonly "text?": string | null
  readonly number: number
  readonly boolean: boolean
}
type Kind = keyof Cells
type CatalogRow<K extends readonly Kind[]> = { -readonly [I in keyof K]: Cells[K[I]] }

const checks: Readonly<Record<Kind, (cell: unknown) => boolean>> = {
  text: cell => typeof cell === "string",
  "text?": cell => typeof cell === "string" || cell === null,
  number: cell => typeof cell === "number",
  boolean: cell => typeof cell === "boolean",
}

/** The rows, with the type of each column by its place. Throws if the database returns another type. */
export function catalogRows<const K extends readonly Kind[]>(
  rows: readonly Row[],
  ...kinds: K
): CatalogRow<K>[] {
  const isFit = (row: Row): row is Row & CatalogRow<K> =>
    kinds.every((kind, at) => checks[kind](row[at]))
  return rows.map(row => {
    if (isFit(row)) return row
    throw new TypeError(
      `A query of the database's catalog returned (${row.map(cell => typeof cell).join(", ")}) instead of (${kinds.join(", ")}).`,
    )
  })
}

/** The first row of a result that has one. */
export function catalogRow<const K extends readonly Kind[]>(
  row: Row | undefined,
  ...kinds: K
): CatalogRow<K> {
  const [first] = catalogRows(row === undefined ? [] : [row], ...kinds)
  if (first !== undefined) return first
  throw new TypeError("A query of the database's catalog returned no row.")
}

/** A list of names that the database wrote as JSON. */
export function catalogNames(json: string): string[] {
  const names: unknown = JSON.parse(json)
  if (Array.isArray(names) && names.every(name => typeof name === "string")) return names
  throw new TypeError(`The database's catalog returned ${json} instead of a list of names.`)
}
