// The query parameters of a list: filters by field, order, pages, and the shape of its rows.

import type { AppState } from "../../actions/index.ts"
import { defaultPageSize, isFreeText, maxPageSize, restsOnHidden } from "../../actions/internal.ts"
import { operatorNames, operators } from "../../entity/internal.ts"
import type { EntityDefinition, FieldDefinition } from "../../entity/store.ts"
import { fieldSchema } from "./entity-schemas.ts"
import type { Json, JsonSchemas } from "./json-schemas.ts"

/** Every parameter of the list of a class. A hidden field is in none of them, nor is a relation that the list refuses. */
export function listParameters(
  schemas: JsonSchemas,
  definition: EntityDefinition,
  exposures: AppState["exposures"],
): readonly Json[] {
  const visible = definition.fields.filter(({ hidden }) => hidden !== true)
  const compared = visible.filter(isCompared)
  const relations = openRelations(definition, exposures)
  const sortable = compared.flatMap(({ name }) => [name, `-${name}`])
  const parameters = [
    query("sort", "Fields to sort by; `-` sorts downwards. Default: the id.", list(sortable)),
    query("limit", `Rows of a page; at most ${maxPageSize} are sent.`, {
      type: "integer",
      minimum: 0,
      default: defaultPageSize,
    }),
    query("offset", "Rows to pass over, in place of `after`.", { type: "integer", minimum: 0 }),
    query("after", "The cursor in the link to the next page.", { type: "string" }),
    query("total", "Counts all rows that fit, in the header `X-Total-Count`.", {
      type: "boolean",
      default: false,
    }),
    ...(compared.some(field => isFreeText(definition, field))
      ? [query("search", "Words that the texts of a row hold, all of them.", { type: "string" })]
      : []),
    query("fields", "The fields to send. Default: all.", list(visible.map(({ name }) => name))),
    ...(relations.length === 0
      ? []
      : [
          query(
            "include",
            `Related rows to send too, up to three steps away, as in \`${relations[0]}\`.`,
            { type: "array", items: { type: "string" }, examples: [relations] },
          ),
        ]),
  ]
  const reserved = new Set(parameters.map(({ name }) => name))
  const filters = compared.map(field =>
    // The parameter of the list wins, so only the form with an operator filters by the field.
    reserved.has(field.name)
      ? {
          name: `${field.name}[eq]`,
          in: "query",
          description: `Rows with this value of the field \`${field.name}\`.`,
          schema: valueSchema(schemas, definition, field),
        }
      : filter(schemas, definition, field),
  )
  return [...parameters, ...filters]
}

/** Describes, for the whole operation, the filters that parameters cannot spell. */
export const filterNotes: string =
  "`price=99` is short for `price[eq]=99`; a comma separates several values, but in free text it belongs to the value. " +
  "All filters hold at once; those of groups, `or[a].price[lt]=5&or[b].status=draft`, in at least one group. " +
  "`category.name[eq]=Office` filters by a related row."

function filter(schemas: JsonSchemas, definition: EntityDefinition, field: FieldDefinition): Json {
  return {
    name: field.name,
    in: "query",
    description: `Filters by this field: \`${field.name}[OPERATOR]=…\`.`,
    style: "deepObject",
    explode: true,
    // Pages that try out an operation would fill in every operator at once.
    example: {},
    schema: filterSchema(schemas, definition, field),
  }
}

/** One component for each type of value; fields of a few values have their own schema. */
function filterSchema(
  schemas: JsonSchemas,
  definition: EntityDefinition,
  field: FieldDefinition,
): Json {
  const value = valueSchema(schemas, definition, field)
  const make = (): Json => ({
    type: "object",
    properties: Object.fromEntries(
      operatorNames.flatMap((operator): [string, Json][] => {
        switch (operators[operator].takes) {
          case "flag":
            return [[operator, { type: "boolean" }]]
          case "list":
            return [[operator, { type: "string", description: "Values between commas." }]]
          case "range":
            return [[operator, { type: "string", description: "Two values, as in `5,10`." }]]
          case "text":
            return field.type === "string" ? [[operator, { type: "string" }]] : []
          default:
            return [[operator, value]]
        }
      }),
    ),
    additionalProperties: false,
  })
  const name = filterNames[field.type]
  return "enum" in value || name === undefined ? make() : schemas.component(name, name, make)
}

/** Text keeps no format in filters: `[contains]` takes a part of it. */
function valueSchema(
  schemas: JsonSchemas,
  definition: EntityDefinition,
  field: FieldDefinition,
): Json {
  if (field.type === "string") {
    const schema = fieldSchema(schemas, definition, field, "input")
    return Array.isArray(schema["enum"])
      ? { type: "string", enum: schema["enum"] }
      : { type: "string" }
  }
  return filterValues[field.type] ?? {}
}

const filterValues: Partial<Record<FieldDefinition["type"], Json>> = {
  integer: { type: "integer" },
  number: { type: "number" },
  boolean: { type: "boolean" },
  date: { type: "string", format: "date-time" },
  bigint: { type: "string", pattern: "^-?\\d+$" },
}

const filterNames: Partial<Record<FieldDefinition["type"], string>> = {
  string: "TextFilter",
  integer: "IntegerFilter",
  number: "NumberFilter",
  boolean: "BooleanFilter",
  date: "DateFilter",
  bigint: "BigintFilter",
}

/** Whether conditions and orders can look at the field. */
const isCompared = ({ type, encrypted, derived }: FieldDefinition): boolean =>
  type !== "json" && type !== "bytes" && encrypted !== true && derived !== true

/** Relations to classes that can be listed, none by a hidden field. Rules of the classes decide for each request. */
function openRelations(
  definition: EntityDefinition,
  exposures: AppState["exposures"],
): readonly string[] {
  const isListed = (target: EntityDefinition): boolean =>
    exposures.some(({ entity, crud }) => entity.definition === target && crud.includes("list"))
  return [...definition.relations].flatMap(([name, relation]) => {
    const { target, through } = relation
    const isOpen =
      !restsOnHidden(definition, relation) &&
      isListed(target.definition) &&
      (through === undefined || isListed(through.entity.definition))
    return isOpen ? [name] : []
  })
}

function query(name: string, description: string, schema: Json): Json {
  const isList = schema["type"] === "array"
  // Values between commas, as the list reads them.
  return {
    name,
    in: "query",
    description,
    ...(isList ? { style: "form", explode: false } : {}),
    schema,
  }
}

const list = (values: readonly string[]): Json => ({
  type: "array",
  items: { type: "string", enum: values },
})
