// Watches of one entity class: finds those that a change concerns without looking at the others.
import type { Change, EntityClass } from "../../entity/index.ts"
import {
  type ChangeRows,
  type Comparable,
  type Mapper,
  rowsOfChange,
  toComparable,
  type Values,
} from "../../entity/internal.ts"
import type { EntityId, Predicate, Row } from "../../entity/store.ts"
import { anchorsOf, isValueAnchor } from "./anchors.ts"
import { Intervals } from "./intervals.ts"
import { type IsKnown, mayHold } from "./may-hold.ts"
import { WrittenFields } from "./written-fields.ts"

/** Changes of a class that a view depends on. */
export interface Interest {
  readonly entity: EntityClass
  /** Rows that meet it; undefined: all. */
  readonly where?: Predicate | undefined
  /** An update that changes none of these fields leaves the view as it is. Undefined: any may matter. */
  readonly fields?: ReadonlySet<string> | undefined
  /** A row that met the condition before a change, or may have, concerns the view too. */
  readonly leaving: boolean
  /** A change that concerns it makes all later changes of that row concern it, until it releases the row. */
  readonly holdsRows?: boolean
}

/** A change of many rows at once, which names none of them: only the store knows what it left. */
export function isCoarse({ op }: Change): boolean {
  return op !== "create" && op !== "update" && op !== "delete"
}

/** A row whose values are decoded as they are looked at: most conditions are about few. */
class DecodedRow {
  readonly #mapper: Mapper
  readonly #row: Row
  #values: Values | undefined

  constructor(mapper: Mapper, row: Row) {
    this.#mapper = mapper
    this.#row = row
  }

  at(index: number): unknown {
    return this.#mapper.decodeAt(index, this.#row[index])
  }

  get values(): Values {
    this.#values ??= this.#mapper.decode(this.#row)
    return this.#values
  }
}

/** The watches that start with a value, or a range, of one field. */
class FieldWatches<O> {
  readonly all = new Set<Watch<O>>()
  readonly byValue = new Map<Comparable, Set<Watch<O>>>()
  readonly ranges = new Intervals<Watch<O>>()
}

/** `O`: the owners. A change that concerns several watches of one owner yields it once. */
export class ClassWatches<O> {
  readonly #watches = new Set<Watch<O>>()
  readonly #byField = new Map<string, FieldWatches<O>>()
  /** Watches whose condition has no anchors. */
  readonly #others = new Set<Watch<O>>()
  readonly #holders = new Map<EntityId, Set<Watch<O>>>()
  /** Watches that are reading the store: their rows are not known yet. */
  readonly #reading = new Set<Watch<O>>()
  readonly #written = new WrittenFields()
  /** The number of watches that rows concern as they were before a change. */
  #leaving = 0

  get isEmpty(): boolean {
    return this.#watches.size === 0
  }

  add(interest: Interest, partition: string | undefined, owner: O): Watch<O> {
    const watch = new Watch<O>(interest, partition, owner, this)
    this.#watches.add(watch)
    if (interest.leaving) this.#leaving++
    const anchors = interest.where === undefined ? undefined : anchorsOf(interest.where)
    if (anchors === undefined) this.#others.add(watch)
    for (const anchor of anchors ?? []) {
      const field = this.#fieldWatches(anchor.field)
      field.all.add(watch)
      if (isValueAnchor(anchor)) addTo(field.byValue, anchor.value, watch)
      else watch.ends.push(field.ranges.add(anchor.from, anchor.to, watch))
    }
    watch.ends.push(() => {
      for (const { field, ...anchor } of anchors ?? []) {
        const watches = this.#byField.get(field)
        watches?.all.delete(watch)
        if ("value" in anchor && watches) removeFrom(watches.byValue, anchor.value, watch)
        if (watches?.all.size === 0) this.#byField.delete(field)
      }
      this.#others.delete(watch)
      this.#reading.delete(watch)
      this.#watches.delete(watch)
      if (interest.leaving) this.#leaving--
    })
    return watch
  }

