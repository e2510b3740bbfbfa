// A date, a time, or both: the browser's own control, which knows the reader's language and works on a phone.
import { input, type Markup } from "../html/index.ts"
import { withClass } from "./attributes.ts"
import { inField, splitProps, tie } from "./field.ts"
import { type ControlProps, textOf } from "./input.ts"

type Moment = Date | string

export type DateFieldProps = ControlProps<"input", "type" | "value" | "min" | "max"> & {
  /** Default `"date"`. */
  readonly type?: "date" | "datetime-local" | "time" | "month" | "week" | undefined
  /** A Date is shown in UTC, as it is read when the form is sent; a text is what the control takes: `2026-01-31`. */
  readonly value?: Moment | undefined
  readonly min?: Moment | undefined
  readonly max?: Moment | undefined
}

/** `<DateField label="Due" name="due" call={edit} min={new Date()} />`, `<DateField type="time" label="From" name="from" />`. */
export function DateField(props: DateFieldProps): Markup {
  const { frame, control } = splitProps(props)
  const { type = "date", value, min, max, ...rest } = control
  const tied = tie(rest)
  const text = (moment: unknown): string | undefined =>
    moment instanceof Date ? inUtc(moment, type) : textOf(moment)
  const limits = { value: text(tied.value) ?? text(value), min: text(min), max: text(max) }
  return inField(frame, tied, input({ ...withClass("input", tied.control), type, ...limits }))
}

function inUtc(date: Date, type: NonNullable<DateFieldProps["type"]>): string | undefined {
  if (Number.isNaN(date.getTime())) return undefined
  const text = date.toISOString()
  switch (type) {
    case "date":
      return text.slice(0, 10)
    case "datetime-local":
      return text.slice(0, 16)
    case "time":
      return text.slice(11, 16)
    case "month":
      return text.slice(0, 7)
    case "week":
      return isoWeek(date)
  }
}

const dayMs = 86_400_000

/** ISO 8601: weeks begin on Monday, and belong to the year of their Thursday. */
function isoWeek(date: Date): string {
  const day = Math.floor(date.getTime() / dayMs)
  // 1 January 1970 was a Thursday.
  const thursday = day - ((((day + 3) % 7) + 7) % 7) + 3
  const year = new Date(thursday * dayMs).getUTCFullYear()
  const week = Math.floor((thursday - Date.UTC(year, 0, 1) / dayMs) / 7) + 1
  return `${String(year).padStart(4, "0")}-W${String(week).padStart(2, "0")}`
}
