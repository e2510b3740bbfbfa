// From one model to another: the ordered steps of both ways, and the drops that may be meant as renames.
import { canonicalType } from "./canonical.ts"
import { compareSchemas } from "./compare.ts"
import type { MigrationDialect, Step } from "./dialect.ts"
import { dialectNamed } from "./dialects.ts"
import type { SchemaDifference } from "./difference.ts"
import { applyRenames, type Directed, directHints, type Hints } from "./hints.ts"
import { columnOf, type SchemaModel, type TableModel } from "./model.ts"
import { displayName } from "./sql-text.ts"
import { valueSteps } from "./values.ts"

export interface PossibleRename {
  /** The value for `renames` if it is one. */
  readonly rename: string
  readonly sentence: string
}

export interface SchemaDiff {
  readonly up: readonly Step[]
  readonly down: readonly Step[]
  /** Nothing is guessed: without a hint these are drops and additions. */
  readonly possibleRenames: readonly PossibleRename[]
}

/**
 * Both ways between two models of one dialect. Throws `NITRO_MIGRATION_HINT`, `NITRO_MIGRATION_BACKFILL` and
 * `NITRO_MIGRATION_CAST` with what is missing.
 */
export function diffSchemas(from: SchemaModel, to: SchemaModel, hints: Hints = {}): SchemaDiff {
  const dialect = dialectNamed(to.dialect)
  const directed = directHints(hints, from, to)
  const up = oneWay(from, to, directed.up, dialect)
  return {
    up: up.steps,
    down: oneWay(to, from, directed.down, dialect).steps,
    possibleRenames: possibleRenames(up.difference, dialect),
  }
}

function oneWay(
  from: SchemaModel,
  to: SchemaModel,
  hints: Directed,
  dialect: MigrationDialect,
): { readonly steps: Step[]; readonly difference: SchemaDifference } {
  const renamed = applyRenames(from, hints.renames)
  const difference = compareSchemas(renamed.schema, to, dialect)
  const context = { dialect, hints }
  return {
    steps: [
      ...dialect.steps(difference, renamed.steps, context),
      ...valueSteps(renamed.schema, to, context),
    ],
    difference,
  }
}

function possibleRenames(
  { created, dropped, altered }: SchemaDifference,
  dialect: MigrationDialect,
): PossibleRename[] {
  const tables = dropped.flatMap(old =>
    created
      .filter(table => isAlike(old, table))
      .map(table => suggestion(old.name, table.name, `${old.name}:${table.name}`)),
  )
  const columns = altered.flatMap(({ to, added, dropped: removed }) =>
    removed.flatMap(old =>
      added
        .filter(
          column =>
            canonicalType(column.type, dialect) === canonicalType(old.type, dialect) &&
            (column.kind ?? old.kind) === (old.kind ?? column.kind),
        )
        .map(column =>
          suggestion(old.name, column.name, `${to.name}.${old.name}:${column.name}`, to.name),
        ),
    ),
  )
  return [...tables, ...columns]
}

/** `of` is the table of a column. */
function suggestion(from: string, to: string, rename: string, of?: string): PossibleRename {
  const [old, fresh] =
    of === undefined
      ? [`The table ${displayName(from)}`, displayName(to)]
      : [`The column ${displayName(from)} of ${displayName(of)}`, displayName(to)]
  return {
    rename,
    sentence: `${old} is dropped, and ${fresh} like it is added. If that is a rename, say renames: [${displayName(rename)}].`,
  }
}

/** More than half of the columns are the same. */
function isAlike(a: TableModel, b: TableModel): boolean {
  const common = a.columns.filter(({ name, type }) => columnOf(b, name)?.type === type).length
  return common * 2 > Math.max(a.columns.length, b.columns.length)
}
