// The types that users meet and that refer to each other: instances, relations, conditions, queries and classes.
// Types that no door exports stay private here: compilers write a type that they can name into the declarations of users, who cannot import it.

import type { Column, OperatorsOf } from "../conditions/column-types.ts"
import type { Condition, Specification } from "../conditions/condition.ts"
import type { EntityDefinition, EntityId } from "../contract/definition.ts"
import type {
  EqualityOperator,
  ListOperator,
  OrderingOperator,
  TextOperator,
} from "../contract/operators.ts"
import type { JsonScalar, Predicate, Value } from "../contract/predicate.ts"
import type { JoinPlan, QueryPlan, SelectPlan, Store } from "../contract/repository.ts"
import type { Awaitable } from "../contract/thenable.ts"
import type { Flat } from "../definition/class-types.ts"
import type { PlainPart, ValueObjectInstance } from "../definition/value-object.ts"
import type { Increment } from "./increment.ts"
import type {
  DeleteOptions,
  DeleteWhereOptions,
  JsonOptions,
  LockOptions,
  SaveOptions,
} from "./options.ts"
import type { KeysetPage, NumberedPage } from "./pages.ts"
import type { SelectQuery } from "./select-query.ts"

// Carries the field values in the type of an instance, so that relations know the fields of their target.
declare const fieldValues: unique symbol
declare const relationKind: unique symbol
declare const refValue: unique symbol
declare const leadsToMany: unique symbol

/** The field values of an entity, from the type of its instances. */
export type FieldValues<T> = T extends { readonly [fieldValues]?: infer V } ? NonNullable<V> : never

/** The value of a field that refers to such an entity. */
type RefTo<T> = T extends { readonly [refValue]?: infer R } ? NonNullable<R> : string

/** The target of a `belongsTo` or `hasOne`. The first await loads it for every entity of the same result, in one query. */
export interface One<T extends object> extends Awaitable<T | undefined> {
  readonly [relationKind]?: T
  readonly [leadsToMany]?: false
  readonly isLoaded: boolean
  /** The target, once it was loaded; undefined also when there is none. */
  readonly loaded: T | undefined
}

/**
 * The targets of a `hasMany`. The first await loads them for every entity of the same result, in one query; conditions
 * and orders make a separate query of it.
 */
export interface Many<T extends object, V = FieldValues<T>, I = never> extends Query<T, V> {
  readonly [relationKind]?: T
  readonly [leadsToMany]?: true
  readonly isLoaded: boolean
  /** The targets, once they were loaded. */
  readonly loaded: readonly T[] | undefined
  /** Validates and stores a new target that belongs to this entity. */
  create(data: I): Promise<T>
}

/**
 * The targets of a `manyToMany`, over the rows of a class between. The first await loads them for every entity of the same
 * result; conditions and orders make a separate query of it.
 */
export interface ManyThrough<T extends object, V = FieldValues<T>> extends Query<T, V> {
  readonly [relationKind]?: T
  readonly [leadsToMany]?: true
  readonly isLoaded: boolean
  readonly loaded: readonly T[] | undefined
  /** Connects targets; those that are connected already stay so. Gives the number of new connections. */
  add(...targets: T[]): Promise<number>
  /** Disconnects targets, which stay stored themselves. Gives the number of connections that ended. */
  remove(...targets: T[]): Promise<number>
}

/** How the rows between point to both sides. Default: by their `ref` fields. */
export interface ThroughOptions<T extends object> {
  /** The entity class whose rows connect the two. */
  readonly through: new (
    ...args: never[]
  ) => T
  /** The field of `through` that holds the id of this entity. */
  readonly from?: TextKeys<FieldValues<T>>
  /** The field of `through` that holds the id of the target. */
  readonly to?: TextKeys<FieldValues<T>>
}

type RelationName<T> = {
  [K in keyof T]-?: T[K] extends { readonly [relationKind]?: infer R }
    ? R extends object
      ? K
      : never
    : never
}[keyof T] &
  string
type RelatedBy<T, K> = K extends keyof T
  ? T[K] extends { readonly [relationKind]?: infer R }
    ? NonNullable<R>
    : never
  : never

