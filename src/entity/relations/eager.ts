// Loads the relations that `with(...)` names.
import type { Binding } from "../binding/bound-class.ts"
import { requireRelation } from "../binding/describe-relations.ts"
import type { EntityRecord } from "../binding/record.ts"
import { queryError } from "../contract/errors.ts"
import type { QueryPlan } from "../contract/repository.ts"
import type { RelationDefinition } from "../types/relation-definition.ts"
import type { EntityClass, EntityInstance } from "../types/types.ts"
import { loadTargets } from "./load.ts"
import { type Found, readFound, readWithTargets } from "./read.ts"
import { siblingsFor } from "./siblings.ts"

/** Relations to load, each with those to load of its targets. */
type Tree = Map<RelationDefinition, Tree>

// Paths may come from outside, and each step is a query.
const maxDepth = 8

/** Throws `NITRO_UNKNOWN_RELATION` for a path that does not exist. */
export function checkPaths(entity: EntityClass<object>, paths: readonly string[]): void {
  toTree(entity, paths)
}

/** The classes of all relations that `paths` name, those between two others included. */
export function classesAlong(
  entity: EntityClass<object>,
  paths: readonly string[],
): Set<EntityClass> {
  const classes = new Set<EntityClass>()
  const collect = (tree: Tree): void => {
    for (const [{ target, through }, below] of tree) {
      classes.add(target)
      if (through !== undefined) classes.add(through.entity)
      collect(below)
    }
  }
  collect(toTree(entity, paths))
  return classes
}

/** Loads what `paths` name for entities of one result: one query for each relation, whatever their number. */
export async function loadRelations(
  entity: EntityClass<object>,
  records: readonly EntityRecord[],
  paths: readonly string[],
): Promise<void> {
  const tree = toTree(entity, paths)
  if (records.length > 0) await loadTree(records, tree)
}

/** The entities of a plan with all that `plan.with` names: the first `belongsTo` by a join, where the store has one. */
export async function readWithRelations<T extends EntityInstance>(
  entity: EntityClass<object>,
  binding: Binding<T>,
  plan: QueryPlan,
): Promise<Found<T>> {
  const tree = toTree(entity, plan.with ?? [])
  let reading: Promise<Found<T>> | undefined
  for (const relation of tree.keys()) reading ??= readWithTargets(binding, plan, relation)
  const result = await (reading ?? readFound(binding, plan))
  if (result.records.length > 0) await loadTree(result.records, tree)
  return result
}

function toTree(entity: EntityClass<object>, paths: readonly string[]): Tree {
  const tree: Tree = new Map()
  for (const path of paths) {
    if (typeof path !== "string")
      throw queryError(`with() takes names of relations, not ${typeof path}.`)
    const names = path.split(".")
    if (names.length > maxDepth)
      throw queryError(
        `with() follows at most ${maxDepth} relations in a row, not ${names.length}.`,
      )
    let at = tree
    let from: EntityClass<object> = entity
    for (const name of names) {
      const relation = requireRelation(from, name)
      let next = at.get(relation)
      if (next === undefined) {
        next = new Map()
        at.set(relation, next)
      }
      at = next
      from = relation.target
    }
  }
  return tree
}

async function loadTree(records: readonly EntityRecord[], tree: Tree): Promise<void> {
  const groups = new Set(records.map(siblingsFor))
  const load = async ([relation, below]: [RelationDefinition, Tree]): Promise<void> => {
    await Promise.all([...groups].map(group => group.loadAll(relation, loadTargets)))
    if (below.size === 0) return
    const targets = [...new Set([...groups].flatMap(group => group.allLoaded(relation)))]
    if (targets.length > 0) await loadTree(targets, below)
  }
  // All loads end before the first error is passed on, so that no rejection stays unhandled.
  const results = await Promise.allSettled([...tree].map(load))
  for (const result of results) if (result.status === "rejected") throw result.reason
}
