// What a getter with `hasMany` returns: a query over the targets, which by itself loads for all siblings.

import { type EntityRecord, valuesOf } from "../binding/record.ts"
import { StoreQuery } from "../queries/query.ts"
import { loadTargets } from "../relations/load.ts"
import { siblingsFor } from "../relations/siblings.ts"
import type { RelationDefinition } from "../types/relation-definition.ts"
import type { Many } from "../types/types.ts"

/** See `Many` in types.ts. */
export class ToMany extends StoreQuery<EntityRecord, never> implements Many<EntityRecord, never> {
  readonly #record: EntityRecord
  readonly #definition: RelationDefinition

  constructor(record: EntityRecord, definition: RelationDefinition) {
    const value = valuesOf(record)[definition.local] as string
    super(definition.target as never, {
      where: { op: "eq", field: definition.remote, value },
      orderBy: [],
    })
    this.#record = record
    this.#definition = definition
  }

  get isLoaded(): boolean {
    return this.loaded !== undefined
  }

  get loaded(): readonly EntityRecord[] | undefined {
    return siblingsFor(this.#record).loaded(this.#definition, this.#key())
  }

  async create(data: object): Promise<EntityRecord> {
    const { target, remote } = this.#definition
    const created = await target.create({
      ...data,
      [remote]: this.#key(),
    } as never)
    siblingsFor(this.#record).forget(this.#definition, this.#key())
    return created as unknown as EntityRecord
  }

  // biome-ignore lint/suspicious/noThenProperty: a relation is awaited where its targets are wanted
  override then<A = EntityRecord[], B = never>(
    fulfilled?: ((value: EntityRecord[]) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#load().then(fulfilled, rejected)
  }

  override async *[Symbol.asyncIterator](): AsyncGenerator<EntityRecord, void, undefined> {
    yield* await this.#load()
  }

  /** A list of the caller's own: sorting it changes nothing for others. */
  async #load(): Promise<EntityRecord[]> {
    return [...(await siblingsFor(this.#record).load(this.#definition, this.#key(), loadTargets))]
  }

  #key(): unknown {
    return valuesOf(this.#record)[this.#definition.local]
  }
}