/** `P` itself where it is a path of relations, as `"category.parent"`; else what is possible. */
export type RelationPath<T, P extends string> = P extends `${infer Head}.${infer Rest}`
  ? Head extends RelationName<T>
    ? `${Head}.${RelationPath<RelatedBy<T, Head>, Rest>}`
    : RelationName<T>
  : RelationName<T>

/** The input of `create` of a `hasMany`: the target's data without the field that points back. */
type WithoutKey<I, K extends PropertyKey> = [I] extends [never]
  ? never
  : Flat<Omit<NonNullable<I>, K>>

/** The members of every entity. `U` is the input of `update`, `R` the value of fields that refer to it, `H` names the hidden fields. */
export interface EntityInstance<U = never, V extends object = object, R = unknown, H = never> {
  readonly [fieldValues]?: V
  readonly [refValue]?: R
  readonly id: V extends { readonly id: infer I } ? I : EntityId
  /** Not stored yet. */
  readonly isNew: boolean
  /** Something differs from what is stored; changes inside of JSON values and dates count. */
  readonly isDirty: boolean
  /** Differences to what is stored: `{ title: { from: "Milk", to: "Bread" } }`. */
  readonly changes: {
    readonly [K in keyof V]?: { readonly from: V[K] | undefined; readonly to: V[K] }
  }
  /** `todo-<id>`: a valid HTML id, the same in every render. */
  readonly domId: string
  /** Validates and writes what changed; nothing when nothing did. */
  save(options?: SaveOptions): Promise<this>
  /** Validates all of `data`, assigns it and saves. On an error nothing is assigned. */
  update(data: U, options?: SaveOptions): Promise<this>
  /** False when it was not stored (any more). With `softDelete` the row stays, with `deletedAt`. */
  delete(options?: DeleteOptions): Promise<boolean>
  /** Takes a soft deletion back; false when there is none. */
  restore(): Promise<boolean>
  exists(): Promise<boolean>
  /** Reads the stored values again and drops unsaved changes. Throws `NITRO_ENTITY_NOT_FOUND`. */
  reload(): Promise<this>
  /** The entity whose id this entity's field holds: `get category() { return this.belongsTo(Category, "categoryId") }`. */
  belongsTo<T extends object>(
    target: new (...args: never[]) => T,
    field: KeysOf<V, RefTo<T>>,
  ): One<T>
  /** The entities whose field holds this entity's id: `get products() { return this.hasMany(Product, "categoryId") }`. */
  hasMany<
    T extends object,
    A extends readonly unknown[],
    const K extends KeysOf<FieldValues<T>, R>,
  >(target: new (...args: A) => T, field: K): Many<T, FieldValues<T>, WithoutKey<A[0], K>>
  /** The entity whose field holds this entity's id; where there are several, the one with the lowest id. */
  hasOne<T extends object>(
    target: new (...args: never[]) => T,
    field: KeysOf<FieldValues<T>, R>,
  ): One<T>
  /** The entities that rows of a third class connect with this one: `this.manyToMany(Tag, { through: ProductTag })`. */
  manyToMany<T extends object, C extends object>(
    target: new (...args: never[]) => T,
    options: ThroughOptions<C>,
  ): ManyThrough<T>
  /** The field values but hidden ones as a plain object; bigints become strings, bytes base64. */
  toJSON(options?: JsonOptions): { [K in Exclude<keyof V, H>]: PlainValue<V[K]> }
}

type PlainValue<T> =
  NonNullable<T> extends bigint | Uint8Array
    ? string | Exclude<T, bigint | Uint8Array>
    : NonNullable<T> extends ValueObjectInstance<infer P>
      ? { [K in keyof P]: PlainPart<P[K]> } | Exclude<T, object>
      : T

/** The members of an instance besides its fields and the common ones: relations are among them. Not evaluated before one is used. */
type OwnKeys<V, T> = Exclude<keyof T, keyof V | keyof EntityInstance>
/** `never` for what is no relation. */
type TargetOf<R> = R extends { readonly [relationKind]?: infer T }
  ? unknown extends T
    ? never
    : NonNullable<T>
  : never
