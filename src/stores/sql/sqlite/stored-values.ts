// SQLite columns keep values of any type: finds those that a field would compare and read as something else.
import type { EntityDefinition, FieldDefinition, FieldType } from "../../../entity/store.ts"
import type { SyncDriver } from "../contract/driver.ts"
import { type Difference, storedFields } from "../table/schema-difference.ts"
import { sqliteDialect } from "./dialect.ts"

const { quote } = sqliteDialect

// So many rows are looked at where a store has made the column, and where another program has: start-up must not take minutes.
const sampleSize = 1000
const longestScan = 1_000_000

interface Kept {
  /** True for a value, not null, that is not kept so. `c` is the column. */
  readonly isOther: (c: string) => string
  readonly words: string
  /** Turns what other programs usually keep into it. */
  readonly convert?: (c: string) => string
}

const isWhole = (c: string): string =>
  `typeof(${c}) = 'integer' or typeof(${c}) = 'real' and ${c} = cast(${c} as integer)`
const isText = (c: string): string => `typeof(${c}) <> 'text'`
const toMilliseconds = (c: string): string =>
  `cast(round((julianday(${c}) - 2440587.5) * 86400000.0) as integer)`

const keptAs: Readonly<Record<FieldType, Kept>> = {
  string: { isOther: isText, words: "text", convert: c => `cast(${c} as text)` },
  json: { isOther: isText, words: "JSON as text" },
  integer: {
    isOther: c => `not (${isWhole(c)})`,
    words: "whole numbers",
    convert: c => `cast(${c} as integer)`,
  },
  number: {
    isOther: c => `typeof(${c}) not in ('integer', 'real')`,
    words: "numbers",
    convert: c => `cast(${c} as real)`,
  },
  boolean: {
    isOther: c => `typeof(${c}) not in ('integer', 'real') or ${c} not in (0, 1)`,
    words: "0 and 1",
    convert: c => `lower(${c}) in ('1', 't', 'true', 'y', 'yes', 'on')`,
  },
  date: {
    isOther: c => `not (${isWhole(c)}) or abs(${c}) > 8.64e15`,
    words: "whole milliseconds since 1970 (UTC)",
    convert: toMilliseconds,
  },
  bigint: {
    isOther: c => `typeof(${c}) <> 'integer'`,
    words: "whole numbers",
    convert: c => `cast(${c} as integer)`,
  },
  bytes: {
    isOther: c => `typeof(${c}) <> 'blob'`,
    words: "bytes",
    convert: c => `cast(${c} as blob)`,
  },
}

/** The columns whose values do not fit their fields. `typeOf` gives the declared type of a column, `ownType` that of a store's own. */
export function compareValues(
  driver: SyncDriver,
  definition: EntityDefinition,
  typeOf: (field: FieldDefinition) => string | undefined,
  ownType: (field: FieldDefinition) => string,
): Difference[] {
  const there = storedFields(definition).filter(field => typeOf(field) !== undefined)
  const isOwn = (field: FieldDefinition): boolean => typeOf(field) === ownType(field)
  const others = there.filter(field => !isOwn(field))
  const problems = [
    ...examine(driver, definition, there.filter(isOwn), sampleSize),
    ...examine(driver, definition, others, longestScan),
  ]
  const dates = there.filter(
    field => field.type === "date" && !problems.some(([other]) => other === field),
  )
  return [
    ...problems.map(([field, example]) => different(definition, field, example)),
    ...dates.flatMap(field => secondsOrDays(driver, definition, field, isOwn(field))),
  ]
}

/** Each field with a value that it does not keep so. */
function examine(
  driver: SyncDriver,
  { table }: EntityDefinition,
  fields: readonly FieldDefinition[],
  rows: number,
): [FieldDefinition, unknown][] {
  if (fields.length === 0) return []
  const outputs = fields.map(({ column, type }, index) => {
    const c = quote(column)
    // A primitive for every driver, whatever the value is. Every value that is not kept so has a type, and so text.
    return `max(case when ${c} is not null and (${keptAs[type].isOther(c)}) then typeof(${c}) || ' ' || substr(quote(${c}), 1, 40) end) as c${index}`
  })
  const from = `(select ${fields.map(({ column }) => quote(column)).join(", ")} from ${quote(table)} limit ${rows})`
  const outputsRow = driver.get(`select ${outputs.join(", ")} from ${from}`, []) ?? []
  return fields.flatMap((field, index): [FieldDefinition, unknown][] =>
    typeof outputsRow[index] === "string" ? [[field, outputsRow[index]]] : [],
  )
}

function different(
  { table }: EntityDefinition,
  { name, column, type }: FieldDefinition,
  example: unknown,
): Difference {
  const { words, convert } = keptAs[type]
  const statement =
    convert === undefined
      ? ""
      : `, for example by: update ${quote(table)} set ${quote(column)} = ${convert(quote(column))}`
  return {
    column,
    problem: `column "${column}" holds ${String(example)}, and ${name} is kept as ${words}`,
    fix: `Turn the values into ${words}${statement}. Or declare the field as what the column holds.`,
    serious: true,
  }
}

// Between 1979 and 2128 as seconds; as milliseconds all would lie in eight weeks of 1970.
const [leastSeconds, mostSeconds] = [3e8, 5e9]

/** Numbers that are seconds since 1970, or the days of a Julian calendar: `isOwn` columns may hold dates of 1970. */
function secondsOrDays(
  driver: SyncDriver,
  { table }: EntityDefinition,
  { name, column }: FieldDefinition,
  isOwn: boolean,
): Difference[] {
  const c = quote(column)
  const numbers = `select abs(${c}) as n from ${quote(table)} where typeof(${c}) in ('integer', 'real') and ${c} <> 0 limit ${sampleSize}`
  const [least, most] = driver.get(`select min(n), max(n) from (${numbers})`, []) ?? []
  if (
    typeof least !== "number" ||
    typeof most !== "number" ||
    most > mostSeconds ||
    (isOwn && least < leastSeconds)
  )
    return []
  const isDays = most < 5_373_485
  const statement = isDays ? toMilliseconds(c) : `${c} * 1000`
  return [
    {
      column,
      problem: `column "${column}" holds ${isDays ? "days or years" : "seconds"}, as ${most}, and ${name} is kept as ${keptAs.date.words}`,
      fix: `Turn the values into milliseconds, for example by: update ${quote(table)} set ${c} = ${statement}. Or declare the field as z.number().`,
      serious: true,
    },
  ]
}
