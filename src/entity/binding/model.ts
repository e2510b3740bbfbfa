// One call of `Entity(...)`: its declaration, and what is derived from it on first use.

import type { EntityDefinition } from "../contract/definition.ts"
import { definitionError } from "../contract/errors.ts"
import type { Encoding } from "../contract/repository.ts"
import type { EntityOptions } from "../definition/class-types.ts"
import { type Defined, define, fieldNames } from "../definition/define.ts"
import type { Shape } from "../definition/fields.ts"
import { generate } from "../definition/generate.ts"
import { createMapper, type Mapper, type Values } from "../definition/mapper.ts"
import { createValidator, type Validator } from "../definition/validate.ts"
import type { RelationDefinition } from "../types/relation-definition.ts"
import type { ChangeListener, EntityClass } from "../types/types.ts"
import { relationsOf } from "./describe-relations.ts"
import type { EntityRecord } from "./record.ts"
import { WeakList } from "./weak-list.ts"

let batch = 0
let isBatchOpen = false

/** The same number for all declarations of one synchronous run: one evaluation of modules, one call of a test. */
function currentBatch(): number {
  if (!isBatchOpen) {
    isBatchOpen = true
    batch += 1
    queueMicrotask(() => {
      isBatchOpen = false
    })
  }
  return batch
}

export class Model {
  readonly name: string
  /** `file:line:column` of the call of `Entity`. */
  readonly place: string
  /** Groups declarations that belong together, when a name is declared again. */
  readonly batch: number = currentBatch()
  readonly names: readonly string[]
  /** Change listeners of its classes. Replaced, never changed. */
  listeners: readonly ChangeListener[] = []
  /** An update was made that no follower was announced: instances that were read before it look like any other. */
  hasUnseenUpdate = false
  /** Every write of its entities is a unit of work. */
  readonly isAlwaysInUnit: boolean
  /** Whether the id is a plain field that the library fills in with text. */
  readonly hasPlainId: boolean
  readonly #shape: Shape
  readonly #options: EntityOptions
  #defined: Defined | undefined
  #validator: Validator | undefined
  #assemble: Assemble | undefined
  #shown:
    | { readonly definition: EntityDefinition; readonly hidden: ReadonlySet<string> }
    | undefined
  readonly #mappers = new WeakMap<Encoding, Mapper>()
  /** Its classes whose definition was read; nearly always one. */
  readonly #classes = new WeakList<EntityClass>()
  /** Held for good, as reading a weak reference takes longer than all else that a definition is read for. */
  #lastClass: EntityClass | undefined

  constructor(name: string, shape: Shape, options: EntityOptions, place: string) {
    this.name = name
    this.place = place
    this.#shape = { ...shape }
    this.#options = options
    this.names = fieldNames(shape, options)
    this.isAlwaysInUnit = options.unit === "always"
    this.hasPlainId = options.id === undefined && !Object.hasOwn(shape, "id")
  }

  /** Schemas are looked at here and not at declaration, because `z.lazy` may name what is declared further down. */
  get defined(): Defined {
    this.#defined ??= define(this.name, this.#shape, this.#options, () => this.#relations())
    return this.#defined
  }

  /** The definition, which lists the relations of `entity` from now on. */
  definitionOf(entity: EntityClass): EntityDefinition {
    if (this.#lastClass !== entity) this.#addClass(entity)
    return this.defined.definition
  }

  #addClass(entity: EntityClass): void {
    this.#lastClass = entity
    for (const each of this.#classes) if (each === entity) return
    this.#classes.add(entity)
  }

  #relations(): ReadonlyMap<string, RelationDefinition> {
    const all = new Map<string, RelationDefinition>()
    for (const entity of this.#classes)
      for (const [name, relation] of relationsOf(entity)) all.set(name, relation)
    return all
  }

  /** The data for plain forms. */
  get shown(): { readonly definition: EntityDefinition; readonly hidden: ReadonlySet<string> } {
    if (this.#shown === undefined) {
      const { definition } = this.defined
      this.#shown = {
        definition,
        hidden: new Set(definition.fields.filter(({ hidden }) => hidden).map(({ name }) => name)),
      }
    }
    return this.#shown
  }

  get validator(): Validator {
    this.#validator ??= createValidator(this.defined, this.#shape)
    return this.#validator
  }

  /** The fields at these indexes of a row. */
  namesOf(columns: readonly number[]): string[] {
    // Each save with a listener comes here, and flatMap takes a tenth of it.
    const names: string[] = []
    for (const index of columns) {
      const name = this.names[index]
      if (name !== undefined) names.push(name)
    }
    return names
  }

  /** Was the field declared, and not added by the library? */
  isDeclared(field: string): boolean {
    return Object.hasOwn(this.#shape, field)
  }

  /** Is the field, though declared, part of the identity and so the same for an entity's whole life? */
  isKey(field: string): boolean {
    return !this.hasPlainId && this.defined.definition.key.includes(field)
  }

  /** Values of all fields in their order, the declared ones from `declared`, the others from `managed`. */
  assemble(declared: Values, managed: Values): Values {
    this.#assemble ??= createAssemble(this)
    return this.#assemble(declared, managed)
  }

  mapper(encoding: Encoding): Mapper {
    let mapper = this.#mappers.get(encoding)
    if (mapper === undefined) {
      mapper = createMapper(this.defined, encoding)
      this.#mappers.set(encoding, mapper)
    }
    return mapper
  }
}

type Assemble = (declared: Values, managed: Values) => Values

function createAssemble(model: Model): Assemble {
  const { valuesClass } = model.defined
  if (valuesClass === undefined) {
    return (declared, managed) =>
      Object.fromEntries(
        model.names.map(name => [name, (model.isDeclared(name) ? declared : managed)[name]]),
      )
  }
  const values = model.names.map(name => `${model.isDeclared(name) ? "d" : "m"}.${name}`)
  return generate(`function assemble(d,m){return new Values(${values.join()})}`, {
    Values: valuesClass,
  })
}

const modelKey: unique symbol = Symbol("nitro.model")

export function setModel(entity: object, model: Model): void {
  Object.defineProperty(entity, modelKey, { value: model })
}

/** The model of an entity class, inherited by its subclasses; undefined for anything else. */
export function modelOf(entity: object): Model | undefined {
  const model = modelKey in entity ? entity[modelKey] : undefined
  return model instanceof Model ? model : undefined
}

/** @throws NITRO_DEFINITION for anything that is no entity class. */
export function requireModel(entity: object): Model {
  const model = modelOf(entity)
  if (model !== undefined) return model
  throw definitionError(
    `${"name" in entity ? String(entity.name) : "A value"} is not an entity class.`,
    "Extend Entity(name, fields).",
  )
}

export function isEntityClass(value: unknown): value is EntityClass {
  return typeof value === "function" && modelOf(value) !== undefined
}

/** The class whose `new` made it. */
export function classOf(record: EntityRecord): EntityClass {
  const entity: unknown = record.constructor
  if (isEntityClass(entity)) return entity
  throw definitionError("An entity has no class.", "Leave its `constructor` as it is.")
}

/** Was this class made by `Entity(...)` itself, and not derived from one that was? */
export function ownsModel(entity: object): boolean {
  return Object.hasOwn(entity, modelKey)
}
