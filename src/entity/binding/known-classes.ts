// Entity classes by name, used or not: what a reference leads to must not depend on which class is used first.
import { NitroError } from "../../shared/errors.ts"
import { fileOf } from "../../shared/module-evaluation.ts"
import { suggest } from "../../shared/suggest.ts"
import { definitionError } from "../contract/errors.ts"
import type { EntityClass } from "../types/types.ts"
import { type Model, requireModel } from "./model.ts"
import { WeakList } from "./weak-list.ts"

/** The calls of `Entity(name, ...)` by name. Their classes are known once they are used, related or given to an app. */
const declared = new Map<string, WeakList<Model>>()
const classesOf = new WeakMap<Model, WeakList<EntityClass>>()
const registered = new WeakSet<EntityClass>()
/** By the name of the entity that a class refers to. */
const referring = new Map<string, WeakList<EntityClass>>()

interface Lists<K, T extends object> {
  get(key: K): WeakList<T> | undefined
  set(key: K, list: WeakList<T>): unknown
}

function addTo<K, T extends object>(lists: Lists<K, T>, key: K, value: T): void {
  let list = lists.get(key)
  if (list === undefined) {
    list = new WeakList()
    lists.set(key, list)
  }
  list.add(value)
}

export function declareModel(model: Model): void {
  addTo(declared, model.name, model)
}

/** Every declaration that is still in use. */
export function* declaredModels(): Generator<Model, void, undefined> {
  for (const models of declared.values()) yield* models
}

/** Every class that was used, related or given to an app. */
export function* knownClasses(): Generator<EntityClass, void, undefined> {
  for (const model of declaredModels()) yield* classesOf.get(model) ?? []
}

/** Makes a class known that may not have been used yet. */
export function makeKnown(entity: EntityClass): void {
  if (registered.has(entity)) return
  registered.add(entity)
  addTo(classesOf, requireModel(entity), entity)
  for (const target of new Set(entity.definition.fields.map(({ references }) => references))) {
    if (target !== undefined) addTo(referring, target, entity)
  }
}

/**
 * The declaration that a reference of `model` to an entity of this name means. A name may be declared again, by a module that is
 * evaluated twice or by a test: meant is the one that was declared together with the class that refers to it, else the last one
 * before it, else the first one after it.
 */
export function targetModel(model: Model, name: string): Model | undefined {
  let match: Model | undefined
  // In the order of declaration.
  for (const other of declared.get(name) ?? [])
    if (match === undefined || other.batch <= model.batch) match = other
  return match
}

/** The known classes that a reference of `model` to an entity of this name can lead to. */
export function knownTargets(model: Model, name: string): readonly EntityClass[] {
  const target = targetModel(model, name)
  return target === undefined ? [] : [...(classesOf.get(target) ?? [])]
}

/** The known classes that refer to this one. */
export function knownReferrers(model: Model): EntityClass[] {
  return [...(referring.get(model.name) ?? [])].filter(
    entity => targetModel(requireModel(entity), model.name) === model,
  )
}

/** Whether any known class refers to an entity of this name. */
export function isReferredTo(name: string): boolean {
  return referring.has(name)
}

/** Throws `NITRO_DEFINITION` for a reference to a name that no `Entity(...)` has. */
export function checkTargetName(entity: string, field: string, target: string): void {
  if (declared.has(target)) return
  throw definitionError(
    `${entity}.${field} is a ref("${target}"), and no entity has this name.`,
    suggest(target, declared.keys()),
  )
}

/** Throws `NITRO_TWO_ENTITIES` where two modules have declared entities of one name. A module that is evaluated again declares its own. */
export function assertSameModule(one: EntityClass, other: EntityClass): void {
  const [first, second] = [requireModel(one), requireModel(other)]
  if (first === second || fileOf(first.place) === fileOf(second.place)) return
  throw new NitroError(
    "NITRO_TWO_ENTITIES",
    `Two entity classes are named "${first.name}": at ${first.place} and at ${second.place}.`,
    {
      details: { name: first.name, places: [first.place, second.place] },
    },
  )
}

/**
 * Makes the classes of an app known before they are used, so that tables get their foreign keys whichever comes first. Throws
 * `NITRO_DEFINITION` for a reference to an entity that does not exist.
 */
export function declareEntities(classes: Iterable<EntityClass>): void {
  for (const entity of classes) {
    makeKnown(entity)
    const { name, fields } = entity.definition
    for (const field of fields)
      if (field.references !== undefined) checkTargetName(name, field.name, field.references)
  }
}
