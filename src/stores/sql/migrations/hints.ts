// Hints that only the author of a change can give: renames, values for old rows, conversions to another type.
import { NitroError } from "../../../shared/errors.ts"
import { suggest } from "../../../shared/suggest.ts"
import { columnOf, type SchemaModel, type TableModel, tableOf } from "./model.ts"
import "./errors.ts"

export interface Rename {
  /** Table of the column, by its old or new name; left out, a table is renamed. */
  readonly table?: string
  readonly from: string
  readonly to: string
}

export interface Hints {
  /** `"products.title:name"` is a column, `"products:items"` a table. Names that hold `.` or `:` are given as objects. */
  readonly renames?: readonly (string | Rename)[]
  /**
   * SQL expressions over the old row for new or now required columns: `{ "products.slug": "lower(title)" }`. Keys are
   * `table.column` by their new names.
   */
  readonly backfill?: Readonly<Record<string, string>>
  /** SQL expressions that give a column's values in its new type: `{ "products.price": "price / 100.0" }`. */
  readonly casts?: Readonly<Record<string, string | { readonly up: string; readonly down: string }>>
}

/** Hints in one direction, with renames as objects. */
export interface Directed {
  readonly direction: "up" | "down"
  readonly renames: readonly Rename[]
  readonly backfill: (table: string, column: string) => string | undefined
  readonly cast: (table: string, column: string) => string | undefined
}

/** Throws `NITRO_MIGRATION_HINT` for a name that is not there. */
export function directHints(
  hints: Hints,
  from: SchemaModel,
  to: SchemaModel,
): { readonly up: Directed; readonly down: Directed } {
  const renames = readRenames(hints.renames ?? [], from, to)
  const columns = [from, to].flatMap(schema =>
    schema.tables.flatMap(table => table.columns.map(column => `${table.name}.${column.name}`)),
  )
  for (const key of [...Object.keys(hints.backfill ?? {}), ...Object.keys(hints.casts ?? {})]) {
    if (!columns.includes(key))
      throw hintError(`There is no column ${JSON.stringify(key)}.`, suggest(key, columns))
  }
  const backfill = (table: string, column: string): string | undefined =>
    ownEntry(hints.backfill, `${table}.${column}`)
  const castFor = (direction: "up" | "down") => (table: string, column: string) => {
    const names = direction === "up" ? `${table}.${column}` : newName(renames, table, column)
    const casts = ownEntry(hints.casts, names)
    if (typeof casts === "string") return direction === "up" ? casts : undefined
    return casts?.[direction]
  }
  return {
    up: { direction: "up", renames, backfill, cast: castFor("up") },
    down: {
      direction: "down",
      renames: renames.map(rename => inverse(rename, renames)).reverse(),
      backfill,
      cast: castFor("down"),
    },
  }
}

function ownEntry<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined
}

/** The key of a hint for a column that the way down calls by its old names. */
function newName(renames: readonly Rename[], table: string, column: string): string {
  const newTable =
    renames.find(rename => rename.table === undefined && rename.from === table)?.to ?? table
  const newColumn =
    renames.find(rename => rename.table === newTable && rename.from === column)?.to ?? column
  return `${newTable}.${newColumn}`
}

/** Column renames name the table as it is called afterwards. */
function inverse({ table, from, to }: Rename, renames: readonly Rename[]): Rename {
  if (table === undefined) return { from: to, to: from }
  return {
    table: renames.find(rename => rename.table === undefined && rename.to === table)?.from ?? table,
    from: to,
    to: from,
  }
}

function readRenames(
  entries: readonly (string | Rename)[],
  from: SchemaModel,
  to: SchemaModel,
): Rename[] {
  const readings = entries.map(rename =>
    typeof rename === "string" ? readingsOf(rename) : [rename],
  )
  const tables = new Map<string, string>()
  for (const { table, from: old, to: name } of readings.flat()) {
    if (table === undefined && tableOf(from, old) && tableOf(to, name)) tables.set(old, name)
  }
  return entries.map((rename, index) => {
    const written = typeof rename === "string" ? rename : JSON.stringify(rename)
    const fitting = (readings[index] ?? []).flatMap(reading => fitRename(reading, from, to, tables))
    const [only] = fitting
    if (fitting.length > 1)
      throw hintError(
        `The rename ${written} can be read in several ways.`,
        "Write it as { table, from, to }.",
      )
    if (only !== undefined) return only
    throw misfit(written, readings[index] ?? [], from, to)
  })
}

/** The table of a column may be named as before or as after its own rename. */
function fitRename(
  rename: Rename,
  from: SchemaModel,
  to: SchemaModel,
  tables: ReadonlyMap<string, string>,
): Rename[] {
  if (rename.table === undefined) return tables.get(rename.from) === rename.to ? [rename] : []
  const table = tables.get(rename.table) ?? rename.table
  const source = tableOf(from, [...tables].find(([, name]) => name === table)?.[0] ?? table)
  const target = tableOf(to, table)
  const fits = source && target && columnOf(source, rename.from) && columnOf(target, rename.to)
  return fits ? [{ table, from: rename.from, to: rename.to }] : []
}

