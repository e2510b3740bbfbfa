// Watches of one entity class: finds those that a change concerns without looking at the others.
import type { Change, EntityClass } from "../../entity/index.ts"
import { type Comparable, toComparable } from "../../entity/internal.ts"
import type { EntityId, Predicate } from "../../entity/store.ts"
import { anchorsOf, isValueAnchor } from "./anchors.ts"
import { Intervals } from "./intervals.ts"
import { type IsKnown, mayHold } from "./may-hold.ts"
import { mayOverlap } from "./overlap.ts"
import { type ChangedRows, type RowValues, storedRows } from "./row-values.ts"
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
  /** Nearly every row has one at most. */
  readonly #holders = new Map<EntityId, Watch<O> | Set<Watch<O>>>()
  /** Watches that are reading the store: their rows are not known yet. */
  readonly #reading = new Set<Watch<O>>()
  readonly #written: WrittenFields
  /** The number of watches that rows concern as they were before a change. */
  #leaving = 0

  /** `written`: of the class, also while it has no watches. */
  constructor(written: WrittenFields = new WrittenFields()) {
    this.#written = written
  }

  get isEmpty(): boolean {
    return this.#watches.size === 0
  }

  /** Owners of all watches, each once. */
  get owners(): ReadonlySet<O> {
    return new Set([...this.#watches].map(({ owner }) => owner))
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
    const holders = this.#holders.get(id)
    if (holders === undefined) this.#holders.set(id, watch)
    else if (holders instanceof Set) holders.add(watch)
    else if (holders !== watch) this.#holders.set(id, new Set([holders, watch]))
  }

  release(id: EntityId, watch: Watch<O>): void {
    const holders = this.#holders.get(id)
    if (holders === watch) this.#holders.delete(id)
    else if (holders instanceof Set && holders.delete(watch) && holders.size === 0)
      this.#holders.delete(id)
  }

  setReading(watch: Watch<O>, isReading: boolean): void {
    if (isReading) this.#reading.add(watch)
    else this.#reading.delete(watch)
  }

  /** Owners of the watches that `change` concerns, each once. */
  concerned(change: Change, rows: ChangedRows = storedRows(change)): Iterable<O> {
    const owners = new Set<O>()
    if (this.#watches.size > 0) this.#find(change, rows, owners)
    const { op, id, changed } = change
    if (op === "update") this.#written.add(id, changed, rows)
    else if (op === "update-many") this.#written.addAll(changed)
    return owners
  }

  #find(change: Change, { after, before }: ChangedRows, owners: Set<O>): void {
    const take = (watch: Watch<O>): void => {
      if (watch.partition !== change.partition) return
      if (watch.interest.holdsRows && change.id !== undefined) watch.hold(change.id)
      owners.add(watch.owner)
    }
    if (isCoarse(change)) {
      const isDecided = this.#decidedFields(change)
      for (const watch of this.#watches)
        if (this.#reading.has(watch) || watch.isConcernedByMany(change, isDecided)) take(watch)
      return
    }
    const holders = this.#holders.get(change.id)
    if (holders instanceof Set) for (const watch of holders) take(watch)
    else if (holders !== undefined) take(holders)
    for (const watch of this.#reading) take(watch)
    const isKnown = this.#knownFields(change, before ?? after)
    if (after !== undefined)
      this.#search(after, isKnown, watch => {
        if (watch.isConcerned(change, after, isKnown)) take(watch)
      })
    if (before !== undefined && this.#leaving > 0)
      this.#search(before, isKnown, watch => {
        if (watch.interest.leaving && watch.isConcerned(change, before, isKnown)) take(watch)
      })
  }

  /** Calls `test` with a superset of the watches whose condition holds for a row. */
  #search(row: RowValues, isKnown: IsKnown, test: (watch: Watch<O>) => void): void {
    for (const watch of this.#others) test(watch)
    for (const [name, field] of this.#byField) {
      if (isKnown(name)) {
        const value = toComparable(row.at(name))
        for (const watch of field.byValue.get(value) ?? []) test(watch)
        if (value !== null) field.ranges.around(value, test)
      } else for (const watch of field.all) test(watch)
    }
  }

  /** All fields of a new row and of an update guarded by a version; else those that agree with earlier writes. */
  #knownFields({ entity, op, id }: Change, row: RowValues | undefined): IsKnown {
    const { version, softDelete } = entity.definition
    const isWhole = op === "update" ? version === true : op === "create" && softDelete !== true
    return field =>
      row?.has(field) === true && (isWhole || this.#written.agrees(id, field, row.at(field)))
  }

  /**
   * The fields that rows of a change of many have as its condition says, after it too. Not those that it wrote; and not those that
   * instances wrote without a version: the log may have brought their writes before this one, which was made earlier.
   */
  #decidedFields({ entity, op, changed }: Change): IsKnown {
    if (op !== "update-many") return () => true
    const { version } = entity.definition
    return field =>
      !changed.includes(field) && (version === true || this.#written.isUntouched(field))
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
  isConcerned({ op, changed }: Change, row: RowValues, isKnown: IsKnown): boolean {
    const { where, fields } = this.interest
    if (op === "update" && fields !== undefined && !changed.some(field => fields.has(field)))
      return false
    return where === undefined || mayHold(where, row.values, isKnown)
  }

  /** Whether a row of the change may meet its condition, before the change or after it. */
  isConcernedByMany({ op, changed, where: written }: Change, isDecided: IsKnown): boolean {
    const { where, fields, holdsRows } = this.interest
    if (op !== "update-many" && op !== "delete-many") return true
    // A list shows more of its rows than the fields that decide which they are.
    const needsField = op === "update-many" && holdsRows !== true && fields !== undefined
    if (needsField && !changed.some(field => fields.has(field))) return false
    return where === undefined || written === undefined || mayOverlap(written, where, isDecided)
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
