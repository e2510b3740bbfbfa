// Differences between a database and its model, as sentences.

import { compareTables } from "./compare.ts"
import { dialectNamed } from "./dialects.ts"
import type { TableDifference } from "./difference.ts"
import { spelledAs } from "./introspect.ts"
import { type LiveSchema, type SchemaModel, tableOf } from "./model.ts"
import { displayName, shownAll } from "./sql-text.ts"

export interface Drift {
  readonly table: string
  readonly problem: string
  /** Only a default or an index more or less: everything that the entities write and read still fits. */
  readonly harmless: boolean
}

/** Tables that the model does not know are not ours, and no drift. */
export function driftOf(live: LiveSchema, expected: SchemaModel): Drift[] {
  const dialect = dialectNamed(expected.dialect)
  const actual = spelledAs(live.schema, expected, dialect)
  return expected.tables.flatMap(table => {
    const there = tableOf(actual, table.name)
    if (there === undefined)
      return [
        {
          table: table.name,
          problem: `The table ${displayName(table.name)} is missing.`,
          harmless: false,
        },
      ]
    return describe(compareTables(there, table, dialect))
  })
}

/** Tables of the database that no migration made. */
export function unmanagedTables(live: LiveSchema, expected: SchemaModel): string[] {
  const actual = spelledAs(live.schema, expected, dialectNamed(expected.dialect))
  return actual.tables.flatMap(({ name }) => (tableOf(expected, name) === undefined ? [name] : []))
}

function describe({ from, to, ...difference }: TableDifference): Drift[] {
  const drift: Drift[] = []
  const say = (text: string, harmless = false): void => {
    drift.push({ table: to.name, problem: `${displayName(to.name)}: ${text}.`, harmless })
  }
  for (const { name } of difference.added) say(`the column ${displayName(name)} is missing`)
  for (const { name } of difference.dropped)
    say(`the column ${displayName(name)} is not in the migrations`)
  for (const {
    from: is,
    to: should,
    type,
    nullable,
    serial,
    default: value,
  } of difference.changed) {
    const column = `the column ${displayName(should.name)}`
    if (type) say(`${column} is ${is.type || "of no type"} and should be ${should.type}`)
    if (nullable)
      say(`${column} ${is.nullable ? "may be null and should not" : "refuses null and should not"}`)
    // A column that counts up, though only the program sets the numbers, is accepted.
    if (serial && should.serial) say(`${column} does not count up`)
    if (value)
      say(
        `${column} has ${is.default ? `the default ${is.default}` : "no default"} and should have ${should.default ?? "none"}`,
        true,
      )
  }
  for (const { columns, unique } of difference.addedIndexes)
    say(`${unique ? "a unique index" : "an index"} on (${shownAll(columns)}) is missing`, !unique)
  for (const { columns, unique } of difference.droppedIndexes)
    say(
      `${unique ? "a unique index" : "an index"} on (${shownAll(columns)}) is not in the migrations`,
      !unique,
    )
  for (const key of difference.addedForeignKeys)
    say(
      `the reference of (${shownAll(key.columns)}) to ${displayName(key.table)}, on delete ${key.onDelete}, is missing`,
    )
  for (const key of difference.droppedForeignKeys)
    say(
      `the reference of (${shownAll(key.columns)}) to ${displayName(key.table)}, on delete ${key.onDelete}, is not in the migrations`,
    )
  if (difference.primaryKey)
    say(
      `the primary key is (${shownAll(from.primaryKey)}) and should be (${shownAll(to.primaryKey)})`,
    )
  return drift
}