type IsToMany<R> = R extends { readonly [leadsToMany]?: true } ? true : false

/** The targets of a relation to many in a condition: `c.products.some(p => p.price.gt(100))`. */
export interface RelatedMany<T> {
  /** At least one target matches; without a condition: there is one. */
  some(where?: Where<FieldValues<T>, T>): Condition
  /** All targets match, also when there is none. */
  every(where: Where<FieldValues<T>, T>): Condition
  /** No target matches; without a condition: there is none. */
  none(where?: Where<FieldValues<T>, T>): Condition
}

/**
 * The target of a relation to one in a condition: `p.category.name.eq("Office")`. Where there is none, its fields are null.
 * Of a `hasOne` with several targets all are looked at.
 */
export type RelatedOne<T> = Columns<FieldValues<T>, T> & Omit<RelatedMany<T>, keyof FieldValues<T>>

type RelatedColumn<R> = [TargetOf<R>] extends [never]
  ? never
  : IsToMany<R> extends true
    ? RelatedMany<TargetOf<R>>
    : RelatedOne<TargetOf<R>>

/**
 * The fields of an entity as conditions are built from them, `t => t.done.eq(false)`; with the type of its instances also
 * its relations: `p => p.category.name.eq("Office")`.
 */
export type Columns<V, T = unknown> = {
  readonly [K in keyof V]-?: Column<NonNullable<V[K]>> & OperatorsOf<NonNullable<V[K]>>
} & {
  readonly [K in OwnKeys<V, T>]: RelatedColumn<T[K]>
}

type EqualityObject<T> = { [O in EqualityOperator]?: T | null } & {
  [O in ListOperator]?: readonly (T | null)[]
} & { isNull?: boolean }
type OrderingObject<T> = { [O in OrderingOperator]?: T } & { between?: readonly [from: T, to: T] }
type TextObject = { [O in TextOperator]?: string }
type FieldWhere<T> = [T] extends [string]
  ? T | readonly (T | null)[] | (EqualityObject<T> & OrderingObject<T> & TextObject)
  : [T] extends [number | bigint | Date]
    ? T | readonly (T | null)[] | (EqualityObject<T> & OrderingObject<T>)
    : [T] extends [boolean | Uint8Array]
      ? T | readonly (T | null)[] | EqualityObject<T>
      : { isNull: boolean } | JsonWhere
type JsonWhere = {
  path: readonly (string | number)[]
  isNull?: boolean
} & EqualityObject<JsonScalar> &
  OrderingObject<string | number> &
  TextObject

/** A condition as an object: all of it must hold. `{ price: { lt: 100 }, stock: [1, 2], name: null, category: { name: "Office" } }` */
export type WhereObject<V, T = unknown> = {
  readonly [K in keyof V]?: FieldWhere<NonNullable<V[K]>> | null
} & {
  readonly [K in OwnKeys<V, T>]?: RelatedWhere<T[K]>
}
type RelatedWhere<R> = [TargetOf<R>] extends [never]
  ? never
  : IsToMany<R> extends true
    ? ManyWhere<TargetOf<R>>
    : Where<FieldValues<TargetOf<R>>, TargetOf<R>> | null
interface ManyWhere<T> {
  readonly some?: Where<FieldValues<T>, T>
  readonly every?: Where<FieldValues<T>, T>
  readonly none?: Where<FieldValues<T>, T>
}

/**
 * A condition on an entity with the values `V`, and with the relations of `T`; an entity whose fields are unknown
 * (`never`) takes no condition.
 */
export type Where<V, T = unknown> = [V] extends [never]
  ? never
  : WhereObject<V, T> | Condition | ((columns: Columns<V, T>) => Condition)

type SortableKeys<V> = {
  [K in keyof V]-?: [NonNullable<V[K]>] extends [Exclude<Value, null>] ? K : never
}[keyof V] &
  string
/** A field name; `"-price"` is descending. */
export type OrderBy<V> = [V] extends [never] ? never : SortableKeys<V> | `-${SortableKeys<V>}`

export interface FilterOptions<V> {
  readonly orderBy?: OrderBy<V> | readonly OrderBy<V>[]
  readonly limit?: number
  readonly offset?: number
}

