// Values that a field takes no more: rows may hold them, and only the author of the change knows what they become.
import { quoteText } from "../table/ddl.ts"
import { needsCast } from "./casts.ts"
import type { Context, Step } from "./dialect.ts"
import { columnOf, type SchemaModel, tableOf } from "./model.ts"
import { displayName } from "./sql-text.ts"

/** One step for each column with such values: an update where a cast says how, else a comment in the file. */
export function valueSteps(
  from: SchemaModel,
  to: SchemaModel,
  { dialect, hints }: Context,
): Step[] {
  const { quote } = dialect.sql
  return to.tables.flatMap(table =>
    table.columns.flatMap((column): Step[] => {
      const old = tableOf(from, table.name)
      const before = old && columnOf(old, column.name)
      if (
        before?.values === undefined ||
        column.values === undefined ||
        needsCast(before, column, dialect)
      )
        return []
      const removed = before.values.filter(value => column.values?.includes(value) === false)
      const isBack =
        hints.direction === "down" &&
        column.values.some(value => before.values?.includes(value) === false)
      if (removed.length === 0) return isBack ? [widened(table.name, column.name)] : []
      const list = removed
        .map(value => (typeof value === "number" ? String(value) : quoteText(value)))
        .join(", ")
      const cast = hints.cast(table.name, column.name)
      const name = quote(column.name)
      const text = `The column ${displayName(column.name)} of ${displayName(table.name)} takes ${list} no more.`
      const open = ` Rows that hold it stay as they are, and their entities cannot be saved: say what they become, as SQL: casts: { ${displayName(`${table.name}.${column.name}`)}: "..." }.`
      return [
        {
          direction: hints.direction,
          table: table.name,
          sentence: cast === undefined ? text + open : text,
          destructive: false,
          statements:
            cast === undefined
              ? []
              : [`update ${quote(table.name)} set ${name} = ${cast} where ${name} in (${list})`],
        },
      ]
    }),
  )
}

/** The way back takes the values again. It has a statement, as a migration without one cannot be taken back. */
function widened(table: string, column: string): Step {
  const sentence = `The column ${displayName(column)} of ${displayName(table)} takes its former values again; rows keep what they hold.`
  return { direction: "down", table, sentence, destructive: false, statements: ["select 1"] }
}
