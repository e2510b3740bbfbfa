// Tables: rows of values in formatted cells, or rows written by hand.

import {
  type Child,
  caption,
  div,
  type Markup,
  type TagAttributes,
  table,
  tbody,
  td,
  th,
  thead,
  tr,
} from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { inWords } from "../shared/words.ts"
import { type ElementProps, withClass } from "./attributes.ts"
import { columnFacts, type Described, tableFields } from "./described.ts"
import { Empty } from "./empty.ts"
import { type FormatOptions, formatCell } from "./format.ts"

/** A column: what its head says and how its cells are made. */
export interface Column<Row> extends FormatOptions {
  /** The member of the row that is shown, unless `cell` says otherwise. */
  readonly key?: keyof Row & string
  /** Default: the key in words, `unitPrice` as "Unit price". */
  readonly label?: Child
  /** The content of a cell; text is escaped. Default: `formatCell(row[key])`. */
  readonly cell?: (row: Row) => Child
  /** Default `"end"` for the types `number`, `currency` and `percent`, else `"start"`. */
  readonly align?: "start" | "center" | "end"
}

export interface TableProps<Row = never> extends ElementProps<"table"> {
  /** An entity class: its fields are the columns, with their labels and formats, and its plural is the caption, unless these are given. */
  readonly of?: Described | undefined
  /** The caption: describes the content of the table. */
  readonly caption?: Child
  /** With `rows`: the columns, or the keys of the rows to show. */
  readonly columns?: readonly (Column<Row> | (keyof Row & string))[] | undefined
  readonly rows?: Iterable<Row> | undefined
  /** Attributes of a row, such as its id for live patches. */
  readonly row?: ((row: Row) => TagAttributes<"tr">) | undefined
  /** Shown when there are no rows. Default "Nothing here yet.", and with `of` what `Empty` says of the class. */
  readonly empty?: Child
  /** Given without rows and columns: `<thead>`, `<tbody>` and so on. */
  readonly children?: Child
}

/** `Table({ caption: "Orders", columns: ["id", { key: "total", type: "currency" }], rows: orders })` */
export function Table<Row extends object = never>(
  props: TableProps<Row>,
  ...content: Child[]
): Markup {
  const {
    of,
    caption: title = of?.definition.labelPlural,
    columns: columnNames = of &&
      // The fields of the class are members of its rows.
      (tableFields(of).map(({ name }) => name) as (keyof Row & string)[]),
    rows,
    row,
    empty = of === undefined ? "Nothing here yet." : Empty({ of }),
    children,
    ...rest
  } = ownProps(props)
  const columns = columnNames && describedColumns(columnNames, of)
  const { class: names, ...attributes } = withClass("table", rest)
  const body =
    columns && rows
      ? [head(columns), bodyOf(columns, [...rows], row, empty)]
      : content.length > 0
        ? content
        : children
  const inner = table({ class: names, ...attributes }, title !== undefined && caption(title), body)
  // It scrolls when it is too wide, also by keyboard: so it takes the focus, and needs a name.
  const label = ownProps(attributes)["aria-label"] ?? (typeof title === "string" ? title : "Table")
  return div(
    // The attribute checks it.
    { class: "table-container", tabindex: 0, role: "group", "aria-label": label as string },
    inner,
  )
}

/** The columns with what the class says of their fields; what a column says itself goes before it. */
function describedColumns<Row>(columns: Columns<Row>, of: Described | undefined): Columns<Row> {
  if (of === undefined) return columns
  const fields = new Map(of.definition.fields.map(field => [field.name, field]))
  return columns.map(columnOf).map(column => {
    const field = column.key === undefined ? undefined : fields.get(column.key)
    return field === undefined ? column : { ...columnFacts(field), ...column }
  })
}

type Columns<Row> = readonly (Column<Row> | (keyof Row & string))[]

const columnOf = <Row>(column: Column<Row> | (keyof Row & string)): Column<Row> =>
  ownProps(typeof column === "string" ? { key: column } : column)

const endTypes = new Set<FormatOptions["type"]>(["number", "currency", "percent"])

const alignOf = ({ align, type }: Pick<Column<never>, "align" | "type">): string | undefined => {
  const side = align ?? (endTypes.has(type) ? "end" : "start")
  return side === "start" ? undefined : side
}

function head<Row>(columns: Columns<Row>): Markup {
  const cells = columns.map(columnOf).map(column => {
    const label = column.label ?? inWords(column.key ?? "")
    return th({ scope: "col", "data-align": alignOf(column) }, label)
  })
  return thead(tr(cells))
}

function bodyOf<Row>(
  columns: Columns<Row>,
  rows: readonly Row[],
  attributesOf: TableProps<Row>["row"],
  empty: Child,
): Markup {
  if (rows.length === 0)
    return tbody(tr(td({ colspan: columns.length, "data-align": "center" }, empty)))
  const cells = columns.map(columnOf).map(column => {
    const align = alignOf(column)
    const start = align === undefined ? undefined : { "data-align": align }
    return (row: Row): Markup => {
      const { cell, key } = column
      const content = cell
        ? cell(row)
        : formatCell(key === undefined ? undefined : row[key], column)
      return start === undefined ? td(content) : td(start, content)
    }
  })
  return tbody(
    rows.map(row =>
      tr(
        attributesOf?.(row) ?? {},
        cells.map(cell => cell(row)),
      ),
    ),
  )
}
