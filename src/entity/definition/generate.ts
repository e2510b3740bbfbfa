// Functions written for one entity: generated code where the runtime allows it, closures with the same result where not.

/** May code be generated here? Workers and pages with a strict policy say no. */
export const canGenerate: boolean = (() => {
  try {
    return new Function("return true")() === true
  } catch {
    return false
  }
})()

/**
 * The value of an expression in which `names` stand for `values`. Callers only ever put in literals they made by
 * `JSON.stringify` and names that were checked, never text from outside.
 */
export function generate<T>(expression: string, scope: Readonly<Record<string, unknown>>): T {
  const make: (...values: unknown[]) => T = new Function(
    ...Object.keys(scope),
    `"use strict";return ${expression}`,
  ) as never // the caller says what its expression gives
  return make(...Object.values(scope))
}

/** `new Class(a, b, …)` gives a plain object of these names and values. */
export type PlainClass = new (...values: unknown[]) => Record<string, unknown>

/**
 * A constructor for what a literal would make. Engines keep statistics of literals: where a thousand of one have outlived a
 * collection, V8 makes all that follow in its old space, where each holds its own values long after it is dead.
 */
export function plainClass(names: readonly string[]): PlainClass {
  const parameters = names.map((_, i) => `p${i}`)
  const assignments = names.map((name, i) => `this[${JSON.stringify(name)}]=p${i}`)
  const Values = generate<PlainClass>(
    `function Values(${parameters.join()}){${assignments.join(";")}}`,
    {},
  )
  Values.prototype = Object.prototype
  return Values
}
