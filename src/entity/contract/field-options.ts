// Options of a field beyond its schema: its presentation in views, its visibility, its storage.

import type { z } from "zod"
import { optionNames } from "../../shared/options.ts"
import { suggest } from "../../shared/suggest.ts"
import type {
  FieldFormat,
  FieldFormatType,
  FieldMetadata,
  FieldPlace,
  FieldWidget,
} from "./field-metadata.ts"
import { defOf, marked } from "./schema-def.ts"

export interface FieldOptions extends FieldMetadata {
  /** `toJSON`, and with it REST and signals, never carries it; a console does not print it, and `search` leaves it out. */
  readonly hidden?: boolean
  /** Kept as AES-256-GCM with the key of `configure({ encryptionKeys })`; text only, and not searchable. */
  readonly encrypted?: boolean
  /** Input from outside (forms, REST, signals) may not set it, as `guarded` says. */
  readonly readonly?: boolean
}

declare const hiddenField: unique symbol

/** Marks the schema of a hidden field, for the type of `toJSON`. */
export interface HiddenField {
  readonly [hiddenField]: true
}

/**
 * A zod schema with options: `field(z.string(), { hidden: true, label: "Password" })`. Say it innermost or outermost:
 * `field(z.string()).nullable()` and `field(z.string().nullable())` are the same.
 */
export function field<T extends z.ZodType>(
  schema: T,
  options: FieldOptions & { readonly hidden: true },
): T & HiddenField
export function field<T extends z.ZodType>(schema: T, options: FieldOptions): T
export function field<T extends z.ZodType>(schema: T, options: FieldOptions): T {
  const before = optionsOf(schema)
  return marked(schema, { nitroField: { ...before, ...options } })
}

/** The options on this schema itself; wrappers hold those of what they wrap. */
export function optionsOf(schema: z.ZodType): FieldOptions | undefined {
  const def: { readonly type: string; readonly nitroField?: FieldOptions } = schema._zod.def
  return def.nitroField
}

/** The options of a schema and of everything it wraps; the outer ones win. */
export function allOptionsOf(schema: z.ZodType): FieldOptions {
  const { innerType, out } = defOf(schema)
  const inner = innerType ?? out
  return { ...(inner === undefined ? {} : allOptionsOf(inner)), ...optionsOf(schema) }
}

export const fieldOptions: ReadonlySet<string> = optionNames<FieldOptions>({
  label: true,
  help: true,
  placeholder: true,
  widget: true,
  order: true,
  group: true,
  format: true,
  hiddenIn: true,
  hidden: true,
  encrypted: true,
  readonly: true,
})

/** Names that `field` does not know. */
export function unknownOptions(options: FieldOptions): string[] {
  return Object.keys(options).filter(name => !fieldOptions.has(name))
}

/** The options that views read; undefined if there are none. */
export function metadataOf(options: FieldOptions): FieldMetadata | undefined {
  const { hidden: _, encrypted: __, readonly: ___, ...meta } = options
  const entries = Object.entries(meta).filter(([, value]) => value !== undefined)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

const widgets: ReadonlySet<string> = optionNames<Record<FieldWidget, true>>({
  text: true,
  textarea: true,
  number: true,
  password: true,
  email: true,
  url: true,
  tel: true,
  search: true,
  color: true,
  date: true,
  "datetime-local": true,
  time: true,
  month: true,
  week: true,
  checkbox: true,
  switch: true,
  select: true,
  radio: true,
})
const formats: ReadonlySet<string> = optionNames<Record<FieldFormatType, true>>({
  text: true,
  number: true,
  currency: true,
  percent: true,
  date: true,
  datetime: true,
  time: true,
})
const places: ReadonlySet<string> = optionNames<Record<FieldPlace, true>>({
  form: true,
  table: true,
})
const formatOptions: ReadonlySet<string> = optionNames<FieldFormat>({
  type: true,
  currency: true,
  locale: true,
  timeZone: true,
})

/** The option that no view could read, and how to write it. Undefined if all are valid. */
export function metadataFault({
  widget,
  format,
  hiddenIn,
  order,
  ...texts
}: FieldMetadata): { readonly problem: string; readonly fix: string } | undefined {
  const unknown = (option: string, value: unknown, names: ReadonlySet<string>) => ({
    problem: `the ${option} ${JSON.stringify(value)}, which is unknown`,
    fix: suggest(String(value), names),
  })
  if (widget !== undefined && !widgets.has(widget)) return unknown("widget", widget, widgets)
  if (format !== undefined) {
    const { type, ...more } = typeof format === "string" ? { type: format } : format
    if (!formats.has(type)) return unknown("format", type, formats)
    const [name] = Object.keys(more).filter(name => !formatOptions.has(name))
    if (name !== undefined) return unknown("option of `format`", name, formatOptions)
  }
  if (hiddenIn !== undefined) {
    if (!Array.isArray(hiddenIn))
      return { problem: "a `hiddenIn` that is no list", fix: 'Write hiddenIn: ["table"].' }
    for (const place of hiddenIn)
      if (!places.has(place)) return unknown("place in `hiddenIn`", place, places)
  }
  if (order !== undefined && !Number.isFinite(order))
    return { problem: "an `order` that is no number", fix: "Write order: 1." }
  for (const [name, text] of Object.entries(texts)) {
    if (text !== undefined && typeof text !== "string")
      return { problem: `a \`${name}\` that is no text`, fix: `Write ${name}: "…".` }
  }
  return undefined
}
