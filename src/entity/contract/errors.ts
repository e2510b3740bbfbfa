// The errors of entities, queries and their stores.
import { NitroError, registerErrors } from "../../shared/errors.ts"
import { suggest } from "../../shared/suggest.ts"
import type { EntityDefinition, EntityId } from "./definition.ts"
import { fieldIn, pathText } from "./field-labels.ts"

registerErrors({
  NITRO_STORE_BUSY: {
    status: 503,
    when: "A call waited longer than its store allows, for another process or for a transaction of this one. The message names the unit of work in the way.",
    fix: "Keep transactions short, or raise `busyTimeoutMs` or `waitTimeoutMs`.",
  },
  NITRO_DEADLINE: {
    status: 504,
    when: "A unit of work, a transaction or an action did not finish within its `deadlineMs`. Its writes were rolled back.",
    fix: "Do slow work outside of the unit, in `afterCommit` or before it, or raise `deadlineMs`.",
  },
  NITRO_NO_UNIT: {
    status: 500,
    when: "`beforeCommit` was called where no unit of work is open, so that there is no commit to come before.",
    fix: "Call it inside of `unitOfWork(async () => { … })`, or of an action, which is one.",
  },
  NITRO_UNIT_ENDED: {
    status: 500,
    when: "Work that was left running in a unit of work that failed uses a store: alone, it would be a part of what was taken back.",
    fix: "Await everything that a unit of work starts, or start it outside of the unit. `cause` is why the unit was rolled back.",
  },
  NITRO_VALIDATION: {
    status: 422,
    audience: "client",
    when: "Values given to an entity do not fit its fields. `details.issues` lists every field with its message.",
    fix: "Correct the named fields.",
  },
  NITRO_UNKNOWN_FIELD: {
    status: 422,
    when: "Data, a filter or an order names a field that the entity does not have.",
    fix: "Use a declared field.",
  },
  NITRO_READONLY_FIELD: {
    status: 422,
    when: "Code assigned to a field that the library keeps (the id, timestamps, the version) or that the id is made of.",
    fix: "Leave the field alone; give an id to the constructor if it must be yours.",
  },
  NITRO_QUERY: {
    status: 422,
    when: "A query cannot be run as written: an operator or a value does not fit the field, or a bulk delete has no condition.",
    fix: "Correct the condition.",
  },
  NITRO_ENTITY_NOT_FOUND: {
    status: 404,
    audience: "client",
    when: "No entity with this id is stored, or it was deleted before it was saved.",
    fix: "Check the id, or use `get`, which gives undefined.",
  },
  NITRO_SCOPE: {
    status: 403,
    audience: "client",
    when: "A write would leave the rows that its context may write, or a statement that the scopes of its context cannot filter reads an entity.",
    fix: "Write what the context's scopes let through, or run the work without them: withoutScopes(() => …).",
  },
  NITRO_REFERENCE: {
    status: 409,
    audience: "client",
    when: "A write points to an entity that does not exist, or deletes one that others point to. `details` names them where it can.",
    fix: 'Write what is pointed to first and delete it last, or give the field an on-delete rule: ref("Category", { onDelete: "cascade" }).',
  },
  NITRO_STALE_ENTITY: {
    status: 409,
    audience: "client",
    when: "The entity was saved by another writer first, or is not as `If-Match` of a request has it. `details` has `version` (the one read) and `storedVersion`, or `current`.",
    fix: "Reload the entity, apply the change again and save.",
  },
  NITRO_DUPLICATE: {
    status: 409,
    audience: "client",
    when: "The id or the value of a unique field is taken. `details.fields` names the fields.",
    fix: "Choose another value.",
  },
  NITRO_UNKNOWN_RELATION: {
    status: 422,
    when: "`with(...)` names a relation that the entity does not have.",
    fix: "Use the name of a getter that returns a relation.",
  },
  NITRO_CAPABILITY: {
    status: 500,
    when: "An entity or a call needs a capability that its store does not have.",
    fix: "Use a store that can, or leave the option out.",
  },
  NITRO_VALUE_UNSUPPORTED: {
    status: 422,
    audience: "client",
    when: "A value cannot be kept by the database without changing it: text with NUL or half a surrogate pair, NaN, an integer out of range.",
    fix: "Correct the value of the named field.",
  },
  NITRO_STORE_CONFLICT: {
    status: 500,
    when: "One database is declared as two stores with different options, or a unit of work would use two stores for its entities.",
    fix: 'Declare the store once and share it: export const database = sqlite("shop.db").',
  },
  NITRO_STORED_VALUE: {
    status: 500,
    when: "A stored value cannot be read as its field's type: another program wrote it, or the field was declared otherwise before.",
    fix: "Correct the stored values, or declare the field as they are.",
  },
  NITRO_STORE_URL: {
    status: 500,
    when: "`NITRO_DATABASE_URL` names a kind of store that nothing imported knows.",
    fix: "Import the store's module where the app starts.",
  },
  NITRO_PARTITION: {
    status: 500,
    when: "A store that keeps rows for each session was used where there is no session.",
    fix: "Use it during a request, or set the partition: withPartition(id, fn).",
  },
  NITRO_SNAPSHOT: {
    status: 500,
    when: "The file of `memory({ file })` cannot be read, or holds something else.",
    fix: "Check the path and the rights, or remove the file to start empty.",
  },
  NITRO_ENCRYPTION: {
    status: 500,
    when: "An encrypted field has no key, or its stored text cannot be decrypted with the keys that are known.",
    fix: "Give the keys: NITRO_ENCRYPTION_KEYS or configure({ encryptionKeys }).",
  },
  NITRO_TWO_ENTITIES: {
    status: 500,
    when: "Two modules declare entity classes of one name, and events of both are used: events know entities by name.",
    fix: "Rename one of them. If it is one class that was loaded twice, import it by the same path everywhere.",
  },
  NITRO_DEFINITION: {
    status: 500,
    when: "An entity class is declared in a way that cannot work.",
    fix: "Change the declaration as the message says.",
  },
})

