// Conditions on related rows before a store sees them: left to it where it can follow them, else looked up as a list.

import { NitroError } from "../../shared/errors.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { bindingOf } from "../binding/binding.ts"
import type { Binding } from "../binding/bound-class.ts"
import { scopeCondition } from "../binding/query-scopes.ts"
import { both } from "../binding/scoped-rows.ts"
import { onStore } from "../binding/unit-of-work.ts"
import { measure } from "../conditions/condition-size.ts"
import type { EntityDefinition } from "../contract/definition.ts"
import { queryError } from "../contract/errors.ts"
import { whereIds } from "../contract/key.ts"
import type { Predicate, RelatedPredicate, Value } from "../contract/predicate.ts"
import { relatedParts, replaceRelated } from "../contract/predicate-parts.ts"
import type { QueryPlan } from "../contract/repository.ts"
import type { EntityClass } from "../types/types.ts"
import { keyOfRow, planAfter } from "./batches.ts"
import { classOfRelated } from "./related.ts"

/** How many values of another store a condition may be looked up as. */
const maxValues = 10_000
const batchSize = 1000

/** The plan as the store of `binding` takes it; itself, at once, where nothing is to be done. */
export function resolved<P extends QueryPlan>(binding: Binding, plan: P): MaybePromise<P> {
  if (plan.where === undefined) return plan
  const ready = readyCondition(binding, plan.where)
  return ready instanceof Promise ? ready.then(where => ({ ...plan, where })) : plan
}

/** The same for a condition alone. */
export function resolvedCondition(
  binding: Binding,
  where: Predicate | undefined,
): MaybePromise<Predicate | undefined> {
  return where === undefined ? undefined : readyCondition(binding, where)
}

function readyCondition(binding: Binding, where: Predicate): MaybePromise<Predicate> {
  const isRelated = measure(where)
  if (binding.store.capabilities.jsonPaths !== true) refuseJson(binding, where)
  return isRelated ? resolve(binding, where, true) : where
}

function refuseJson(binding: Binding, where: Predicate): void {
  if (where.op === "and" || where.op === "or")
    for (const part of where.of) refuseJson(binding, part)
  else if (where.op === "not") refuseJson(binding, where.of)
  else if (where.op === "json") {
    const { name } = binding.store
    throw new NitroError(
      "NITRO_CAPABILITY",
      `A condition looks inside of ${binding.model.name}.${where.field}, but ${name} lacks the capability "jsonPaths".`,
      { details: { entity: binding.model.name, store: name, capability: "jsonPaths" } },
    )
  }
}

/** Every condition on related rows as a list: for what is tested here and not by a store. */
export async function lookedUp(binding: Binding, where: Predicate): Promise<Predicate> {
  return measure(where) ? resolve(binding, where, false) : where
}

/** The classes that a condition reads besides its own. */
export function relatedClasses(where: Predicate | undefined): Set<EntityClass> {
  const classes = new Set<EntityClass>()
  const collect = (predicate: Predicate): void => {
    for (const part of relatedParts(predicate)) {
      classes.add(targetOf(part))
      if (part.where !== undefined) collect(part.where)
    }
  }
  if (where !== undefined) collect(where)
  return classes
}

async function resolve(binding: Binding, where: Predicate, native: boolean): Promise<Predicate> {
  const ready = new Map<RelatedPredicate, Predicate>()
  for (const part of relatedParts(where))
    if (!ready.has(part)) ready.set(part, await resolvePart(binding, part, native))
  return replaceRelated(where, part => ready.get(part) ?? part)
}

async function resolvePart(
  binding: Binding,
  { rows, where }: RelatedPredicate,
  native: boolean,
): Promise<Predicate> {
  const target = bindingOf(targetOf({ rows }))
  const inner = await resolvedCondition(target, where)
  const [definition, other] = [binding.model.defined.definition, target.model.defined.definition]
  // No column holds an id that is made of several fields.
  const hasNoColumn = isDerived(definition, rows.local) || isDerived(other, rows.remote)
  if (
    native &&
    !hasNoColumn &&
    target.store === binding.store &&
    binding.store.capabilities.relations === true
  ) {
    const scope = await scopeCondition(target.entity, "read")
    const visible = both(other.softDelete === true ? onlyLive(inner) : inner, scope)
    return visible === undefined ? { op: "some", rows } : { op: "some", rows, where: visible }
  }
  const values = await valuesOf(binding, target, rows.remote, inner)
  return isDerived(definition, rows.local)
    ? whereIds(definition, values)
    : { op: "in", field: rows.local, values }
}

function isDerived({ fieldByName }: EntityDefinition, field: string): boolean {
  return fieldByName.get(field)?.derived === true
}

function onlyLive(where: Predicate | undefined): Predicate {
  const live: Predicate = { op: "isNull", field: "deletedAt" }
  return where === undefined ? live : { op: "and", of: [where, live] }
}

function targetOf({ rows }: Pick<RelatedPredicate, "rows">): EntityClass {
  const target = classOfRelated(rows)
  if (target !== undefined) return target
  throw queryError(
    `A condition uses rows of ${String(rows.entity)}, which is no entity class.`,
    "Build it from the relations of a class: c => c.products.some(...).",
  )
}

/** The values of the matching rows in a field, each once and never null. */
async function valuesOf(
  source: Binding,
  target: Binding,
  field: string,
  where: Predicate | undefined,
): Promise<Value[]> {
  const { store, repository, mapper, entity } = target
  const column = entity.definition.fieldByName.get(field)?.index ?? -1
  const values = new Set<Value>()
  const add = (stored: unknown): void => {
    if (stored === null) return
    values.add(mapper.valueAt(column, stored))
    if (values.size > maxValues) throw tooMany(source, target, values.size)
  }
  const plan: QueryPlan = { ...(where === undefined ? {} : { where }), orderBy: [] }
  const select = isDerived(entity.definition, field)
    ? undefined
    : repository.select?.bind(repository)
  if (select !== undefined) {
    const distinct = {
      ...plan,
      fields: [field],
      groups: true,
      aggregates: [],
      limit: maxValues + 2,
    }
    for (const [stored] of await onStore(store, () => select(distinct))) add(stored)
    return [...values]
  }
  let next: QueryPlan = plan
  for (;;) {
    const page = next
    const rows = await onStore(store, () => repository.find({ ...page, limit: batchSize }))
    for (const row of rows) add(row[column])
    const last = rows.at(-1)
    if (rows.length < batchSize || last === undefined) return [...values]
    next = planAfter(entity, plan, keyOfRow(entity, plan, last))
  }
}

function tooMany(binding: Binding, target: Binding, count: number): Error {
  return queryError(
    `A condition on ${binding.model.name} needs more than ${maxValues} ${target.entity.definition.plural} of ${target.store.name}, which ${binding.store.name} cannot read (${count} found so far).`,
    "Narrow the condition, or keep both classes in one store that can follow relations.",
  )
}
