// Decides which changes concern a live query, and whether a changed row belongs to it.
import type { EntityClass, Query } from "../entity/index.ts"
import {
  classesAlong,
  predicateFields,
  relatedClasses,
  scopeOf,
  usesRelatedRows,
} from "../entity/internal.ts"
import { matches, type Predicate } from "../entity/store.ts"
import type { Interest } from "./matching/watches.ts"

/** The class of the query, those that its conditions look into, and those that it loads along: a change of any may change what is shown. */
export function followedClasses({ entity, plan }: Pick<Query, "entity" | "plan">): EntityClass[] {
  return withScopeClasses([
    entity,
    ...relatedClasses(plan.where),
    ...classesAlong(entity, plan.with ?? []),
  ])
}

/**
 * The changes that decide which rows a query finds. `fields`: those of a row that matter besides its condition; undefined: all.
 * Of its other classes every change may.
 */
export function interestsOf(
  query: Pick<Query, "entity" | "plan">,
  {
    fields,
    leaving,
    holdsRows = false,
  }: Pick<Interest, "leaving" | "holdsRows"> & { readonly fields?: readonly string[] },
): readonly Interest[] {
  const { entity, plan } = scopedQuery(query)
  const others = followedClasses(query).filter(other => other !== entity)
  // A soft deletion is announced as a delete, without the row that a query for deleted ones would show.
  const interest: Interest =
    plan.deleted === undefined
      ? {
          entity,
          where: plan.where,
          ...(fields && { fields: new Set([...decidingFields(plan.where), ...fields]) }),
          leaving,
          holdsRows,
        }
      : { entity, leaving: true, holdsRows }
  return [interest, ...others.map(other => ({ entity: other, leaving: true }))]
}

/** The classes, and those whose rows decide which of theirs this context lets through. */
export function withScopeClasses(entities: readonly EntityClass[]): EntityClass[] {
  const classes = new Set(entities)
  // Conditions of a scope on related rows are evaluated without scopes, so one step is all.
  for (const entity of entities)
    for (const related of relatedClasses(scopeOf(entity, "read"))) classes.add(related)
  return [...classes]
}

/** The query with the scope of this context as an additional condition. */
export function scopedQuery({ entity, plan }: Pick<Query, "entity" | "plan">): {
  readonly entity: EntityClass
  readonly plan: Query["plan"]
} {
  const scope = scopeOf(entity, "read")
  if (scope === undefined) return { entity, plan }
  const where: Predicate = plan.where === undefined ? scope : { op: "and", of: [plan.where, scope] }
  return { entity, plan: { ...plan, where } }
}

/** Decides whether the query finds an entity of its class, without its window; undefined if the entity alone does not show it. */
export function matcherOf({
  entity,
  plan,
}: Pick<Query, "entity" | "plan">): ((row: object) => boolean) | undefined {
  const { where, deleted } = plan
  // A soft deletion is published as a delete, without the row that a query for deleted ones would show.
  if (deleted !== undefined || (where !== undefined && usesRelatedRows(where))) return undefined
  const isLive = entity.definition.softDelete
    ? // The fields of a class with `softDelete` have it.
      (row: object) => (row as { deletedAt?: Date | null }).deletedAt === null
    : () => true
  return row => isLive(row) && matches(where, row)
}

/** The fields of a row that decide whether a query finds it. A change of none of them lets no row in or out. */
export function decidingFields(where: Predicate | undefined): ReadonlySet<string> {
  return predicateFields(where).add("deletedAt")
}
