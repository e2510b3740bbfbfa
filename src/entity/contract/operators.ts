// The operators of conditions in one table: types, columns, objects, memory, SQL and JSON paths all derive from it.
import { type Comparable, compareValues } from "./comparable.ts"
import { likeTest } from "./like.ts"

/**
 * `takes` is what the operator is called with, and so which fields have it:
 * - `same`, `order`: one value of the field's type; `order` only where the type has one, and never null
 * - `list`: values of the field's type; `range`: two of them; `flag`: true or false
 * - `text`: text, on text
 *
 * A comparison has its spelling in SQL as `sql`, and `holds` for two values that are not null.
 *
 * A text operator is a LIKE that ignores the case of ASCII letters. `pattern` makes the pattern of the text, whose `%`
 * and `_` are escaped before where it is `literal`. `finder` is the same in memory, where both texts are in lower case:
 * it is called once for a condition, and what it gives for each row. An operator of this form is an entry here and
 * nothing else.
 *
 * JSON paths have every operator, but no order of bigints.
 */
export const operators = {
  eq: { takes: "same", sql: "=", holds: (a: Comparable, b: Comparable): boolean => a === b },
  ne: {
    takes: "same",
    sql: "is distinct from",
    holds: (a: Comparable, b: Comparable): boolean => a !== b,
  },
  lt: {
    takes: "order",
    sql: "<",
    holds: (a: Comparable, b: Comparable): boolean => compareValues(a, b) < 0,
  },
  lte: {
    takes: "order",
    sql: "<=",
    holds: (a: Comparable, b: Comparable): boolean => compareValues(a, b) <= 0,
  },
  gt: {
    takes: "order",
    sql: ">",
    holds: (a: Comparable, b: Comparable): boolean => compareValues(a, b) > 0,
  },
  gte: {
    takes: "order",
    sql: ">=",
    holds: (a: Comparable, b: Comparable): boolean => compareValues(a, b) >= 0,
  },
  /** Literal text; ASCII letters match in any case. */
  contains: {
    takes: "text",
    literal: true,
    pattern: (text: string): string => `%${text}%`,
    finder:
      (part: string): ((text: string) => boolean) =>
      text =>
        text.includes(part),
  },
  startsWith: {
    takes: "text",
    literal: true,
    pattern: (text: string): string => `${text}%`,
    finder:
      (part: string): ((text: string) => boolean) =>
      text =>
        text.startsWith(part),
  },
  endsWith: {
    takes: "text",
    literal: true,
    pattern: (text: string): string => `%${text}`,
    finder:
      (part: string): ((text: string) => boolean) =>
      text =>
        text.endsWith(part),
  },
  /** SQL pattern: `%` any text, `_` one character. */
  like: {
    takes: "text",
    literal: false,
    pattern: (text: string): string => text,
    finder: (pattern: string): ((text: string) => boolean) => likeTest(pattern),
  },
  in: { takes: "list" },
  notIn: { takes: "list" },
  /** Both ends included. */
  between: { takes: "range" },
  isNull: { takes: "flag" },
} as const

type Table = typeof operators
export type Operator = keyof Table
type Taking<K> = { [O in Operator]: Table[O]["takes"] extends K ? O : never }[Operator]
export type EqualityOperator = Taking<"same">
export type OrderingOperator = Taking<"order">
export type ListOperator = Taking<"list">
export type TextOperator = Taking<"text">
export type ComparisonOperator = EqualityOperator | OrderingOperator
/** The tests of one value inside of JSON: the other operators are made of these. */
export type JsonTest = "isNull" | Exclude<ComparisonOperator, "ne"> | TextOperator

export function isOperator(name: string): name is Operator {
  return Object.hasOwn(operators, name)
}

export function isTextOperator(name: string): name is TextOperator {
  return isOperator(name) && operators[name].takes === "text"
}

/** As in the table. */
export const operatorNames: readonly Operator[] = Object.keys(operators).filter(isOperator)

/** In a fixed order, `isNull` first. */
export const jsonTests: readonly JsonTest[] = [
  "isNull",
  ...operatorNames.filter(
    (name): name is Exclude<JsonTest, "isNull"> => name !== "ne" && isSingle(name),
  ),
]

function isSingle(name: Operator): boolean {
  const { takes } = operators[name]
  return takes === "same" || takes === "order" || takes === "text"
}
