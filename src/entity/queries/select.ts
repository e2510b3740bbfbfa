// Queries that give plain values instead of entities: some fields, distinct ones, aggregates, groups.

import { suggest } from "../../shared/suggest.ts"
import { bindingOf } from "../binding/binding.ts"
import { onStore } from "../binding/unit-of-work.ts"
import { toCondition } from "../conditions/columns.ts"
import { toOrder, wholeNumber } from "../conditions/order.ts"
import type { EntityDefinition, FieldDefinition, FieldType } from "../contract/definition.ts"
import { queryError } from "../contract/errors.ts"
import { fieldNamed } from "../contract/field-named.ts"
import type { Aggregate, QueryPlan, Row, SelectPlan } from "../contract/repository.ts"
import { Thenable } from "../contract/thenable.ts"
import { groupDefinition } from "../definition/derived.ts"
import { Grouping } from "../memory/select-rows.ts"
import { rowBatches } from "../relations/batches.ts"
import { resolved } from "../relations/resolve.ts"
import type { SelectQuery } from "../types/select-query.ts"
import type { EntityClass, GroupQuery } from "../types/types.ts"

const calls = ["count", "sum", "avg", "min", "max"] as const satisfies readonly Aggregate["call"][]
const numeric: ReadonlySet<FieldType> = new Set<FieldType>(["integer", "number", "bigint"])
const ordered: ReadonlySet<FieldType> = new Set<FieldType>([
  "string",
  "integer",
  "number",
  "bigint",
  "date",
])
// Number of rows to read at once if the store cannot group.
const batchSize = 1000

/** The values of `plan`, decoded: the fields in order, then the aggregates. */
export async function selectValues(
  entity: EntityClass<object>,
  source: SelectPlan,
): Promise<unknown[][]> {
  const binding = bindingOf(entity)
  const { store, repository, mapper } = binding
  const { definition } = entity
  if (source.limit === 0) return []
  const plan = await resolved(binding, source)
  const indexes = plan.fields.map(field => fieldNamed(definition, field).index)
  const select = repository.select?.bind(repository)
  if (select !== undefined) {
    const rows = await onStore(store, () => select(plan))
    const decoders = [
      ...indexes.map(index => (stored: unknown) => mapper.decodeAt(index, stored)),
      ...plan.aggregates.map(decoderOf),
    ]
    return rows.map(row => decoders.map((decode, at) => decode(row[at])))
  }
  if (!plan.groups) {
    const rows = await onStore(store, () => repository.find(plan))
    return rows.map(row => indexes.map(index => mapper.decodeAt(index, row[index])))
  }
  const grouping = new Grouping(definition, plan)
  const all: QueryPlan = { ...conditionOf(plan), orderBy: [] }
  for await (const rows of rowBatches(entity, all, batchSize)) {
    for (const row of rows) grouping.add(read(row))
  }
  // Absent is null while grouping, and what the entity has for it outside.
  return grouping
    .results()
    .map(row => row.map((value, at) => (value === null ? absent(at) : value)))

  function read(row: Row): (field: string) => unknown {
    return field => {
      const { index } = fieldNamed(definition, field)
      return mapper.decodeAt(index, row[index])
    }
  }
  function absent(at: number): unknown {
    const index = indexes[at]
    return index === undefined ? null : mapper.decodeAt(index, null)
  }
  function decoderOf({ call, field }: Aggregate): (stored: unknown) => unknown {
    const source = field === undefined ? undefined : definition.fieldByName.get(field)
    const isKept = call === "min" || call === "max" || (call === "sum" && source?.type === "bigint")
    if (source !== undefined && isKept)
      return stored => (stored === null ? null : mapper.decodeAt(source.index, stored))
    return stored => (stored === null ? null : Number(stored))
  }
}

/** The value of one aggregate over all that a query finds. */
export async function aggregateOf(
  entity: EntityClass<object>,
  plan: QueryPlan,
  call: Aggregate["call"],
  field: string,
): Promise<unknown> {
  if (plan.limit !== undefined || plan.offset !== undefined) {
    throw queryError(
      `${call} counts everything that the conditions match, and cannot be cut by a limit or offset.`,
      "Leave them out.",
    )
  }
  const aggregate = toAggregate(entity.definition, "value", call, field)
  const [row] = await selectValues(entity, {
    ...conditionOf(plan),
    orderBy: [],
    fields: [],
    groups: true,
    aggregates: [aggregate],
  })
  return row?.[0]
}