type TextKeys<V> = { [K in keyof V]-?: [NonNullable<V[K]>] extends [string] ? K : never }[keyof V] &
  string
export interface SearchOptions<V> extends FilterOptions<V> {
  /** Fields to look in; default: every text field but the id and references. */
  readonly fields?: readonly TextKeys<V>[]
}

type KeysOf<V, T> = { [K in keyof V]-?: [NonNullable<V[K]>] extends [T] ? K : never }[keyof V] &
  string
type NumberKeys<V> = KeysOf<V, number> | KeysOf<V, bigint>
type ExtremeKeys<V> = TextKeys<V> | NumberKeys<V> | KeysOf<V, Date>
type Keys<V> = keyof V & string
/** Sums of bigints are bigints. */
type SumOf<T> = [T] extends [never] ? unknown : [NonNullable<T>] extends [bigint] ? bigint : number
type ExtremeOf<T> = [T] extends [never] ? unknown : NonNullable<T> | null
type Picked<V, K extends keyof V> = [V] extends [never] ? unknown : Pick<V, K>

/** One output of `groupBy`: `{ sum: "price" }`. Nulls do not count; `{ count: true }` counts rows. */
export type GroupOutput<V> =
  | { readonly count: true | Keys<V> }
  | { readonly sum: NumberKeys<V> }
  | { readonly avg: NumberKeys<V> }
  | { readonly min: ExtremeKeys<V> }
  | { readonly max: ExtremeKeys<V> }

/** Outputs by name. Under the name of an aggregate its field is enough: `{ count: true, sum: "price" }`. */
export type GroupOutputs<V> = { readonly [name: string]: GroupOutput<V> | true | Keys<V> }

type ResultOf<V, A> = A extends { readonly count: unknown }
  ? number
  : A extends { readonly sum: infer F extends keyof V }
    ? SumOf<V[F]>
    : A extends { readonly avg: unknown }
      ? number | null
      : A extends
            | { readonly min: infer F extends keyof V }
            | { readonly max: infer F extends keyof V }
        ? ExtremeOf<V[F]>
        : never
type Named<N, A> = A extends object ? A : { readonly [K in N & string]: A }
/** A row of a group: its fields and outputs. */
export type Group<V, F extends keyof V, G> = [V] extends [never]
  ? unknown
  : Flat<Pick<V, F> & { -readonly [N in keyof G]: ResultOf<V, Named<N, G[N]>> }>

/** Groups as plain objects; an immutable value, read when awaited. Ordered by the fields of the groups unless `orderBy` says otherwise. */
export interface GroupQuery<R> extends Awaitable<R[]> {
  readonly plan: SelectPlan
  /** A condition on fields and outputs of the groups: `g => g.count.gt(1)`. */
  having(where: Where<R>): GroupQuery<R>
  orderBy(output: OrderBy<R>, direction?: "asc" | "desc"): GroupQuery<R>
  limit(limit: number): GroupQuery<R>
  offset(offset: number): GroupQuery<R>
  first(): Promise<R | undefined>
}

/**
 * Describes which entities to load and in what order: an immutable value with public `entity` and `plan`. Every method returns a new
 * query; each await runs it.
 */
