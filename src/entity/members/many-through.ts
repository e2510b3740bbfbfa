// What a getter with `manyToMany` returns: a query over the targets that the rows of a class between connect.

import { type EntityRecord, isRecord, valuesOf } from "../binding/record.ts"
import { atomically } from "../binding/unit-of-work.ts"
import { queryError } from "../contract/errors.ts"
import type { Predicate } from "../contract/predicate.ts"
import { findEntities } from "../queries/finders.ts"
import { StoreQuery } from "../queries/query.ts"
import { loadTargets } from "../relations/load.ts"
import { relatedRows } from "../relations/related.ts"
import { siblingsFor } from "../relations/siblings.ts"
import type { RelationDefinition, Through } from "../types/relation-definition.ts"
import type { EntityClass, ManyThrough } from "../types/types.ts"

/** See `ManyThrough` in types.ts. */
export class ToManyThrough
  extends StoreQuery<EntityRecord, never>
  implements ManyThrough<EntityRecord, never>
{
  readonly #record: EntityRecord
  readonly #definition: RelationDefinition

  constructor(record: EntityRecord, definition: RelationDefinition) {
    const { entity, from, to } = definition.through as Through
    const value = valuesOf(record)[definition.local] as string
    const where: Predicate = {
      op: "some",
      rows: relatedRows(entity, definition.remote, to),
      where: { op: "eq", field: from, value },
    }
    super(definition.target as never, { where, orderBy: [] })
    this.#record = record
    this.#definition = definition
  }

  get isLoaded(): boolean {
    return this.loaded !== undefined
  }

  get loaded(): readonly EntityRecord[] | undefined {
    return siblingsFor(this.#record).loaded(this.#definition, this.#id())
  }

  add(...targets: EntityRecord[]): Promise<number> {
    return this.#change(targets, async ({ entity, from, to }, connected, ids) => {
      const present = new Set(connected.map(row => valuesOf(row)[to]))
      const missing = ids.filter(id => !present.has(id))
      await entity.createMany(missing.map(id => ({ [from]: this.#id(), [to]: id }) as never))
      return missing.length
    })
  }

  remove(...targets: EntityRecord[]): Promise<number> {
    return this.#change(targets, async (_, connected) => {
      let removed = 0
      // Rows may have been connected twice by others: what counts is the connection.
      const ended = new Set<unknown>()
      for (const row of connected as (EntityRecord & {
        delete(): Promise<boolean>
      })[]) {
        const id = valuesOf(row)[(this.#definition.through as Through).to]
        if ((await row.delete()) && !ended.has(id)) removed++
        ended.add(id)
      }
      return removed
    })
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

  async #load(): Promise<EntityRecord[]> {
    return [...(await siblingsFor(this.#record).load(this.#definition, this.#id(), loadTargets))]
  }

  /** Reads the connections with these targets and changes them, all or none. */
  async #change(
    targets: readonly EntityRecord[],
    change: (through: Through, connected: EntityRecord[], ids: string[]) => Promise<number>,
  ): Promise<number> {
    const ids = [...new Set(targets.map(target => this.#idOf(target)))]
    if (ids.length === 0) return 0
    const through = this.#definition.through as Through
    const changed = await atomically(async () =>
      change(through, await this.#connections(through, ids), ids),
    )
    siblingsFor(this.#record).forget(this.#definition, this.#id())
    return changed
  }

  async #connections(
    { entity, from, to }: Through,
    ids: readonly string[],
  ): Promise<EntityRecord[]> {
    const where = {
      op: "and",
      of: [
        { op: "eq", field: from, value: this.#id() },
        { op: "in", field: to, values: ids },
      ],
    } as const
    return (await findEntities(entity as EntityClass, {
      where,
      orderBy: [],
    })) as unknown as EntityRecord[]
  }

  #idOf(target: unknown): string {
    const { name } = this.#definition.target.definition
    if (
      isRecord(target) &&
      target instanceof (this.#definition.target as unknown as new () => object)
    )
      return valuesOf(target)[this.#definition.remote] as string
    throw queryError(
      `Only a ${name} can be connected here, not ${isRecord(target) ? `a ${target.constructor.name}` : typeof target}.`,
    )
  }

  #id(): string {
    return valuesOf(this.#record)[this.#definition.local] as string
  }
}
