// Changes between entities and a log: JSON there, typed here.
import { currentRequest } from "../actions/index.ts"
import type { Change, EntityClass, EntityInstance } from "../entity/index.ts"
import { bindingOf, type ChangeRows, hydrateCopy, rowsOfChange } from "../entity/internal.ts"
import type { EntityDefinition, EntityId, FieldDefinition, Row } from "../entity/store.ts"
import type { JsonRow, JsonValue, Change as LogChange, LoggedChange } from "../events/index.ts"
import { shortHash } from "../shared/short-hash.ts"
import type { ChangedRows, RowValues } from "./matching/row-values.ts"
import { predicateFromJson, predicateToJson } from "./predicate-json.ts"
import { userKey } from "./same-user.ts"

type Binding = ChangeRows["binding"]

/** A change of this process for a log. Encodes what is read of it: a log that stays in the process reads nothing. */
export class LocalChange implements LogChange {
  readonly change: Change
  readonly origin: string
  readonly seq: number
  readonly at: number = Date.now()
  readonly actor: string | number | undefined
  readonly correlation: string | undefined

  constructor(change: Change, origin: string, seq: number) {
    this.change = change
    this.origin = origin
    this.seq = seq
    const request = currentRequest()
    const actor = request && userKey(request.user)
    this.actor = typeof actor === "string" || typeof actor === "number" ? actor : undefined
    this.correlation = request?.requestId
  }

  get op(): Change["op"] {
    return this.change.op
  }

  get entity(): string {
    return this.change.entity.definition.name
  }

  get id(): string | number | undefined {
    const id: EntityId | undefined = this.change.id
    return typeof id === "bigint" ? String(id) : id
  }

  get version(): number | undefined {
    const { version } = this.change.entity.definition
    const value = version ? this.row?.["version"] : undefined
    return typeof value === "number" ? value : undefined
  }

  get row(): JsonRow | undefined {
    const rows = rowsOfChange(this.change)
    return rows?.row && rowToJson(rows.binding, rows.row)
  }

  get before(): JsonRow | undefined {
    const rows = rowsOfChange(this.change)
    return rows?.before && rowToJson(rows.binding, rows.before)
  }

  get changed(): readonly string[] {
    return this.change.changed
  }

  get where(): JsonValue | undefined {
    const { where, entity } = this.change
    return where && predicateToJson(where, entity.definition)
  }

  get count(): number | undefined {
    return this.change.count
  }

  get partition(): string | undefined {
    return this.change.partition
  }

  get schema(): string {
    return schemaOf(this.change.entity.definition)
  }

  /** As plain data, without what is undefined. */
  toJSON(): LogChange {
    const { op, entity, id, version, row, before, changed, where, count } = this
    const { partition, actor, correlation, at, schema, origin, seq } = this
    const all = { op, entity, id, version, row, before, changed, where, count }
    // The members of a `LogChange` alone, as JSON writes them.
    return JSON.parse(
      JSON.stringify({ ...all, partition, actor, correlation, at, schema, origin, seq }),
    ) as LogChange
  }
}

/** A change that another process published, for the class that has its name here. Decodes what is read of it. */
export class RemoteChange implements Change {
  readonly entity: EntityClass
  readonly op: Change["op"]
  readonly changed: readonly string[]
  readonly partition: string | undefined
  readonly #logged: LogChange
  /** The publisher had the same fields. Else any field of its rows may have changed, whatever names it gives. */
  readonly #isAlike: boolean

  constructor(entity: EntityClass, logged: LogChange) {
    this.entity = entity
    this.op = logged.op === "expire" ? "delete" : logged.op
    this.#isAlike = logged.schema === schemaOf(entity.definition)
    this.changed = this.#isAlike ? logged.changed : entity.definition.fields.map(({ name }) => name)
    this.partition = logged.partition
    this.#logged = logged
  }

  get id(): EntityId {
    const { id } = this.#logged
    const isBig = this.entity.definition.fields[0]?.type === "bigint"
    // Absent of a change of many, as in every change.
    return (isBig && id !== undefined ? BigInt(id) : id) as EntityId
  }

  get after(): EntityInstance | undefined {
    const { row } = this.#logged
    if (row === undefined) return undefined
    const binding = bindingOf(this.entity)
    // Of the class that the change names.
    return hydrateCopy(binding, rowFromJson(binding, row)) as unknown as EntityInstance
  }

  get before(): Readonly<Record<string, unknown>> | undefined {
    const { before } = this.#logged
    return before && valuesFromJson(this.entity.definition, before)
  }

  get where(): Change["where"] {
    return this.#isAlike ? predicateFromJson(this.#logged.where, this.entity.definition) : undefined
  }

  get count(): number | undefined {
    return this.#logged.count
  }

  /** The rows as conditions look at them. Of a publisher with other fields nothing is known. */
  get rows(): ChangedRows {
    const { op, row = {}, before = {} } = this.#logged
    const values = (json: JsonRow): RowValues =>
      new JsonValues(this.#isAlike ? valuesFromJson(this.entity.definition, json) : {})
    return {
      after: op === "create" || op === "update" ? values(row) : undefined,
      before: op === "create" || op.endsWith("-many") ? undefined : values(before),
    }
  }
}

class JsonValues implements RowValues {
  readonly values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>>) {
    this.values = values
  }

