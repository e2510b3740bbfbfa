// Walks a condition once: its values become parameters, its shape goes to a writer that makes a cache key or SQL of it.
import { depthOf, maxDepth, operators, tooDeep, toPattern } from "../../../entity/internal.ts"
import {
  type ComparisonOperator,
  type EntityDefinition,
  isFieldOperand,
  type JsonPredicate,
  type Operand,
  type Predicate,
  type RelatedPredicate,
  type RelatedRows,
  StoredValue,
  type TextPredicate,
  type Value,
} from "../../../entity/store.ts"
import { NitroError } from "../../../shared/errors.ts"
import type { Dialect, JsonCondition } from "../contract/dialect.ts"
import { isStorableText } from "../contract/parameters.ts"
import { type Column, nestedTable, type Table } from "../table/table.ts"
import { canOccur, encodeOperand, orderBeyond, roundOperand } from "./operand.ts"

/** The tests that a condition comes down to. Each is true exactly for the rows that match; for others false or unknown. */
export type Test =
  | ComparisonOperator
  | ("isNull" | "notNull" | "inJson" | "inPlaces" | "like" | "likeEscaped")
  /** With a value as it is stored. */
  | `${Exclude<ComparisonOperator, "ne">}Stored`

/** Receives the shape of a condition. Two conditions that make the same calls have the same SQL. */
export interface ShapeWriter {
  /** `other`: compared with that column instead of a parameter. `places`: how many parameters, where that varies. */
  test(test: Test, column: Column, other: Column | undefined, places: number): void
  constant(value: boolean): void
  open(group: "and" | "or" | "not"): void
  /** Between two members of a group. */
  next(group: "and" | "or"): void
  close(): void
  /** Rows of another table; the condition on them follows where `isConditional`, then `closeRelated`. */
  openRelated(related: RelatedTable): void
  closeRelated(): void
  json(condition: JsonCondition, column: Column): void
}

export interface RelatedTable {
  readonly rows: RelatedRows
  readonly table: Table
  readonly local: Column
  readonly remote: Column
  readonly isConditional: boolean
  /** That there are none. */
  readonly isNegated: boolean
}

export interface WalkContext {
  readonly table: Table
  readonly dialect: Dialect
  readonly writer: ShapeWriter
  readonly parameters: unknown[]
  /** The table of another class of the same store. */
  readonly tableFor: (definition: EntityDefinition) => Table
  /** How many groups are open. */
  depth: number
  /** How many of `tableFor` are open. */
  readonly nesting: number
}

// SQLite limits the depth of an expression to 1000, and a chain of n is n deep: a long group is a group of chains.
const longestChain = 32
// The parser of SQLite before 3.46 holds 100 symbols: one for each bracket that opens a condition, three for one behind an operator.
// So the deepest of several comes first, where it is deeper than this.
const shallow = 3
// SQLite's limit of parameters is 32,766.
const maxPlaces = 16_384

export function walk(context: WalkContext, predicate: Predicate): void {
  const { writer } = context
  switch (predicate.op) {
    case "eq":
    case "ne":
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      compare(context, predicate.op, predicate.field, predicate.value)
      return
    case "and":
    case "or":
      goDeeper(context)
      if (predicate.of.length === 0) writer.constant(predicate.op === "and")
      else group(context, predicate.op, predicate.of)
      context.depth -= 1
      return
    case "not":
      if (predicate.of.op === "some") {
        related(context, predicate.of, true)
        return
      }
      goDeeper(context)
      writer.open("not")
      walk(context, predicate.of)
      writer.close()
      context.depth -= 1
      return
    case "some":
      related(context, predicate, false)
      return
    case "json":
      inJson(context, predicate)
      return
    case "isNull":
      writer.test("isNull", context.table.column(predicate.field), undefined, 0)
      return
    case "in":
      memberOf(context, context.table.column(predicate.field), predicate.values)
      return
    case "notIn":
      writer.open("not")
      memberOf(context, context.table.column(predicate.field), predicate.values)
      writer.close()
      return
    case "between":
      writer.open("and")
      compare(context, "gte", predicate.field, predicate.from)
      writer.next("and")
      compare(context, "lte", predicate.field, predicate.to)
      writer.close()
      return
    default:
      matchText(context, predicate)
  }
}

