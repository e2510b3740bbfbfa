// The types of `Entity(name, fields, options)`: values, input, update and key, derived from the fields.
import type { z } from "zod"
import type { HiddenField } from "../contract/field-options.ts"
import type { Shape } from "./fields.ts"

/** Names of the fields that the library adds: `id` always, the others where their option is on. */
export type ManagedField = "id" | "createdAt" | "updatedAt" | "version" | "deletedAt"

/** Options of `Entity(name, fields, options)`; `F` are the names of the fields. */
export interface EntityOptions<F extends string = string> {
  /**
   * The fields that are the identity, one or several: `["orderId", "productId"]`. The id is then text made of them, and
   * they never change. Default: the field `id`, declared or a uuid that the library fills in.
   */
  readonly id?: readonly F[]
  /** Adds `createdAt` and `updatedAt`, Date fields that the library keeps. */
  readonly timestamps?: boolean
  /** Adds `version`, a number that every update raises by one; a save of an outdated copy throws `NITRO_STALE_ENTITY`. */
  readonly version?: boolean
  /** Fields, or sets of fields, whose values occur once: `["name", ["shelf", "position"]]`. Null values never collide. */
  readonly unique?: readonly (F | ManagedField | readonly (F | ManagedField)[])[]
  /** Fields, or sets of fields, that queries filter or order by: `["price", ["categoryId", "createdAt"]]`. */
  readonly index?: readonly (F | ManagedField | readonly (F | ManagedField)[])[]
  /** Adds `deletedAt`: `delete` keeps the row, and queries leave it out. Its unique values stay taken. */
  readonly softDelete?: boolean
  /** Table name in SQL stores; default: the plural in snake_case. */
  readonly table?: string
  /** Plural in kebab-case, used for routes; default: by English rules from the name. */
  readonly plural?: string
  /** Fields that bulk input from outside (forms, REST, signals) may not set. */
  readonly guarded?: readonly F[]
  /** Entities expire so many seconds after their last save. Needs a store with the capability `ttl`. */
  readonly ttlSeconds?: number
  /**
   * `"always"`: every save, delete and write of many is a unit of work, with or without `unitOfWork` around it, so that hooks and
   * `beforeCommit` are a part of its transaction. Default: only writes inside of one.
   */
  readonly unit?: "always"
  /** The name of one entity for readers; default: the name in words, `TodoItem` as "Todo item". */
  readonly label?: string
  /** The name of several; default: the plural of `label` by English rules, "Todo items". */
  readonly labelPlural?: string
  /**
   * The field that identifies an entity: buttons of a row are read out with its value, "Delete Buy milk". Default: a text
   * field `name` or `title`, where there is one.
   */
  readonly display?: F
  /** Name of a Lucide icon, shown where there are none of them yet: `"list-checks"`. */
  readonly icon?: string
  /** One sentence about them, shown while there are none yet. */
  readonly description?: string
}

/** Names of the managed fields that the options do not switch on; an index on one is an error. */
type AbsentFields<O> =
  | (On<O, "timestamps"> extends true ? never : "createdAt" | "updatedAt")
  | (On<O, "version"> extends true ? never : "version")
  | (On<O, "softDelete"> extends true ? never : "deletedAt")
type Listed<L> = L extends readonly (infer E)[] ? (E extends readonly (infer F)[] ? F : E) : never
type IndexedFields<O> = O extends { readonly index: infer L } ? Listed<L> : never
type UniqueFields<O> = O extends { readonly unique: infer L } ? Listed<L> : never

/** Nothing where `index` and `unique` name fields that there are, `D` being the declared ones; else what stands in the way. */
export type KnownFields<D extends string, O> = [
  Extract<IndexedFields<O> | UniqueFields<O>, Exclude<AbsentFields<O>, D>>,
] extends [never]
  ? unknown
  : {
      readonly index: `${Extract<IndexedFields<O> | UniqueFields<O>, Exclude<AbsentFields<O>, D>> & string} is not a field here: switch its option on`
    }

type On<O, K extends string> = O extends { readonly [P in K]: true } ? true : false
export type Flat<T> = { [K in keyof T]: T[K] }

/** Names of the declared fields that are the identity. */
type KeyNames<S, O> = O extends { readonly id: readonly (infer F)[] } ? F & keyof S : "id" & keyof S
type IdOf<S> = S extends { readonly id: infer Z extends z.ZodType } ? z.output<Z> : string
/** The value of `ref` fields of others: the id, or the one field that it is made of. */
export type EntityRef<S extends Shape, O> = O extends {
  readonly id: readonly [infer F extends keyof S]
}
  ? z.output<S[F]>
  : IdOf<S>
/** Identifies one entity: its id, or the fields of its key. */
export type EntityKey<S extends Shape, O> =
  | IdOf<S>
  | EntityRef<S, O>
  | (O extends { readonly id: readonly (infer F)[] }
      ? { readonly [K in F & keyof S]: z.output<S[K]> }
      : never)

type IsHidden<Z> = Z extends HiddenField
  ? true
  : Z extends { readonly _zod: { readonly def: { readonly innerType: infer I } } }
    ? IsHidden<I>
    : false
/** Names of the fields that no JSON carries. */
export type HiddenNames<S extends Shape> = {
  [K in keyof S]: IsHidden<S[K]> extends true ? K : never
}[keyof S]

/** Field values of an instance. */
export type EntityValues<S extends Shape, O> = Flat<
  { readonly id: IdOf<S> } & {
    -readonly [K in Exclude<keyof S, KeyNames<S, O>>]: z.output<S[K]>
  } & {
    readonly [K in KeyNames<S, O>]: z.output<S[K]>
  } & (On<O, "timestamps"> extends true
      ? { readonly createdAt: Date; readonly updatedAt: Date }
      : unknown) &
    (On<O, "version"> extends true ? { readonly version: number } : unknown) &
    (On<O, "softDelete"> extends true ? { readonly deletedAt: Date | null } : unknown)
>

/** The input of `create` and the constructor: the declared fields, and for imports and tests the id and timestamps. */
export type EntityInput<S extends Shape, O> = Flat<
  z.input<z.ZodObject<S>> &
    (S extends { readonly id: z.ZodType } ? unknown : { id?: string | undefined }) &
    (On<O, "timestamps"> extends true
      ? { createdAt?: Date | undefined; updatedAt?: Date | undefined }
      : unknown)
>

/** The input of `update`: any of the declared fields. A `version` is not set but compared: a stale one throws. */
export type EntityUpdate<S extends Shape, O> = Flat<
  { [K in keyof S]?: z.input<S[K]> | undefined } & (S extends { readonly id: z.ZodType }
    ? unknown
    : { id?: string | undefined }) &
    (On<O, "version"> extends true ? { version?: number | undefined } : unknown)
>

/** The schemas of declared fields, for the input of an action. */
export interface FieldPicker<S extends Shape> {
  /**
   * The schemas of these fields as the class declares them: `@action({ input: User.pick("username", "email") })`. The action
   * then refuses the same values as the entity, with all issues at once. @throws NITRO_UNKNOWN_FIELD
   */
  pick<const K extends Extract<keyof S, string>>(
    ...names: readonly K[]
  ): { readonly [N in K]: S[N] }
}
