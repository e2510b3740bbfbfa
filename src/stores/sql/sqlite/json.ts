// Values inside of JSON in SQLite's SQL.
import { isTextOperator, jsonTests, operators, toPattern } from "../../../entity/internal.ts"
import type { JsonPath, JsonScalar, JsonTest } from "../../../entity/store.ts"
import type { JsonCondition } from "../contract/dialect.ts"
import { isStorableText } from "../contract/parameters.ts"

const isNumber = "in ('integer', 'real')"

/** One value of the JSON: its type, itself, and its text as it was written. */
interface Found {
  readonly type: () => string
  readonly value: () => string
  readonly written: (() => string) | undefined
}
/** The condition on one value, and the parameters besides those that find it. */
interface ValueTest {
  readonly code: number
  readonly operands: readonly unknown[]
  readonly text: (value: Found, place: () => string) => string
  /** How often, and in which order, the value is found and an operand placed. */
  readonly order: readonly ("find" | "operand")[]
}

export function sqliteJson(
  path: JsonPath,
  test: JsonTest,
  value: JsonScalar | undefined,
): JsonCondition | boolean {
  if (typeof value === "string" && !isStorableText(value)) return false
  if (!path.every(key => typeof key === "number" || isStorableText(key))) return test === "isNull"
  const condition = testOf(test, value)
  return path.every(isPlain) ? byPath(path, condition) : byKeys(path, condition)
}

function testOf(test: JsonTest, value: JsonScalar | undefined): ValueTest {
  const base = jsonTests.indexOf(test) * 8
  if (test === "isNull") {
    const text = ({ type }: Found): string => `coalesce(${type()}, 'null') = 'null'`
    return { code: base, operands: [], text, order: ["find"] }
  }
  if (typeof value === "boolean") {
    return {
      code: base + (value ? 3 : 4),
      operands: [],
      text: ({ type }) => `${type()} = '${value}'`,
      order: ["find"],
    }
  }
  const order = ["find", "find", "operand"] as const
  if (isTextOperator(test)) {
    const escaping = operators[test].literal ? " escape '\\'" : ""
    return {
      code: base,
      operands: [toPattern(test, String(value), "JSON")],
      text: (value, place) =>
        `(${value.type()} = 'text' and ${value.value()} like ${place()}${escaping})`,
      order,
    }
  }
  const isText = typeof value === "string"
  const kind = isText ? "= 'text'" : isNumber
  const operator = operators[test].sql
  // SQLite reads some fractions a bit off, so equal ones are known by their text, which is the shortest for both.
  const asText = test === "eq" && typeof value === "number" && !Number.isSafeInteger(value)
  return {
    code: base + (isText ? 0 : asText ? 2 : 1),
    operands: [asText ? JSON.stringify(value) : value],
    text: (value, place) =>
      asText && value.written === undefined
        ? `(${value.type()} ${kind} and ${value.value()} = cast(${place()} as real))`
        : `(${value.type()} ${kind} and ${(asText ? (value.written ?? value.value) : value.value)()} ${operator} ${place()})`,
    order,
  }
}

// Keys that JSON writes as they are in memory, without an escape.
function isPlain(key: string | number): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return typeof key === "number" || /^[^"\\\u0000-\u001f]+$/.test(key)
}

function byPath(path: JsonPath, { code, operands, text, order }: ValueTest): JsonCondition {
  const place = `$${path.map(key => (typeof key === "number" ? `[${key}]` : `."${key}"`)).join("")}`
  return {
    parameters: order.map(what => (what === "find" ? place : operands[0])),
    shape: [code],
    text: ({ sql }, next) =>
      text(
        {
          type: () => `json_type(${sql}, ${next()})`,
          value: () => `json_extract(${sql}, ${next()})`,
          written: () => `${sql} -> ${next()}`,
        },
        next,
      ),
  }
}

/** Through the keys one by one, as values: for keys that a path cannot spell. */
function byKeys(path: JsonPath, { code, operands, text }: ValueTest): JsonCondition {
  const isNull = code === 0
  return {
    parameters: [...path, ...operands],
    shape: [code, path.length],
    text: ({ qualified }, next) => {
      const steps = path.map((_, at) => {
        const within =
          at === 0
            ? qualified
            : `case when e${at}.type in ('object', 'array') then e${at}.value end`
        return `json_each(${within}) as e${at + 1}`
      })
      const keys = path.map((_, at) => `e${at + 1}.key = ${next()}`)
      const last = `e${path.length}`
      const value: Found = {
        type: () => `${last}.type`,
        value: () => `${last}.value`,
        written: undefined,
      }
      const test = isNull ? `${last}.type <> 'null'` : text(value, next)
      return `${isNull ? "not " : ""}exists (select 1 from ${steps.join(", ")} where ${keys.join(" and ")} and ${test})`
    },
  }
}
