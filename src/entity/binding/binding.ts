// An entity class bound to a store: checked once, then kept.

import { abandon, isThenable } from "../../shared/callback.ts"
import { NitroError } from "../../shared/errors.ts"
import type { EntityDefinition, EntityId, FieldDefinition } from "../contract/definition.ts"
import { definitionError } from "../contract/errors.ts"
import { partsHere } from "../contract/partition.ts"
import type { Row, Store } from "../contract/repository.ts"
import type { EntityHooks } from "../types/hooks.ts"
import type { EntityClass } from "../types/types.ts"
import { relationsOf } from "./describe-relations.ts"
import { hookNames, warnOfMisspeltHooks } from "./hook-names.ts"
import { knownReferrers, knownTargets, makeKnown } from "./known-classes.ts"
import { type Model, modelOf, ownsModel } from "./model.ts"
import {
  type EntityRecord,
  hydration,
  isExposed,
  type Origin,
  rowOf,
  type Stored,
  savingOf,
  setStored,
  valuesOf,
} from "./record.ts"
import { reread } from "./reread.ts"
import { hideDeleted } from "./soft-delete.ts"
import { storeOf } from "./stores.ts"
import { currentUnit } from "./unit-of-work.ts"

type Hydratable = new (data: typeof hydration, stored: Stored) => EntityRecord

/** A class with the store it is bound to. */
export interface Binding extends Origin {
  readonly entity: EntityClass
  readonly model: Model
  readonly definition: EntityDefinition
  readonly managed: ManagedColumns
  /** The fields that refer to other entities. */
  readonly references: readonly FieldDefinition[]
  readonly state: ClassState
}

/** Indexes of the columns that a save writes by itself; -1 where there is none. */
interface ManagedColumns {
  readonly updatedAt: number
  readonly version: number
}

// Until an instance was looked at, none of its hooks can be due.
const noHooks: ReadonlySet<keyof EntityHooks> = new Set()

interface ClassState {
  readonly entity: EntityClass
  readonly model: Model
  readonly bindings: WeakMap<Store, Binding>
  last: Binding | undefined
  /** How far it is known that the class body leaves the fields alone: looked at a new instance, at a stored one. */
  verified: "no" | "new" | "stored"
  /** The hooks that instances have; known once one was looked at. */
  hooks: ReadonlySet<keyof EntityHooks>
}

const stateKey: unique symbol = Symbol("nitro.class")

