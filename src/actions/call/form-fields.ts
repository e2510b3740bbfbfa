// Descriptions of an operation's inputs for forms, read from their schemas once.
import { z } from "zod"
import type { FieldMetadata } from "../../entity/index.ts"
import { allOptionsOf } from "../../entity/internal.ts"
import type { FormField } from "../../html/index.ts"
import { inWords } from "../../shared/words.ts"
import type { Route } from "../contract/route.ts"
import { baseType } from "../input/coerce.ts"
import { isSecretName } from "../input/secret-names.ts"

/** A text that may be longer than this gets a field of several lines. */
const longText = 300

export interface FormFields {
  /** Those that a form shows, in their order. */
  readonly visible: readonly FormField[]
  readonly byName: ReadonlyMap<string, FormField>
}

export function formFieldsOf(input: Route["input"]): FormFields {
  const all = Object.entries(input).map(([name, schema]) => ({
    ...allOptionsOf(schema),
    field: formField(name, schema),
  }))
  const visible = all
    .filter(({ hidden, hiddenIn }) => hidden !== true && !hiddenIn?.includes("form"))
    // `sort` keeps the order of equal ones.
    .sort((a, b) => (a.order ?? Infinity) - (b.order ?? Infinity) || 0)
  return {
    visible: visible.map(({ field }) => field),
    byName: new Map(all.map(({ field }) => [field.name, field])),
  }
}

function formField(name: string, schema: z.ZodType): FormField {
  const { label = inWords(name), help, placeholder, widget, group } = allOptionsOf(schema)
  const json = jsonSchema(schema)
  const options = json.enum?.filter(isOption)
  return {
    name,
    label,
    widget: widget ?? widgetOf(name, schema, json),
    ...(help === undefined ? {} : { help }),
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(group === undefined ? {} : { group }),
    ...(options === undefined || options.length === 0 ? {} : { options }),
  }
}

function isOption(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number"
}

interface JsonSchema {
  readonly type?: string
  readonly format?: string
  readonly maxLength?: number
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
}

function jsonSchema(schema: z.ZodType): JsonSchema {
  try {
    // The parts of JSON Schema that fields of forms need.
    const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema
    return json.anyOf?.find(({ type }) => type !== "null") ?? json
  } catch {
    // A schema that JSON Schema cannot express gets a plain field.
    return {}
  }
}

const widgets: Readonly<Record<string, NonNullable<FieldMetadata["widget"]>>> = {
  email: "email",
  uri: "url",
  date: "date",
  time: "time",
}

function widgetOf(
  name: string,
  schema: z.ZodType,
  { format = "", maxLength = 0, ...json }: JsonSchema,
): NonNullable<FieldMetadata["widget"]> {
  const { type } = baseType(schema)
  if (json.enum !== undefined) return "select"
  if (type === "boolean") return "checkbox"
  if (type === "number" || type === "int") return "number"
  if (type === "date") return "datetime-local"
  if (isSecretName(name)) return "password"
  return widgets[format] ?? (maxLength > longText ? "textarea" : "text")
}
