// The static side of an entity class, as `Entity(...)` returns it, for the values of its fields.

import type { Condition, Specification } from "../conditions/condition.ts"
import type { EntityDefinition } from "../contract/definition.ts"
import type { Value } from "../contract/predicate.ts"
import type { Increment } from "./increment.ts"
import type { JoinQuery } from "./join-query.ts"
import type { DeleteWhereOptions, SaveOptions } from "./options.ts"
import type {
  ChangeListener,
  Columns,
  CountQuery,
  EntityInstance,
  FilterOptions,
  Query,
  SearchOptions,
  Where,
  WhereObject,
} from "./types.ts"

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

/** The result of `Entity(...)`: a class to extend. */
export interface EntityStatics<V extends object, I, U, K = string, R = string, H = never> {
  new (...args: Args<I>): V & EntityInstance<U, V, R, H>
  /** The declaration of the class, as public data. */
  readonly definition: EntityDefinition & ValuesOf<V>
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
    where: WhereObject<V, NoInfer<T>> | Condition,
    options?: FilterOptions<V>,
  ): Query<T, V>
  /** Literal text in any of the text fields, ASCII letters in any case; empty text finds all. */
  search<T extends object>(
    this: ConstructorOf<T>,
    text: string | null | undefined,
    options?: SearchOptions<V>,
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
