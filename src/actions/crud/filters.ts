// Filters of a list: `price[lt]=100`, `status=placed,paid`, `category.name=Office`, `or[a].price[lt]=5&or[b].stock=0`.
import { and, type Condition, type EntityClass, or } from "../../entity/index.ts"
import { isOperator, operatorNames, operators } from "../../entity/internal.ts"
import type { EntityDefinition, FieldDefinition } from "../../entity/store.ts"
import { suggest } from "../../shared/suggest.ts"
import { baseType, coerce } from "../input/coerce.ts"
import { maxSteps, type Reach, visibleField, visibleRelation } from "./names.ts"
import { badRequest } from "./parameters.ts"

/** The columns of a class, of which each has a method for each operator, and the relations among them. */
type Columns = Readonly<
  Record<string, Readonly<Record<string, (...operands: unknown[]) => Condition>>>
>
type Build = (columns: Columns) => Condition

const maxWords = 10
const maxGroups = 50
/** Conditions through relations: each is a query inside of the query. */
const maxRelated = 20

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
  let related = 0
  for (const [name, value] of parameters) {
    const [, group, path = name, operator] = form.exec(name) ?? []
    let tests = group === undefined ? always : groups.get(group)
    if (tests === undefined) {
      if (groups.size === maxGroups)
        throw badRequest(`A list takes ${maxGroups} groups of filters at most.`)
      tests = new Tests()
      groups.set(group ?? "", tests)
    }
    const steps = path.split(".")
    if (steps.length > 1 && ++related > maxRelated)
      throw badRequest(`A list takes ${maxRelated} filters through relations at most.`)
    await add(tests, definition, steps, operator, value, reach)
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
  const texts = Array.isArray(value) ? value : [value]
  place.ofFields.push(testOf(field, isFreeText(at, field), operator, texts))
}

function testOf(
  field: FieldDefinition,
  isText: boolean,
  operator: string | undefined,
  texts: unknown[],
): Build {
  const { name } = field
  if (operator === undefined) {
    const values = texts.flatMap(text => valuesOf(field, isText, text))
    const [only] = values
    return values.length === 1 ? call(name, "eq", only) : call(name, "in", values)
  }
  if (!isOperator(operator))
    throw badRequest(`"${operator}" is no operator of a filter.`, suggest(operator, operatorNames))
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

/** A comma separates values, but in free text it is a part of the value. */
function valuesOf(field: FieldDefinition, isText: boolean, text: unknown): unknown[] {
  return (isText ? [text] : String(text).split(",")).map(part => oneValue(field, part))
}

/** Text that people write: no id, no reference, none of a few words, none in a format. */
export function isFreeText({ key }: EntityDefinition, field: FieldDefinition): boolean {
  const isId = key.includes(field.name) || field.derived === true
  if (field.type !== "string" || isId || field.references !== undefined) return false
  const { type, format } = baseType(field.schema)
  return type === "string" && format === undefined
}

function oneValue(field: FieldDefinition, text: unknown): unknown {
  const value = coerce(field.schema, text, true)
  if (fits(field, value)) return value
  throw badRequest(
    `"${field.name}" is compared with ${kinds[field.type]}, not "${String(text).slice(0, 40)}".`,
  )
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
  const { name, fields } = definition
  const texts = fields.filter(
    field => isFreeText(definition, field) && !field.hidden && !field.encrypted,
  )
  if (texts.length === 0) throw badRequest(`${name} has no text to search.`)
  const words = search.split(/\s+/).filter(word => word !== "")
  if (words.length > maxWords) throw badRequest(`A search has ${maxWords} words at most.`)
  return words.map(
    word => columns => or(...texts.map(field => call(field.name, "contains", word)(columns))),
  )
}
