// Reads entities: by id, by query, by text.

import { type Started, started } from "../../shared/maybe.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { bindingOf } from "../binding/binding.ts"
import type { Binding } from "../binding/bound-class.ts"
import { hydrate } from "../binding/hydrate.ts"
import { currentScopes, inScopes, type ScopeSet } from "../binding/query-scopes.ts"
import { currentUnit, onStore } from "../binding/unit-of-work.ts"
import { fieldCondition } from "../conditions/operands.ts"
import type { EntityDefinition, EntityId } from "../contract/definition.ts"
import { notFoundError } from "../contract/errors.ts"
import { fieldNamed } from "../contract/field-named.ts"
import { hasDerivedId, toId, whereIds } from "../contract/key.ts"
import type { Predicate } from "../contract/predicate.ts"
import type { QueryPlan, Row } from "../contract/repository.ts"
import { toKey } from "../contract/row-key.ts"
import { rowBatches } from "../relations/batches.ts"
import { loadRelations, readWithRelations } from "../relations/eager.ts"
import { readFound } from "../relations/read.ts"
import { resolved } from "../relations/resolve.ts"
import { linkSiblings } from "../relations/siblings.ts"
import type { EntityClass } from "../types/types.ts"
import { lockable } from "./lock.ts"

export async function findById<T extends object>(
  entity: EntityClass<T>,
  id: unknown,
): Promise<T | undefined> {
  const binding = bindingOf(entity)
  const reading = rowById(binding, id)
  const row = reading instanceof Promise ? await reading : reading
  return row === undefined ? undefined : hydrate(binding, row)
}

export async function requireById<T extends object>(
  entity: EntityClass<T>,
  id: unknown,
): Promise<T> {
  // As findById, without a second promise.
  const binding = bindingOf(entity)
  const reading = rowById(binding, id)
  const row = reading instanceof Promise ? await reading : reading
  if (row === undefined) throw notFoundError(entity.definition.name, idLabel(entity, id))
  return hydrate(binding, row)
}

export async function existsById(entity: EntityClass, id: unknown): Promise<boolean> {
  return (await rowById(bindingOf(entity), id)) !== undefined
}

export function idLabel(
  { definition }: { readonly definition: EntityDefinition },
  input: unknown,
): string {
  return String(hasDerivedId(definition) ? (toId(definition, input) ?? input) : input)
}

/** An id as it stands in a row. Undefined for what finds nothing, as an id that comes from outside may be anything. */
export function storedId({ model, mapper }: Binding, input: unknown): EntityId | undefined {
  if (model.hasPlainId) return typeof input === "string" ? input : undefined
  const id = toId(model.defined.definition, input)
  return id === undefined ? undefined : toKey(mapper.encodeAt(0, id))
}

function rowById(binding: Binding, input: unknown): MaybePromise<Row | undefined> {
  const { store, repository } = binding
  const id = storedId(binding, input)
  if (id === undefined) return undefined
  return currentUnit() === undefined ? repository.get(id) : onStore(store, () => repository.get(id))
}

export async function findEntities<T extends object>(
  entity: EntityClass<T>,
  plan: QueryPlan,
): Promise<T[]> {
  return (await findRows(entity, plan)).entities
}

/** The same with the rows that were read, in the same order. */
export async function findRows<T extends object>(
  entity: EntityClass<T>,
  plan: QueryPlan,
): Promise<{ readonly entities: T[]; readonly rows: readonly Row[] }> {
  const binding = bindingOf(entity)
  if (plan.limit === 0) return { entities: [], rows: [] }
  const lockedPlan = lockable(binding, plan)
  const { records, rows } = await (plan.with === undefined
    ? readFound(binding, lockedPlan)
    : readWithRelations(entity, binding, lockedPlan))
  return { entities: records, rows }
}

/**
 * The entities of a plan one after the other, read in batches of `batchSize`: a large result is never in memory as a whole. Every
 * batch is read in `scopes`, in any context.
 */
export async function* streamEntities<T extends object>(
  entity: EntityClass<T>,
  plan: QueryPlan,
  batchSize: number,
  scopes: ScopeSet | undefined = currentScopes(),
): AsyncGenerator<T, void, undefined> {
  const within = <R>(read: () => R): Started<R> =>
    scopes === undefined ? started(read()) : inScopes(scopes, read)
  const binding = bindingOf(entity)
  const ready = await within(() => resolved(binding, lockable(binding, plan)))
  const batches = rowBatches(binding.entity, ready, batchSize)
  for (;;) {
    const batch = await within(() => batches.next())
    if (batch.done) return
    const records = batch.value.map(row => hydrate(binding, row))
    linkSiblings(records)
    const { with: paths } = plan
    if (paths !== undefined) await within(() => loadRelations(entity, records, paths))
    const entities: T[] = records
    yield* entities
  }
}

export async function countRows<T extends object>(
  entity: EntityClass<T>,
  plan: QueryPlan,
): Promise<number> {
  const binding = bindingOf(entity)
  const resolving = resolved(binding, plan)
  const ready = resolving instanceof Promise ? await resolving : resolving
  return onStore(binding.store, () => binding.repository.count(ready))
}

/** `contains` in any of the fields, or without `fields` the id itself; undefined for empty text, which finds all. */
export function searchCondition(
  entity: EntityClass,
  text: string | null | undefined,
  fields?: readonly string[],
): Predicate | undefined {
  const { definition } = entity
  const named = fields?.map(name => fieldNamed(definition, name))
  if (text === null || text === undefined || text === "") return undefined
  const inText = definition.fields.filter(
    ({ type, references, managed, hidden, encrypted }) =>
      type === "string" && references === undefined && !managed && !hidden && !encrypted,
  )
  const containing = (named ?? inText).map(field =>
    fieldCondition(definition, field, "contains", text),
  )
  // The whole id: a part of a random one would be in every second.
  const id = fields === undefined ? toId(definition, text) : undefined
  return {
    op: "or",
    of: id === undefined ? containing : [...containing, whereIds(definition, [id])],
  }
}
