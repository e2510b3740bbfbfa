// The component schemas of an entity: as it is sent, and what creates and updates it.
import type { z } from "zod"
import { allOptionsOf } from "../../entity/internal.ts"
import type { EntityDefinition, FieldDefinition } from "../../entity/store.ts"
import type { Json, JsonSchemas, Side } from "./json-schemas.ts"

/** An entity as JSON carries it: every field that is not hidden. */
export function entitySchema(schemas: JsonSchemas, definition: EntityDefinition): Json {
  const { name, label, description, fields, guarded } = definition
  return schemas.component(definition, name, () => {
    const visible = fields.filter(({ hidden }) => hidden !== true)
    return {
      type: "object",
      title: label,
      ...(description === undefined ? {} : { description }),
      properties: Object.fromEntries(
        visible.map(field => {
          const { default: _, ...schema } = fieldSchema(schemas, definition, field, "output")
          const isReadOnly = field.managed || field.derived === true || guarded.includes(field.name)
          return [field.name, { ...schema, ...(isReadOnly ? { readOnly: true } : {}) }]
        }),
      ),
      // A field without a value is left out where its schema gives undefined in place of null.
      required: visible.filter(isAlwaysSent).map(field => field.name),
    }
  })
}

/** `inputs` are the fields that the route takes, by name. */
export function inputSchema(
  schemas: JsonSchemas,
  definition: EntityDefinition,
  operation: "create" | "update",
  inputs: Readonly<Record<string, z.ZodType>>,
): Json {
  const { name, label } = definition
  const verb = operation === "create" ? "Create" : "Update"
  return schemas.component(inputKey(definition, operation), `${name}${verb}`, () => {
    // No body that the app reads can carry bytes.
    const fields = definition.fields.filter(
      ({ name, type }) => Object.hasOwn(inputs, name) && type !== "bytes",
    )
    const required = operation === "create" ? fields.filter(({ optional }) => !optional) : []
    return {
      type: "object",
      title: `${verb} ${label}`,
      properties: Object.fromEntries(
        fields.map(field => {
          const schema = fieldSchema(schemas, definition, field, "input")
          if (operation === "create") return [field.name, schema]
          // A field that is left out of an update keeps its value.
          const { default: _, ...withoutDefault } = schema
          return [field.name, withoutDefault]
        }),
      ),
      ...(required.length === 0 ? {} : { required: required.map(field => field.name) }),
      additionalProperties: false,
    }
  })
}

const inputKey = ({ name }: EntityDefinition, operation: string): string => `${operation} ${name}`

/** The schema of a field with what its declaration says for readers. */
export function fieldSchema(
  schemas: JsonSchemas,
  definition: EntityDefinition,
  field: FieldDefinition,
  side: Side,
): Json {
  const { name, references, type } = field
  const schema = schemas.of(field, side, `${definition.name}.${name}`)
  const description = references === undefined ? undefined : `The id of a ${references}.`
  return withMetadata(schema, field.schema, description, type === "string")
}

/** The schema of an input of a route. */
export function inputOf(
  schemas: JsonSchemas,
  schema: z.ZodType,
  name: string,
): { readonly schema: Json; readonly isRequired: boolean } {
  const json = schemas.of({ schema }, "input", name)
  return {
    schema: withMetadata(json, schema, undefined, json["type"] === "string"),
    isRequired: schema._zod.optin !== "optional" && !acceptsNothing(schema),
  }
}

/** Adds title, description and example, where the field has them: `label`, `help` and `placeholder`. */
function withMetadata(
  json: Json,
  schema: z.ZodType,
  description: string | undefined,
  isText: boolean,
): Json {
  const { label, help, placeholder, hidden } = allOptionsOf(schema)
  const text = [help, json["description"] ?? description].filter(part => part !== undefined)
  const hasExample = isText && placeholder !== undefined && accepts(schema, placeholder)
  return {
    ...(label === undefined ? {} : { title: label }),
    ...json,
    ...(text.length === 0 ? {} : { description: text.join(" ") }),
    ...(hasExample ? { examples: [placeholder] } : {}),
    ...(hidden === true ? { writeOnly: true } : {}),
  }
}

const isAlwaysSent = ({ schema, managed, nullable }: FieldDefinition): boolean =>
  managed || !nullable || schema._zod.optout !== "optional"

/** A default takes the place of undefined, which `optin` of a pipe does not say. */
const acceptsNothing = (schema: z.ZodType): boolean => accepts(schema, undefined)

function accepts(schema: z.ZodType, value: unknown): boolean {
  try {
    return schema.safeParse(value).success
  } catch {
    // Schemas with async checks cannot be tried at once.
    return false
  }
}
