// Filters of a list: `price[lt]=100`, `status=placed,paid`, `category.name=Office`, `or[a].price[lt]=5&or[b].stock=0`.
import { and, type Condition, type EntityClass, or } from "../../entity/index.ts"
import { operators } from "../../entity/internal.ts"
import type { EntityDefinition, FieldDefinition } from "../../entity/store.ts"
import { suggest } from "../../shared/suggest.ts"
import { coerce } from "../input/coerce.ts"
import { maxSteps, type Reach, visibleField, visibleRelation } from "./names.ts"
import { badRequest } from "./parameters.ts"

/** The columns of a class, of which each has a method for each operator, and the relations among them. */
type Columns = Readonly<
  Record<string, Readonly<Record<string, (...operands: unknown[]) => Condition>>>
>
type Build = (columns: Columns) => Condition

type Operator = keyof typeof operators
const isOperator = (name: string): name is Operator => Object.hasOwn(operators, name)

/** Words of a search; more would only find less. */
const maxWords = 10

/** `or[GROUP].`, a path, and `[OPERATOR]`. */
const form = /^(?:or\[([\w-]{1,20})\]\.)?([^[\]]+)(?:\[(\w{1,20})\])?$/

/** `or[a].price[lt]` as `price`. */
export const filterPath = (name: string): string => form.exec(name)?.[2] ?? name

/** Conditions on the fields of a class, and on those of its relations. */
class Tests {
  readonly ofFields: Build[] = []
  readonly related = new Map<string, { readonly isMany: boolean; readonly tests: Tests }>()

  build(columns: Columns): Condition[] {
    const related = [...this.related].map(([name, { isMany, tests }]): Condition => {
      // A relation stands among the columns: of one target it has the columns of that, of several `some`.
      const column = columns[name] as unknown as Columns & {
        some(build: Build): Condition
      }
      const all: Build = inner => and(...tests.build(inner))
      return isMany ? column.some(all) : all(column)
    })
    return [...this.ofFields.map(test => test(columns)), ...related]
  }
}

/**
 * The condition for `where`; undefined without parameters. Conditions hold all at once, those of one `or` group too, and of the
 * groups one has to. Those on a relation with several targets hold for one and the same target.
 * @throws NITRO_BAD_REQUEST
 */
export async function filtersOf(
  { definition }: EntityClass,
  parameters: readonly (readonly [name: string, value: unknown])[],
  search: string | undefined,
  reach: Reach,
): Promise<Build | undefined> {
  const always = new Tests()
  const groups = new Map<string, Tests>()
  for (const [name, value] of parameters) {
    const [, group, path = name, operator] = form.exec(name) ?? []
    let tests = group === undefined ? always : groups.get(group)
    if (tests === undefined) {
      tests = new Tests()
      groups.set(group ?? "", tests)
    }
    await add(tests, definition, path.split("."), operator, value, reach)
  }
  if (search !== undefined) always.ofFields.push(...searchesOf(definition, search))
  if (parameters.length === 0 && always.ofFields.length === 0) return undefined
  return columns => {
    const any = [...groups.values()].map(tests => and(...tests.build(columns)))
    return and(...always.build(columns), ...(any.length === 0 ? [] : [or(...any)]))
  }
}

async function add(
  tests: Tests,
  definition: EntityDefinition,
  path: readonly string[],
  operator: string | undefined,
  value: unknown,
  reach: Reach,
): Promise<void> {
  if (path.length > maxSteps + 1)
    throw badRequest(`A filter goes through ${maxSteps} relations at most.`)
  let place = tests
  let at = definition
  for (const step of path.slice(0, -1)) {
    const { kind, target } = await visibleRelation(at, step, "field to filter by", reach, path)
    let next = place.related.get(step)
    if (next === undefined) {
      next = { isMany: kind === "hasMany" || kind === "manyToMany", tests: new Tests() }
      place.related.set(step, next)
    }
    place = next.tests
    at = target.definition
  }
  const field = visibleField(at, path.at(-1) ?? "", "filter by", path.slice(0, -1))
  place.ofFields.push(testOf(field, operator, Array.isArray(value) ? value : [value]))
}

