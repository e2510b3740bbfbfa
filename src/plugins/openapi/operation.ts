// One route as an operation of the document: its parameters, its body and its responses.
import type { AppState, RouteDescription } from "../../actions/index.ts"
import type { EntityDefinition } from "../../entity/store.ts"
import { inputOf, inputSchema } from "./entity-schemas.ts"
import type { Json, JsonSchemas } from "./json-schemas.ts"
import { filterNotes, listParameters } from "./list-parameters.ts"
import { responsesOf } from "./responses.ts"

/** The state that all operations of one document share. */
export interface DocumentParts {
  readonly schemas: JsonSchemas
  readonly exposures: AppState["exposures"]
}

export interface OperationPlace {
  readonly operationId: string
  readonly tag: string
  /** The parameters of the path: their names in the document, by their names in the route. */
  readonly pathNames: ReadonlyMap<string, string>
}

export function operationOf(
  { schemas, exposures }: DocumentParts,
  route: RouteDescription,
  { operationId, tag, pathNames }: OperationPlace,
): Json {
  const exposure = exposures.find(({ entity }) => entity.definition.name === route.entity)
  const definition = exposure?.entity.definition
  const body = bodyOf(schemas, route, definition, pathNames)
  const isList =
    definition !== undefined && route.action === undefined && route.operation === "list"
  const parameters = [
    ...pathParameters(schemas, route, definition, pathNames),
    ...(isList
      ? listParameters(schemas, definition, exposures)
      : body === undefined
        ? queryParameters(schemas, route, pathNames)
        : []),
    ...(route.body === "stream" ? queryParameters(schemas, route, pathNames) : []),
    ...(route.method === "GET" ? [] : [keyParameter(route)]),
  ]
  const description = descriptionOf(route, isList)
  return {
    operationId,
    summary: summaryOf(route, definition),
    ...(description === "" ? {} : { description }),
    tags: route.tags.length === 0 ? [tag] : route.tags,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responsesOf(schemas, route, {
      definition,
      // Rules of commands, queries and events are not in the description of their route.
      hasRule: definition === undefined || exposure?.allow !== undefined,
      takesBody: body !== undefined,
    }),
  }
}

function summaryOf(
  { action, operation, label }: RouteDescription,
  definition: EntityDefinition | undefined,
): string {
  if (action !== undefined || definition === undefined) return label
  return `${label} ${operation === "list" ? definition.labelPlural : definition.label}`
}

function descriptionOf(route: RouteDescription, isList: boolean): string {
  const { description, permission, rateLimit } = route
  return [
    description,
    isList ? filterNotes : undefined,
    permission === undefined ? undefined : `Needs the permission \`${permission}\`.`,
    rateLimit === undefined
      ? undefined
      : `Each caller may run it ${rateLimit.limit} times in ${rateLimit.perSeconds} seconds.`,
  ]
    .filter(text => text !== undefined)
    .join("\n\n")
}

function pathParameters(
  schemas: JsonSchemas,
  { input, name }: RouteDescription,
  definition: EntityDefinition | undefined,
  pathNames: OperationPlace["pathNames"],
): readonly Json[] {
  return [...pathNames].map(([parameter, label]) => {
    const schema = Object.hasOwn(input, parameter) ? input[parameter] : undefined
    const common = { name: label, in: "path", required: true }
    if (schema !== undefined)
      return { ...common, schema: inputOf(schemas, schema, `${name}.${parameter}`).schema }
    if (parameter === "id" && definition !== undefined)
      return {
        ...common,
        description: `The id of the ${definition.label}.`,
        schema: {
          type: definition.fieldByName.get("id")?.type === "integer" ? "integer" : "string",
        },
      }
    return { ...common, schema: { type: "string" } }
  })
}

function queryParameters(
  schemas: JsonSchemas,
  { input, name }: RouteDescription,
  pathNames: OperationPlace["pathNames"],
): readonly Json[] {
  return Object.entries(input)
    .filter(([parameter]) => !pathNames.has(parameter))
    .map(([parameter, zod]) => {
      const { schema, isRequired } = inputOf(schemas, zod, `${name}.${parameter}`)
      return { name: parameter, in: "query", ...(isRequired ? { required: true } : {}), schema }
    })
}