function conditionOf({ where, deleted }: QueryPlan): Pick<QueryPlan, "where" | "deleted"> {
  return {
    ...(where === undefined ? {} : { where }),
    ...(deleted === undefined ? {} : { deleted }),
  }
}

function toAggregate(
  definition: EntityDefinition,
  as: string,
  call: Aggregate["call"],
  field: unknown,
): Aggregate {
  if (call === "count" && field === true) return { call, as }
  const fieldDefinition = fieldOf(definition, field)
  // Equal values are stored differently: the store cannot compare or add what it cannot read.
  if (fieldDefinition.encrypted && call !== "count")
    throw queryError(
      `${call} of ${definition.name}.${fieldDefinition.name} is not possible: it is encrypted.`,
    )
  const fits =
    call === "count" ||
    (call === "min" || call === "max" ? ordered : numeric).has(fieldDefinition.type)
  if (!fits)
    throw queryError(
      `${call} of ${definition.name}.${fieldDefinition.name} is not possible: it is of the type ${fieldDefinition.type}.`,
    )
  return { call, field: fieldDefinition.name, as }
}

function fieldOf(definition: EntityDefinition, field: unknown): FieldDefinition {
  const result = fieldNamed(definition, String(field))
  if (result.derived)
    throw queryError(
      `${definition.name}.id is made of ${definition.key.join(" and ")}.`,
      "Name these fields.",
    )
  return result
}

/** Reads once when awaited: shared by what gives plain objects. */
abstract class Values<R> extends Thenable<R[]> {
  readonly entity: EntityClass<object>
  readonly plan: SelectPlan

  constructor(entity: EntityClass<object>, plan: SelectPlan) {
    super()
    this.entity = entity
    this.plan = plan
  }

  protected async read(plan: SelectPlan): Promise<R[]> {
    const names = [...plan.fields, ...plan.aggregates.map(({ as }) => as)]
    const rows = await selectValues(this.entity, plan)
    // Named by the caller's own fields, which the types say.
    return rows.map(row => Object.fromEntries(names.map((name, at) => [name, row[at]])) as R)
  }

  async first(): Promise<R | undefined> {
    const [first] = await this.read({ ...this.plan, limit: Math.min(1, this.plan.limit ?? 1) })
    return first
  }

  // biome-ignore lint/suspicious/noThenProperty: a query is awaited where its result is wanted
  override then<A = R[], B = never>(
    fulfilled?: ((value: R[]) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.read(this.plan).then(fulfilled, rejected)
  }
}

class FieldValues<R, O extends string> extends Values<R> implements SelectQuery<R, O> {
  distinct(): SelectQuery<R, O> {
    for (const name of this.plan.fields) refuseGroup(this.entity.definition, name)
    for (const { field } of this.plan.orderBy) this.#refuseHiddenOrder(field)
    return new FieldValues(this.entity, { ...this.plan, groups: true })
  }

  orderBy(field: never, direction?: "asc" | "desc"): SelectQuery<R, O> {
    const order = toOrder(this.entity.definition, field, direction)
    if (this.plan.groups) this.#refuseHiddenOrder(order.field)
    return new FieldValues(this.entity, { ...this.plan, orderBy: [...this.plan.orderBy, order] })
  }

  limit(limit: number): SelectQuery<R, O> {
    return new FieldValues(this.entity, { ...this.plan, limit: wholeNumber("limit", limit) })
  }

  offset(offset: number): SelectQuery<R, O> {
    return new FieldValues(this.entity, { ...this.plan, offset: wholeNumber("offset", offset) })
  }

  #refuseHiddenOrder(field: string): void {
    if (this.plan.fields.includes(field)) return
    throw queryError(
      `Distinct values of ${this.plan.fields.join(", ")} cannot be ordered by ${field}, which differs within one of them.`,
    )
  }
}

