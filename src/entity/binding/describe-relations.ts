// Finds the relations of a class: its getters that return one.
import { NitroError } from "../../shared/errors.ts"
import { suggest } from "../../shared/suggest.ts"
import type { RelationDefinition } from "../types/relation-definition.ts"
import type { EntityClass } from "../types/types.ts"

/** A relation as a probe sees it: its definition alone. */
export class MarkedRelation {
  readonly definition: RelationDefinition

  constructor(definition: RelationDefinition) {
    this.definition = definition
  }
}

const probes = new WeakSet<object>()

/** Whether a getter is called on this probe instead of an instance. */
export function isProbe(value: object): boolean {
  return probes.has(value)
}

const relationsByClass = new WeakMap<
  EntityClass<object>,
  Map<string, RelationDefinition | undefined>
>()

/** The relation that the getter of this name returns; undefined when it is no relation, or no getter. */
export function relationOf(
  entity: EntityClass<object>,
  name: string,
): RelationDefinition | undefined {
  let ofEntity = relationsByClass.get(entity)
  if (ofEntity === undefined) {
    ofEntity = new Map()
    relationsByClass.set(entity, ofEntity)
  }
  if (!ofEntity.has(name)) ofEntity.set(name, describeRelation(entity, name))
  return ofEntity.get(name)
}

/** All relations of a class by name, for admin, documents and the like. Calls every getter of the class body. */
export function relationsOf(entity: EntityClass<object>): ReadonlyMap<string, RelationDefinition> {
  const relations = new Map<string, RelationDefinition>()
  for (const name of getterNames(entity)) {
    const relation = relationOf(entity, name)
    if (relation !== undefined) relations.set(name, relation)
  }
  return relations
}

/** Throws `NITRO_UNKNOWN_RELATION` with a suggestion. */
export function requireRelation(entity: EntityClass<object>, name: string): RelationDefinition {
  const relation = relationOf(entity, name)
  if (relation !== undefined) return relation
  const { definition } = entity
  const names = [...relationsOf(entity).keys()]
  const fix =
    names.length === 0
      ? `${definition.name} has no relations. Declare a getter: get ${safeName(name)}() { return this.belongsTo(...) }`
      : suggest(name, names)
  throw new NitroError("NITRO_UNKNOWN_RELATION", `${definition.name} has no relation "${name}".`, {
    fix,
    details: { entity: definition.name, relation: name, relations: names },
  })
}

function safeName(name: string): string {
  return /^\w{1,40}$/.test(name) ? name : "category"
}

// A getter may use what only a real instance has; then it computes something and is no relation.
function describeRelation(
  entity: EntityClass<object>,
  name: string,
): RelationDefinition | undefined {
  const getter = getterOf(entity, name)
  if (getter === undefined) return undefined
  try {
    const probe: object = Object.create(entity.prototype, probeFields(entity))
    probes.add(probe)
    const result: unknown = getter.call(probe)
    if (result instanceof Promise) result.catch(() => undefined)
    return result instanceof MarkedRelation ? result.definition : undefined
  } catch (error) {
    // An error of the relation itself, such as a field that does not exist, is for the developer to see.
    if (error instanceof NitroError) throw error
    return undefined
  }
}

/** Fields read as undefined: the accessors of the class would look for the state that only instances have. */
function probeFields(entity: EntityClass<object>): PropertyDescriptorMap {
  const fields: PropertyDescriptorMap = {}
  for (const { name } of entity.definition.fields) fields[name] = { value: undefined }
  return fields
}

function getterOf(entity: EntityClass<object>, name: string): (() => unknown) | undefined {
  if (entity.definition.fieldByName.has(name)) return undefined
  for (const holder of bodies(entity)) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name)
    if (descriptor !== undefined) return descriptor.get
  }
  return undefined
}

function getterNames(entity: EntityClass<object>): Set<string> {
  const names = new Set<string>()
  for (const holder of bodies(entity)) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (get !== undefined && !entity.definition.fieldByName.has(name)) names.add(name)
    }
  }
  return names
}

/** The prototypes of the class bodies of users: from the class itself up to what `Entity(...)` made. */
function* bodies(entity: EntityClass<object>): Generator<object> {
  for (
    let holder: object | null = entity.prototype;
    holder !== null;
    holder = Object.getPrototypeOf(holder)
  ) {
    if (Object.hasOwn(holder, "id")) return
    yield holder
  }
}
