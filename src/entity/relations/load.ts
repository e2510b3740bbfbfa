// Reads entities, and the targets of a relation for many entities at once.
import type { MaybePromise } from "../../shared/types.ts"
import { bindingOf } from "../binding/binding.ts"
import type { Binding } from "../binding/bound-class.ts"
import { hydrate } from "../binding/hydrate.ts"
import { type Instance, valuesOf } from "../binding/record.ts"
import { onStore } from "../binding/unit-of-work.ts"
import { compareBy } from "../conditions/matches.ts"
import { anyOf, whereIds } from "../contract/key.ts"
import { isValue, type Predicate } from "../contract/predicate.ts"
import type { QueryPlan, Row } from "../contract/repository.ts"
import { belongsTo, type RelationDefinition, type Through } from "../types/relation-definition.ts"
import type { EntityClass, EntityInstance } from "../types/types.ts"
import { resolved } from "./resolve.ts"
import { scopeOf } from "./scope-conditions.ts"
import { type LoadTargets, linkSiblings, siblingsFor } from "./siblings.ts"

/** The result of a query. In a unit of work an instance may have other values than its row: unsaved ones. */
export interface Found<T extends EntityInstance = EntityInstance> {
  readonly rows: readonly Row[]
  readonly records: Instance<T>[]
}

/** The entities of a plan, as siblings. */
export async function readFound<T extends EntityInstance>(
  binding: Binding<T>,
  plan: QueryPlan,
): Promise<Found<T>> {
  const resolving = resolved(binding, plan)
  const ready = resolving instanceof Promise ? await resolving : resolving
  const found = onStore(binding.store, () => binding.repository.find(ready))
  const rows = found instanceof Promise ? await found : found
  const records = rows.map(row => hydrate(binding, row))
  linkSiblings(records)
  return { rows, records }
}

/** The entities of a plan with the targets of a `belongsTo`, in one query; undefined where their store cannot. */
export function readWithTargets<T extends EntityInstance>(
  binding: Binding<T>,
  plan: QueryPlan,
  relation: RelationDefinition,
): Promise<Found<T>> | undefined {
  if (relation.kind !== "belongsTo" || plan.lock !== undefined || sortsByHand(binding, plan))
    return undefined
  const target = bindingOf(relation.target)
  // A store keeps no column for an id of several fields.
  if (relation.remote === "id" && target.model.defined.definition.fields[0]?.derived)
    return undefined
  const find = binding.repository.findWithTarget?.bind(binding.repository)
  if (
    find === undefined ||
    scopeOf(target.entity, "read") !== undefined ||
    target.store !== binding.store ||
    target.repository.findWithTarget === undefined
  )
    return undefined
  return readJoined(binding, target, relation, plan, ready =>
    find(ready, relation.local, target.repository),
  )
}

/** A sort without an index carries the targets of all rows along, where a second query reads those of the result alone. */
function sortsByHand({ model }: Binding, { orderBy }: QueryPlan): boolean {
  const [first] = orderBy
  const { index, key, unique } = model.defined.definition
  return (
    first !== undefined &&
    first.field !== "id" &&
    ![key, ...index, ...unique].some(([field]) => field === first.field)
  )
}

async function readJoined<T extends EntityInstance>(
  binding: Binding<T>,
  target: Binding,
  relation: RelationDefinition,
  plan: QueryPlan,
  find: (plan: QueryPlan) => MaybePromise<Row[]>,
): Promise<Found<T>> {
  const ready = await resolved(binding, plan)
  const rows = await onStore(binding.store, () => find(ready))
  const { fields, fieldByName } = binding.model.defined.definition
  const column = fieldByName.get(relation.local)?.index ?? -1
  const records = rows.map(row => hydrate(binding, row.slice(0, fields.length)))
  linkSiblings(records)
  const targets: Instance[] = []
  // Many rows have the same target: it is read, and kept with the siblings, once.
  const seen = new Set<unknown>()
  records.forEach((record, index) => {
    const row = rows[index] ?? []
    const key = row[column] ?? null
    if (key === null || seen.has(key)) return
    seen.add(key)
    const found = row[fields.length] === null ? [] : [hydrate(target, row.slice(fields.length))]
    targets.push(...found)
    siblingsFor(record).keep(relation, binding.mapper.decodeAt(column, key), found)
  })
  linkSiblings(targets)
  return { rows, records }
}

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
  const found = new Map<unknown, Instance[]>()
  // In the order of the targets, and each once, however many rows connect the two.
  for (const record of targets) {
    for (const source of new Set(links.get(valuesOf(record)[remote]))) append(found, source, record)
  }
  return found
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
