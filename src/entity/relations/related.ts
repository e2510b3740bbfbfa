// The rows of another class as predicates name them, and the class behind the name.
import type { EntityDefinition } from "../contract/definition.ts"
import type { RelatedRows } from "../contract/predicate.ts"
import type { EntityClass } from "../types/types.ts"

class Related implements RelatedRows {
  readonly entity: string
  readonly local: string
  readonly remote: string
  readonly #target: EntityClass

  constructor(target: EntityClass, local: string, remote: string) {
    this.#target = target
    this.entity = target.definition.name
    this.local = local
    this.remote = remote
  }

  get definition(): EntityDefinition {
    return this.#target.definition
  }

  static targetOf(rows: RelatedRows): EntityClass | undefined {
    return #target in rows ? rows.#target : undefined
  }
}

const cache = new WeakMap<EntityClass, Map<string, Related>>()

/** Equal ones are one object, so that it can be a key. */
export function relatedRows(target: EntityClass, local: string, remote: string): RelatedRows {
  let ofTarget = cache.get(target)
  if (ofTarget === undefined) {
    ofTarget = new Map()
    cache.set(target, ofTarget)
  }
  const key = `${local} ${remote}`
  let rows = ofTarget.get(key)
  if (rows === undefined) {
    rows = new Related(target, local, remote)
    ofTarget.set(key, rows)
  }
  return rows
}

/** Undefined for rows that were not named by `relatedRows`. */
export function classOfRelated(rows: RelatedRows): EntityClass | undefined {
  return Related.targetOf(rows)
}
