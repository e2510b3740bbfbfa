// Whether two values stand for one user: each request loads it anew.
import { isEntity } from "../entity/internal.ts"
import { isObject } from "../shared/guards.ts"

/** True for one value, for two instances of one entity, and for two other objects with one `id`. */
export function isSameUser(a: unknown, b: unknown): boolean {
  if (a === b) return true
  const [idOfA, idOfB] = [idOf(a), idOf(b)]
  if (idOfA === undefined || idOfA !== idOfB) return false
  return isEntity(a) || isEntity(b) ? classOf(a) === classOf(b) : true
}

/** The identity of a user, as a value; undefined if there is none. */
export function userKey(user: unknown): unknown {
  return typeof user === "object" || typeof user === "function" ? idOf(user) : user
}

function idOf(user: unknown): unknown {
  return isObject(user) ? user["id"] : undefined
}

function classOf(user: unknown): unknown {
  return isObject(user) ? user.constructor : undefined
}
