// The input of a route: what of query, path and body it takes, converted to the types of its schemas, and checked.
import { z } from "zod"
import { inputText } from "../../entity/internal.ts"
import { beforeFirst } from "../../shared/before-first.ts"
import { markData } from "../../shared/data.ts"
import { NitroError } from "../../shared/errors.ts"
import type { Input } from "../contract/action.ts"
import type { Params, Route } from "../contract/route.ts"
import { coerce } from "../input/coerce.ts"
import { gatherParts } from "../input/form-parts.ts"
import type { RequestInput } from "../input/input.ts"
import { unknownInputError } from "../input/unknown-input.ts"

/** Input of a route: known names of query, body and path, converted to their types, and validated unless the route does. */
export function inputOf(
  route: Route,
  { query, body: received, params }: Pick<RequestInput, "query" | "body"> & { params: Params },
  kind: RequestInput["kind"],
): Input {
  const shape = route.input
  const body = kind === "form" ? gatherParts(received, shape) : received
  const input: [string, unknown][] = []
  const take = (source: Input, fromText: boolean) => {
    for (const [name, value] of Object.entries(source)) {
      const schema = Object.hasOwn(shape, name) ? shape[name] : undefined
      if (schema === undefined) continue
      const converted = coerce(schema, value, fromText)
      if (converted !== undefined) input.push([name, converted])
    }
  }
  take(query, true)
  take(body, kind === "form")
  for (const name of route.pathInputs ?? []) take({ [name]: params[name] }, true)
  // A page sends all of its signals, so only there unknown names mean nothing.
  if (kind === "json" || kind === "form")
    refuseUnknown(route.name, kind === "form" ? withoutPrivate(body) : body, shape)
  const values = Object.fromEntries(input)
  return route.checksInput ? values : validated(route.name, shape, values)
}

/** The parts of a query, a body or all the signals of a page that a route takes. */
export function partsOf(source: Input, shape: Route["input"]): Input {
  return Object.fromEntries(
    Object.entries(source).filter(([name]) => Object.hasOwn(shape, beforeFirst(name, "."))),
  )
}

/** Forms may carry fields of other parties: a honeypot, a token. By convention they start with an underscore. */
function withoutPrivate(body: Input): Input {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !name.startsWith("_")))
}

function refuseUnknown(
  route: string,
  body: Input,
  shape: Readonly<Record<string, z.ZodType>>,
): void {
  for (const name of Object.keys(body)) {
    if (Object.hasOwn(shape, name)) continue
    throw unknownInputError(route, name, Object.keys(shape))
  }
}

/** Of the inputs of a route: to make a schema costs many times as much as to check by it. */
const schemas = new WeakMap<Route["input"], z.ZodObject>()

function validated(
  route: string,
  shape: Readonly<Record<string, z.ZodType>>,
  values: Input,
): Input {
  let schema = schemas.get(shape)
  if (schema === undefined) {
    schema = z.object(shape)
    schemas.set(shape, schema)
  }
  const result = schema.safeParse(values)
  if (result.success) {
    for (const value of Object.values(result.data)) markData(value)
    return result.data
  }
  const issues = result.error.issues.map(issue => ({
    path: issue.path.join("."),
    message: issue.message,
  }))
  throw new NitroError(
    "NITRO_INVALID_INPUT",
    `${route} refused its input: ${issues.map(({ path, message }) => `${inputText(path, shape)}: ${message}`).join("; ")}`,
    {
      details: { issues },
    },
  )
}
