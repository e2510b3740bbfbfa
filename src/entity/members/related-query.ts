// A query over the targets of a relation to many, which, awaited directly, loads for all siblings.

import { classOf } from "../binding/model.ts"
import { type EntityRecord, type Instance, valuesOf } from "../binding/record.ts"
import { notSavedError } from "../contract/errors.ts"
import { isValue, type Predicate, type Value } from "../contract/predicate.ts"
import { StoreQuery } from "../queries/query.ts"
import { loadTargets } from "../relations/load.ts"
import { type Siblings, siblingsFor } from "../relations/siblings.ts"
import type { RelationDefinition } from "../types/relation-definition.ts"
import type { EntityInstance } from "../types/types.ts"

/** `hasMany` and `manyToMany` alike. */
export abstract class RelatedQuery extends StoreQuery<EntityInstance, never> {
  protected readonly definition: RelationDefinition
  readonly #record: EntityRecord

  constructor(record: EntityRecord, definition: RelationDefinition, where: Predicate) {
    super(definition.target, { where, orderBy: [] })
    this.#record = record
    this.definition = definition
  }

  get isLoaded(): boolean {
    return this.loaded !== undefined
  }

  get loaded(): readonly Instance[] | undefined {
    return this.#siblings.loaded(this.definition, this.key)
  }

  // biome-ignore lint/suspicious/noThenProperty: a relation is awaited where its targets are wanted
  override then<A = EntityInstance[], B = never>(
    fulfilled?: ((value: EntityInstance[]) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#load().then(fulfilled, rejected)
  }

  override async *[Symbol.asyncIterator](): AsyncGenerator<EntityInstance, void, undefined> {
    yield* await this.#load()
  }

  /** A list of the caller's own: sorting it changes nothing for others. */
  async #load(): Promise<EntityInstance[]> {
    return [...(await this.#siblings.load(this.definition, this.key, loadTargets))]
  }

  get #siblings(): Siblings {
    return siblingsFor(this.#record)
  }

  /** The value that the targets point to, as the entity holds it now; null where it has none yet. */
  protected get key(): Value {
    return keyOf(this.#record, this.definition)
  }

  /** The same for a new target. @throws NITRO_ENTITY_NOT_FOUND where it has none yet: the target would belong to nothing. */
  protected get keyForNew(): Value {
    if (this.key !== null) return this.key
    throw notSavedError(classOf(this.#record).definition.name, "so nothing can belong to it")
  }

  /** The targets have changed. */
  protected forget(): void {
    this.#siblings.forget(this.definition, this.key)
  }
}

function keyOf(record: EntityRecord, { local }: RelationDefinition): Value {
  const key = valuesOf(record)[local]
  return isValue(key) ? key : null
}

/** The rows whose `field` points to the entity. Without a key it is none, and not the rows that point to nothing. */
export function pointingTo(
  record: EntityRecord,
  definition: RelationDefinition,
  field: string,
): Predicate {
  const value = keyOf(record, definition)
  return value === null ? { op: "in", field, values: [] } : { op: "eq", field, value }
}
