// Loads the targets of a relation for many entities at once.
import { bindingOf } from "../binding/binding.ts"
import { type Instance, valuesOf } from "../binding/record.ts"
import { compareBy } from "../conditions/matches.ts"
import { anyOf, whereIds } from "../contract/key.ts"
import { isValue, type Predicate } from "../contract/predicate.ts"
import type { QueryPlan } from "../contract/repository.ts"
import { belongsTo, type RelationDefinition, type Through } from "../types/relation-definition.ts"
import type { EntityClass } from "../types/types.ts"
import { readFound, readWithTargets } from "./read.ts"
import { type LoadTargets, siblingsFor } from "./siblings.ts"

/** One query, with the keys as one parameter; where a store cannot join, two for a relation over the rows of a class between. */
export const loadTargets: LoadTargets = async (definition, keys) => {
  const { target, remote, through } = definition
  if (through !== undefined) return loadThrough(definition, through, keys)
  return groupBy(await findByKeys(target, remote, keys), remote)
}

async function loadThrough(
  { target, remote }: RelationDefinition,
  through: Through,
  keys: readonly unknown[],
): Promise<ReadonlyMap<unknown, readonly Instance[]>> {
  const { links, targets } = await linksOf(through, target, remote, keys)
  const targetsByKey = new Map<unknown, Instance[]>()
  // In the order of the targets, and each once, however many rows connect the two.
  for (const record of targets) {
    for (const source of new Set(links.get(valuesOf(record)[remote])))
      append(targetsByKey, source, record)
  }
  return targetsByKey
}

interface Links {
  /** The ids on this side by the ids of targets. */
  readonly links: ReadonlyMap<unknown, readonly unknown[]>
  /** By id. */
  readonly targets: readonly Instance[]
}

/** One query where a store can join the rows between with the targets, else one for each. */
async function linksOf(
  { entity, from, to }: Through,
  target: EntityClass,
  remote: string,
  keys: readonly unknown[],
): Promise<Links> {
  const plan: QueryPlan = { where: whereKeys(entity, from, keys), orderBy: [] }
  const joined = readWithTargets(bindingOf(entity), plan, belongsTo(entity, target, to))
  const { records } = await (joined ?? readFound(bindingOf(entity), plan))
  const links = new Map<unknown, unknown[]>()
  for (const values of records.map(valuesOf)) append(links, values[to], values[from])
  if (joined === undefined) {
    const ids = [...links.keys()].filter(id => id !== null && id !== undefined)
    return { links, targets: ids.length === 0 ? [] : await findByKeys(target, remote, ids) }
  }
  const relation = belongsTo(entity, target, to)
  const targets = new Set(
    records.flatMap(record => siblingsFor(record).loaded(relation, valuesOf(record)[to]) ?? []),
  )
  return { links, targets: [...targets].sort(compareBy([], target.definition.key)) }
}

async function findByKeys(
  entity: EntityClass,
  field: string,
  keys: readonly unknown[],
): Promise<Instance[]> {
  const { records } = await readFound(bindingOf(entity), {
    where: whereKeys(entity, field, keys),
    orderBy: [],
  })
  return records
}

function whereKeys(
  { definition }: EntityClass,
  field: string,
  keys: readonly unknown[],
): Predicate {
  const values = keys.filter(isValue)
  return field === "id" ? whereIds(definition, values) : anyOf(field, values)
}

function groupBy(records: readonly Instance[], field: string): Map<unknown, Instance[]> {
  const groups = new Map<unknown, Instance[]>()
  for (const record of records) append(groups, valuesOf(record)[field], record)
  return groups
}

function append<T>(groups: Map<unknown, T[]>, key: unknown, value: T): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [value])
  else group.push(value)
}
