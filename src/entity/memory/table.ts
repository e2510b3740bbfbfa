// The rows of one entity class in memory, with its unique and other indexes and the times at which rows expire.

import { randomUUID } from "node:crypto"
import { measure } from "../conditions/condition-size.ts"
import {
  compileOrder,
  compilePredicate,
  isFieldOperand,
  type Reader,
} from "../conditions/matches.ts"
import { compareValues, toComparable } from "../contract/comparable.ts"
import type { EntityDefinition, EntityId } from "../contract/definition.ts"
import { duplicateError } from "../contract/errors.ts"
import { hasDerivedId } from "../contract/key.ts"
import { isValue, type Predicate, type Value } from "../contract/predicate.ts"
import { replaceRelated } from "../contract/predicate-parts.ts"
import type { QueryPlan, Row, Write } from "../contract/repository.ts"
import { isId, rowKey } from "../contract/row-key.ts"
import { isStorable, unstorableError } from "../contract/storable.ts"
import type { SavedRow } from "./file.ts"

interface Entry {
  readonly id: EntityId
  readonly row: Row
  /** Milliseconds since 1970; Infinity: never. */
  readonly expiresAt: number
}

interface UniqueIndex {
  readonly fields: readonly string[]
  readonly columns: readonly number[]
  readonly ids: Map<unknown, EntityId>
}

/** One column's values with the ids of the rows that have them. */
type ValueIndex = Map<unknown, Set<EntityId>>

// Sweeping looks at every row, so it is not done for each that expires.
const shortestSweepMs = 250
const longestTimerMs = 2 ** 31 - 1

export class MemoryTable {
  readonly #definition: EntityDefinition
  readonly #ttlSeconds: number | undefined
  readonly #related: (definition: EntityDefinition) => MemoryTable | undefined
  readonly #entries = new Map<EntityId, Entry>()
  readonly #uniques: readonly UniqueIndex[]
  readonly #indexes: ReadonlyMap<number, ValueIndex>
  readonly #tests = new WeakMap<Predicate, (entry: Entry) => boolean>()
  readonly #reader: Reader<Entry>
  #sweep: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined
  #mayExpire = false
  #lastSerial = 0

