// Fields as conditions see them: the operators that each type of value has, and steps into JSON and value objects.

import type {
  EqualityOperator,
  ListOperator,
  OrderingOperator,
  operators,
  TextOperator,
} from "../contract/operators.ts"
import type { JsonScalar } from "../contract/predicate.ts"
import type { PlainPart, ValueObjectInstance } from "../definition/value-object.ts"
import type { Condition } from "./condition.ts"

// A method, and not a property that holds a function: columns of a narrower type are columns of a wider one.
type Method<A> = { call(operand: A): Condition }["call"]
type Equality<T> = {
  [O in EqualityOperator]: Method<T | null | Column<T>>
} & { [O in ListOperator]: Method<readonly (T | null)[]> }
type Nullness = { isNull(): Condition; isNotNull(): Condition }
type Ordering<T> = {
  [O in OrderingOperator]: Method<T | Column<T>>
} & Between<T>
type Between<T> = {
  /** Both ends included. */
  between(from: T, to: T): Condition
}
type Text = { [O in keyof Pick<typeof operators, TextOperator>]: Method<string> }

/** A field in `where(t => ...)`: comparable with another field of the same type. */
export interface Column<in out T> {
  readonly field: string
  readonly columnOf?: T
}

/** The operators of a field with these values. */
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

// The known keys of JSON: none (`{}` is unknown without null), or those of its schema.
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

/** `ne` holds for what is missing or of another type too. */
type JsonEquality<S> = {
  [O in EqualityOperator]: Method<S | null>
} & { [O in ListOperator]: Method<readonly (S | null)[]> }
type JsonOrdering<S> = { [O in OrderingOperator]: Method<S> } & Between<S>
/** A value inside of a JSON field. Missing is null; objects and lists equal no value. */
export type JsonColumn<T> = JsonSteps<T> &
  Nullness &
  ([JsonScalarOf<T>] extends [never] ? unknown : JsonEquality<JsonScalarOf<T>>) &
  ([Extract<JsonScalarOf<T>, string | number>] extends [never]
    ? unknown
    : JsonOrdering<Extract<JsonScalarOf<T>, string | number>>) &
  ([Extract<JsonScalarOf<T>, string>] extends [never] ? unknown : Text)
