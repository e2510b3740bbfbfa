// Conditions as values that can be combined, each on one entity; what they hold is a predicate, plain data.

import { abandon } from "../../shared/callback.ts"
import type { NitroError } from "../../shared/errors.ts"
import type { AnyFunction } from "../../shared/guards.ts"
import type { EntityDefinition } from "../contract/definition.ts"
import { queryError } from "../contract/errors.ts"
import { fieldNamed } from "../contract/field-named.ts"
import type { Predicate } from "../contract/predicate.ts"
import { depthOf, maxDepth, tooDeep } from "./condition-size.ts"
import { isFieldOperand, matches } from "./matches.ts"
import { hasDeadBranch } from "./short-circuit.ts"

/** The conditions that a function has built so far: each has to become a part of its result. */
let built: Condition[] | undefined
// Assigned in the class, which alone can see its private field.
let use: (condition: Condition) => void
let isUsed: (condition: Condition) => boolean
let opOf: (condition: Condition) => Predicate["op"]
/** Of a group that is not plain data yet. */
let groupOf: (condition: Condition) => Group | undefined
let contentOf: (condition: Condition) => Predicate | Group
let depthIn: (condition: Condition) => number

/** A group that was not read yet: a chain of a thousand `or` is one group of a thousand, made once. */
class Group {
  readonly op: "and" | "or"
  readonly of: readonly Condition[]
  readonly depth: number

  constructor(op: "and" | "or", of: readonly Condition[]) {
    this.op = op
    this.of = of
    let deepest = 0
    for (const condition of of) {
      const depth = depthIn(condition)
      deepest = Math.max(deepest, opOf(condition) === op ? depth - 1 : depth)
    }
    this.depth = deepest + 1
    if (this.depth > maxDepth) throw tooDeep()
  }

  toPredicate(): Predicate {
    const parts: Predicate[] = []
    const open = [...this.of].reverse()
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const group = groupOf(next)
      if (group?.op === this.op) for (const part of group.of.toReversed()) open.push(part)
      else if (next.predicate.op === this.op) for (const part of next.predicate.of) parts.push(part)
      else parts.push(next.predicate)
    }
    return { op: this.op, of: parts }
  }
}

/** A condition that can be combined. `predicate` is the plain data. */
export class Condition {
  /** The entity of its fields, if known: on other entities the condition is refused. */
  readonly entity: EntityDefinition | undefined
  #content: Predicate | Group
  #used = false

  constructor(content: Predicate | Group, entity?: EntityDefinition) {
    this.#content = content
    this.entity = entity
    built?.push(this)
  }