function refuseGroup(definition: EntityDefinition, name: string): void {
  const { type, encrypted } = fieldOf(definition, name)
  if (type === "json")
    throw queryError(`${definition.name}.${name} holds JSON, which cannot be grouped.`)
  if (encrypted) throw queryError(`${definition.name}.${name} is encrypted, and cannot be grouped.`)
}

class GroupValues<R> extends Values<R> implements GroupQuery<R> {
  having(condition: unknown): GroupQuery<R> {
    const having = toCondition(this.#outputs(), condition)
    if (having === undefined) return this
    const before = this.plan.having
    return new GroupValues(this.entity, {
      ...this.plan,
      having: before === undefined ? having : { op: "and", of: [before, having] },
    })
  }

  orderBy(output: string, direction?: "asc" | "desc"): GroupQuery<R> {
    return new GroupValues(this.entity, {
      ...this.plan,
      orderBy: [...this.plan.orderBy, toOrder(this.#outputs(), output, direction)],
    })
  }

  limit(limit: number): GroupQuery<R> {
    return new GroupValues(this.entity, { ...this.plan, limit: wholeNumber("limit", limit) })
  }

  offset(offset: number): GroupQuery<R> {
    return new GroupValues(this.entity, { ...this.plan, offset: wholeNumber("offset", offset) })
  }

  #outputs(): EntityDefinition {
    this.#known ??= groupDefinition(this.entity.definition, this.plan)
    return this.#known
  }
  #known: EntityDefinition | undefined
}

export function selectQuery<R, O extends string>(
  entity: EntityClass<object>,
  plan: QueryPlan,
  fields: readonly string[],
): SelectQuery<R, O> {
  const { definition } = entity
  if (fields.length === 0)
    throw queryError(
      `select of ${definition.name} names no field.`,
      'Name them: select("name", "price").',
    )
  const names = [...new Set(fields.map(field => fieldOf(definition, field).name))]
  return new FieldValues<R, O>(entity, { ...plan, fields: names, groups: false, aggregates: [] })
}

/** `outputs`: `{ products: { count: true }, worth: { sum: "price" } }`, or shorter `{ count: true, sum: "price" }`. */
export function groupQuery<R>(
  entity: EntityClass<object>,
  plan: QueryPlan,
  fields: string | readonly string[],
  outputs: Readonly<Record<string, unknown>>,
): GroupQuery<R> {
  const { definition } = entity
  if (plan.orderBy.length > 0 || plan.limit !== undefined || plan.offset !== undefined) {
    throw queryError(
      "Groups are ordered and limited after groupBy, not before.",
      "Move orderBy, limit and offset behind groupBy.",
    )
  }
  const names = [
    ...new Set(
      (typeof fields === "string" ? [fields] : fields).map(
        field => fieldOf(definition, field).name,
      ),
    ),
  ]
  for (const name of names) refuseGroup(definition, name)
  const aggregates = Object.keys(outputs).map(as => {
    if (names.includes(as))
      throw queryError(`Two outputs of a groupBy are named "${as}".`, "Rename the aggregate.")
    return outputOf(definition, as, outputs[as])
  })
  if (names.length + aggregates.length === 0)
    throw queryError("groupBy names neither a field nor an aggregate.")
  return new GroupValues<R>(entity, {
    ...conditionOf(plan),
    orderBy: [],
    fields: names,
    groups: true,
    aggregates,
  })
}

function outputOf(definition: EntityDefinition, as: string, output: unknown): Aggregate {
  if (typeof output === "object" && output !== null) {
    const [only, ...more] = Object.entries(output)
    if (only !== undefined && more.length === 0)
      return toAggregate(definition, as, callOf(only[0]), only[1])
  }
  if (typeof output === "string" || output === true)
    return toAggregate(definition, as, callOf(as), output)
  throw queryError(
    `The output "${as}" of a groupBy is not an aggregate.`,
    'Write { count: true } or { sum: "price" }.',
  )
}

function callOf(name: string): Aggregate["call"] {
  const call = calls.find(each => each === name)
  if (call === undefined) throw queryError(`"${name}" is not an aggregate.`, suggest(name, calls))
  return call
}
