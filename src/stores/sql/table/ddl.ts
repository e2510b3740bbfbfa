// The text of tables, columns and indexes in any dialect: the same for a store that syncs and for a migration.
import { isStorableBigInt, isStorableText } from "../../../entity/internal.ts"
import type { Dialect } from "../contract/dialect.ts"
import type {
  ColumnModel,
  ForeignKeyModel,
  IndexModel,
  TableModel,
} from "../contract/schema-model.ts"

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Text, a finite number or a bigint as every dialect writes it; undefined for what else it is or cannot be stored. */
export function plainLiteral(value: unknown): string | undefined {
  if (typeof value === "string") return isStorableText(value) ? quoteText(value) : undefined
  if (typeof value === "bigint") return isStorableBigInt(value) ? String(value) : undefined
  return Number.isFinite(value) ? String(value) : undefined
}

export function quoteAll({ quote }: Dialect, names: readonly string[]): string {
  return names.map(quote).join(", ")
}

/** `isKey`: it alone is the primary key. */
export function columnSql({ quote, ddl }: Dialect, column: ColumnModel, isKey = false): string {
  const key = ddl.columnKey(isKey, column.serial === true)
  return `${quote(column.name)} ${column.type}${key}${column.nullable ? "" : " not null"}${defaultSql(column)}`
}

/** ` default 0`; nothing without one. */
export function defaultSql(column: Pick<ColumnModel, "default">): string {
  return column.default === undefined ? "" : ` default ${column.default}`
}

/** ` references "users" ("id") on delete cascade`, behind a column or a list of columns. */
export function referenceSql(
  dialect: Dialect,
  { table, references, onDelete, deferred }: Omit<ForeignKeyModel, "name" | "columns">,
): string {
  const rule = onDelete === "no action" ? "" : ` on delete ${onDelete}`
  return ` references ${dialect.quote(table)} (${quoteAll(dialect, references)})${rule}${deferred ? " deferrable initially deferred" : ""}`
}

/** A table without its indexes, and without references if `alter table` adds them. `name` replaces its name. */
export function createTableSql(
  dialect: Dialect,
  table: TableModel,
  name: string = table.name,
): string {
  const { primaryKey } = table
  const foreignKeys = dialect.ddl.referencesInTable ? table.foreignKeys : []
  const columns = table.columns.map(column => {
    const isKey = primaryKey.length === 1 && primaryKey[0] === column.name
    const reference = referenceOf(foreignKeys, column.name)
    return `${columnSql(dialect, column, isKey)}${reference ? referenceSql(dialect, reference) : ""}`
  })
  const key = primaryKey.length > 1 ? [`primary key (${quoteAll(dialect, primaryKey)})`] : []
  const references = foreignKeys
    .filter(({ columns: { length } }) => length > 1)
    .map(key => `foreign key (${quoteAll(dialect, key.columns)})${referenceSql(dialect, key)}`)
  return `create table ${dialect.quote(name)} (\n  ${[...columns, ...key, ...references].join(",\n  ")}\n)`
}

/** The reference of this column alone. */
export function referenceOf(
  foreignKeys: readonly ForeignKeyModel[],
  column: string,
): ForeignKeyModel | undefined {
  return foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === column)
}

export function createIndexSql(
  dialect: Dialect,
  table: string,
  { name, columns, unique }: IndexModel,
  ifNotExists = false,
): string {
  return `create ${unique ? "unique " : ""}index ${ifNotExists ? "if not exists " : ""}${dialect.quote(name)} on ${dialect.quote(table)} (${quoteAll(dialect, columns)})`
}

/** For dialects whose references are not in the text of their table. */
export function addForeignKeySql(dialect: Dialect, table: string, key: ForeignKeyModel): string {
  return `alter table ${dialect.quote(table)} add constraint ${dialect.quote(key.name)} foreign key (${quoteAll(dialect, key.columns)})${referenceSql(dialect, key)}`
}