  static {
    use = condition => {
      condition.#used = true
    }
    isUsed = condition => condition.#used
    opOf = condition => condition.#content.op
    groupOf = condition => (condition.#content instanceof Group ? condition.#content : undefined)
    contentOf = condition => condition.#content
    depthIn = condition => {
      const content = condition.#content
      return content instanceof Group ? content.depth : depthOf(content)
    }
  }

  get predicate(): Predicate {
    if (this.#content instanceof Group) this.#content = this.#content.toPredicate()
    return this.#content
  }

  and(...others: Condition[]): Condition {
    return junction("and", [this, ...others])
  }

  or(...others: Condition[]): Condition {
    return junction("or", [this, ...others])
  }

  not(): Condition {
    return not(this)
  }
}

/** A condition that can also be evaluated for one entity: `inStock.isSatisfiedBy(product)`. */
export class Specification extends Condition {
  declare readonly entity: EntityDefinition

  constructor(content: Predicate | Group, entity: EntityDefinition) {
    super(content, entity)
  }

  override and(...others: Condition[]): Specification {
    return this.#of(super.and(...others))
  }

  override or(...others: Condition[]): Specification {
    return this.#of(super.or(...others))
  }

  override not(): Specification {
    return this.#of(super.not())
  }

  isSatisfiedBy(entity: object): boolean {
    return matches(this.predicate, entity)
  }

  #of(condition: Condition): Specification {
    if (condition.entity !== this.entity)
      return new Specification(ownPredicate(this.entity, condition), this.entity)
    use(condition)
    return new Specification(contentOf(condition), this.entity)
  }
}

/** All of the conditions; none is always true. */
export function and(...conditions: Condition[]): Condition {
  return junction("and", conditions)
}

/** Any of the conditions; none is never true. */
export function or(...conditions: Condition[]): Condition {
  return junction("or", conditions)
}

export function not(condition: Condition): Condition {
  const of = toPredicate(condition)
  // Two cancel each other out, however long the chain.
  const predicate: Predicate = of.op === "not" ? of.of : { op: "not", of }
  depthOf(predicate)
  return new Condition(predicate, condition.entity)
}

function junction(op: "and" | "or", conditions: readonly Condition[]): Condition {
  for (const condition of conditions) claim(condition)
  const entity = conditions.find(condition => condition.entity !== undefined)?.entity
  const other = conditions.find(
    condition => condition.entity !== undefined && condition.entity !== entity,
  )?.entity
  if (entity !== undefined && other !== undefined) {
    throw queryError(
      `A condition on ${entity.name} cannot be combined with one on ${other.name}.`,
      "Use conditions of one entity.",
    )
  }
  // One of unknown origin is looked through when it is used.
  return new Condition(
    new Group(op, conditions),
    conditions.every(condition => condition.entity !== undefined) ? entity : undefined,
  )
}

/** Makes it a part of another one. Throws for what is no condition. */
export function toPredicate(condition: unknown): Predicate {
  claim(condition)
  return condition.predicate
}

function claim(condition: unknown): asserts condition is Condition {
  if (condition instanceof Condition) {
    use(condition)
    return
  }
  abandon(condition, "a condition")
  throw queryError(
    `A condition was expected, not ${describeValue(condition)}.`,
    "Build it from the fields: t => t.done.eq(false).",
  )
}

/**
 * The predicate that `build` gives for these columns. Refuses it when a condition was built on the way that is no part of
 * the result: of `a && b` only the second one would count, and more rows would match than were meant.
 */
export function builtPredicate(
  definition: EntityDefinition,
  build: AnyFunction,
  columns: readonly object[],
): Predicate {
  const outer = built
  const parts: Condition[] = []
  built = parts
  let result: Predicate
  try {
    // `ownPredicate` refuses what is no condition.
    result = ownPredicate(definition, build(...columns))
  } finally {
    built = outer
  }
  for (const condition of parts) if (!isUsed(condition)) throw unusedError(condition)
  if (hasDeadBranch(build))
    throw queryError("A condition stands behind a JavaScript || and is never looked at.", combine)
  return result
}

const combine =
  "Combine conditions by .and(...), .or(...) and .not(): JavaScript's && and || give only one of the two."

function unusedError({ predicate, entity }: Condition): NitroError {
  const field = "field" in predicate ? predicate.field : undefined
  const what =
    field === undefined
      ? `"${predicate.op}"`
      : `"${predicate.op}" of ${entity === undefined ? "" : `${entity.name}.`}${field}`
  return queryError(`A condition (${what}) was built and is not part of the result.`, combine)
}

/** The predicate of a condition on this very entity: the same names elsewhere mean other fields. */
export function ownPredicate(definition: EntityDefinition, condition: unknown): Predicate {
  claim(condition)
  const { predicate } = condition
  if (condition.entity === definition) return predicate
  if (condition.entity !== undefined) {
    throw queryError(
      `A condition on ${condition.entity.name} cannot be used with ${definition.name}.`,
      `Build it from the fields of ${definition.name}.`,
    )
  }
  checkFields(definition, predicate)
  return predicate
}

function checkFields(definition: EntityDefinition, predicate: Predicate): void {
  switch (predicate.op) {
    case "and":
    case "or":
      for (const part of predicate.of) checkFields(definition, part)
      break
    case "not":
      checkFields(definition, predicate.of)
      break
    case "some":
      fieldNamed(definition, predicate.rows.local)
      break
    default:
      fieldNamed(definition, predicate.field)
      if ("value" in predicate && isFieldOperand(predicate.value))
        fieldNamed(definition, predicate.value.field)
  }
}

export function describeValue(value: unknown): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)
  if (typeof value === "function") return "a function"
  if (typeof value === "object" && value !== null)
    return value instanceof Date
      ? "an invalid date"
      : Array.isArray(value)
        ? "a list"
        : value instanceof Promise
          ? "a promise"
          : "an object"
  return String(value)
}
