// The relations of a class as conditions see them: by name, each as the steps that lead to its targets.

import { relationOf, relationsOf } from "../binding/describe-relations.ts"
import type { FoundRelation, RelationLookup, Steps } from "../conditions/related-rows.ts"
import { queryError } from "../contract/errors.ts"
import type { RelationDefinition } from "../types/relation-definition.ts"
import type { EntityClass } from "../types/types.ts"
import { relatedRows } from "./related.ts"

const lookups = new WeakMap<EntityClass<object>, RelationLookup>()
const prefixed = new WeakMap<EntityClass<object>, Map<string, RelationLookup>>()

/** Called for every condition. */
export function relationLookup(entity: EntityClass<object>): RelationLookup {
  let lookup = lookups.get(entity)
  if (lookup === undefined) {
    lookup = new ClassRelations(entity, "")
    lookups.set(entity, lookup)
  }
  return lookup
}

/** The same where the fields of the class have a prefix, as in a join. */
export function prefixedLookup(entity: EntityClass<object>, prefix: string): RelationLookup {
  let ofEntity = prefixed.get(entity)
  if (ofEntity === undefined) {
    ofEntity = new Map()
    prefixed.set(entity, ofEntity)
  }
  let lookup = ofEntity.get(prefix)
  if (lookup === undefined) {
    lookup = new ClassRelations(entity, prefix)
    ofEntity.set(prefix, lookup)
  }
  return lookup
}

class ClassRelations implements RelationLookup {
  readonly #entity: EntityClass<object>
  readonly #prefix: string
  readonly #found = new Map<string, FoundRelation>()

  constructor(entity: EntityClass<object>, prefix: string) {
    this.#entity = entity
    this.#prefix = prefix
  }

  find(name: string): FoundRelation | undefined {
    let step = this.#found.get(name)
    if (step === undefined) {
      const relation = relationOf(this.#entity, name)
      if (relation === undefined) return undefined
      if (this.#prefix !== "") checkColumn(this.#entity, name, relation)
      step = {
        isMany: relation.kind === "hasMany" || relation.kind === "manyToMany",
        steps: stepsOf(relation, this.#prefix),
        definition: relation.target.definition,
        relations: relationLookup(relation.target),
      }
      this.#found.set(name, step)
    }
    return step
  }

  names(): string[] {
    return [...relationsOf(this.#entity).keys()]
  }
}

/** A join cannot look for an id that is made of several fields. */
function checkColumn(
  { definition }: EntityClass<object>,
  name: string,
  { local }: RelationDefinition,
): void {
  if (!definition.fieldByName.get(local)?.derived) return
  throw queryError(
    `A condition of a join cannot follow ${definition.name}.${name}, as the id of ${definition.name} is made of ${definition.key.join(" and ")}.`,
    "Move it into a separate query.",
  )
}

/** From a row to its targets, over the rows between where there are any. */
export function stepsOf(
  { target, local, remote, through }: RelationDefinition,
  prefix = "",
): Steps {
  if (through === undefined) return [relatedRows(target, prefix + local, remote)]
  return [
    relatedRows(through.entity, prefix + local, through.from),
    relatedRows(target, through.to, remote),
  ]
}