  hold(id: EntityId, watch: Watch<O>): void {
    addTo(this.#holders, id, watch)
  }

  release(id: EntityId, watch: Watch<O>): void {
    removeFrom(this.#holders, id, watch)
  }

  setReading(watch: Watch<O>, isReading: boolean): void {
    if (isReading) this.#reading.add(watch)
    else this.#reading.delete(watch)
  }

  /** Owners of the watches that `change` concerns, each once. */
  concerned(change: Change): Iterable<O> {
    const owners = new Set<O>()
    if (this.#watches.size > 0) this.#find(change, owners)
    this.#note(change)
    return owners
  }

  #find(change: Change, owners: Set<O>): void {
    const take = (watch: Watch<O>): void => {
      if (watch.partition !== change.partition) return
      if (watch.interest.holdsRows && change.id !== undefined) watch.hold(change.id)
      owners.add(watch.owner)
    }
    if (isCoarse(change)) {
      for (const watch of this.#watches) take(watch)
      return
    }
    for (const watch of this.#holders.get(change.id) ?? []) take(watch)
    for (const watch of this.#reading) take(watch)
    const rows = rowsOfChange(change)
    if (rows === undefined) return
    const isKnown = this.#knownFields(change, rows)
    const { binding, row, before } = rows
    if (row !== undefined) {
      const after = new DecodedRow(binding.mapper, row)
      this.#search(after, change.entity, isKnown, watch => {
        if (watch.isConcerned(change, after, isKnown)) take(watch)
      })
    }
    if (before !== undefined && this.#leaving > 0) {
      const former = new DecodedRow(binding.mapper, before)
      this.#search(former, change.entity, isKnown, watch => {
        if (watch.interest.leaving && watch.isConcerned(change, former, isKnown)) take(watch)
      })
    }
  }

  /** Calls `test` with a superset of the watches whose condition holds for a row. */
  #search(
    row: DecodedRow,
    entity: EntityClass,
    isKnown: IsKnown,
    test: (watch: Watch<O>) => void,
  ): void {
    for (const watch of this.#others) test(watch)
    for (const [name, field] of this.#byField) {
      const at = entity.definition.fieldByName.get(name)?.index
      if (at !== undefined && isKnown(name)) {
        const value = toComparable(row.at(at))
        for (const watch of field.byValue.get(value) ?? []) test(watch)
        if (value !== null) field.ranges.around(value, test)
      } else for (const watch of field.all) test(watch)
    }
  }

  /** All fields of a new row and of an update guarded by a version; else those that agree with earlier writes. */
  #knownFields({ entity, op, id }: Change, rows: ChangeRows): IsKnown {
    const { version, softDelete, fieldByName } = entity.definition
    if (op === "update" ? version === true : op === "create" && softDelete !== true)
      return () => true
    const row = rows.before ?? rows.row
    return field => {
      const at = fieldByName.get(field)?.index
      return at !== undefined && this.#written.agrees(id, field, row?.[at])
    }
  }

  #note(change: Change): void {
    const { op, id, changed } = change
    const rows = rowsOfChange(change)
    if (op === "update" && rows !== undefined) this.#written.add(id, changed, rows)
    else if (op === "update-many") this.#written.addAll(changed)
  }

  #fieldWatches(name: string): FieldWatches<O> {
    let field = this.#byField.get(name)
    if (field === undefined) {
      field = new FieldWatches<O>()
      this.#byField.set(name, field)
    }
    return field
  }
}

/** The interest of one view in a class. */
export class Watch<O> {
  readonly interest: Interest
  readonly partition: string | undefined
  readonly owner: O
  readonly ends: (() => void)[] = []
  readonly #class: ClassWatches<O>
  readonly #held = new Set<EntityId>()

  constructor(
    interest: Interest,
    partition: string | undefined,
    owner: O,
    watches: ClassWatches<O>,
  ) {
    this.interest = interest
    this.partition = partition
    this.owner = owner
    this.#class = watches
  }

  /** From now on every change of this row concerns it. */
  hold(id: EntityId): void {
    if (this.#held.has(id)) return
    this.#held.add(id)
    this.#class.hold(id, this)
  }

  /** Holds these rows and no others. */
  holdOnly(ids: ReadonlySet<EntityId>): void {
    for (const id of [...this.#held]) if (!ids.has(id)) this.release(id)
    for (const id of ids) this.hold(id)
  }

  release(id: EntityId): void {
    if (this.#held.delete(id)) this.#class.release(id, this)
  }

  /** While it reads the store every change concerns it. */
  set isReading(isReading: boolean) {
    this.#class.setReading(this, isReading)
  }

  /** Whether its condition may hold for the row, and the change may matter. */
  isConcerned({ op, changed }: Change, row: DecodedRow, isKnown: IsKnown): boolean {
    const { where, fields } = this.interest
    if (op === "update" && fields !== undefined && !changed.some(field => fields.has(field)))
      return false
    return where === undefined || mayHold(where, row.values, isKnown)
  }

  end(): void {
    for (const id of this.#held) this.#class.release(id, this)
    this.#held.clear()
    for (const end of this.ends.splice(0)) end()
  }
}

function addTo<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const set = sets.get(key)
  if (set === undefined) sets.set(key, new Set([value]))
  else set.add(value)
}

function removeFrom<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const set = sets.get(key)
  if (set?.delete(value) && set.size === 0) sets.delete(key)
}