export interface Query<T extends object = EntityInstance, V = FieldValues<T>>
  extends Awaitable<T[]>,
    AsyncIterable<T> {
  readonly entity: EntityClass<T>
  readonly plan: QueryPlan
  /** A further condition: all conditions must hold. */
  where(where?: Where<V, T>): Query<T, V>
  /** Of a class with `softDelete`: the deleted ones too. */
  withDeleted(): Query<T, V>
  /** Of a class with `softDelete`: the deleted ones alone. */
  onlyDeleted(): Query<T, V>
  /** Nulls come last ascending and first descending; ties break by id. Called again it adds a further key. */
  orderBy(field: OrderBy<V>, direction?: "asc" | "desc"): Query<T, V>
  limit(limit: number): Query<T, V>
  offset(offset: number): Query<T, V>
  /** Loads relations along: `with("category", "tags.group")`, one query for each name, none where a join can do it. */
  with<Q extends PromiseLike<readonly object[]>, const P extends string>(
    this: Q,
    ...paths: RelationPath<Awaited<Q>[number], P>[] & P[]
  ): Query<T, V>
  /**
   * Locks the rows until the unit of work ends. Other transactions that want to change or delete them wait.
   * Throws `NITRO_QUERY` outside of a unit of work. Where transactions run one at a time, no lock is needed.
   */
  forUpdate(options?: LockOptions): Query<T, V>
  first(): Promise<T | undefined>
  /** The number of entities that this query gives; `limit` and `offset` count too. */
  count(): CountQuery<T, V>
  exists(): Promise<boolean>
  /** A page by number, from 1, with the number of all items. Rows that come or go between two calls move the pages. */
  page(request: { readonly size: number; readonly number: number }): Promise<NumberedPage<T>>
  /** The page after a cursor, or the first. It stays true while rows come and go. */
  page(request: {
    readonly size: number
    readonly after?: string | undefined
  }): Promise<KeysetPage<T>>
  /** Entities one by one, read in batches (default 500), so that memory does not grow. As `for await` on the query itself. */
  stream(options?: { readonly batchSize?: number }): AsyncGenerator<T, void, undefined>
  /** Plain objects with these fields only. */
  select<K extends Keys<V>>(...fields: K[]): SelectQuery<Picked<V, K>, OrderBy<V>>
  /** 0 when there is nothing. */
  sum<K extends NumberKeys<V>>(field: K): Promise<SumOf<V[K]>>
  /** Null when there is nothing. */
  avg(field: NumberKeys<V>): Promise<number | null>
  min<K extends ExtremeKeys<V>>(field: K): Promise<ExtremeOf<V[K]>>
  max<K extends ExtremeKeys<V>>(field: K): Promise<ExtremeOf<V[K]>>
  /** `groupBy("categoryId", { count: true, worth: { sum: "price" } })` gives `{ categoryId, count, worth }`. */
  groupBy<K extends Keys<V>, const G extends GroupOutputs<V>>(
    fields: K | readonly K[],
    outputs: G,
  ): GroupQuery<Group<V, K, G>>
}

/** The type of the queries of a class: `function newest(articles: QueryOf<typeof Article>)`. */
export type QueryOf<E extends abstract new (...args: never[]) => object> = Query<InstanceType<E>>

/** The number of rows of a query; awaiting it counts. `query` stays public, so that a live view can follow it. */
export interface CountQuery<T extends object = EntityInstance, V = FieldValues<T>>
  extends Awaitable<number> {
  readonly query: Query<T, V>
}

/**
 * What happened to one entity, published after its commit. `updateWhere` and `deleteWhere` publish each row to listeners
 * of the application, up to 10,000 rows; above that one change of many, `update-many` or `delete-many`, without rows.
 */
export interface Change<T extends object = EntityInstance> {
  readonly entity: EntityClass<T>
  readonly op: "create" | "update" | "delete" | "update-many" | "delete-many"
  /** Undefined for a change of many. */
  readonly id: T extends { readonly id: infer I } ? I : EntityId
  /** A copy of the entity as it was stored; undefined for deletes. */
  readonly after?: T | undefined
  /** The field values before, where there were any. */
  readonly before?: Readonly<Record<string, unknown>> | undefined
  /** Names of the fields that changed; all of them for creates, none for deletes. */
  readonly changed: readonly string[]
  /** Of a change of many: the condition that its rows met before it; undefined: all rows, or those that a deleted row took along. */
  readonly where?: Predicate | undefined
  /** Of a change of many: the number of rows, where it is known. */
  readonly count?: number | undefined
  /** Of an entity in a store with partitions: its partition. Not to be shown to other sessions. */
  readonly partition?: string | undefined
}
export type ChangeListener<T extends object = EntityInstance> = (change: Change<T>) => unknown

