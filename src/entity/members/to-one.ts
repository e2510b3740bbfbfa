// The value of a getter with `belongsTo` or `hasOne`.
import { type EntityRecord, valuesOf } from "../binding/record.ts"
import { Thenable } from "../contract/thenable.ts"
import { loadTargets } from "../relations/load.ts"
import { siblingsFor } from "../relations/siblings.ts"
import type { RelationDefinition } from "../types/relation-definition.ts"
import type { One } from "../types/types.ts"

/** See `One` in types.ts. */
export class ToOne extends Thenable<EntityRecord | undefined> implements One<EntityRecord> {
  readonly #record: EntityRecord
  readonly #definition: RelationDefinition

  constructor(record: EntityRecord, definition: RelationDefinition) {
    super()
    this.#record = record
    this.#definition = definition
  }

  get isLoaded(): boolean {
    return this.#targets() !== undefined
  }

  get loaded(): EntityRecord | undefined {
    return this.#targets()?.[0]
  }

  // biome-ignore lint/suspicious/noThenProperty: a relation is awaited where its target is wanted
  override then<A = EntityRecord | undefined, B = never>(
    fulfilled?: ((value: EntityRecord | undefined) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#load().then(fulfilled, rejected)
  }

  async #load(): Promise<EntityRecord | undefined> {
    const [target] = await siblingsFor(this.#record).load(
      this.#definition,
      this.#key(),
      loadTargets,
    )
    return target
  }

  #targets(): readonly EntityRecord[] | undefined {
    return siblingsFor(this.#record).loaded(this.#definition, this.#key())
  }

  /** As the entity holds it now: after an assignment the relation leads to another target. */
  #key(): unknown {
    return valuesOf(this.#record)[this.#definition.local]
  }
}