  constructor(
    definition: EntityDefinition,
    ttlSeconds: number | undefined,
    related: (definition: EntityDefinition) => MemoryTable | undefined,
  ) {
    this.#definition = definition
    this.#related = related
    this.#ttlSeconds = ttlSeconds
    const columnOf = (field: string): number => definition.fieldByName.get(field)?.index ?? -1
    this.#uniques = definition.unique.map(fields => ({
      fields,
      columns: fields.map(columnOf),
      ids: new Map(),
    }))
    const references = definition.fields
      .filter(field => field.references !== undefined)
      .map(({ name }) => [name])
    const keys = hasDerivedId(definition) ? definition.key.map(name => [name]) : []
    const single = [...definition.index, ...definition.unique, ...references, ...keys].flatMap(
      ([field, ...more]) => (field !== undefined && more.length === 0 ? [field] : []),
    )
    this.#indexes = new Map(single.map(field => [columnOf(field), new Map()]))
    this.#reader = field => {
      const { index: column, type } = definition.fieldByName.get(field) ?? { index: -1 }
      return type === "json" ? entry => parsed(entry.row[column]) : entry => entry.row[column]
    }
  }

  /** How many rows there are, those included that expired and were not swept yet. */
  get size(): number {
    return this.#entries.size
  }

  /** Every row that has not expired. */
  rows(): SavedRow[] {
    const now = Date.now()
    return [...this.#entries.values()].filter(({ expiresAt }) => expiresAt > now)
  }

  /** Goes up only: a number of a rolled-back transaction is left out. */
  get lastSerial(): number {
    return this.#lastSerial
  }

  /** Puts rows of an earlier process back, whose highest serial id was `lastSerial`. */
  load(rows: readonly SavedRow[], lastSerial: number): void {
    this.#lastSerial = lastSerial
    const now = Date.now()
    for (const { row, expiresAt } of rows) {
      const id = rowKey(row)
      this.#countTo(id)
      if (expiresAt > now) this.#swap(id, undefined, { id, row, expiresAt })
    }
  }

  get(id: EntityId): Row | undefined {
    return this.#live(id)?.row.slice()
  }

  find(plan: QueryPlan): Row[] {
    const entries = this.#matching(plan.where)
    if (plan.orderBy.length > 0)
      entries.sort(compileOrder(plan.orderBy, this.#reader, this.#definition.key))
    else if (hasDerivedId(this.#definition) || !isSortedById(entries))
      entries.sort(compileOrder([], this.#reader, this.#definition.key))
    const offset = plan.offset ?? 0
    const end = plan.limit === undefined ? entries.length : offset + plan.limit
    return entries.slice(offset, end).map(entry => entry.row.slice())
  }

  count({ where, limit, offset = 0 }: QueryPlan): number {
    const all =
      where === undefined && !this.#mayExpire ? this.#entries.size : this.#matching(where).length
    return Math.min(limit ?? Number.POSITIVE_INFINITY, Math.max(0, all - offset))
  }

  /** All or nothing. Gives what takes the writes back. */
  write(writes: readonly Write[], keepUndo: (undo: () => void) => void): number[] {
    const done: (() => void)[] = []
    const counts: number[] = []
    try {
      for (const write of writes) counts.push(this.#apply(write, undo => done.push(undo)))
    } catch (error) {
      for (const undo of done.reverse()) undo()
      throw error
    }
    for (const undo of done) keepUndo(undo)
    return counts
  }

  deleteWhere(where: Predicate | undefined, keepUndo: (undo: () => void) => void): number {
    const entries = this.#matching(where)
    for (const entry of entries) this.#replace(entry.id, entry, undefined, keepUndo)
    return entries.length
  }

  clear(): void {
    clearTimeout(this.#sweep?.timer)
    this.#sweep = undefined
    this.#entries.clear()
    for (const { ids } of this.#uniques) ids.clear()
    for (const index of this.#indexes.values()) index.clear()
  }

  #apply(write: Write, keepUndo: (undo: () => void) => void): number {
    if (write.op === "insert") {
      const isGiven = write.row[0] !== null
      const id = isGiven ? rowKey(write.row) : this.#nextId()
      for (let column = 0; column < write.row.length; column++)
        this.#refuseUnstorable(column, write.row[column])
      if (this.#live(id) !== undefined) throw duplicateError(this.#definition, this.#definition.key)
      const entry = { id, row: write.row.slice(), expiresAt: this.#expiry(write.ttlSeconds) }
      if (!isGiven) entry.row[0] = id
      this.#refuseDuplicates(entry)
      this.#replace(id, undefined, entry, keepUndo)
      this.#countTo(id)
      if (!isGiven) write.row[0] = id
      return 1
    }
    const before = this.#live(write.id)
    if (before === undefined) return 0
    if (
      write.version !== undefined &&
      before.row[this.#definition.fieldByName.get("version")?.index ?? -1] !== write.version
    )
      return 0
    if (write.where !== undefined && !this.#fits(before, write.where)) return 0
    if (write.op === "delete") {
      this.#replace(write.id, before, undefined, keepUndo)
      return 1
    }
    const row = before.row.slice()
    write.columns.forEach((column, i) => {
      this.#refuseUnstorable(column, write.values[i])
      row[column] = write.values[i]
    })
    const renews = write.ttlSeconds !== undefined || this.#ttlSeconds !== undefined
    const after = {
      id: write.id,
      row,
      expiresAt: renews ? this.#expiry(write.ttlSeconds) : before.expiresAt,
    }
    this.#refuseDuplicates(after)
    this.#replace(write.id, before, after, keepUndo)
    return 1
  }

  /** The one place where rows come and go: entries and indexes never disagree. */
  #replace(
    id: EntityId,
    before: Entry | undefined,
    after: Entry | undefined,
    keepUndo: (undo: () => void) => void,
  ): void {
    this.#swap(id, before, after)
    keepUndo(() => this.#swap(id, after, before))
  }

  #swap(id: EntityId, before: Entry | undefined, after: Entry | undefined): void {
    if (after === undefined) this.#entries.delete(id)
    else {
      this.#entries.set(id, after)
      if (after.expiresAt !== Number.POSITIVE_INFINITY) this.#scheduleSweep(after.expiresAt)
    }
    for (const { columns, ids } of this.#uniques) {
      const old = before && uniqueKey(before.row, columns)
      const key = after && uniqueKey(after.row, columns)
      if (old === key) continue
      if (old !== undefined && ids.get(old) === id) ids.delete(old)
      if (key !== undefined) ids.set(key, id)
    }
    for (const [column, index] of this.#indexes) {
      const old = before && toComparable(before.row[column])
      const key = after && toComparable(after.row[column])
      if (old === key) continue
      if (old !== undefined) removeFrom(index, old, id)
      if (key !== undefined) addTo(index, key, id)
    }
  }

  #refuseUnstorable(column: number, value: unknown): void {
    if (!isStorable(value))
      throw unstorableError(
        this.#definition.name,
        this.#definition.fields[column]?.name ?? String(column),
        value,
      )
  }

  #refuseDuplicates({ id, row }: Entry): void {
    for (const { fields, columns, ids } of this.#uniques) {
      const key = uniqueKey(row, columns)
      const owner = key === undefined ? undefined : ids.get(key)
      if (owner !== undefined && owner !== id && this.#live(owner) !== undefined)
        throw duplicateError(this.#definition, fields)
    }
  }

  /** The values of a field in the rows that match, without null. */
  #valuesOf(field: string, where: Predicate | undefined): Value[] {
    const column = this.#definition.fieldByName.get(field)?.index ?? -1
    const values = new Set<Value>()
    for (const { row } of this.#matching(where)) {
      const value = row[column]
      if (value !== null && isValue(value)) values.add(value)
    }
    return [...values]
  }

  #fits(entry: Entry, predicate: Predicate): boolean {
    return this.#test(this.#lookedUp(predicate))(entry)
  }

  /** The condition with the values of related rows in place of its conditions on them. */
  #lookedUp(predicate: Predicate): Predicate {
    if (!measure(predicate)) return predicate
    return replaceRelated(predicate, ({ rows: { definition, local, remote }, where }) => {
      const related = this.#related(definition)
      return { op: "in", field: local, values: related ? related.#valuesOf(remote, where) : [] }
    })
  }

  #matching(predicate: Predicate | undefined): Entry[] {
    const entries: Entry[] = []
    const where = predicate === undefined ? undefined : this.#lookedUp(predicate)
    const test = where && this.#test(where)
    const now = this.#mayExpire ? Date.now() : 0
    for (const entry of this.#candidates(where)) {
      if (entry.expiresAt > now && (test === undefined || test(entry))) entries.push(entry)
    }
    return entries
  }

  #test(where: Predicate): (entry: Entry) => boolean {
    let test = this.#tests.get(where)
    if (test === undefined) {
      test = compilePredicate(where, this.#reader)
      this.#tests.set(where, test)
    }
    return test
  }

  /** The rows that may match: by the smallest index that an `eq` or `in` of the condition can use, else all. */
  #candidates(where: Predicate | undefined): Iterable<Entry> {
    let best: readonly ReadonlySet<EntityId>[] | undefined
    let bestSize = this.#entries.size
    for (const part of where?.op === "and" ? where.of : where ? [where] : []) {
      const sets = this.#lookUp(part)
      if (sets === undefined) continue
      const size = sets.reduce((sum, set) => sum + set.size, 0)
      if (size < bestSize) {
        best = sets
        bestSize = size
      }
    }
    if (best === undefined) return this.#entries.values()
    const entries: Entry[] = []
    for (const ids of best) {
      for (const id of ids) {
        const entry = this.#entries.get(id)
        if (entry !== undefined) entries.push(entry)
      }
    }
    return entries
  }

  #lookUp(part: Predicate): ReadonlySet<EntityId>[] | undefined {
    const lookup = wantedValues(part)
    if (lookup === undefined) return undefined
    const { field, values } = lookup
    const column = this.#definition.fieldByName.get(field)?.index ?? -1
    if (column === 0) return [new Set([...values].filter(isId).filter(id => this.#entries.has(id)))]
    const index = this.#indexes.get(column)
    return index && [...values].flatMap(value => index.get(value) ?? [])
  }

  #live(id: EntityId): Entry | undefined {
    const entry = this.#entries.get(id)
    if (
      entry === undefined ||
      entry.expiresAt === Number.POSITIVE_INFINITY ||
      entry.expiresAt > Date.now()
    )
      return entry
    this.#swap(id, entry, undefined)
    return undefined
  }

  #nextId(): EntityId {
    return this.#definition.fields[0]?.generated === "uuid" ? randomUUID() : this.#lastSerial + 1
  }

  #countTo(id: EntityId): void {
    if (typeof id === "number" && id > this.#lastSerial) this.#lastSerial = id
  }

  #expiry(ttlSeconds: number | undefined): number {
    const seconds = ttlSeconds ?? this.#ttlSeconds
    return seconds === undefined ? Number.POSITIVE_INFINITY : Date.now() + seconds * 1000
  }

  #scheduleSweep(at: number): void {
    this.#mayExpire = true
    if (this.#sweep && this.#sweep.at <= at) return
    clearTimeout(this.#sweep?.timer)
    const delay = Math.min(Math.max(at - Date.now(), shortestSweepMs), longestTimerMs)
    // The timer must not keep a process alive that is otherwise done.
    this.#sweep = { at, timer: setTimeout(() => this.#removeExpired(), delay).unref() }
  }

  #removeExpired(): void {
    this.#sweep = undefined
    const now = Date.now()
    let next = Number.POSITIVE_INFINITY
    for (const [id, entry] of this.#entries) {
      if (entry.expiresAt <= now) this.#swap(id, entry, undefined)
      else next = Math.min(next, entry.expiresAt)
    }
    if (next === Number.POSITIVE_INFINITY) this.#mayExpire = false
    else this.#scheduleSweep(next)
  }
}

/** The field and the values of an `eq` or `in`. */
function wantedValues(
  part: Predicate,
): { field: string; values: ReadonlySet<unknown> } | undefined {
  if ("values" in part)
    return part.op === "in"
      ? { field: part.field, values: new Set(part.values.map(toComparable)) }
      : undefined
  if (!("value" in part) || part.op !== "eq" || isFieldOperand(part.value)) return undefined
  return { field: part.field, values: new Set([toComparable(part.value)]) }
}

function parsed(text: unknown): unknown {
  return typeof text === "string" ? JSON.parse(text) : null
}

/** Null never collides, as in SQL. */
function uniqueKey(row: Row, columns: readonly number[]): unknown {
  const values = columns.map(column => toComparable(row[column]))
  if (values.includes(null)) return undefined
  return values.length === 1
    ? values[0]
    : JSON.stringify(values.map(value => [typeof value, String(value)]))
}

function addTo(index: ValueIndex, value: unknown, id: EntityId): void {
  const ids = index.get(value)
  if (ids === undefined) index.set(value, new Set([id]))
  else ids.add(id)
}

function removeFrom(index: ValueIndex, value: unknown, id: EntityId): void {
  const ids = index.get(value)
  if (ids?.delete(id) && ids.size === 0) index.delete(value)
}

function isSortedById(entries: readonly Entry[]): boolean {
  let before: Entry | undefined
  for (const entry of entries) {
    if (before !== undefined && compareValues(before.id, entry.id) > 0) return false
    before = entry
  }
  return true
}