/** Pairs of entities of two classes; an immutable value, read when awaited. Ordered by their ids unless `orderBy` says otherwise. */
export interface JoinQuery<T extends object, S extends object | undefined, V = never, W = never>
  extends Awaitable<[T, S][]> {
  readonly plan: JoinPlan
  /** Of a left join, the fields of a missing entity are null. */
  where(
    condition: (left: Columns<V, T>, right: Columns<W, NonNullable<S>>) => Condition,
  ): JoinQuery<T, S, V, W>
  /** `"left"` orders by a field of the first class, `"right"` of the second. */
  orderBy(side: "left", field: OrderBy<V>, direction?: "asc" | "desc"): JoinQuery<T, S, V, W>
  orderBy(side: "right", field: OrderBy<W>, direction?: "asc" | "desc"): JoinQuery<T, S, V, W>
  limit(limit: number): JoinQuery<T, S, V, W>
  offset(offset: number): JoinQuery<T, S, V, W>
  first(): Promise<[T, S] | undefined>
}

/** A value in a raw statement; a list is for `in`: "where id in ${ids}". */
export type RawValue = Value | readonly Value[]

type ConstructorOf<T> = new (...args: never[]) => T
/** A version is of one entity, and so is an id. Numbers may be incremented. */
type UpdateOf<U, V> = {
  [K in Exclude<keyof U, "id" | (V extends { readonly version: number } ? "version" : never)>]?:
    | U[K]
    | IncrementOf<K extends keyof V ? NonNullable<V[K]> : never>
}
type IncrementOf<T> = [T] extends [never]
  ? never
  : [T] extends [number]
    ? Increment<number>
    : [T] extends [bigint]
      ? Increment<bigint>
      : never
type Args<I> = Record<never, never> extends I ? [data?: I] : [data: I]

/** Distinguishes types by the values of their fields; it does not exist at run time. */
export interface ValuesOf<V> {
  readonly values?: V
}

/** A class whose fields are unknown takes no condition. */
type Known<V, A> = [V] extends [never] ? never : A

/**
 * The static members of an entity class: of one with the values `V`, whose `create` takes `I`, whose `update` takes `U`, and which is
 * found by `K`. Each is declared here alone.
 */
