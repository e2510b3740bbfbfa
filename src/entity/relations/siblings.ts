// The entities of one result, which load their relations together: the first access loads them for all.

import { currentScopes, type ScopeSet } from "../binding/query-scopes.ts"
import {
  type EntityRecord,
  type Instance,
  setSiblings,
  siblingsOf,
  valuesOf,
} from "../binding/record.ts"
import { currentUnit } from "../binding/unit-of-work.ts"
import type { Values } from "../definition/mapper.ts"
import type { RelationDefinition } from "../types/relation-definition.ts"

/** Reads the targets for these keys: for each key that has any, in their order. */
export type LoadTargets = (
  definition: RelationDefinition,
  keys: readonly unknown[],
) => Promise<ReadonlyMap<unknown, readonly Instance[]>>

interface Relation {
  /** The targets by key; a key that was loaded and has none has an empty list. */
  readonly targets: Map<unknown, readonly Instance[]>
  readonly pending: Map<unknown, Promise<void>>
  /** The scopes that everything in it was loaded with; undefined where any of it was loaded without. */
  scopes: ScopeSet | undefined
}

const none: readonly Instance[] = []

/**
 * Only the instances hold it, so it lives as long as any of them. It holds their values and not the instances: data that a class
 * keeps in an instance is released with that instance.
 */
export class Siblings {
  readonly #members: readonly Values[]
  readonly #relations = new Map<RelationDefinition, Relation>()

  constructor(members: readonly Values[]) {
    this.#members = members
  }

  /** The targets of one member, if they were loaded. */
  loaded(definition: RelationDefinition, key: unknown): readonly Instance[] | undefined {
    return isNone(key) ? none : this.#visible(definition)?.targets.get(key)
  }

  /** The targets of one member; loads them for every member that has none yet. */
  async load(
    definition: RelationDefinition,
    key: unknown,
    load: LoadTargets,
  ): Promise<readonly Instance[]> {
    if (isNone(key)) return none
    const relation = this.#relation(definition)
    const targets = relation.targets.get(key)
    if (targets !== undefined) return targets
    const pending = relation.pending.get(key) ?? this.#start(definition, relation, key, load)
    await pending
    return relation.targets.get(key) ?? none
  }

  /** Loads the targets of all members that have none yet. */
  async loadAll(definition: RelationDefinition, load: LoadTargets): Promise<void> {
    const relation = this.#relation(definition)
    const keys = this.#missing(definition, relation)
    const [first] = keys
    if (first !== undefined) void this.#start(definition, relation, first, load, keys)
    if (relation.pending.size > 0) await Promise.all(new Set(relation.pending.values()))
  }

  /** The targets of all members, as far as they were loaded. */
  allLoaded(definition: RelationDefinition): readonly Instance[] {
    const all = new Set<Instance>()
    for (const member of this.#members)
      for (const target of this.loaded(definition, member[definition.local]) ?? none)
        all.add(target)
    return [...all]
  }

  /** Takes targets that were read along with the members. */
  keep(definition: RelationDefinition, key: unknown, targets: readonly Instance[]): void {
    const relation = this.#relation(definition)
    relation.targets.set(key, targets)
    forgetOnRollback(relation.targets, [key])
  }

  /** Forgets the targets of one member: they have changed. */
  forget(definition: RelationDefinition, key: unknown): void {
    this.#relations.get(definition)?.targets.delete(key)
  }

  #relation(definition: RelationDefinition): Relation {
    let relation = this.#visible(definition)
    if (relation === undefined) {
      relation = { targets: new Map(), pending: new Map(), scopes: undefined }
      this.#relations.set(definition, relation)
    }
    relation.scopes = currentScopes()
    return relation
  }

  /** Targets loaded under other scopes, or without any, may be hidden from this context, so it loads them again. */
  #visible(definition: RelationDefinition): Relation | undefined {
    const relation = this.#relations.get(definition)
    const scopes = currentScopes()
    return scopes === undefined || relation?.scopes === scopes ? relation : undefined
  }

  /** The keys of members that are not loaded yet. */
  #missing({ local }: RelationDefinition, { targets, pending }: Relation): Set<unknown> {
    const keys = new Set<unknown>()
    for (const member of this.#members) {
      const key = member[local]
      if (!isNone(key) && !targets.has(key) && !pending.has(key)) keys.add(key)
    }
    return keys
  }

  #start(
    definition: RelationDefinition,
    relation: Relation,
    key: unknown,
    load: LoadTargets,
    keys: Set<unknown> = this.#missing(definition, relation).add(key),
  ): Promise<void> {
    const { targets, pending } = relation
    const run = async (): Promise<void> => {
      try {
        const loaded = await load(definition, [...keys])
        for (const each of keys) targets.set(each, loaded.get(each) ?? none)
        forgetOnRollback(targets, keys)
      } finally {
        // After an error the next await tries again.
        for (const each of keys) if (pending.get(each) === promise) pending.delete(each)
      }
    }
    const promise = run()
    for (const each of keys) pending.set(each, promise)
    return promise
  }
}

/** Rows read after a write in a unit of work may be rolled back with it. */
function forgetOnRollback(targets: Map<unknown, unknown>, keys: Iterable<unknown>): void {
  const unit = currentUnit()
  if (unit?.hasWritten() !== true) return
  unit.consequences.onRollback(undefined, () => {
    for (const key of keys) targets.delete(key)
  })
}

function isNone(key: unknown): boolean {
  return key === null || key === undefined
}

/** Makes siblings of the entities of one result. */
export function linkSiblings(records: readonly EntityRecord[]): void {
  if (records.length < 2) return
  const siblings = new Siblings(records.map(valuesOf))
  for (const record of records) setSiblings(record, siblings)
}

/** The siblings of an entity; one that came alone is its own. */
export function siblingsFor(record: EntityRecord): Siblings {
  const current = siblingsOf(record)
  if (current instanceof Siblings) return current
  const siblings = new Siblings([valuesOf(record)])
  setSiblings(record, siblings)
  return siblings
}