function related(
  context: WalkContext,
  { rows, where }: RelatedPredicate,
  isNegated: boolean,
): void {
  const { table: outer, dialect, writer } = context
  goDeeper(context)
  const nesting = context.nesting + 1
  const table = nestedTable(context.tableFor(rows.definition), dialect, nesting)
  const [local, remote] = [outer.column(rows.local), table.column(rows.remote)]
  writer.openRelated({ rows, table, local, remote, isConditional: where !== undefined, isNegated })
  if (where !== undefined) walk({ ...context, table, nesting }, where)
  writer.closeRelated()
  context.depth -= 1
}

function inJson(
  { table, dialect, writer, parameters }: WalkContext,
  { field, path, test, value }: JsonPredicate,
): void {
  const condition = dialect.json(path, test, value)
  if (typeof condition === "boolean") {
    writer.constant(condition)
    return
  }
  parameters.push(...condition.parameters)
  writer.json(condition, table.column(field))
}

function goDeeper(context: WalkContext): void {
  context.depth += 1
  // Entities refuse it sooner; this is for those who use a store without them.
  if (context.depth > 2 * maxDepth) throw tooDeep()
}

function group(context: WalkContext, op: "and" | "or", of: readonly Predicate[]): void {
  const { writer } = context
  const only = of[0]
  if (only !== undefined && of.length === 1) {
    walk(context, only)
    return
  }
  writer.open(op)
  const deepest = deepestOf(of)
  if (deepest === undefined) members(context, op, of)
  else {
    walk(context, deepest.predicate)
    writer.next(op)
    chain(context, op, [...of.slice(0, deepest.at), ...of.slice(deepest.at + 1)])
  }
  writer.close()
}

/** As many chains as each is long, so that both are short. */
function members(context: WalkContext, op: "and" | "or", of: readonly Predicate[]): void {
  if (of.length <= longestChain) {
    let isFirst = true
    for (const one of of) {
      if (!isFirst) context.writer.next(op)
      isFirst = false
      walk(context, one)
    }
    return
  }
  const length = Math.max(longestChain, Math.ceil(Math.sqrt(of.length)))
  for (let from = 0; from < of.length; from += length) {
    if (from > 0) context.writer.next(op)
    chain(context, op, of.slice(from, from + length))
  }
}

function chain(context: WalkContext, op: "and" | "or", of: readonly Predicate[]): void {
  const only = of[0]
  if (only !== undefined && of.length === 1) {
    walk(context, only)
    return
  }
  context.writer.open(op)
  members(context, op, of)
  context.writer.close()
}

/** The deepest of several conditions, with its position; undefined where none is deep. */
function deepestOf(
  of: readonly Predicate[],
): { readonly at: number; readonly predicate: Predicate } | undefined {
  let deepest: { readonly at: number; readonly predicate: Predicate } | undefined
  let highest = shallow
  let at = -1
  for (const predicate of of) {
    at += 1
    const { op } = predicate
    if (op !== "and" && op !== "or" && op !== "not" && op !== "some") continue
    const depth = depthOf(predicate)
    if (depth <= highest) continue
    highest = depth
    deepest = { at, predicate }
  }
  return deepest
}

const storedTests: Readonly<Partial<Record<ComparisonOperator, Test>>> = {
  eq: "eqStored",
  lt: "ltStored",
  lte: "lteStored",
  gt: "gtStored",
  gte: "gteStored",
}