interface EntityMembers<V, I, U, K> {
  /** Validates and stores a new entity. */
  create<T extends object>(this: ConstructorOf<T>, ...args: Args<I>): Promise<T>
  /** All or nothing where the store has transactions; nothing is written when one is not valid. */
  createMany<T extends object>(this: ConstructorOf<T>, data: readonly I[]): Promise<T[]>
  saveMany<T extends object>(
    this: ConstructorOf<T>,
    entities: readonly T[],
    options?: SaveOptions,
  ): Promise<T[]>
  /** By id, or by the fields it is made of: `get({ orderId, productId })`. */
  get<T extends object>(this: ConstructorOf<T>, id: K): Promise<T | undefined>
  /** Throws `NITRO_ENTITY_NOT_FOUND`. */
  require<T extends object>(this: ConstructorOf<T>, id: K): Promise<T>
  /** By id, or whether anything matches. */
  exists<T extends object>(
    this: ConstructorOf<T>,
    idOrWhere: K | Where<V, NoInfer<T>>,
  ): Promise<boolean>
  /** A query over all, ordered by id, which is the order of creation. */
  all<T extends object>(this: ConstructorOf<T>): Query<T, V>
  /** A query that finds deleted entities of a class with `softDelete` too. */
  withDeleted<T extends object>(this: ConstructorOf<T>): Query<T, V>
  onlyDeleted<T extends object>(this: ConstructorOf<T>): Query<T, V>
  where<T extends object>(this: ConstructorOf<T>, where?: Where<V, NoInfer<T>>): Query<T, V>
  filter<T extends object>(
    this: ConstructorOf<T>,
    where: Known<V, WhereObject<V, NoInfer<T>> | Condition>,
    options?: Known<V, FilterOptions<V>>,
  ): Query<T, V>
  /** Literal text in any of the text fields, ASCII letters in any case; empty text finds all. */
  search<T extends object>(
    this: ConstructorOf<T>,
    text: string | null | undefined,
    options?: Known<V, SearchOptions<V>>,
  ): Query<T, V>
  findBy<T extends object>(
    this: ConstructorOf<T>,
    where: Where<V, NoInfer<T>>,
  ): Promise<T | undefined>
  count<T extends object>(this: ConstructorOf<T>, where?: Where<V, NoInfer<T>>): CountQuery<T, V>
  /** Deletes what matches and gives their number. To delete everything say `deleteWhere({}, { all: true })`. */
  deleteWhere<T extends object>(
    this: ConstructorOf<T>,
    where: Where<V, NoInfer<T>>,
    options?: DeleteWhereOptions,
  ): Promise<number>
  /**
   * Writes the same values to everything that matches and gives its number; `increment(by)` adds to a number. For everything
   * say `updateWhere({}, values, { all: true })`.
   */
  updateWhere<T extends object>(
    this: ConstructorOf<T>,
    where: Where<V, NoInfer<T>>,
    values: UpdateOf<U, V>,
    options?: { readonly all?: boolean },
  ): Promise<number>
  /**
   * Updates the entity with the same id, or the same values in a unique set of fields, else creates one. `by` names the
   * set; default: the id if given, else the first unique set that `data` has all values of.
   */
  upsert<T extends object>(
    this: ConstructorOf<T>,
    data: I,
    options?: { readonly by?: (keyof V & string) | readonly (keyof V & string)[] },
  ): Promise<T>
  /** A condition with a name, to be combined and used with stores and with single entities. */
  spec<T extends object>(
    this: ConstructorOf<T>,
    condition: (columns: Columns<V, NoInfer<T>>) => Condition,
  ): Specification
  /** Pairs of an entity of this class and one of another. */
  join<T extends object, S extends object, W>(
    this: ConstructorOf<T>,
    other: ConstructorOf<S> & { readonly definition: EntityDefinition & ValuesOf<W> },
    on: (left: Columns<V, NoInfer<T>>, right: Columns<W, NoInfer<S>>) => Condition,
  ): JoinQuery<T, S, V, W>
  /** The same with every entity of this class, also where it pairs with none: then the second is undefined. */
  leftJoin<T extends object, S extends object, W>(
    this: ConstructorOf<T>,
    other: ConstructorOf<S> & { readonly definition: EntityDefinition & ValuesOf<W> },
    on: (left: Columns<V, NoInfer<T>>, right: Columns<W, NoInfer<S>>) => Condition,
  ): JoinQuery<T, S | undefined, V, W>
  /** Entities by a statement in the store's language. Columns are matched by name; values are never part of the text. */
  sql<T extends object>(
    this: ConstructorOf<T>,
    text: TemplateStringsArray,
    ...values: readonly RawValue[]
  ): Promise<T[]>
  /** The same past the scopes of the context, which a statement cannot be given: ``sql({ unscoped: true })`select …` ``. */
  sql<T extends object>(
    this: ConstructorOf<T>,
    options: { readonly unscoped: true },
  ): (text: TemplateStringsArray, ...values: readonly RawValue[]) => Promise<T[]>
  /** Notifies `listener` of every change of this class, after its commit. Returns a function that unsubscribes it. */
  observe<T extends object>(this: ConstructorOf<T>, listener: ChangeListener<T>): () => void
}

/** The result of `Entity(...)`: a class to extend. */
export interface EntityStatics<V extends object, I, U, K = string, R = string, H = never>
  extends EntityMembers<V, I, U, K> {
  /** The declaration of the class, as public data. */
  readonly definition: EntityDefinition & ValuesOf<V>
  new (...args: Args<I>): V & EntityInstance<U, V, R, H>
}

/**
 * Any entity class, whatever its fields. Parameters are `never` because each class takes its own: callers that have
 * checked the fields against `definition` cast.
 */
export interface EntityClass<T extends object = EntityInstance>
  extends Pick<
    EntityMembers<never, never, never, unknown>,
    | "create"
    | "createMany"
    | "saveMany"
    | "get"
    | "require"
    | "exists"
    | "all"
    | "where"
    | "filter"
    | "search"
    | "findBy"
    | "count"
    | "deleteWhere"
    | "observe"
  > {
  new (...args: never[]): T
  readonly name: string
  readonly prototype: T
  readonly definition: EntityDefinition
  readonly store?: Store
}