/** Where this class's entities live here and now. */
export function bindingOf(entity: EntityClass): Binding {
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

/** The id of a row as an entity holds it. */
export function idOfRow({ model, mapper }: Binding, row: Row): EntityId {
  return (model.hasPlainId ? row[0] : mapper.decodeAt(0, row[0])) as EntityId
}

/** The instance of a stored row: inside of a unit of work the one that it knows by this id. */
export function hydrate(origin: Binding, row: Row): EntityRecord {
  const unit = currentUnit()
  if (unit === undefined) return load(origin, row)
  const known = unit.identities(origin.repository)
  const [id] = row
  let record = known.get(id) as EntityRecord | undefined
  if (
    record === undefined ||
    record.constructor !== (origin.entity as unknown) ||
    rowOf(record) === undefined
  ) {
    record = load(origin, row)
    if (known.has(id)) unit.identify(origin.repository, id, record)
    else known.set(id, record)
  } else if (!renew(record, origin, row)) return record
  if (unit.hasWritten(origin.store)) unit.noteRead(origin.store, record, reread)
  return record
}

function load(origin: Binding, row: Row): EntityRecord {
  const record = hydrateCopy(origin, row)
  if (!origin.state.hooks.has("afterLoad")) return record
  if (
    abandon(
      (record as EntityRecord & EntityHooks).afterLoad?.(),
      `afterLoad of ${origin.entity.name}`,
    )
  ) {
    throw definitionError(
      `afterLoad of ${origin.entity.name} is async, but reading entities cannot wait for each.`,
      "Make it synchronous.",
    )
  }
  return record
}

/** A known instance without unsaved changes takes the values that were read just now. */
function renew(record: EntityRecord, origin: Binding, row: Row): boolean {
  const before = rowOf(record)
  const values = valuesOf(record)
  const { mapper } = origin
  if (before === undefined || before === row || savingOf(record) !== undefined) return false
  if (
    mapper.difference(values, row, true) === undefined ||
    mapper.difference(values, before, isExposed(record)) !== undefined
  )
    return false
  Object.assign(values, mapper.decode(row))
  setStored(record, row, origin)
  return true
}

/** An instance of a stored row of its own, through the real constructors, without validation. */
export function hydrateCopy(origin: Binding, row: Row): EntityRecord {
  const { entity, state } = origin
  const values = origin.mapper.decode(row)
  if (state.verified === "stored") return construct(entity, { values, row, origin })
  const before = { ...values }
  const record = construct(entity, { values, row, origin })
  lookAt(state, record)
  const changed = state.model.names.find(name => values[name] !== before[name])
  if (changed !== undefined) throw redeclared(entity, changed)
  state.verified = "stored"
  return record
}

function construct(entity: EntityClass, stored: Stored): EntityRecord {
  return new (entity as unknown as Hydratable)(hydration, stored)
}

/** Looks once per class whether its body declares a field again, which would hide the stored value, and which hooks it has. */
export function verifyInstance({ state }: Binding, record: EntityRecord): void {
  if (state.verified !== "no") return
  lookAt(state, record)
  state.verified = "new"
}

/** Runs the hook where the class has it. Undefined: it is done. */
export function runHook(
  { state }: Binding,
  record: EntityRecord,
  name: keyof EntityHooks,
): Promise<void> | undefined {
  if (!state.hooks.has(name)) return undefined
  const result: unknown = (record as EntityRecord & EntityHooks)[name]?.()
  return isThenable(result) ? Promise.resolve(result).then(() => undefined) : undefined
}

function stateOf(entity: EntityClass): ClassState {
  const known = (entity as { [stateKey]?: ClassState })[stateKey]
  // Inherited state is the parent class's: it would hydrate parents.
  if (known !== undefined && known.entity === entity) return known
  const model = modelOf(entity)
  if (model === undefined)
    throw definitionError(
      `${String((entity as { name?: unknown }).name)} is not an entity class.`,
      "Extend Entity(name, fields).",
    )
  checkBody(entity, model)
  const state: ClassState = {
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

const boundTo = new WeakMap<Store, Set<Binding>>()
const stores = new Set<WeakRef<Store>>()

function remember(binding: Binding): void {
  let ofStore = boundTo.get(binding.store)
  if (ofStore === undefined) {
    ofStore = new Set()
    boundTo.set(binding.store, ofStore)
    // There may be very many sessions, of which only the present one counts.
    if (binding.store.partition === undefined) stores.add(new WeakRef(binding.store))
  }
  ofStore.add(binding)
  makeKnown(binding.entity)
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
  const found = knownTargets(model, references)
  if (found.length > 0) return found
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

/** With a store: only where the class lives in it. What keeps a class from being bound is said when it is used. */
function bindIfHere(entity: EntityClass, store: Store | undefined): void {
  try {
    if (store === undefined || storeOf(entity) === store) bindingOf(entity)
  } catch {
    // Its store has no part here, or lacks what it needs.
  }
}

/** Every class that is bound to a store, by store. Of stores with a part for each session: the present one, and `own`. */
export function* allBindings(own: Store): Generator<ReadonlySet<Binding>, void, undefined> {
  for (const ref of stores) {
    const store = ref.deref()
    if (store === undefined) stores.delete(ref)
    else yield boundTo.get(store) as ReadonlySet<Binding>
  }
  const parts = new Set(partsHere())
  if (own.partition !== undefined) parts.add(own)
  for (const part of parts) {
    const ofPart = boundTo.get(part)
    if (ofPart !== undefined) yield ofPart
  }
}

/** The hidden fields of every bound class of this name: for errors, which carry no more of their class. */
export function hiddenFieldsOf(entity: string): ReadonlySet<string> {
  const hidden = new Set<string>()
  const stored = [...stores].flatMap(ref => ref.deref() ?? [])
  for (const store of [...stored, ...partsHere()]) {
    for (const { definition } of boundTo.get(store) ?? []) {
      if (definition.name === entity)
        for (const field of definition.fields) if (field.hidden === true) hidden.add(field.name)
    }
  }
  return hidden
}

function bind(state: ClassState, store: Store): Binding {
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
  const bound = store.bind(definition)
  const repository = definition.softDelete ? hideDeleted(bound, definition) : bound
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
    mapper: model.mapper(store.encoding),
  }
}

function checkBody(entity: EntityClass, model: Model): void {
  // Ends at the prototype that `Entity(...)` made: there the accessors belong.
  for (
    let holder = entity as { prototype: object };
    !ownsModel(holder);
    holder = Object.getPrototypeOf(holder)
  ) {
    for (const name of model.names)
      if (Object.hasOwn(holder.prototype, name)) throw redeclared(entity, name)
    warnOfMisspeltHooks(entity.name, holder.prototype)
  }
}

function lookAt(state: ClassState, record: EntityRecord): void {
  for (const name of state.model.names)
    if (Object.hasOwn(record, name)) throw redeclared(state.entity, name)
  state.hooks = new Set(hookNames.filter(name => name in record))
}

function redeclared(entity: EntityClass, field: string): NitroError {
  return definitionError(
    `The class body of ${entity.name} declares or sets "${field}" itself, which would hide the stored value.`,
    `Remove it from the class body, or give the field a default: z....default(...). A type alone is \`declare ${field}: ...\`.`,
  )
}