function keyParameter({ needsKey }: RouteDescription): Json {
  return { $ref: `#/components/parameters/${needsKey ? "RequiredKey" : "Key"}` }
}

/** The parameters that operations refer to. */
export function sharedParameters(): Json {
  const header = {
    name: "Idempotency-Key",
    in: "header",
    schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x21-\\x7e]+$" },
  }
  const description =
    "A random text for each request. A request that is sent again with the same key is carried out once, and gets the same response for 24 hours."
  return {
    Key: { ...header, description },
    RequiredKey: {
      ...header,
      required: true,
      description: `${description} This operation needs one.`,
    },
  }
}

function bodyOf(
  schemas: JsonSchemas,
  route: RouteDescription,
  definition: EntityDefinition | undefined,
  pathNames: OperationPlace["pathNames"],
): Json | undefined {
  const { method, input, action, operation, body } = route
  // The app reads no body of these, and takes their input from the query.
  if (method === "GET" || method === "DELETE") return undefined
  if (body === "stream")
    return {
      description: "Read while it arrives.",
      content: {
        "multipart/form-data": { schema: { type: "object" } },
        "application/octet-stream": {},
      },
    }
  const names = Object.keys(input).filter(name => !pathNames.has(name))
  if (names.length === 0) return undefined
  if (definition !== undefined && action === undefined && isInputOf(operation)) {
    const schema = inputSchema(schemas, definition, operation, input)
    const isRequired = operation === "create" && definition.fields.some(isNeeded(input))
    return bodyFrom(schema, partsOf(schemas, route, names), isRequired)
  }
  const parts = partsOf(schemas, route, names)
  const required = parts.flatMap(({ name, isRequired }) => (isRequired ? [name] : []))
  const schema = {
    type: "object",
    properties: Object.fromEntries(parts.map(({ name, schema }) => [name, schema])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  }
  return bodyFrom(schema, parts, required.length > 0)
}

const isInputOf = (operation: string): operation is "create" | "update" =>
  operation === "create" || operation === "update"

const isNeeded =
  (input: RouteDescription["input"]) =>
  ({ name, optional }: EntityDefinition["fields"][number]): boolean =>
    !optional && Object.hasOwn(input, name)

interface BodyPart {
  readonly name: string
  readonly schema: Json
  readonly isRequired: boolean
}

function partsOf(
  schemas: JsonSchemas,
  { input, name: route }: RouteDescription,
  names: readonly string[],
): readonly BodyPart[] {
  return Object.entries(input)
    .filter(([name]) => names.includes(name))
    .map(([name, schema]) => ({ name, ...inputOf(schemas, schema, `${route}.${name}`) }))
}

/** JSON, and a form where each input is a text or a list of texts. Files need a multipart form. */
function bodyFrom(schema: Json, parts: readonly BodyPart[], isRequired: boolean): Json {
  const isFlat = parts.every(part => isText(part.schema) || isText(part.schema["items"]))
  const types = parts.some(({ schema }) => hasFile(schema))
    ? ["multipart/form-data"]
    : ["application/json", ...(isFlat ? ["application/x-www-form-urlencoded"] : [])]
  return {
    ...(isRequired ? { required: true } : {}),
    content: Object.fromEntries(types.map(type => [type, { schema }])),
  }
}

const isBinary = (schema: unknown): boolean =>
  typeof schema === "object" && schema !== null && "format" in schema && schema.format === "binary"

function hasFile(schema: Json): boolean {
  const { anyOf, items } = schema
  return isBinary(schema) || isBinary(items) || (Array.isArray(anyOf) && anyOf.some(isBinary))
}

const texts: readonly unknown[] = ["string", "number", "integer", "boolean", "null"]

/** A value that a form writes as one text. */
function isText(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return false
  const { type, anyOf, enum: values } = schema as Json // an object is one
  if (Array.isArray(anyOf)) return anyOf.every(isText)
  return values !== undefined || [type].flat().every(each => texts.includes(each))
}
