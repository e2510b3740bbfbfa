// The values of an instance: initial ones, checked assignments, and the difference from the stored row.

import { NitroError } from "../../shared/errors.ts"
import { isObject } from "../../shared/guards.ts"
import { uuidv7 } from "../../shared/uuid.ts"
import { type Model, requireModel } from "../binding/model.ts"
import {
  type EntityRecord,
  expose,
  isExposed,
  isRecord,
  originOf,
  rowOf,
  valuesOf,
} from "../binding/record.ts"
import { toComparable } from "../contract/comparable.ts"
import type { EntityId } from "../contract/definition.ts"
import { validationError } from "../contract/errors.ts"
import { hasDerivedId, idFrom } from "../contract/key.ts"
import type { Values } from "../definition/mapper.ts"
import type { EntityInstance } from "../types/types.ts"

/** Validated values of a new instance, with id, timestamps and version; in the order of the fields, so that all share one shape. */
export function newValues(model: Model, data: unknown): Values {
  const valid = model.validator.forCreate(data === undefined ? {} : data)
  const input = isObject(data) ? data : {}
  // A given id of a derived one was checked to be the same.
  const { id = newId(model, valid) } = input
  const { createdAt, updatedAt } = model.defined.definition.timestamps ? timesOf(input) : noTimes
  return model.assemble(valid, { id, createdAt, updatedAt, version: 1, deletedAt: null })
}

/** Of a class that declares the field `id` the value is among the others. */
function newId(model: Model, valid: Values): unknown {
  if (model.hasPlainId) return uuidv7()
  const { definition } = model.defined
  return hasDerivedId(definition) ? idFrom(definition, name => valid[name]) : undefined
}

type Times = { readonly createdAt?: Date; readonly updatedAt?: Date }
const noTimes: Times = {}

function timesOf(input: Readonly<Record<string, unknown>>): Times {
  const createdAt = copyOf(input["createdAt"]) ?? new Date()
  return { createdAt, updatedAt: copyOf(input["updatedAt"]) ?? new Date(createdAt) }
}

function copyOf(date: unknown): Date | undefined {
  return date instanceof Date ? new Date(date) : undefined
}

/** The value to store for an assignment; throws when it does not fit or when the field is not the caller's. */
export function assigned(model: Model, field: string, value: unknown): unknown {
  if (model.isDeclared(field) && !model.isKey(field)) return model.validator.assigned(field, value)
  throw readonlyError(model, field)
}

export function readonlyError(model: Model, field: string): NitroError {
  const why = model.isKey(field) ? "is part of the id" : "is kept by the library"
  return new NitroError(
    "NITRO_READONLY_FIELD",
    `${model.name}.${field} ${why} and cannot be assigned.`,
    {
      details: { entity: model.name, field },
      ...(model.isKey(field)
        ? { fix: "Create an entity with the new id, and delete this one." }
        : {}),
    },
  )
}

/** Validates `data` and assigns all of it, or nothing. */
export function assignAll(model: Model, record: EntityRecord, data: unknown): void {
  const values = valuesOf(record)
  const { id, ...valid } = model.validator.forUpdate(data)
  const { version, declared } = model.defined.definition.version
    ? withoutVersion(valid)
    : { version: undefined, declared: valid }
  if (id !== undefined && id !== values["id"])
    throw validationError(model.defined.definition, [{ path: "id", message: "cannot be changed" }])
  if (!model.hasPlainId) dropKey(model, declared, values)
  // Forms send the version back that they were rendered with.
  if (version !== undefined && rowOf(record) !== undefined && version !== values["version"]) {
    throw staleError(model.name, String(values["id"]), version, values["version"])
  }
  for (const name of Object.keys(declared)) values[name] = expose(record, declared[name])
}

/** Validates `data` and assigns all of it, or nothing, as `update` does before it saves. */
export function assignUnsaved(entity: EntityInstance, data: unknown): void {
  if (isRecord(entity)) assignAll(requireModel(entity.constructor), entity, data)
}

/** Of a class without the option `version` a field of this name is one like any other. */
function withoutVersion({ version, ...declared }: Values): { version: unknown; declared: Values } {
  return { version, declared }
}

/** Forms send the key back; another one is refused. */
function dropKey(model: Model, declared: Values, values: Values): void {
  const { key } = model.defined.definition
  const issues = key.filter(
    name =>
      declared[name] !== undefined && toComparable(declared[name]) !== toComparable(values[name]),
  )
  if (issues.length > 0)
    throw validationError(
      model.defined.definition,
      issues.map(path => ({ path, message: "is part of the id and cannot be changed" })),
    )
  for (const name of key) delete declared[name]
}

export function staleError(
  entity: string,
  id: EntityId,
  version: unknown,
  storedVersion: unknown,
): NitroError {
  const message = `${entity} "${id}" was saved by another request: read as version ${version}, stored as version ${storedVersion}.`
  return new NitroError("NITRO_STALE_ENTITY", message, {
    details: { entity, id, version, storedVersion },
  })
}

export function isDirty(record: EntityRecord): boolean {
  const row = rowOf(record)
  return (
    row === undefined ||
    originOf(record)?.mapper.difference(valuesOf(record), row, isExposed(record)) !== undefined
  )
}

/** `{ title: { from, to } }`; of a new instance every field, from undefined. */
export function changesOf(
  model: Model,
  record: EntityRecord,
): Record<string, { from: unknown; to: unknown }> {
  const row = rowOf(record)
  const values = valuesOf(record)
  const mapper = originOf(record)?.mapper
  if (row === undefined || mapper === undefined)
    return Object.fromEntries(
      model.names.map(name => [name, { from: undefined, to: expose(record, values[name]) }]),
    )
  const difference = mapper.difference(values, row, isExposed(record))
  if (difference === undefined) return {}
  const before = mapper.decode(row)
  const names = model.namesOf(difference.columns)
  return Object.fromEntries(
    names.map(name => [name, { from: before[name], to: expose(record, values[name]) }]),
  )
}
