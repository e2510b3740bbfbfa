// The shape of the rows of a list: `fields=title,price`, `include=category,lines.product`.
import type { EntityClass, EntityInstance } from "../../entity/index.ts"
import { isEntity } from "../../entity/internal.ts"
import type { EntityDefinition } from "../../entity/store.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { maxSteps, type Reach, visibleField, visibleRelation } from "./names.ts"
import { badRequest } from "./parameters.ts"

type Included = Map<string, Included>

export class Shape {
  /** Relations to load, for `with`. */
  readonly paths: readonly string[]
  readonly #fields: ReadonlySet<string> | undefined
  readonly #included: Included

  private constructor(
    fields: ReadonlySet<string> | undefined,
    paths: readonly string[],
    included: Included,
  ) {
    this.#fields = fields
    this.paths = paths
    this.#included = included
  }

  /** @throws NITRO_BAD_REQUEST */
  static async of(
    { definition }: EntityClass,
    fields: readonly string[],
    paths: readonly string[],
    reach: Reach,
  ): Promise<Shape> {
    const names = fields.map(name => visibleField(definition, name, "show").name)
    const included: Included = new Map()
    for (const path of paths) await include(included, definition, path.split("."), reach)
    return new Shape(names.length === 0 ? undefined : new Set(names), [...new Set(paths)], included)
  }

  /** The rows as JSON takes them. */
  show(rows: readonly object[]): MaybePromise<readonly unknown[]> {
    if (this.#included.size > 0)
      return Promise.all(
        rows.map(row => (isEntity(row) ? withRelated(this.#pick(row), row, this.#included) : row)),
      )
    return this.#fields === undefined
      ? rows
      : rows.map(row => (isEntity(row) ? this.#pick(row) : row))
  }

  #pick(row: EntityInstance): Record<string, unknown> {
    const all: Readonly<Record<string, unknown>> = row.toJSON()
    const json: Record<string, unknown> = {}
    for (const name of Object.keys(all))
      if (this.#fields?.has(name) !== false) json[name] = all[name]
    return json
  }
}

async function include(
  included: Included,
  definition: EntityDefinition,
  path: readonly string[],
  reach: Reach,
): Promise<void> {
  if (path.length > maxSteps)
    throw badRequest(`An include goes through ${maxSteps} relations at most.`)
  let at = definition
  let place = included
  for (const step of path) {
    const { target } = await visibleRelation(at, step, "relation to include", reach, path)
    const next: Included = place.get(step) ?? new Map()
    place.set(step, next)
    place = next
    at = target.definition
  }
}

async function withRelated(
  json: Record<string, unknown>,
  row: EntityInstance,
  included: Included,
): Promise<unknown> {
  for (const [name, inner] of included) {
    // The getter of a relation, since the names were checked; `with` has loaded it.
    const related: unknown = await Reflect.get(row, name)
    json[name] = Array.isArray(related)
      ? await Promise.all(related.map(one => relatedJson(one, inner)))
      : await relatedJson(related, inner)
  }
  return json
}

async function relatedJson(related: unknown, included: Included): Promise<unknown> {
  if (!isEntity(related)) return null
  return included.size === 0 ? related : withRelated({ ...related.toJSON() }, related, included)
}
