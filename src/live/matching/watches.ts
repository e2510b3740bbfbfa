// Watches of one entity class: finds those that a change concerns without looking at the others.
import type { Change, EntityClass } from "../../entity/index.ts"
import { type Comparable, rowsOfChange, toComparable } from "../../entity/internal.ts"
import type { EntityId, Predicate } from "../../entity/store.ts"
import { anchorsOf, isValueAnchor } from "./anchors.ts"
import { Intervals } from "./intervals.ts"
import { type IsKnown, mayHold } from "./may-hold.ts"
import { WrittenFields } from "./written-fields.ts"

/** Which changes of a class a view depends on. */
export interface Interest {
  readonly entity: EntityClass
  /** Rows that meet it; undefined: all. */
  readonly where?: Predicate | undefined
  /** An update that changes none of these fields leaves the view as it is. Undefined: any may matter. */
  readonly fields?: ReadonlySet<string> | undefined
  /** A row that met the condition before a change, or may have, concerns the view too. */
  readonly leaving: boolean
  /** The rows of changes that it is told of concern it from then on, until it lets go of them. */
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

/** `O`: the owners, who are told once of a change that concerns several of their watches. */
export class ClassWatches<O> {
  readonly #watches = new Set<Watch<O>>()
  readonly #byField = new Map<string, FieldWatches<O>>()
  /** Those that no field stands for. */
  readonly #others = new Set<Watch<O>>()
  readonly #holders = new Map<EntityId, Set<Watch<O>>>()
  /** Those that are reading the store, so that no row is known to be theirs or not. */
  readonly #reading = new Set<Watch<O>>()
  readonly #written = new WrittenFields()

  get isEmpty(): boolean {
    return this.#watches.size === 0
  }

  add(interest: Interest, partition: string | undefined, owner: O): Watch<O> {
    const watch = new Watch<O>(interest, partition, owner, this)
    this.#watches.add(watch)
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
    const found = new Set<O>()
    if (this.#watches.size > 0) this.#find(change, found)
    this.#note(change)
    return found
  }

  #find(change: Change, found: Set<O>): void {
    const take = (watch: Watch<O>): void => {
      if (watch.partition !== change.partition) return
      if (watch.interest.holdsRows && change.id !== undefined) watch.hold(change.id)
      found.add(watch.owner)
    }
    if (isCoarse(change)) {
      for (const watch of this.#watches) take(watch)
      return
    }
    for (const watch of this.#holders.get(change.id) ?? []) take(watch)
    for (const watch of this.#reading) take(watch)
    const isKnown = this.#knownFields(change)
    const { after, before } = change
    if (after !== undefined)
      this.#search(after, isKnown, watch => {
        if (watch.isConcerned(change, after, isKnown)) take(watch)
      })
    if (before !== undefined)
      this.#search(before, isKnown, watch => {
        if (watch.interest.leaving && watch.isConcerned(change, before, isKnown)) take(watch)
      })
  }

  /** Calls `found` with a superset of the watches whose condition holds for a row. */
  #search(row: object, isKnown: IsKnown, found: (watch: Watch<O>) => void): void {
    for (const watch of this.#others) found(watch)
    for (const [name, field] of this.#byField) {
      if (isKnown(name)) {
        const value = toComparable((row as Readonly<Record<string, unknown>>)[name])
        for (const watch of field.byValue.get(value) ?? []) found(watch)
        if (value !== null) field.ranges.around(value, found)
      } else for (const watch of field.all) found(watch)
    }
  }

  /** An update that a version guards, and a new row, are known as a whole; others where they agree with what was written before. */
  #knownFields(change: Change): IsKnown {
    const { entity, op, id } = change
    const { version, softDelete, fieldByName } = entity.definition
    const rows = rowsOfChange(change)
    if (rows === undefined) return () => false
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

/** What one view wants to be told of a class. */
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
  isConcerned({ op, changed }: Change, row: object, isKnown: IsKnown): boolean {
    const { where, fields } = this.interest
    if (op === "update" && fields !== undefined && !changed.some(field => fields.has(field)))
      return false
    return where === undefined || mayHold(where, row, isKnown)
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
