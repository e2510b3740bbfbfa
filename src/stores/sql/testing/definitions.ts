// Entity definitions made by hand, so that the tests of the store need no entity class.
import { z } from "zod"
import type { EntityDefinition, FieldDefinition, FieldType } from "../../../entity/store.ts"

export interface FieldSpec {
  readonly type: FieldType
  readonly nullable?: boolean
  readonly optional?: boolean
  readonly column?: string
  readonly schema?: z.ZodType
  readonly references?: string
}

export interface DefineOptions {
  readonly table?: string
  readonly unique?: readonly (readonly string[])[]
  readonly index?: readonly (readonly string[])[]
  readonly timestamps?: boolean
  readonly version?: boolean
}

/** `id` first, then the fields, then what the options add, as an entity class would say it. */
export function define(
  name: string,
  specs: Readonly<Record<string, FieldSpec | FieldType>>,
  options: DefineOptions = {},
): EntityDefinition {
  const fields: FieldDefinition[] = []
  const add = (field: string, spec: FieldSpec, managed: boolean): void => {
    fields.push({
      name: field,
      index: fields.length,
      type: spec.type,
      nullable: spec.nullable ?? false,
      optional: spec.optional ?? false,
      column: spec.column ?? field,
      schema: spec.schema ?? z.unknown(),
      managed,
      ...(spec.references === undefined ? {} : { references: spec.references }),
    })
  }
  add("id", { type: "string" }, true)
  for (const [field, spec] of Object.entries(specs))
    add(field, typeof spec === "string" ? { type: spec } : spec, false)
  if (options.timestamps)
    for (const field of ["createdAt", "updatedAt"]) add(field, { type: "date" }, true)
  if (options.version) add("version", { type: "integer" }, true)
  return {
    name,
    label: name,
    labelPlural: `${name}s`,
    plural: name.toLowerCase(),
    table: options.table ?? `${name.toLowerCase()}s`,
    fields,
    fieldByName: new Map(fields.map(field => [field.name, field])),
    unique: options.unique ?? [],
    index: options.index ?? [],
    key: ["id"],
    guarded: [],
    timestamps: options.timestamps ?? false,
    version: options.version ?? false,
    relations: new Map(),
  }
}
