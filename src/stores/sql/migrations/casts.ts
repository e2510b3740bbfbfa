// Turns the values of a column into those of another type, so that a value that does not fit fails instead of changing.
import type { FieldType } from "../../../entity/store.ts"
import { canonicalType } from "./canonical.ts"
import type { MigrationDialect } from "./dialect.ts"
import type { ColumnModel } from "./model.ts"

/** The field type of a column; for one that no entity declared, derived from its SQL type. */
function kindOf(column: ColumnModel): FieldType | undefined {
  if (column.kind !== undefined) return column.kind
  const type = column.type.toLowerCase()
  if (/^(text|varchar|character)/.test(type)) return "string"
  if (/int/.test(type)) return "integer"
  if (/^(real|double|float|numeric|decimal)/.test(type)) return "number"
  if (/^bool/.test(type)) return "boolean"
  if (/^timestamp(\(\d\))? with/.test(type)) return "date"
  if (/^(blob|bytea)/.test(type)) return "bytes"
  return /^json/.test(type) ? "json" : undefined
}

const whole = new Set<FieldType>(["integer", "bigint"])

/** Whether the values must be turned into others; of a column that no entity declared, its type decides alone. */
export function needsCast(from: ColumnModel, to: ColumnModel, dialect: MigrationDialect): boolean {
  if (canonicalType(from.type, dialect) !== canonicalType(to.type, dialect)) return true
  if (from.kind === undefined || to.kind === undefined || from.kind === to.kind) return false
  return castSql({ ...from, type: to.type }, to, "c", dialect) !== "c"
}

/** The expression, or undefined where only the author of the change can know. `column` is quoted. */
export function castSql(
  from: ColumnModel,
  to: ColumnModel,
  column: string,
  dialect: MigrationDialect,
): string | undefined {
  const [source, target] = [kindOf(from), kindOf(to)]
  if (source === undefined || target === undefined) return undefined
  if (source === target || (whole.has(source) && whole.has(target))) {
    return canonicalType(from.type, dialect) === canonicalType(to.type, dialect)
      ? column
      : `cast(${column} as ${to.type.replace(/ collate .*$/, "")})`
  }
  return dialect.casts[source]?.[target]?.(column)
}
