// Reads the entities of a plan, alone or with the targets of a relation in the same query.
import type { MaybePromise } from "../../shared/types.ts"
import { bindingOf } from "../binding/binding.ts"
import type { Binding } from "../binding/bound-class.ts"
import { hydrate } from "../binding/hydrate.ts"
import type { Instance } from "../binding/record.ts"
import { onStore } from "../binding/unit-of-work.ts"
import type { QueryPlan, Row } from "../contract/repository.ts"
import type { RelationDefinition } from "../types/relation-definition.ts"
import type { EntityInstance } from "../types/types.ts"
import { resolved } from "./resolve.ts"
import { scopeOf } from "./scope-conditions.ts"
import { linkSiblings, siblingsFor } from "./siblings.ts"

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
  const reading = onStore(binding.store, () => binding.repository.find(ready))
  const rows = reading instanceof Promise ? await reading : reading
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
    const targetRecords =
      row[fields.length] === null ? [] : [hydrate(target, row.slice(fields.length))]
    targets.push(...targetRecords)
    siblingsFor(record).keep(relation, binding.mapper.decodeAt(column, key), targetRecords)
  })
  linkSiblings(targets)
  return { rows, records }
}
