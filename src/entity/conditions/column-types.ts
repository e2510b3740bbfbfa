// Fields as conditions see them: the operators that each type of value has, and steps into JSON and value objects.

import type { JsonScalar } from "../contract/predicate.ts"
import type { PlainPart, ValueObjectInstance } from "../definition/value-object.ts"
import type { Condition } from "./condition.ts"

type Equality<T> = {
  eq(value: T | null | Column<T>): Condition
  ne(value: T | null | Column<T>): Condition
  in(values: readonly (T | null)[]): Condition
  notIn(values: readonly (T | null)[]): Condition
}
type Nullness = { isNull(): Condition; isNotNull(): Condition }
type Ordering<T> = {
  lt(value: T | Column<T>): Condition
  lte(value: T | Column<T>): Condition
  gt(value: T | Column<T>): Condition
  gte(value: T | Column<T>): Condition
  /** Both ends included. */
  between(from: T, to: T): Condition
}
type Text = {
  /** Literal text; ASCII letters match in any case. */
  contains(text: string): Condition
  startsWith(text: string): Condition
  endsWith(text: string): Condition
  /** SQL pattern: `%` any text, `_` one character. */
  like(pattern: string): Condition
}

/** A field in `where(t => ...)`: comparable with another field of the same type. */
export interface Column<in out T> {
  readonly field: string
  readonly columnOf?: T
}

/** What can be asked of a field with these values. */
export type OperatorsOf<T> = [T] extends [string]
  ? Equality<T> & Ordering<T> & Text & Nullness
  : [T] extends [number | bigint | Date]
    ? Equality<T> & Ordering<T> & Nullness
    : [T] extends [boolean | Uint8Array]
      ? Equality<T> & Nullness
      : [T] extends [ValueObjectInstance<infer P>]
        ? Nullness & JsonSteps<PlainParts<P>> & PartColumns<P>
        : Nullness & JsonSteps<T>

type PlainParts<P> = { [K in keyof P]: PlainPart<P[K]> }
/** The parts of a value object in conditions, where no operator has the name. */
type PartColumns<P> = {
  readonly [K in Exclude<
    keyof P,
    | keyof Equality<string>
    | keyof Ordering<string>
    | keyof Text
    | keyof Nullness
    | "path"
    | "field"
    | "place"
    | "build"
  >]: PartColumn<NonNullable<P[K]>>
}
/** A date is compared with dates, or with their text in ISO form; a bigint with bigints. */
type PartColumn<T> = [T] extends [Date]
  ? Nullness & JsonEquality<Date | string> & JsonOrdering<Date | string>
  : [T] extends [bigint]
    ? Nullness & JsonEquality<bigint | string>
    : JsonColumn<NonNullable<PlainPart<T>>>

// What is known of JSON: nothing (`{}` is what is left of unknown without null), or what its schema says.
type JsonKeys<T> = keyof T extends never
  ? T extends string | number | boolean
    ? never
    : string | number
  : T extends readonly unknown[]
    ? number
    : T extends object
      ? keyof T & (string | number)
      : never
type JsonAt<T, K> = keyof T extends never
  ? unknown
  : T extends readonly (infer E)[]
    ? K extends number
      ? E
      : never
    : K extends keyof T
      ? T[K]
      : never
type JsonScalarOf<T> = [keyof T] extends [never] ? JsonScalar : Extract<T, JsonScalar>

/** Steps into a JSON field: keys of objects, positions in lists. */
export interface JsonSteps<T> {
  /** The value at this place. `path()` is the whole. */
  path(): JsonColumn<T>
  path<A extends JsonKeys<T>>(a: A): JsonColumn<Inside<T, A>>
  path<A extends JsonKeys<T>, B extends JsonKeys<Inside<T, A>>>(
    a: A,
    b: B,
  ): JsonColumn<Inside<Inside<T, A>, B>>
  path<
    A extends JsonKeys<T>,
    B extends JsonKeys<Inside<T, A>>,
    C extends JsonKeys<Inside<Inside<T, A>, B>>,
  >(a: A, b: B, c: C): JsonColumn<Inside<Inside<Inside<T, A>, B>, C>>
}
type Inside<T, K> = NonNullable<JsonAt<T, K>>

type JsonEquality<S> = {
  eq(value: S | null): Condition
  /** Holds for what is missing or of another type too. */
  ne(value: S | null): Condition
  in(values: readonly (S | null)[]): Condition
  notIn(values: readonly (S | null)[]): Condition
}
type JsonOrdering<S> = {
  lt(value: S): Condition
  lte(value: S): Condition
  gt(value: S): Condition
  gte(value: S): Condition
  between(from: S, to: S): Condition
}
/** A value inside of a JSON field. Missing is null; objects and lists equal no value. */
export type JsonColumn<T> = JsonSteps<T> &
  Nullness &
  ([JsonScalarOf<T>] extends [never] ? unknown : JsonEquality<JsonScalarOf<T>>) &
  ([Extract<JsonScalarOf<T>, string | number>] extends [never]
    ? unknown
    : JsonOrdering<Extract<JsonScalarOf<T>, string | number>>) &
  ([Extract<JsonScalarOf<T>, string>] extends [never] ? unknown : Text)
