// Plain forms of an entity: JSON, an HTML id, what a console prints.
import type { InspectOptions } from "node:util"
import { kebabCase } from "./naming.ts"
import { type EntityRecord, valuesOf } from "./record.ts"

/** The field values, with bigints as decimal text and bytes as base64, as JSON has neither. */
export function toPlain(record: EntityRecord): Record<string, unknown> {
  const plain: Record<string, unknown> = {}
  const values = valuesOf(record)
  for (const name of Object.keys(values)) {
    const value = values[name]
    plain[name] = typeof value === "bigint" ? value.toString() : value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value
  }
  return plain
}

// One entry per entity class of the program.
const prefixes = new Map<string, string>()

/** `todo-<id>`. Other characters than ASCII letters, digits and `-` in an id of the caller's are escaped, each id to its own text. */
export function domIdOf(name: string, id: string): string {
  let prefix = prefixes.get(name)
  if (prefix === undefined) {
    prefix = `${kebabCase(name)}-`
    prefixes.set(name, prefix)
  }
  return `${prefix}${/^[A-Za-z0-9-]*$/.test(id) ? id : id.replace(/[^A-Za-z0-9-]/gu, char => `_${(char.codePointAt(0) as number).toString(16)}_`)}`
}

/** `Todo { id: "...", title: "Milk" }`, with what the class itself added. */
export function inspectRecord(
  record: EntityRecord,
  options: InspectOptions,
  inspect: (value: unknown, options: InspectOptions) => string,
): string {
  return `${record.constructor.name} ${inspect({ ...valuesOf(record), ...Object.fromEntries(Object.entries(record)) }, options)}`
}
