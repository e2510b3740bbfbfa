// How views and forms show a field.

/** The controls that a form can print for a field. */
export type FieldWidget =
  | "text"
  | "textarea"
  | "number"
  | "password"
  | "email"
  | "url"
  | "tel"
  | "search"
  | "color"
  | "date"
  | "datetime-local"
  | "time"
  | "month"
  | "week"
  | "checkbox"
  | "switch"
  | "select"
  | "radio"

/** How a value is written for people. */
export type FieldFormatType =
  | "text"
  | "number"
  | "currency"
  | "percent"
  | "date"
  | "datetime"
  | "time"

/** A format with its options: `{ type: "currency", currency: "EUR" }`. */
export interface FieldFormat {
  readonly type: FieldFormatType
  /** ISO 4217, for the type `currency`. Default `"USD"`. */
  readonly currency?: string
  /** BCP 47. Default `"en-US"`. */
  readonly locale?: string
  /** IANA name. Default `"UTC"`. */
  readonly timeZone?: string
}

/** Where views show fields. */
export type FieldPlace = "form" | "table"

/** How views and forms show a field. Stores ignore it. */
export interface FieldMetadata {
  /** Default: made from the name, `unitPrice` as "Unit price". */
  readonly label?: string
  /** A sentence beside the control. */
  readonly help?: string
  /** An example inside of an empty control. */
  readonly placeholder?: string
  /** The control. Default: by the type of the field. */
  readonly widget?: FieldWidget
  /** Position among the fields; those without one come after, as declared. */
  readonly order?: number
  /** Title of the part of a form that the field stands in; fields of one group stand together. */
  readonly group?: string
  /** How tables write the value. Default: by its type. */
  readonly format?: FieldFormatType | FieldFormat
  /** The views that leave it out. The field stays in JSON: `hidden` keeps it secret. */
  readonly hiddenIn?: readonly FieldPlace[]
}
