// Checks entity classes before a row is read, so that faults show without waiting for the first request.
import { NitroError } from "../../shared/errors.ts"
import { bindingOf } from "../binding/binding.ts"
import { relationsOf } from "../binding/describe-relations.ts"
import { hydrateCopy } from "../binding/hydrate.ts"
import { checkTargetName, declaredModels, makeKnown } from "../binding/known-classes.ts"
import { type Model, modelOf, requireModel } from "../binding/model.ts"
import { storeOf } from "../binding/stores.ts"
import { definitionError } from "../contract/errors.ts"
import type { EntityClass } from "../types/types.ts"

/** One class that cannot work, and why. */
export interface ClassFault {
  /** The name of the class. */
  readonly entity: string
  readonly error: unknown
}

/**
 * Looks at definitions, class bodies, relations and references of the classes, and reads one row of each from its store, which
 * prepares or compares its table. Never rejects: what is wrong is the result, at most one fault a class.
 */
export async function findFaults(classes: readonly EntityClass[]): Promise<ClassFault[]> {
  const unique = [...new Set(classes)]
  for (const entity of unique)
    if (modelOf(entity) !== undefined) attemptSync(() => makeKnown(entity))
  const faults = await Promise.all([...groupedByStore(unique)].map(checkGroup))
  return faults.flat()
}

/** The faults of everything that was declared with `Entity(...)`, whether or not a class of it was used. */
export function findDeclarationFaults(): ClassFault[] {
  const faults: ClassFault[] = []
  for (const model of declaredModels()) {
    const error = attemptSync(() => checkModel(model))
    if (error !== undefined) faults.push({ entity: model.name, error: error.thrown })
  }
  return faults
}

// One after the other: a store that does not respond gets one call at a time, and does not hold up the others.
async function checkGroup(classes: readonly EntityClass[]): Promise<ClassFault[]> {
  const faults: ClassFault[] = []
  for (const entity of classes) {
    try {
      await checkClass(entity)
    } catch (error) {
      faults.push({ entity: entity.name, error })
    }
  }
  return faults
}

function groupedByStore(classes: readonly EntityClass[]): Iterable<EntityClass[]> {
  const groups = new Map<unknown, EntityClass[]>()
  for (const entity of classes) {
    let store: unknown = entity
    attemptSync(() => {
      store = storeOf(entity)
    })
    const group = groups.get(store)
    if (group === undefined) groups.set(store, [entity])
    else group.push(entity)
  }
  return groups.values()
}

function checkModel(model: Model): void {
  const { definition } = model.defined
  void model.validator
  for (const { name, references } of definition.fields) {
    if (references !== undefined) checkTargetName(definition.name, name, references)
  }
}

async function checkClass(entity: EntityClass): Promise<void> {
  checkModel(requireModel(entity))
  checkStaticMembers(entity)
  if (!hasStoreHere(entity)) return
  const binding = bindingOf(entity)
  checkInstance(entity)
  void relationsOf(entity)
  await binding.repository.find({ orderBy: [], limit: 1 })
}

/** A field that the class body sets is seen on an instance only. */
function checkInstance(entity: EntityClass): void {
  const { definition } = entity
  try {
    const binding = bindingOf(entity)
    hydrateCopy(
      binding,
      definition.fields.map(() => null),
    )
  } catch (error) {
    // Other code of the class body may rely on values that a row would have.
    if (error instanceof NitroError && error.code === "NITRO_DEFINITION") throw error
  }
}

/** A store under another name than `store` is read by nothing. */
function checkStaticMembers(entity: EntityClass): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(entity))) {
    if (
      name === "store" ||
      typeof value !== "object" ||
      value === null ||
      !("bind" in value) ||
      !("capabilities" in value)
    )
      continue
    if (Object.hasOwn(entity, "store")) continue
    throw definitionError(
      `static ${name} of ${entity.name} holds a store, but the store of a class is read from static store.`,
      `Write static store = … in ${entity.name}.`,
    )
  }
}

/** Rows of sessions have a store in a session only. */
function hasStoreHere(entity: EntityClass): boolean {
  try {
    storeOf(entity)
    return true
  } catch (error) {
    if (error instanceof NitroError && error.code === "NITRO_PARTITION") return false
    throw error
  }
}

function attemptSync(work: () => void): { readonly thrown: unknown } | undefined {
  try {
    work()
    return undefined
  } catch (thrown) {
    return { thrown }
  }
}