function testOf(field: FieldDefinition, operator: string | undefined, texts: unknown[]): Build {
  const { name } = field
  if (operator === undefined) {
    const values = texts.flatMap(text => valuesOf(field, text))
    const [only] = values
    return values.length === 1 ? call(name, "eq", only) : call(name, "in", values)
  }
  if (!isOperator(operator))
    throw badRequest(
      `"${operator}" is no operator of a filter.`,
      suggest(operator, Object.keys(operators)),
    )
  const { takes } = operators[operator]
  if (takes === "list")
    return call(
      name,
      operator,
      texts.flatMap(text => String(text).split(",")).map(text => oneValue(field, text)),
    )
  const [text] = texts
  if (texts.length > 1) throw badRequest(`"${name}[${operator}]" must come once.`)
  switch (takes) {
    case "flag":
      if (text !== "true" && text !== "false")
        throw badRequest(`"${name}[${operator}]" must be true or false.`)
      return call(name, text === "true" ? "isNull" : "isNotNull")
    case "range": {
      const ends = String(text).split(",")
      if (ends.length !== 2) throw badRequest(`"${name}[${operator}]" takes two values, as in 1,5.`)
      return call(name, operator, ...ends.map(end => oneValue(field, end)))
    }
    case "text":
      return call(name, operator, String(text))
    default:
      return call(name, operator, oneValue(field, text))
  }
}

/** Checks whether the field has the operator when the condition is built. */
function call(name: string, operator: string, ...operands: unknown[]): Build {
  return columns => {
    const method = columns[name]?.[operator]
    if (method === undefined) throw badRequest(`"${name}" cannot be filtered by ${operator}.`)
    return method.apply(columns[name], operands)
  }
}

/** A comma separates values where the whole is not a value of the field: in a title it is a comma. */
function valuesOf(field: FieldDefinition, text: unknown): unknown[] {
  const parts = String(text).split(",")
  if (parts.length === 1 || (isValue(field, text) && passes(field, text)))
    return [oneValue(field, text)]
  return parts.map(part => oneValue(field, part))
}

function oneValue(field: FieldDefinition, text: unknown): unknown {
  const value = coerce(field.schema, text, true)
  if (fits(field, value)) return value
  throw badRequest(
    `"${field.name}" is compared with ${kinds[field.type]}, not "${String(text).slice(0, 40)}".`,
  )
}

const isValue = (field: FieldDefinition, text: unknown): boolean =>
  fits(field, coerce(field.schema, text, true))

function passes({ schema }: FieldDefinition, text: unknown): boolean {
  try {
    return schema.safeParse(text).success
  } catch {
    // A check that is async says nothing here.
    return true
  }
}

const kinds: Readonly<Record<FieldDefinition["type"], string>> = {
  string: "text",
  integer: "a number",
  number: "a number",
  boolean: "true or false",
  date: "a date",
  bigint: "a whole number",
  bytes: "nothing in a list",
  json: "nothing in a list",
}

function fits({ type, nullable }: FieldDefinition, value: unknown): boolean {
  if (value === null) return nullable
  if (type === "date") return value instanceof Date
  if (type === "bytes" || type === "json") return false
  return typeof value === (type === "integer" ? "number" : type)
}

/** Each word in any of the texts of the class. */
function searchesOf(definition: EntityDefinition, search: string): Build[] {
  const { name, fields, key } = definition
  const texts = fields.filter(
    field => field.type === "string" && !field.hidden && !key.includes(field.name),
  )
  if (texts.length === 0) throw badRequest(`${name} has no text to search.`)
  const words = search.split(/\s+/).filter(word => word !== "")
  return words
    .slice(0, maxWords)
    .map(word => columns => or(...texts.map(field => call(field.name, "contains", word)(columns))))
}