function compare(
  context: WalkContext,
  op: ComparisonOperator,
  fieldName: string,
  value: Operand,
): void {
  const { table, writer } = context
  const column = table.column(fieldName)
  if (value === null) {
    if (op === "eq") writer.test("isNull", column, undefined, 0)
    else if (op === "ne") writer.test("notNull", column, undefined, 0)
    else writer.constant(false)
  } else if (isFieldOperand(value)) {
    compareFields(writer, op, column, table.column(value.field))
  } else if (value instanceof StoredValue) {
    const test = storedTests[op]
    if (test === undefined) throw new TypeError(`No condition compares a stored value by "${op}".`)
    context.parameters.push(column.bind === undefined ? value.stored : column.bind(value.stored))
    writer.test(test, column, undefined, 1)
  } else {
    compareValue(context, op, column, roundOperand(column, op, value))
  }
}

function compareValue(
  { writer, parameters }: WalkContext,
  op: ComparisonOperator,
  column: Column,
  value: NonNullable<Value>,
): void {
  if (canOccur(column, value)) {
    parameters.push(encodeOperand(column, value))
    writer.test(op, column, undefined, 1)
  } else if (op === "eq" || op === "ne") writer.constant(op === "ne")
  else if (orderBeyond(column, op, value) === "all") writer.test("notNull", column, undefined, 0)
  else writer.constant(false)
}

function compareFields(
  writer: ShapeWriter,
  op: ComparisonOperator,
  column: Column,
  other: Column,
): void {
  if (op !== "ne") {
    writer.test(op, column, other, 0)
    return
  }
  // Two null fields are not equal, so `ne` is the opposite of `eq` and not "is distinct from".
  writer.open("not")
  writer.test("eq", column, other, 0)
  writer.close()
}

function memberOf(context: WalkContext, column: Column, values: readonly Value[]): void {
  const { writer } = context
  const encoded: unknown[] = []
  let hasNull = false
  for (const value of values) {
    if (value === null) hasNull = true
    else if (canOccur(column, value)) encoded.push(encodeOperand(column, value))
  }
  if (hasNull) {
    writer.open("or")
    writer.test("isNull", column, undefined, 0)
    writer.next("or")
  }
  memberOfEncoded(context, column, encoded)
  if (hasNull) writer.close()
}

function memberOfEncoded(
  { dialect, writer, parameters }: WalkContext,
  column: Column,
  encoded: unknown[],
): void {
  if (encoded.length === 0) {
    writer.constant(false)
    return
  }
  const list = dialect.listParameter(column.field.type, encoded)
  if (list !== undefined) {
    parameters.push(list)
    writer.test("inJson", column, undefined, 1)
    return
  }
  if (encoded.length > maxPlaces) {
    throw new NitroError(
      "NITRO_QUERY",
      `A list for ${column.field.name} has ${encoded.length} values; at most ${maxPlaces} are possible.`,
      {
        fix: "Split it into several queries.",
        details: { field: column.field.name },
      },
    )
  }
  // Rounded up to a power of two by repeating the last value, so that lists of all lengths share few statements.
  let places = 1
  while (places < encoded.length) places *= 2
  for (let index = 0; index < places; index++)
    parameters.push(encoded[Math.min(index, encoded.length - 1)])
  writer.test("inPlaces", column, undefined, places)
}

function matchText(context: WalkContext, { op, field, value: text }: TextPredicate): void {
  const column = context.table.column(field)
  const { name, type } = column.field
  if (type !== "string" || typeof text !== "string") {
    throw new NitroError(
      "NITRO_QUERY",
      `"${op}" compares text, and the field ${name} is of the type ${type}.`,
      {
        fix: "Use a comparison that fits the field's type.",
        details: { field: name },
      },
    )
  }
  if (!isStorableText(text)) {
    context.writer.constant(false)
    return
  }
  const pattern = toPattern(op, text, name)
  context.parameters.push(pattern)
  context.writer.test(operators[op].literal ? "likeEscaped" : "like", column, undefined, 1)
}