/** One field that does not fit: `path` is the field name, with `.key` for places inside of it. */
export interface Issue {
  readonly path: string
  readonly message: string
}

/** `definition`: with its labels, or the name alone. */
export function validationError(
  definition: EntityDefinition | string,
  issues: readonly Issue[],
): NitroError {
  const entity = nameIn(definition)
  const text = issues
    .map(({ path, message }) => `${textOf(definition, path)}: ${message}`)
    .join("; ")
  return new NitroError("NITRO_VALIDATION", `${entity} is not valid. ${text}`, {
    details: { entity, issues },
  })
}

const nameIn = (definition: EntityDefinition | string): string =>
  typeof definition === "string" ? definition : definition.name
const textOf = (definition: EntityDefinition | string, path: string): string =>
  typeof definition === "string" ? path : pathText(path, fieldIn(definition, path))

export function unknownFieldError(
  entity: string,
  field: string,
  fields: Iterable<string>,
  message?: string,
): NitroError {
  return new NitroError("NITRO_UNKNOWN_FIELD", message ?? `${entity} has no field "${field}".`, {
    fix: suggest(field, fields),
    details: {
      entity,
      field,
      issues: [{ path: field, message: "is not a known field" }] satisfies Issue[],
    },
  })
}

export function notFoundError(entity: string, id: EntityId, why = "not found"): NitroError {
  return new NitroError("NITRO_ENTITY_NOT_FOUND", `${entity} "${id}" ${why}.`, {
    details: { entity, id },
  })
}

/** `consequence`: "so it cannot be read again". */
export function notSavedError(entity: string, consequence: string): NitroError {
  return new NitroError(
    "NITRO_ENTITY_NOT_FOUND",
    `The ${entity} was not saved yet and has no id, ${consequence}.`,
    { fix: "Save it first: await it.save().", details: { entity } },
  )
}

/** `entity` cannot be deleted while rows of `by` point to it by `field`. */
export function referenceError(
  entity: string,
  id: EntityId,
  by: string,
  field: string,
  count: number,
  cause?: unknown,
): NitroError {
  const others = count === 1 ? `a ${by} points` : `${count} of ${by} point`
  return new NitroError(
    "NITRO_REFERENCE",
    `${entity} "${id}" cannot be deleted: ${others} to it by ${field}.`,
    {
      fix: `Delete what points to it first, or declare ${by}.${field} as ref("${entity}", { onDelete: "cascade" }) or "setNull".`,
      details: { entity, id, by, field, count },
      clientMessage: `This ${entity} is still in use and cannot be deleted.`,
      ...(cause === undefined ? {} : { cause }),
    },
  )
}

/** A store throws this for a delete that takes more rows along than it follows: the entity module then deletes them one after the other. */
export function longCascadeError(entity: string, cause?: unknown): NitroError {
  return new NitroError(
    "NITRO_REFERENCE",
    `A delete of ${entity} takes more rows along, each by the one before, than the store follows.`,
    {
      fix: "Delete the last ones first.",
      details: { entity, longCascade: true },
      ...(cause === undefined ? {} : { cause }),
    },
  )
}

export function isLongCascade(error: unknown): boolean {
  return error instanceof NitroError && error.details["longCascade"] === true
}

/**
 * A store throws this for a taken id or unique value; `fields` are field names, `definition.key` for the id. With the definition in place
 * of its name the message has the labels of the fields.
 */
export function duplicateError(
  definition: EntityDefinition | string,
  fields: readonly string[],
  cause?: unknown,
): NitroError {
  const entity = nameIn(definition)
  const names = fields.map(field => textOf(definition, field)).join(" and ")
  return new NitroError(
    "NITRO_DUPLICATE",
    `Another ${entity} has this ${names || "value"} already.`,
    {
      details: {
        entity,
        fields,
        issues: fields.map(path => ({ path, message: "is already taken" })) satisfies Issue[],
      },
      ...(cause === undefined ? {} : { cause }),
    },
  )
}

export function definitionError(message: string, fix: string): NitroError {
  return new NitroError("NITRO_DEFINITION", message, { fix })
}

export function queryError(message: string, fix?: string): NitroError {
  return new NitroError("NITRO_QUERY", message, fix === undefined ? {} : { fix })
}
