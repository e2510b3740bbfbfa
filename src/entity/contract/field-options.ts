// What a field says beyond its schema: how views show it, who may see it, how it is kept.
import type { z } from "zod"

/** How views and forms show a field. Stores ignore it. */
export interface FieldMetadata {
  /** Default: made from the name. */
  readonly label?: string
  /** A sentence beside the control. */
  readonly help?: string
  /** The control: `"textarea"`, `"password"`, ... */
  readonly widget?: string
  /** Position among the fields; those without one come after, as declared. */
  readonly order?: number
}

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
  return schema.clone({
    ...schema._zod.def,
    nitroField: { ...before, ...options },
  } as typeof schema._zod.def)
}

/** The options on this schema itself; wrappers hold those of what they wrap. */
export function optionsOf(schema: z.ZodType): FieldOptions | undefined {
  return (schema._zod.def as { readonly nitroField?: FieldOptions }).nitroField
}

/** The options of a schema and of everything it wraps; the outer ones win. */
export function allOptionsOf(schema: z.ZodType): FieldOptions {
  const { innerType, out } = schema._zod.def as {
    readonly innerType?: z.ZodType
    readonly out?: z.ZodType
  }
  const inner = innerType ?? out
  return { ...(inner === undefined ? {} : allOptionsOf(inner)), ...optionsOf(schema) }
}

export const fieldOptions: ReadonlySet<string> = new Set([
  "label",
  "help",
  "widget",
  "order",
  "hidden",
  "encrypted",
  "readonly",
])

/** Names that `field` does not know. */
export function unknownOptions(options: FieldOptions): string[] {
  return Object.keys(options).filter(name => !fieldOptions.has(name))
}

export function metadataOf({
  label,
  help,
  widget,
  order,
}: FieldOptions): FieldMetadata | undefined {
  const given = Object.entries({ label, help, widget, order }).filter(
    ([, value]) => value !== undefined,
  )
  return given.length === 0 ? undefined : (Object.fromEntries(given) as FieldMetadata)
}
