// Values inside of JSON in Postgres' SQL.
import { isTextOperator, jsonTests, operators, toPattern } from "../../../entity/internal.ts"
import type { JsonPath, JsonScalar, JsonTest } from "../../../entity/store.ts"
import type { JsonCondition } from "../contract/dialect.ts"
import { isStorableText } from "../contract/parameters.ts"

export function postgresJson(
  path: JsonPath,
  test: JsonTest,
  value: JsonScalar | undefined,
): JsonCondition | boolean {
  if (typeof value === "string" && !isStorableText(value)) return false
  if (!path.every(key => typeof key === "number" || isStorableText(key))) return test === "isNull"
  // Strict: in the lax form a value is also a list of itself. The keys are strings of JSON there too.
  const steps = path.map(key => (typeof key === "number" ? `[${key}]` : `.${JSON.stringify(key)}`))
  const code = jsonTests.indexOf(test) * 2 + (typeof value === "string" ? 1 : 0)
  const find = (column: string, place: string): string =>
    `jsonb_path_query_first(${column}, ${place}::text::jsonpath, '{}', true)`
  const condition = (
    operands: readonly unknown[],
    text: (value: string, place: () => string) => string,
  ): JsonCondition => ({
    parameters: [`strict $${steps.join("")}`, ...operands],
    shape: [code],
    text: ({ sql }, place) => text(find(sql, place()), place),
  })
  if (isTextOperator(test)) {
    const escaping = operators[test].literal ? "" : " escape ''"
    return condition(
      [toPattern(test, String(value), "JSON")],
      (value, place) =>
        `case when jsonb_typeof(${value}) = 'string' then lower((${value} #>> '{}') collate "C") like lower(${place()}::text collate "C")${escaping} end`,
    )
  }
  switch (test) {
    case "isNull":
      return condition([], value => `coalesce(jsonb_typeof(${value}), 'null') = 'null'`)
    case "eq":
      // Equal in type and value. As text, because drivers encode JSON parameters themselves.
      return condition(
        [JSON.stringify(value)],
        (value, place) => `${value} = ${place()}::text::jsonb`,
      )
    default: {
      const operator = operators[test].sql
      // A case, because nothing else keeps the cast of a text to a number from being tried.
      return typeof value === "string"
        ? condition(
            [value],
            (value, place) =>
              `case when jsonb_typeof(${value}) = 'string' then (${value} #>> '{}') collate "C" ${operator} ${place()}::text collate "C" end`,
          )
        : condition(
            [String(value)],
            (value, place) =>
              `case when jsonb_typeof(${value}) = 'number' then ${value}::numeric ${operator} ${place()}::text::numeric end`,
          )
    }
  }
}
