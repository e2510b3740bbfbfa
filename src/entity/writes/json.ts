// Plain forms of an entity: JSON, an HTML id, what a console prints.

import type { InspectOptions } from "node:util"
import { isObject } from "../../shared/guards.ts"
import { type EntityRecord, expose, valuesOf } from "../binding/record.ts"
import type { EntityDefinition, EntityId } from "../contract/definition.ts"
import { queryError, unknownFieldError } from "../contract/errors.ts"
import { kebabCase } from "../contract/naming.ts"
import { isValueObject } from "../definition/value-object.ts"

/**
 * The field values but hidden ones, with bigints as decimal text and bytes as base64, as JSON has neither. `include` adds
 * getters of the class.
 */
export function toPlain(
  record: EntityRecord,
  { definition, hidden }: Shown,
  include: readonly string[] = [],
): Record<string, unknown> {
  const plain: Record<string, unknown> = {}
  const values = valuesOf(record)
  for (const name of Object.keys(values))
    if (!hidden.has(name)) plain[name] = toPlainValue(expose(record, values[name]))
  for (const name of include) {
    if (hidden.has(name))
      throw queryError(`${definition.name}.${name} is hidden, and no JSON carries it.`)
    if (!isObject(record) || !(name in record))
      throw unknownFieldError(definition.name, name, getterNames(record))
    plain[name] = toPlainValue(record[name])
  }
  return plain
}

interface Shown {
  readonly definition: EntityDefinition
  readonly hidden: ReadonlySet<string>
}

function toPlainValue(value: unknown): unknown {
  if (isValueObject(value)) return value.toJSON()
  return typeof value === "bigint"
    ? value.toString()
    : value instanceof Uint8Array
      ? Buffer.from(value).toString("base64")
      : value
}

function getterNames(record: object): string[] {
  const names: string[] = []
  for (
    let holder: object | null = Object.getPrototypeOf(record);
    holder && holder !== Object.prototype;
    holder = Object.getPrototypeOf(holder)
  ) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(holder)))
      if (get) names.push(name)
  }
  return names
}

// One entry per entity class of the program.
const prefixes = new Map<string, string>()

/** `todo-<id>`. Other characters than ASCII letters, digits and `-` in an id of the caller's are escaped, each id to its own text. */
export function domIdOf(name: string, idOrNew: EntityId | undefined): string {
  // Of an id that the store fills in.
  const id = idOrNew === undefined ? "new" : String(idOrNew)
  let prefix = prefixes.get(name)
  if (prefix === undefined) {
    prefix = `${kebabCase(name)}-`
    prefixes.set(name, prefix)
  }
  return `${prefix}${/^[A-Za-z0-9-]*$/.test(id) ? id : id.replace(/[^A-Za-z0-9-]/gu, char => `_${char.codePointAt(0)?.toString(16)}_`)}`
}

/** `Todo { id: "...", title: "Milk" }`, with what the class itself added. */
export function inspectRecord(
  record: EntityRecord,
  options: InspectOptions,
  inspect: (value: unknown, options: InspectOptions) => string,
  { hidden }: Shown,
): string {
  const values = { ...valuesOf(record) }
  for (const name of hidden)
    if (values[name] !== null && values[name] !== undefined) values[name] = "[hidden]"
  return `${record.constructor.name} ${inspect({ ...values, ...Object.fromEntries(Object.entries(record)) }, options)}`
}
