// Which changes concern a live query, and whether a changed row belongs to it.
import type { EntityClass, Query } from "../entity/index.ts"
import { asksForRelated, classesAlong, relatedClasses } from "../entity/internal.ts"
import { isFieldOperand, matches, type Predicate } from "../entity/store.ts"

/** The class of the query, those that its conditions look into, and those that it loads along: a change of any may change what is shown. */
export function followedClasses({ entity, plan }: Pick<Query, "entity" | "plan">): EntityClass[] {
  return [
    ...new Set([entity, ...relatedClasses(plan.where), ...classesAlong(entity, plan.with ?? [])]),
  ]
}

/** Tells whether the query finds an entity of its class, without its window; undefined where the entity alone cannot tell. */
export function matcherOf({
  entity,
  plan,
}: Pick<Query, "entity" | "plan">): ((row: object) => boolean) | undefined {
  const { where, deleted } = plan
  // A soft deletion is told as a delete, without the row that a query for deleted ones would show.
  if (deleted !== undefined || (where !== undefined && asksForRelated(where))) return undefined
  const isLive = entity.definition.softDelete
    ? (row: object) => (row as { deletedAt?: Date | null }).deletedAt === null
    : () => true
  return row => isLive(row) && matches(where, row)
}

/** The fields of a row that decide whether a condition holds for it. A change of none of them lets no row in or out. */
export function decidingFields(where: Predicate | undefined): ReadonlySet<string> {
  const fields = new Set(["deletedAt"])
  const collect = (predicate: Predicate): void => {
    switch (predicate.op) {
      case "and":
      case "or":
        predicate.of.forEach(collect)
        break
      case "not":
        collect(predicate.of)
        break
      case "some":
        fields.add(predicate.rows.local)
        break
      default:
        fields.add(predicate.field)
        if ("value" in predicate && isFieldOperand(predicate.value as never))
          fields.add((predicate.value as { field: string }).field)
    }
  }
  if (where !== undefined) collect(where)
  return fields
}
