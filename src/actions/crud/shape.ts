// The shape of the rows of a list: `fields=title,price`, `include=category,lines.product`.
import type { EntityClass } from "../../entity/index.ts"
import { isEntity } from "../../entity/internal.ts"
import type { EntityDefinition } from "../../entity/store.ts"
import { isObject } from "../../shared/guards.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { maxSteps, type Reach, visibleField, visibleRelation } from "./names.ts"
import { badRequest } from "./parameters.ts"

/** In all rows of a list together. */
const maxRelatedRows = 10_000

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

  /** The rows as JSON takes them. @throws NITRO_BAD_REQUEST */
  show(rows: readonly object[]): MaybePromise<readonly unknown[]> {
    if (this.#included.size > 0) return new Related(this.#included).addTo(rows, this.#pick)
    return this.#fields === undefined ? rows : rows.map(this.#pick)
  }

  readonly #pick = (row: object): unknown => {
    const all = jsonOf(row)
    if (!isObject(all) || this.#fields === undefined) return all
    const json: Record<string, unknown> = {}
    for (const name of Object.keys(all)) if (this.#fields.has(name)) json[name] = all[name]
    return json
  }
}

/** A class may make anything else of itself. */
const jsonOf = (row: object): unknown => (isEntity(row) ? row.toJSON() : row)

/** Adds related rows to rows. A relation and back again is a product, so their number is limited. */
class Related {
  readonly #included: Included
  #left = maxRelatedRows

  constructor(included: Included) {
    this.#included = included
  }

  /** One row after the other, so that nothing is made beyond the limit. */
  async addTo(
    rows: readonly object[],
    toJson: (row: object) => unknown,
  ): Promise<readonly unknown[]> {
    const all: unknown[] = []
    for (const row of rows) all.push(await this.#with(toJson(row), row, this.#included))
    return all
  }

  async #with(json: unknown, row: object, included: Included): Promise<unknown> {
    if (!isObject(json) || Array.isArray(json)) return json
    const all: Record<string, unknown> = { ...json }
    for (const [name, inner] of included) {
      // The getter of a relation, since the names were checked; `with` has loaded it.
      const related: unknown = await Reflect.get(row, name)
      if (Array.isArray(related)) {
        const several: unknown[] = []
        for (const one of related) several.push(await this.#one(one, inner))
        all[name] = several
      } else all[name] = await this.#one(related, inner)
    }
    return all
  }

  #one(related: unknown, inner: Included): MaybePromise<unknown> {
    if (!isEntity(related)) return null
    if (this.#left-- === 0)
      throw badRequest(
        `The list would hold more than ${maxRelatedRows} related rows.`,
        "Include fewer relations, or read fewer rows at a time.",
      )
    return inner.size === 0 ? related : this.#with(related.toJSON(), related, inner)
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
