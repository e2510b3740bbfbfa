// Says what a database said in the words of this library.
import { longCascadeError } from "../../../entity/internal.ts"
import { duplicateError } from "../../../entity/store.ts"
import { NitroError } from "../../../shared/errors.ts"
import type { Dialect } from "../contract/dialect.ts"
import "../contract/errors.ts"
import { isObject } from "../../../shared/guards.ts"
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
  const { message, code } = isObject(error) ? error : {}
  // A refused connection to several addresses has a code and no words.
  const reason = message || String(code ?? error)
  switch (failure.kind) {
    case "duplicate":
      return duplicate(failure.constraint, dialect, table, error)
    case "reference":
      return new NitroError(
        "NITRO_REFERENCE",
        `${subject} points to a row that does not exist, or removes one that others point to.`,
        {
          ...options,
          clientMessage: `This ${entity ?? "row"} refers to something that does not exist, or is still in use.`,
        },
      )
    case "longCascade":
      return longCascadeError(entity ?? "a row", error)
    case "tooComplex":
      return new NitroError(
        "NITRO_QUERY",
        `A condition on ${entity ?? "a table"} is too complex for ${store}: ${reason}.`,
        {
          ...options,
          fix: "Nest the condition less deeply, or split it into several queries.",
        },
      )
    case "busy":
      return new NitroError(
        "NITRO_STORE_BUSY",
        `${store} was busy with others for too long: ${reason}.`,
        options,
      )
    case "conflict":
      return new NitroError(
        "NITRO_TRANSACTION_CONFLICT",
        `${store} gave up a transaction that others were in the way of: ${reason}.`,
        {
          ...options,
          clientMessage: "This was changed at the same time by another request. Please try again.",
        },
      )
    case "value":
      return new NitroError(
        "NITRO_VALUE_UNSUPPORTED",
        `A value of ${entity ?? "a row"} does not fit its column: ${reason}.`,
        {
          ...options,
          clientMessage: `A value of ${entity ?? "this row"} is outside of what can be stored.`,
        },
      )
    case "unavailable":
    case "readOnly":
      return new NitroError(
        "NITRO_STORE_UNAVAILABLE",
        `${store} cannot be used: ${reason}.`,
        options,
      )
    default:
      return new NitroError(
        "NITRO_SQL",
        `${store} refused a statement${entity === undefined ? "" : ` of ${entity}`}: ${reason}.`,
        options,
      )
  }
}

function duplicate(
  constraint: string,
  dialect: Dialect,
  table: Table | undefined,
  cause: unknown,
): NitroError {
  const definition = table?.definition
  if (definition === undefined) return duplicateError("row", [], cause)
  const columnOf = (name: string): string => definition.fieldByName.get(name)?.column ?? name
  const sets: (readonly string[])[] = [definition.key, ...definition.unique]
  return duplicateError(
    definition,
    sets.find(set => dialect.uniqueName(definition.table, set.map(columnOf)) === constraint) ?? [],
    cause,
  )
}

/** A statement of the program's own that writes, by a function that it calls. */
export function rawWriteError(entity: string, store: string, cause: unknown): NitroError {
  return new NitroError(
    "NITRO_QUERY",
    `${entity}.sql only reads, and ${store} refused the statement because it writes.`,
    {
      cause,
      fix: `Write with ${entity}.create, save, updateWhere or deleteWhere, or run the statement with a database client of your own.`,
    },
  )
}
