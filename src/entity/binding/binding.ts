// Binds an entity class to its store, along with the classes that it refers to: checked once, then kept.

import { NitroError } from "../../shared/errors.ts"
import type { EntityDefinition, FieldDefinition } from "../contract/definition.ts"
import { definitionError } from "../contract/errors.ts"
import { whereIds } from "../contract/key.ts"
import type { Repository, Store } from "../contract/repository.ts"
import type { EntityHooks } from "../types/hooks.ts"
import type { EntityClass, EntityInstance } from "../types/types.ts"
import type { Binding, ClassState } from "./bound-class.ts"
import { remember } from "./bound-stores.ts"
import { checkBody } from "./class-body.ts"
import { relationsOf } from "./describe-relations.ts"
import { IndexedRows } from "./indexed-rows.ts"
import { knownClasses, knownReferrers, knownTargets, makeKnown } from "./known-classes.ts"
import { type Model, requireModel } from "./model.ts"
import { scopedRows } from "./scoped-rows.ts"
import { storeOf } from "./stores.ts"

// Until an instance was looked at, none of its hooks can be due.
const noHooks: ReadonlySet<keyof EntityHooks> = new Set()

const stateKey: unique symbol = Symbol("nitro.class")

/** Where this class's entities live here and now. */
export function bindingOf<T extends object>(entity: EntityClass<T>): Binding<T & EntityInstance> {
  const state = stateOf(entity)
  const store = storeOf(entity)
  if (state.last?.store === store) return state.last
  let binding = state.bindings.get(store)
  if (binding === undefined) {
    binding = bind(state, store)
    state.bindings.set(store, binding)
    remember(binding)
    bindTargets(binding)
  }
  state.last = binding
  return binding
}

function stateOf<T extends object>(entity: EntityClass<T>): ClassState<T & EntityInstance> {
  // Nothing else has this key: what is there was put there below, for this class or for its parent.
  const { [stateKey]: previous } = entity as { [stateKey]?: ClassState<T & EntityInstance> }
  // Inherited state is the parent class's: it would hydrate parents.
  if (previous !== undefined && previous.entity === entity) return previous
  assertEntityClass(entity)
  const model = requireModel(entity)
  checkBody(entity, model)
  const state: ClassState<T & EntityInstance> = {
    entity,
    model,
    bindings: new WeakMap(),
    last: undefined,
    verified: "no",
    hooks: noHooks,
  }
  Object.defineProperty(entity, stateKey, { value: state })
  return state
}

/** The names of classes that have instances, or had some. */
export function namesInUse(): Set<string> {
  const names = new Set<string>()
  for (const entity of knownClasses()) {
    // As in `stateOf`: the key is known here alone.
    const { [stateKey]: state } = entity as { [stateKey]?: ClassState }
    if (state?.entity === entity && state.verified !== "no") names.add(entity.definition.name)
  }
  return names
}

/** Instances of a class with a model are entities, whatever its type says of them. */
function assertEntityClass<T extends object>(
  entity: EntityClass<T>,
): asserts entity is EntityClass<T & EntityInstance> {
  requireModel(entity)
}

/** Binds the classes that this one refers to and that live in its store: their tables are made together. */
function bindTargets({ entity, model, references, store }: Binding): void {
  for (const field of references)
    for (const target of targetClasses(entity, model, field)) bindIfHere(target, store)
}

/** The classes that a reference may lead to; where none was used yet, those that relations of the class name. */
export function targetClasses(
  entity: EntityClass,
  model: Model,
  { references = "" }: FieldDefinition,
): readonly EntityClass[] {
  const targets = knownTargets(model, references)
  if (targets.length > 0) return targets
  learnRelations(entity)
  return knownTargets(model, references)
}

/** Binds the known classes that refer to this one, wherever they live now. */
export function bindReferrers({ entity, model }: Binding): void {
  learnRelations(entity)
  for (const referrer of knownReferrers(model)) bindIfHere(referrer, undefined)
}

const learned = new WeakSet<EntityClass>()

/** Relations name classes that may not have been used yet. */
function learnRelations(entity: EntityClass): void {
  if (learned.has(entity)) return
  learned.add(entity)
  for (const { target, through } of relationsOf(entity).values()) {
    makeKnown(target)
    if (through !== undefined) makeKnown(through.entity)
  }
}

/** With a store: only if the class lives in it. Errors of binding a class are reported when it is used. */
function bindIfHere(entity: EntityClass, store: Store | undefined): void {
  try {
    if (store === undefined || storeOf(entity) === store) bindingOf(entity)
  } catch {
    // Its store has no part here, or lacks what it needs.
  }
}

function rowsOf(store: Store, definition: EntityDefinition): Repository {
  const rows = store.bind(definition)
  return store.capabilities.scan === "indexed"
    ? new IndexedRows(rows, definition, store.name)
    : rows
}

function bind<T extends EntityInstance>(state: ClassState<T>, store: Store): Binding<T> {
  const { entity, model } = state
  const { definition } = model.defined
  const { ttl, unique, generatedIds } = store.capabilities
  const lacks = (what: string, capability: string): NitroError =>
    new NitroError(
      "NITRO_CAPABILITY",
      `${definition.name} ${what}, but ${store.name} lacks the capability "${capability}".`,
      {
        details: { entity: definition.name, store: store.name, capability },
      },
    )
  if (definition.ttlSeconds !== undefined && !ttl) throw lacks("expires after `ttlSeconds`", "ttl")
  if (definition.unique.length > 0 && !unique) throw lacks("has `unique` fields", "unique")
  if (definition.fields[0]?.generated !== undefined && !generatedIds)
    throw lacks("has an id that the store fills in", "generatedIds")
  if (store.capabilities.transactions && store.begin === undefined)
    throw new NitroError(
      "NITRO_CAPABILITY",
      `${store.name} says that it has transactions, but has no method begin.`,
      { fix: "Write begin(options), or say transactions: false in its capabilities." },
    )
  if (store.capabilities.announces && store.changes === undefined)
    throw new NitroError(
      "NITRO_CAPABILITY",
      `${store.name} has the capability "announces", but no log of changes.`,
      { fix: "Give it the property `changes`, or say announces: false in its capabilities." },
    )
  if (store.unit !== undefined && store.unit !== "always")
    throw definitionError(
      `The option unit of ${store.name} is ${JSON.stringify(store.unit)}.`,
      'Write { unit: "always" }, or leave it out.',
    )
  const mapper = model.mapper(store.encoding)
  const repository = scopedRows(rowsOf(store, definition), entity, id =>
    whereIds(definition, [mapper.valueAt(0, id)]),
  )
  const columnOf = (name: string, has: boolean | undefined): number =>
    has ? (definition.fieldByName.get(name)?.index ?? -1) : -1
  const managed = {
    updatedAt: columnOf("updatedAt", definition.timestamps),
    version: columnOf("version", definition.version),
  }
  const references = definition.fields.filter(field => field.references !== undefined)
  return {
    entity,
    model,
    definition,
    managed,
    references,
    state,
    store,
    repository,
    mapper,
  }
}
