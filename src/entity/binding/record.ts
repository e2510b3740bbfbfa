// The hidden state of an instance: decoded values, the row they came from, and where that row is stored.

import type { Repository, Row, Store } from "../contract/repository.ts"
import { canGenerate, generate } from "../definition/generate.ts"
import type { Mapper, Values } from "../definition/mapper.ts"
import type { EntityInstance } from "../types/types.ts"

/** Marks a constructor call as hydration. A private object, so that no input can imitate it. */
export const hydration: unique symbol = Symbol("hydration")

// Enumerable on purpose: deep equality of test libraries looks at own enumerable symbols, and without it every two
// entities would be equal. Nothing reads it; what counts are the private fields.
const valuesSymbol: unique symbol = Symbol("values")

/** An entity of a class `T`, with the state that its methods do not show. */
export type Instance<T extends object = EntityInstance> = T & EntityRecord

/** Where rows of one entity live and how they are encoded there. */
export interface Origin {
  readonly store: Store
  readonly repository: Repository
  readonly mapper: Mapper
}

/** The stored row of a hydrated instance. */
export interface Stored {
  readonly values: Values
  readonly row: Row
  readonly origin: Origin
}

// Assigned in the class, which alone can see its private fields.
export let isRecord: (value: unknown) => value is EntityRecord
export let valuesOf: (record: EntityRecord) => Values
/** The stored row, undefined while new. Never changed, only replaced. */
export let rowOf: (record: EntityRecord) => Row | undefined
/** Where the row is stored. */
export let originOf: (record: EntityRecord) => Origin | undefined
/**
 * Whether other code may hold dates, bytes or JSON of it, which change without an assignment. False for values that were
 * read from a store and not accessed: then they need not be compared.
 */
export let isExposed: (record: EntityRecord) => boolean
let setExposed: (record: EntityRecord) => void
export let isDeleted: (record: EntityRecord) => boolean
/** The save that is under way: a second one waits for it. */
export let savingOf: (record: EntityRecord) => Promise<unknown> | undefined
export let setSaving: (record: EntityRecord, saving: Promise<unknown> | undefined) => void
/** The entities that were read with it (`Siblings`), which load their relations together. */
export let siblingsOf: (record: EntityRecord) => object | undefined
export let setSiblings: (record: EntityRecord, siblings: object | undefined) => void
export let setStored: (
  record: EntityRecord,
  row: Row | undefined,
  origin: Origin | undefined,
) => void
export let setDeleted: (record: EntityRecord) => void

export class EntityRecord {
  readonly #values: Values
  #row: Row | undefined
  #origin: Origin | undefined
  #exposed: boolean
  #deleted = false
  #saving: Promise<unknown> | undefined
  #siblings: object | undefined

  constructor(values: Values, row: Row | undefined, origin: Origin | undefined) {
    this.#values = values
    this.#row = row
    this.#origin = origin
    // The values of a new one come from its maker.
    this.#exposed = row === undefined
    // The constructor sets what others only read.
    ;(this as { [valuesSymbol]?: Values })[valuesSymbol] = values
  }

  static {
    isRecord = (value): value is EntityRecord =>
      typeof value === "object" && value !== null && #values in value
    valuesOf = record => record.#values
    rowOf = record => record.#row
    originOf = record => record.#origin
    isExposed = record => record.#exposed
    setExposed = record => {
      record.#exposed = true
    }
    isDeleted = record => record.#deleted
    savingOf = record => record.#saving
    setSaving = (record, saving) => {
      record.#saving = saving
    }
    siblingsOf = record => record.#siblings
    setSiblings = (record, siblings) => {
      record.#siblings = siblings
    }
    setStored = (record, row, origin) => {
      record.#row = row
      record.#origin = origin
      record.#deleted = false
    }
    setDeleted = record => {
      record.#row = undefined
      record.#deleted = true
    }
  }
}

/** Gives the value, which now is also outside of the record or comes from there. */
export function expose<T>(record: EntityRecord, value: T): T {
  if (typeof value === "object" && value !== null) setExposed(record)
  return value
}

export type RecordClass = abstract new (
  values: Values,
  row: Row | undefined,
  origin: Origin | undefined,
) => EntityRecord
type HydratableClass = new (data: unknown, stored?: Stored) => EntityRecord

/** A class over `base` whose constructor validates (or hydrates) and whose fields are accessors: reads are plain, assignments validated. */
export function recordClass(
  base: RecordClass,
  names: readonly string[],
  create: (data: unknown, entity: unknown) => Values,
  assign: (record: EntityRecord, field: string, value: unknown) => unknown,
  generated: boolean = canGenerate,
): HydratableClass {
  return generated
    ? generatedClass(base, names, create, assign)
    : closureClass(base, names, create, assign)
}

type Create = Parameters<typeof recordClass>[2]
type Assign = Parameters<typeof recordClass>[3]

// A getter with separate source text has its own inline cache: reading costs a nanosecond more than a plain property,
// where a getter shared by all fields costs ten.
function generatedClass(
  base: RecordClass,
  names: readonly string[],
  create: Create,
  assign: Assign,
): HydratableClass {
  const expose = 'if(typeof x==="object"&&x!==null)expose(this)'
  const accessors = names.map(name => {
    const key = JSON.stringify(name)
    return `get ${name}(){const x=this.#v.${name};${expose};return x} set ${name}(y){const x=assign(this,${key},y);${expose};this.#v.${name}=x}`
  })
  return generate(
    `class extends base{#v;constructor(data,stored){
      if(data===hydration){super(stored.values,stored.row,stored.origin);this.#v=stored.values}
      else{const values=create(data,new.target);super(values,undefined,undefined);this.#v=values}
    }${accessors.join("\n")}}`,
    { base, create, assign, hydration, expose: setExposed },
  )
}

function closureClass(
  base: RecordClass,
  names: readonly string[],
  create: Create,
  assign: Assign,
): HydratableClass {
  const generated = class extends base {
    constructor(data: unknown, stored?: Stored) {
      if (data === hydration && stored) super(stored.values, stored.row, stored.origin)
      else super(create(data, new.target), undefined, undefined)
    }
  }
  for (const name of names) {
    Object.defineProperty(generated.prototype, name, {
      configurable: true,
      get(this: EntityRecord): unknown {
        return expose(this, valuesOf(this)[name])
      },
      set(this: EntityRecord, value: unknown) {
        valuesOf(this)[name] = expose(this, assign(this, name, value))
      },
    })
  }
  return generated
}
