// The declaration of an entity class as public data: views, admin, migrations and stores read this and nothing else.
import type { z } from "zod"
import type { FieldMetadata } from "./field-metadata.ts"

/** How a value behaves in comparisons and in a store. `json` covers objects and arrays. */
export type FieldType =
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | "date"
  | "bigint"
  | "bytes"
  | "json"

/** An id as an entity holds it: text, unless the class declares a field `id` of another type. */
export type EntityId = string | number | bigint

/** The effect on an entity when the target of its `ref` field is deleted; without a rule the target cannot be deleted. */
export type OnDelete = "cascade" | "set null"

/** How a store fills in an id that was left out: by the next number, by a random UUID. */
export type GeneratedBy = "serial" | "uuid"

/** One part of a value object, for forms and documents. */
export interface ValuePart {
  readonly name: string
  readonly type: FieldType
  readonly nullable: boolean
  readonly optional: boolean
  readonly schema: z.ZodType
  /** The parts of a value object inside of this one. */
  readonly parts?: readonly ValuePart[]
}

/** A class of value objects, whatever its parts. */
export type ValueClass = (new (data: never) => object) & { readonly parts: readonly ValuePart[] }

export interface FieldDefinition {
  readonly name: string
  /** Position in a row. */
  readonly index: number
  readonly type: FieldType
  readonly nullable: boolean
  /** May be left out of `create`: it has a default, or the library fills it in. */
  readonly optional: boolean
  /** Column name in SQL stores. */
  readonly column: string
  readonly schema: z.ZodType
  /** Filled in by the library or the store: the id, `createdAt`, `updatedAt`, `version`. Input from outside never sets it. */
  readonly managed: boolean
  /** Only an `id`: how the store fills it in where it is left out: `serial` counts up. */
  readonly generated?: GeneratedBy
  /** Name of the entity that this field's value is an id of. */
  readonly references?: string
  /** The effect of deleting that entity; default: it cannot be deleted. */
  readonly onDelete?: OnDelete
  /** Only an `id`: text that is made of the fields in `key`. A store that has keys of several columns needs no column for it. */
  readonly derived?: boolean
  /** `toJSON`, REST and signals never carry it. */
  readonly hidden?: boolean
  /** Stored as ciphertext: no condition or order can look at it. */
  readonly encrypted?: boolean
  /** The parts of the value object that it holds: `city` of an `address`. */
  readonly parts?: readonly ValuePart[]
  /** How views show it. */
  readonly meta?: FieldMetadata
}

export type RelationKind = "belongsTo" | "hasOne" | "hasMany" | "manyToMany"

/** One relation, as a definition lists it. */
export interface ListedRelation {
  readonly kind: RelationKind
  readonly target: { readonly definition: EntityDefinition }
  /** The field of the class that declares it ... */
  readonly local: string
  /** ... that equals this field of the target, or the field `from` of the class between. */
  readonly remote: string
  /** Of `manyToMany`: the class between, and its fields with the two ids. */
  readonly through?: {
    readonly entity: { readonly definition: EntityDefinition }
    readonly from: string
    readonly to: string
  }
}

export interface EntityDefinition {
  /** Class name: `"Todo"`. */
  readonly name: string
  /** The name of one entity for readers. Default: the name in words, "Todo item". */
  readonly label: string
  /** The name of several. Default: the plural in words, "Todo items". */
  readonly labelPlural: string
  /** The field that identifies an entity, as a title does. */
  readonly display?: string
  /** Name of a Lucide icon: `"list-checks"`. */
  readonly icon?: string
  /** One sentence about them. */
  readonly description?: string
  /** Plural in kebab-case, used for routes: `"todo-items"`. */
  readonly plural: string
  /** Table name in SQL stores: `"todo_items"`. */
  readonly table: string
  /** `id` first, which is `derived` where the class names the fields of its key; then the declared fields in order, then `createdAt`, `updatedAt`, `version` where switched on. */
  readonly fields: readonly FieldDefinition[]
  readonly fieldByName: ReadonlyMap<string, FieldDefinition>
  /** The fields whose values together are an entity's identity: `["id"]`, or those that the id is made of. Never null. */
  readonly key: readonly string[]
  /** Sets of field names whose values together occur once. */
  readonly unique: readonly (readonly string[])[]
  readonly index: readonly (readonly string[])[]
  /** Declared fields that bulk input from outside (forms, REST, signals) may not set. */
  readonly guarded: readonly string[]
  readonly timestamps: boolean
  readonly version: boolean
  /** Deleted entities stay stored, with `deletedAt`, and queries leave them out. */
  readonly softDelete?: boolean
  /** Entities expire so many seconds after their last save. */
  readonly ttlSeconds?: number
  /** The relations by the names of their getters, which are called without an entity. Found when they are read. */
  readonly relations: ReadonlyMap<string, ListedRelation>
}
