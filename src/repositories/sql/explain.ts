// Says what a database said in the words of this library.
import { NitroError } from "../../shared/errors.ts"
import type { Dialect } from "./dialect.ts"
import "./errors.ts"
import type { Table } from "./table.ts"

export interface Explanation {
  readonly dialect: Dialect
  /** The store's name. */
  readonly store: string
  /** The table that was written or read; a commit has none. */
  readonly table?: Table
}

/** Gives the error to throw. Errors of this library stay as they are. */
export function explain(error: unknown, { dialect, store, table }: Explanation): NitroError {
  if (error instanceof NitroError) return error
  const failure = dialect.classify(error)
  const entity = table?.definition.name
  const options = { cause: error, ...(entity === undefined ? {} : { details: { entity } }) }
  const subject = entity === undefined ? "A transaction" : `A write of ${entity}`
  const reason = String((error as Error | undefined)?.message ?? error)
  switch (failure.kind) {
    case "duplicate":
      return duplicateError(failure.constraint, dialect, table, error)
    case "reference":
      return new NitroError(
        "NITRO_REFERENCE",
        `${subject} points to a row that does not exist, or removes one that others point to.`,
        options,
      )
    case "busy":
      return new NitroError("NITRO_STORE_BUSY", `${store} stayed locked by another connection.`, options)
    case "unavailable":
      return new NitroError("NITRO_STORE_UNAVAILABLE", `${store} cannot be used: ${reason}.`, options)
    default:
      return new NitroError("NITRO_SQL", `${store} refused a statement${entity === undefined ? "" : ` of ${entity}`}: ${reason}.`, options)
  }
}

function duplicateError(constraint: string, dialect: Dialect, table: Table | undefined, cause: unknown): NitroError {
  const definition = table?.definition
  const sets = definition === undefined ? [] : [["id"], ...definition.unique]
  const columnOf = (name: string): string => definition?.fieldByName.get(name)?.column ?? name
  const fields = sets.find(set => dialect.uniqueName(definition?.table ?? "", set.map(columnOf)) === constraint) ?? []
  const entity = definition?.name ?? "row"
  return new NitroError("NITRO_DUPLICATE", `Another ${entity} has this ${fields.join(" and ") || "value"} already.`, {
    cause,
    details: { entity, fields, issues: fields.map(path => ({ path, message: "is already taken" })) },
  })
}
