// The responses of an operation: its success, and the refusals that it can give.
import type { RouteDescription } from "../../actions/index.ts"
import type { EntityDefinition } from "../../entity/store.ts"
import { entitySchema } from "./entity-schemas.ts"
import type { Json, JsonSchemas } from "./json-schemas.ts"

const json = (schema: Json): Json => ({ "application/json": { schema } })
const toComponent = (kind: string, name: string): Json => ({
  $ref: `#/components/${kind}/${name}`,
})

/** The body of every refusal. */
export function errorSchema(schemas: JsonSchemas): Json {
  return schemas.component(errorSchema, "Error", () => ({
    type: "object",
    properties: {
      error: {
        type: "object",
        description: "Further members depend on the code.",
        properties: {
          code: {
            type: "string",
            description: "Stays the same between versions.",
            examples: ["NITRO_INVALID_INPUT"],
          },
          message: { type: "string" },
          status: { type: "integer" },
          issues: {
            type: "array",
            description: "One entry for each value at fault.",
            items: {
              type: "object",
              properties: {
                path: {
                  type: "string",
                  description: "The name of the input, as in `address.city`.",
                },
                message: { type: "string" },
              },
              required: ["path", "message"],
            },
          },
        },
        required: ["code", "message", "status"],
      },
    },
    required: ["error"],
  }))
}

/** Refusals by status, each with its name among the components. */
const refusals = {
  400: ["BadRequest", "The request cannot be read: a malformed body, query, path or header."],
  403: ["Forbidden", "The user may not do this, or another site sent the request."],
  404: ["NotFound", "No entity has this id."],
  409: [
    "Conflict",
    "Refused as things are: by a rule of the application, a taken value, a reference, or a newer version.",
  ],
  413: ["BodyTooLarge", "The body is larger than the app takes."],
  415: ["UnsupportedBody", "The body has a content type that the app does not read."],
  422: ["Invalid", "The input is not valid, or its idempotency key was used for other content."],
  429: ["TooManyRequests", "Called too often."],
} as const satisfies Readonly<Record<number, readonly [name: string, description: string]>>

/** The responses and headers that operations refer to. */
export function sharedResponses(schemas: JsonSchemas): { responses: Json; headers: Json } {
  const content = json(errorSchema(schemas))
  const responses = Object.entries(refusals).map(([status, [name, description]]) => [
    name,
    {
      description,
      ...(status === "429"
        ? { headers: { "Retry-After": toComponent("headers", "RetryAfter") } }
        : {}),
      content,
    },
  ])
  return {
    responses: {
      ...Object.fromEntries(responses),
      Failure: { description: "Any other error: a failure, a deadline, a busy server.", content },
    },
    headers: {
      IdempotentReplayed: {
        description: "Sent with the response to an earlier request of the same idempotency key.",
        schema: { const: "true" },
      },
      Link: {
        description:
          'Addresses of other pages, relative to the list: `rel="next"`, `"prev"` and `"first"` (RFC 8288).',
        schema: { type: "string" },
      },
      RetryAfter: { description: "Seconds to wait.", schema: { type: "integer" } },
      TotalCount: {
        description: "The number of all rows that fit, with `total=true`.",
        schema: { type: "integer" },
      },
    },
  }
}

/** The facts that decide which responses an operation has. */
export interface ResponseFacts {
  readonly definition: EntityDefinition | undefined
  /** Whether a rule of the application may refuse the caller. */
  readonly hasRule: boolean
  readonly takesBody: boolean
}

export function responsesOf(
  schemas: JsonSchemas,
  route: RouteDescription,
  facts: ResponseFacts,
): Json {
  const all: Record<string, Json> = {
    ...successes(schemas, route, facts.definition),
    ...Object.fromEntries(
      statusesOf(route, facts).map(status => [
        status,
        toComponent("responses", refusals[status][0]),
      ]),
    ),
    default: toComponent("responses", "Failure"),
  }
  return all
}

function successes(
  schemas: JsonSchemas,
  route: RouteDescription,
  definition: EntityDefinition | undefined,
): Readonly<Record<string, Json>> {
  const { method, action, operation, output, status, name } = route
  const headers =
    method === "GET"
      ? {}
      : { headers: { "Idempotent-Replayed": toComponent("headers", "IdempotentReplayed") } }
  if (definition !== undefined && action === undefined) {
    const entity = (): Json => entitySchema(schemas, definition)
    switch (operation) {
      case "list":
        return {
          200: {
            description: "A page of the list.",
            headers: {
              Link: toComponent("headers", "Link"),
              "X-Total-Count": toComponent("headers", "TotalCount"),
            },
            content: json({ type: "array", items: entity() }),
          },
        }
      case "read":
        return { 200: { description: definition.label, content: json(entity()) } }
      case "create":
        return { 201: { description: "It was created.", ...headers, content: json(entity()) } }
      case "update":
        return { 200: { description: "It was updated.", ...headers, content: json(entity()) } }
      case "delete":
        return { 204: { description: "It was deleted.", ...headers } }
    }
  }
  if (status === 204 || status === 205) return { [status]: { description: "Done.", ...headers } }
  if (output !== undefined)
    return {
      [status ?? 200]: {
        description: "Done.",
        ...headers,
        content: json(schemas.of({ schema: output }, "output", `${name}.output`)),
      },
    }
  return {
    [status ?? 200]: { description: "Done, with a result.", ...headers, content: json({}) },
    // An undefined result is 204 only where the action names no status.
    ...(status === undefined
      ? { 204: { description: "Done, without a result.", ...headers } }
      : {}),
  }
}

function statusesOf(
  { method, path, operation, action, entity, input, rateLimit, needsKey }: RouteDescription,
  { hasRule, takesBody }: ResponseFacts,
): readonly (keyof typeof refusals)[] {
  const isWrite = method !== "GET"
  const hasOwnCode = action !== undefined || entity === undefined
  const hasInput = Object.keys(input).length > 0 && operation !== "list"
  const statuses: readonly (readonly [status: keyof typeof refusals, isPossible: boolean])[] = [
    [400, true],
    [403, hasRule || isWrite],
    [404, path.includes("/:id")],
    [409, isWrite || hasOwnCode],
    [413, takesBody],
    [415, takesBody],
    [422, hasInput || needsKey],
    [429, rateLimit !== undefined],
  ]
  return statuses.flatMap(([status, isPossible]) => (isPossible ? [status] : []))
}