  has(field: string): boolean {
    return Object.hasOwn(this.values, field)
  }

  at(field: string): unknown {
    return this.values[field]
  }
}

/** A change from a log with the types of its class. */
export interface ChangeFrom<T extends object> extends Omit<Change<T>, "op"> {
  readonly op: LogChange["op"]
  /** After the change, of a class that keeps versions. */
  readonly version?: number | undefined
  /** Id of the user who made the request. */
  readonly actor?: string | number | undefined
  /** Id of the request. */
  readonly correlation?: string | undefined
  readonly at: Date
  /** Its place in the log. */
  readonly cursor: string
}

/** The part of an entity class that names it: all of it would hide its instances from the compiler. */
interface NamedClass<T> {
  new (...args: never[]): T
  readonly definition: EntityDefinition
}

/**
 * The change of a log as a change of `entity`; undefined where it is of another class. `after` and `before` are decoded when they
 * are read. Of a change of another process they lack hidden fields.
 *
 * ```ts
 * log.subscribe({ reset, change: logged => console.log(changeFrom(Todo, logged)?.after?.title) })
 * ```
 */
export function changeFrom<T extends object>(
  entity: NamedClass<T>,
  { cursor, change: logged }: LoggedChange,
): ChangeFrom<T> | undefined {
  if (logged.entity !== entity.definition.name) return undefined
  // The parameter shows less of the class than it is.
  const whole = entity as unknown as EntityClass<T>
  // Compared as values: their types say nothing of which class each is.
  const isLocal =
    logged instanceof LocalChange && (logged.change.entity as unknown) === (entity as unknown)
  // The names of both classes are the same, so rows of the one are of the other.
  const change = (isLocal
    ? logged.change
    : new RemoteChange(whole as unknown as EntityClass, logged)) as unknown as Change<T>
  const { op, changed, version, actor, correlation, at } = logged
  return {
    entity: whole,
    op,
    id: change.id,
    changed,
    partition: change.partition,
    where: change.where,
    count: change.count,
    version,
    actor,
    correlation,
    at: new Date(at),
    cursor,
    get after() {
      return change.after
    },
    get before() {
      return change.before
    },
  }
}

const schemas = new WeakMap<EntityDefinition, string>()

function schemaOf(definition: EntityDefinition): string {
  let schema = schemas.get(definition)
  if (schema === undefined) {
    const fields = definition.fields.map(({ name, type, nullable, encrypted }) =>
      [name, type, nullable, encrypted === true].join(" "),
    )
    schema = shortHash(fields.join())
    schemas.set(definition, schema)
  }
  return schema
}

function rowToJson(binding: Binding, row: Row): JsonRow {
  const json: Record<string, JsonValue> = {}
  for (const field of binding.definition.fields) {
    if (field.hidden === true) continue
    const value = toJson(binding, field, row[field.index])
    // JSON would make null of an infinite number: a field that is left out is one that readers do not know.
    if (typeof value !== "number" || Number.isFinite(value)) json[field.name] = value
  }
  return json
}

function toJson({ mapper, store }: Binding, field: FieldDefinition, stored: unknown): JsonValue {
  if (stored === null || stored === undefined) return null
  const { decode } = store.encoding.string ?? {}
  if (field.encrypted)
    // An encrypted value is stored as text.
    return decode === undefined ? (stored as string) : (decode(stored as never) as string)
  const value = mapper.decodeAt(field.index, stored)
  if (typeof value === "bigint") return String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64")
  // A value object gives its parts, a date its ISO text; all else is JSON.
  return field.type === "json" || value instanceof Date
    ? (JSON.parse(JSON.stringify(value)) as JsonValue)
    : (value as JsonValue)
}

/** Hidden fields are null: the log does not have them. */
function rowFromJson(binding: Binding, json: JsonRow): Row {
  const { mapper, store, definition } = binding
  return definition.fields.map(field => {
    const value = json[field.name] ?? null
    if (value === null) return null
    const { encode } = store.encoding.string ?? {}
    // `toJson` wrote the text of it.
    if (field.encrypted) return encode === undefined ? value : encode(value as never)
    // A value object is encoded by its parts.
    if (field.parts !== undefined) return mapper.encodeAt(field.index, { toJSON: () => value })
    return mapper.encodeAt(field.index, fromJson(field, value))
  })
}

/** By field, without those that the log lacks or keeps as ciphertext. */
function valuesFromJson(definition: EntityDefinition, json: JsonRow): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const field of definition.fields)
    if (Object.hasOwn(json, field.name) && field.encrypted !== true)
      values[field.name] = fromJson(field, json[field.name] ?? null)
  return values
}

function fromJson({ type }: FieldDefinition, json: JsonValue): unknown {
  if (json === null) return null
  if (typeof json !== "string") return json
  if (type === "bigint") return BigInt(json)
  if (type === "date") return new Date(json)
  if (type === "bytes") return new Uint8Array(Buffer.from(json, "base64"))
  return json
}
