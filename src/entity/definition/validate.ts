// Validation: all of an entity's data at once, some fields for an update, one field on assignment.

import { z } from "zod"
import { markData } from "../../shared/data.ts"
import { isObject } from "../../shared/guards.ts"
import type { EntityDefinition } from "../contract/definition.ts"
import {
  definitionError,
  type Issue,
  unknownFieldError,
  validationError,
} from "../contract/errors.ts"
import { hasDerivedId, idFrom } from "../contract/key.ts"
import type { Defined } from "./define.ts"
import type { Shape } from "./fields.ts"
import type { Values } from "./mapper.ts"

type Parsed<T = unknown> =
  | { success: true; data: T }
  | { success: false; error: { issues: readonly z.core.$ZodIssue[] } }
type Parse<T = unknown> = (value: unknown) => Parsed<T>

export interface Validator {
  /** Data for a new entity: the declared fields validated, with defaults; given id and timestamps checked. */
  forCreate(data: unknown): Values
  /** Some of the declared fields, as input of `update`; id and version are passed through for the caller to compare. */
  forUpdate(data: unknown): Values
  /** The value that an assignment to the field stores. */
  assigned(field: string, value: unknown): unknown
  /** Checks again what may have been changed in place, dates, bytes and JSON: of these columns, default all. */
  inPlace(values: Values, columns?: readonly number[]): void
}

export function createValidator(defined: Defined, shape: Shape): Validator {
  const { definition, internals } = defined
  const entity = definition.name
  const declared = new Set(Object.keys(shape))
  const names = new Set(definition.fieldByName.keys())
  const ownsId = declared.has("id") || hasDerivedId(definition)
  const whole = compiled(z.object(shape))
  const mutable = definition.fields
    .filter(
      ({ type, managed }) => !managed && (type === "date" || type === "json" || type === "bytes"),
    )
    .map(({ index, name }) => [index, name] as const)

  // Zod copies some objects and keeps others: what a field holds is data either way, whether it was stored already or not.
  const json = new Set(
    definition.fields.filter(({ type }) => type === "json").map(({ name }) => name),
  )

  // Undefined is stored as null and read as null, where the schema takes both.
  const nullish = definition.fields
    .filter(
      ({ name, nullable, index }) =>
        declared.has(name) && nullable && internals[index]?.absent === null,
    )
    .map(({ name }) => name)
  const refuse = (issues: readonly Issue[]): never => {
    throw validationError(definition, issues)
  }
  const run = <T>(parse: Parse<T>, value: unknown): Parsed<T> => {
    try {
      return parse(value)
    } catch (cause) {
      if (!(cause instanceof z.core.$ZodAsyncError)) throw cause
      throw definitionError(
        `A field of ${entity} has an async check, but constructors and assignments cannot wait.`,
        "Check it in beforeSave(), which may be async.",
      )
    }
  }
  const fieldsOf = (data: unknown): Readonly<Values> => {
    if (!isObject(data) || Array.isArray(data)) {
      return refuse([{ path: "", message: `expected an object with the fields of ${entity}` }])
    }
    for (const name of Object.keys(data))
      if (!names.has(name)) throw unknownFieldError(entity, name, names)
    return data
  }
  const parsers = new Map(
    definition.fields.map(({ name, index }) => {
      const schema = internals[index]?.valueSchema
      return [name, schema === undefined ? accept : compiled(schema)] as const
    }),
  )
  const parseValue = (field: string, value: unknown): Parsed =>
    run(parsers.get(field) ?? accept, value)

  return {
    forCreate(data) {
      const input = fieldsOf(data)
      const result = run(whole, input)
      const issues = [
        ...(result.success ? [] : toIssues(result.error.issues)),
        ...managedIssues(input, definition, ownsId),
      ]
      if (!result.success || issues.length > 0) return refuse(issues)
      const values = result.data
      for (const name of json) markData(values[name])
      if (ownsId) refuseWrongKey(definition, input, values, refuse)
      for (const name of nullish) if (values[name] === undefined) values[name] = null
      return values
    },
    forUpdate(data) {
      const input = fieldsOf(data)
      const values: Values = {}
      const issues: Issue[] = []
      for (const name of Object.keys(input)) {
        const value = input[name]
        if (value === undefined) continue
        const schema = declared.has(name) ? shape[name] : undefined
        if (schema === undefined) {
          if (name === "createdAt" || name === "updatedAt")
            issues.push({ path: name, message: "is kept by the library" })
          else values[name] = value
          continue
        }
        const result = run(input => schema.safeParse(input), value)
        if (result.success) values[name] = json.has(name) ? markData(result.data) : result.data
        else issues.push(...toIssues(result.error.issues, name))
      }
      return issues.length > 0 ? refuse(issues) : values
    },
    assigned(field, value) {
      const result = parseValue(field, value)
      if (!result.success) return refuse(toIssues(result.error.issues, field))
      if (json.has(field)) markData(result.data)
      return result.data === undefined && nullish.includes(field) ? null : result.data
    },
    inPlace(values, columns) {
      let issues: Issue[] | undefined
      for (const [column, field] of mutable) {
        if (columns !== undefined && !columns.includes(column)) continue
        const result = parseValue(field, values[field])
        if (!result.success) issues = [...(issues ?? []), ...toIssues(result.error.issues, field)]
      }
      if (issues !== undefined) refuse(issues)
    },
  }
}

const accept: Parse = value => ({ success: true, data: value })

/** `z.compile` makes validation of a whole entity a third cheaper, of a field twice; where code generation is forbidden zod interprets. */
function compiled<T>(schema: z.ZodType<T>): Parse<T> {
  let parser: z.ZodType<T> | undefined
  // Compiling takes a quarter of a millisecond: left until the first entity is made, so that start-up does not pay it.
  return value => {
    if (parser === undefined) {
      try {
        parser = z.compile(schema)
      } catch {
        parser = schema
      }
    }
    return parser.safeParse(value)
  }
}

/** Rules that the schemas of a key cannot express: text that is an address is not empty, and a derived id matches its fields. */
function refuseWrongKey(
  definition: EntityDefinition,
  input: Readonly<Values>,
  valid: Values,
  refuse: (issues: readonly Issue[]) => never,
): void {
  const { key } = definition
  const issues: Issue[] = key
    .filter(name => valid[name] === "")
    .map(path => ({ path, message: "is part of the id and cannot be empty" }))
  const { id } = input
  if (
    issues.length === 0 &&
    hasDerivedId(definition) &&
    id !== undefined &&
    id !== idFrom(definition, name => valid[name])
  )
    issues.push({ path: "id", message: `is made of ${key.join(" and ")}` })
  if (issues.length > 0) refuse(issues)
}

function managedIssues(
  input: Readonly<Values>,
  { timestamps }: EntityDefinition,
  ownsId: boolean,
): Issue[] {
  const issues: Issue[] = []
  const { id } = input
  if (!ownsId && id !== undefined && (typeof id !== "string" || id === "" || id.length > 255)) {
    issues.push({ path: "id", message: "must be text of 1 to 255 characters" })
  }
  // Without the option these are names like any other.
  if (!timestamps) return issues
  for (const field of ["createdAt", "updatedAt"]) {
    const value = input[field]
    if (value !== undefined && !(value instanceof Date && !Number.isNaN(value.getTime())))
      issues.push({ path: field, message: "must be a valid date" })
  }
  return issues
}

function toIssues(issues: readonly z.core.$ZodIssue[], field?: string): Issue[] {
  return issues.map(({ path, message }) => ({
    path: [...(field === undefined ? [] : [field]), ...path].map(String).join("."),
    message,
  }))
}
