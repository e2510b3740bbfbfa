// How indexes and foreign keys are called, so that a schema made twice has the same names.
import { createHash } from "node:crypto"
import type { Dialect } from "../contract/dialect.ts"

type Names = Pick<Dialect, "maxNameBytes">

export function indexName(
  table: string,
  columns: readonly string[],
  unique: boolean,
  dialect: Names,
): string {
  return fitting(`${unique ? "unique" : "index"} ${table}(${columns.join(", ")})`, dialect)
}

export function foreignKeyName(table: string, columns: readonly string[], dialect: Names): string {
  return fitting(`reference ${table}(${columns.join(", ")})`, dialect)
}

/** Whether a name follows the rules above, so that a rename may change it along. */
export function isOurName(name: string): boolean {
  return /^(unique|index|reference) /.test(name)
}

function fitting(name: string, { maxNameBytes = Number.POSITIVE_INFINITY }: Names): string {
  if (Buffer.byteLength(name) <= maxNameBytes) return name
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 10)
  let start = ""
  for (const character of name) {
    if (Buffer.byteLength(start + character) > maxNameBytes - hash.length - 1) break
    start += character
  }
  return `${start}~${hash}`
}
