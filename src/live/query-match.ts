// Which changes concern a live query, and whether a changed row belongs to it.
import { asksForRelated, classesAlong, type EntityClass, matches, type Query, relatedClasses } from "../entity/index.ts"

/** The class of the query, those that its conditions look into, and those that it loads along: a change of any may change what is shown. */
export function followedClasses({ entity, plan }: Pick<Query, "entity" | "plan">): EntityClass[] {
  return [...new Set([entity, ...relatedClasses(plan.where), ...classesAlong(entity, plan.with ?? [])])]
}

/** Tells whether the query finds an entity of its class, without its window; undefined where the entity alone cannot tell. */
export function matcherOf({ entity, plan }: Pick<Query, "entity" | "plan">): ((row: object) => boolean) | undefined {
  const { where, deleted } = plan
  // A soft deletion is told as a delete, without the row that a query for deleted ones would show.
  if (deleted !== undefined || (where !== undefined && asksForRelated(where))) return undefined
  const isLive = entity.definition.softDelete ? (row: object) => (row as { deletedAt?: Date | null }).deletedAt === null : () => true
  return row => isLive(row) && matches(where, row)
}