function misfit(
  written: string,
  readings: readonly Rename[],
  from: SchemaModel,
  to: SchemaModel,
): NitroError {
  const fix = 'Write "table.old:new" for a column, "old:new" for a table.'
  const [reading] = readings
  if (reading === undefined) return hintError(`The rename ${written} cannot be read.`, fix)
  const namesOf = (schema: SchemaModel): string[] =>
    reading.table === undefined
      ? schema.tables.map(({ name }) => name)
      : (tableOf(schema, reading.table)?.columns ?? []).map(({ name }) => name)
  const [before, after] = [namesOf(from), namesOf(to)]
  if (!before.includes(reading.from))
    return hintError(
      `The rename ${written}: there is no ${JSON.stringify(reading.from)} now.`,
      suggest(reading.from, before),
    )
  return hintError(
    `The rename ${written}: the entities have no ${JSON.stringify(reading.to)}.`,
    suggest(reading.to, after),
  )
}

/** Names may hold dots and colons, so every place to cut is tried. */
function readingsOf(text: string): Rename[] {
  const places = (separator: string, within: string): number[] =>
    [...within].flatMap((_, at) => (within[at] === separator ? [at] : []))
  return places(":", text).flatMap(colon => {
    const [left, right] = [text.slice(0, colon), text.slice(colon + 1)]
    const columns = places(".", left).map(dot => ({
      table: left.slice(0, dot),
      from: left.slice(dot + 1),
      to: right,
    }))
    return [...columns, { from: left, to: right }]
  })
}

export interface Renamed {
  readonly schema: SchemaModel
  /** In an order in which no name is taken; two that change places go through a third name. */
  readonly steps: readonly Rename[]
}

/** `from` with the renames done. Throws `NITRO_MIGRATION_HINT`. */
export function applyRenames(from: SchemaModel, renames: readonly Rename[]): Renamed {
  let schema = from
  const steps: Rename[] = []
  const step = (rename: Rename): void => {
    schema = renameInSchema(schema, rename)
    steps.push(rename)
  }
  const groups = new Map<string | undefined, Rename[]>([[undefined, []]])
  for (const rename of renames)
    groups.set(rename.table, [...(groups.get(rename.table) ?? []), rename])
  for (const [table, group] of groups) {
    const names = (): string[] =>
      table === undefined
        ? schema.tables.map(each => each.name)
        : (tableOf(schema, table)?.columns ?? []).map(each => each.name)
    let waiting = group
    while (waiting.length > 0) {
      const missing = waiting.find(rename => !names().includes(rename.from))
      if (missing)
        throw hintError(
          `${JSON.stringify(missing.from)} cannot be renamed: there is none.`,
          suggest(missing.from, names()),
        )
      const free = waiting.find(rename => !names().includes(rename.to))
      const [first] = waiting
      if (free !== undefined) {
        step(free)
        waiting = waiting.filter(rename => rename !== free)
      } else if (first !== undefined) {
        if (!waiting.some(rename => rename.from === first.to)) {
          throw hintError(
            `${JSON.stringify(first.from)} cannot be renamed: ${JSON.stringify(first.to)} is there already.`,
            "Rename that one too, or do it in two migrations.",
          )
        }
        const passing = `nitro_old_${first.from}`
        step({ ...first, to: passing })
        waiting = waiting.map(rename => (rename === first ? { ...first, from: passing } : rename))
      }
    }
  }
  return { schema, steps }
}

function renameInSchema(schema: SchemaModel, rename: Rename): SchemaModel {
  const tables = schema.tables.map(table =>
    rename.table === undefined
      ? renameTable(table, rename)
      : renameColumn(table, rename, rename.table),
  )
  return { ...schema, tables }
}

function renameTable(table: TableModel, { from, to }: Rename): TableModel {
  const foreignKeys = table.foreignKeys.map(key =>
    key.table === from ? { ...key, table: to } : key,
  )
  return { ...table, name: table.name === from ? to : table.name, foreignKeys }
}

function renameColumn(table: TableModel, { from, to }: Rename, of: string): TableModel {
  const isOwner = table.name === of
  const change = (name: string): string => (name === from ? to : name)
  const foreignKeys = table.foreignKeys.map(key => ({
    ...key,
    columns: isOwner ? key.columns.map(change) : key.columns,
    references: key.table === of ? key.references.map(change) : key.references,
  }))
  if (!isOwner) return { ...table, foreignKeys }
  return {
    ...table,
    foreignKeys,
    columns: table.columns.map(column => ({ ...column, name: change(column.name) })),
    primaryKey: table.primaryKey.map(change),
    indexes: table.indexes.map(index => ({ ...index, columns: index.columns.map(change) })),
  }
}

function hintError(message: string, fix: string): NitroError {
  return new NitroError("NITRO_MIGRATION_HINT", message, { fix })
}
