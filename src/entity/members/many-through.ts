// The value of a getter with `manyToMany`: a query over the targets that the rows of a class between connect.

import { bindingOf } from "../binding/binding.ts"
import { type EntityRecord, type Instance, isRecord, valuesOf } from "../binding/record.ts"
import { atomically } from "../binding/unit-of-work.ts"
import { definitionError, queryError } from "../contract/errors.ts"
import { isValue, type Value } from "../contract/predicate.ts"
import { readFound } from "../relations/read.ts"
import { relatedRows } from "../relations/related.ts"
import type { RelationDefinition, Through } from "../types/relation-definition.ts"
import type { EntityInstance, ManyThrough } from "../types/types.ts"
import { pointingTo, RelatedQuery } from "./related-query.ts"

/** See `ManyThrough` in types.ts. */
export class ToManyThrough extends RelatedQuery implements ManyThrough<EntityInstance, never> {
  readonly #through: Through

  constructor(record: EntityRecord, definition: RelationDefinition) {
    const through = throughOf(definition)
    super(record, definition, {
      op: "some",
      rows: relatedRows(through.entity, definition.remote, through.to),
      where: pointingTo(record, definition, through.from),
    })
    this.#through = through
  }

  add(...targets: EntityInstance[]): Promise<number> {
    const { entity, from, to } = this.#through
    return this.#change(targets, async (connected, ids) => {
      const key = this.keyForNew
      const present = new Set(connected.map(row => valuesOf(row)[to]))
      const missing = ids.filter(id => !present.has(id))
      // The class checks its fields.
      await entity.createMany(missing.map(id => ({ [from]: key, [to]: id }) as never))
      return missing.length
    })
  }

  remove(...targets: EntityInstance[]): Promise<number> {
    return this.#change(targets, async connected => {
      let removed = 0
      // Rows may have been connected twice by others: what counts is the connection.
      const ended = new Set<unknown>()
      for (const row of connected) {
        const id = valuesOf(row)[this.#through.to]
        if ((await row.delete()) && !ended.has(id)) removed++
        ended.add(id)
      }
      return removed
    })
  }

  /** Reads the connections with these targets and changes them, all or none. */
  async #change(
    targets: readonly unknown[],
    change: (connected: Instance[], ids: Value[]) => Promise<number>,
  ): Promise<number> {
    const ids = [...new Set(targets.map(target => this.#idOf(target)))]
    if (ids.length === 0) return 0
    const changed = await atomically(async () => change(await this.#connections(ids), ids))
    this.forget()
    return changed
  }

  async #connections(ids: readonly Value[]): Promise<Instance[]> {
    const { entity, from, to } = this.#through
    const { records } = await readFound(bindingOf(entity), {
      where: {
        op: "and",
        of: [
          { op: "eq", field: from, value: this.keyForNew },
          { op: "in", field: to, values: ids },
        ],
      },
      orderBy: [],
    })
    return records
  }

  #idOf(target: unknown): Value {
    const { target: entity, remote } = this.definition
    const id = isRecord(target) && target instanceof entity ? valuesOf(target)[remote] : undefined
    if (id !== undefined && isValue(id)) return id
    throw queryError(
      `Only a ${entity.definition.name} can be connected here, not ${isRecord(target) ? `a ${target.constructor.name}` : typeof target}.`,
    )
  }
}

function throughOf({ through, target }: RelationDefinition): Through {
  if (through !== undefined) return through
  throw definitionError(
    `A relation to many ${target.definition.plural} names no class between the two.`,
    "Give it: this.manyToMany(Tag, { through: ProductTag }).",
  )
}
