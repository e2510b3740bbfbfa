// Types of expressions: each has the methods of the type it evaluates to, and no others.
import type { Expression as Brand } from "../shared/expression.ts"

/** A plain value, or an expression that evaluates to one. Plain values are printed as literals that cannot break out. */
export type Operand<T> = T | Brand<T>

/** Something to do rather than a value: an assignment, a backend action, several of them. */
export type Effect = Brand<void>

/** How a value lives in the page: a Date is its ISO string, an object with `toJSON` what that returns. */
export type InPage<T> =
  T extends Brand<infer U>
    ? InPage<U>
    : T extends string | number | boolean
      ? T
      : T extends Date
        ? string
        : T extends readonly (infer Item)[]
          ? [Item] extends [never]
            ? unknown[]
            : InPage<Item>[]
          : T extends { toJSON(): infer U }
            ? InPage<U>
            : T extends object
              ? { [K in keyof T]: InPage<T[K]> }
              : T

/** The type that a literal stands for: text for `"yes"`. */
type Widened<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T

/** The type of a choice between plain values and expressions. */
export type Choice<A, B = never> = Expression<Widened<InPage<A>> | Widened<InPage<B>>>

/** The methods of every expression. */
export interface AnyExpression<T> extends Brand<T> {
  /** `===` */
  eq(other: Operand<T> | null): Expression<boolean>
  /** `!==` */
  ne(other: Operand<T> | null): Expression<boolean>
  /** `&&`: JavaScript's, so an effect on the right runs only when this is truthy. */
  and<U>(other: Operand<U>): Expression<T | U>
  /** `||` */
  or<U>(other: Operand<U>): Expression<T | U>
  /** `??`: the other value when this is null or undefined. */
  orElse<U>(other: Operand<U>): Expression<NonNullable<T> | U>
  not(): Expression<boolean>
  /** `(this ? yes : no)`. `no` is `''` by default. */
  if_<A, B = string>(yes: Operand<A>, no?: Operand<B>): Choice<A, B>
  /** `if (this) { ... }`: a statement, for data-on attributes. It is not called `then`, because that would make each expression a thenable. */
  thenDo(...effects: Brand[]): Effect
  /** Concatenates as text. */
  plus(text: string): Expression<string>
}

export interface OrderedExpression<T> {
  gt(other: Operand<T>): Expression<boolean>
  gte(other: Operand<T>): Expression<boolean>
  lt(other: Operand<T>): Expression<boolean>
  lte(other: Operand<T>): Expression<boolean>
}

export interface NumberExpression extends OrderedExpression<number> {
  plus(other: Operand<number>): Expression<number>
  plus(text: Operand<string>): Expression<string>
  minus(other: Operand<number>): Expression<number>
  times(other: Operand<number>): Expression<number>
  dividedBy(other: Operand<number>): Expression<number>
  mod(other: Operand<number>): Expression<number>
  /** Rounds to this many decimal digits, 0 by default. */
  round(digits?: number): Expression<number>
  floor(): Expression<number>
  ceil(): Expression<number>
  abs(): Expression<number>
  /** The smaller of the two. */
  min(limit: Operand<number>): Expression<number>
  /** The larger of the two. */
  max(limit: Operand<number>): Expression<number>
  clamp(low: Operand<number>, high: Operand<number>): Expression<number>
  toFixed(digits?: Operand<number>): Expression<string>
  toPrecision(digits?: Operand<number>): Expression<string>
  toExponential(digits?: Operand<number>): Expression<string>
  toLocaleString(locale?: Operand<string>, options?: Intl.NumberFormatOptions): Expression<string>
}

type TextMethod =
  | "startsWith"
  | "endsWith"
  | "includes"
  | "indexOf"
  | "lastIndexOf"
  | "trim"
  | "trimStart"
  | "trimEnd"
  | "toLowerCase"
  | "toUpperCase"
  | "charAt"
  | "charCodeAt"
  | "codePointAt"
  | "padStart"
  | "padEnd"
  | "repeat"
  | "substring"
  | "slice"
  | "concat"
  | "at"

type Operands<A extends readonly unknown[]> = { [K in keyof A]: Operand<A[K]> }

/** JavaScript's own methods, with expressions allowed as arguments. */
type PassedThrough<Source, Method extends keyof Source> = {
  readonly [M in Method]: Source[M] extends (...args: infer A) => infer R
    ? (...args: Operands<A>) => Expression<R>
    : never
}

export interface TextExpression
  extends OrderedExpression<string>,
    PassedThrough<string, TextMethod> {
  /** The value of the first case that equals this text. `otherwise` is `''` by default. */
  match<V, D = string>(
    cases: Readonly<Record<string, Operand<V>>>,
    otherwise?: Operand<D>,
  ): Choice<V, D>
  plus(other: Operand<string | number>): Expression<string>
  readonly length: Expression<number>
  lower(): Expression<string>
  upper(): Expression<string>
  contains(part: Operand<string>): Expression<boolean>
  replace(search: Operand<string>, replacement: Operand<string>): Expression<string>
  replaceAll(search: Operand<string>, replacement: Operand<string>): Expression<string>
  split(separator: Operand<string>, limit?: Operand<number>): Expression<string[]>
  localeCompare(other: Operand<string>, locale?: Operand<string>): Expression<number>
  normalize(form?: "NFC" | "NFD" | "NFKC" | "NFKD"): Expression<string>
  toLocaleUpperCase(locale?: Operand<string>): Expression<string>
  toLocaleLowerCase(locale?: Operand<string>): Expression<string>
  /** One character: `$name[0]`. */
  index(position: Operand<number>): Expression<string>
}

export interface ListExpression<Item> {
  readonly length: Expression<number>
  /** `$items[0]` */
  index(position: Operand<number>): Expression<Item>
  /** `$items.at(-1)`: counts from the end when negative. */
  at(position: Operand<number>): Expression<Item | undefined>
  contains(item: Operand<Item>): Expression<boolean>
  includes(item: Operand<Item>): Expression<boolean>
  indexOf(item: Operand<Item>): Expression<number>
  lastIndexOf(item: Operand<Item>): Expression<number>
  slice(start?: Operand<number>, end?: Operand<number>): Expression<Item[]>
  concat(...items: (Operand<Item> | Operand<readonly Item[]>)[]): Expression<Item[]>
  join(separator?: Operand<string>): Expression<string>
  flat(depth?: Operand<number>): Expression<unknown[]>
  toReversed(): Expression<Item[]>
  toSorted(): Expression<Item[]>
  toSpliced(
    start: Operand<number>,
    deleteCount?: Operand<number>,
    ...items: Operand<Item>[]
  ): Expression<Item[]>
  with(position: Operand<number>, item: Operand<Item>): Expression<Item[]>
}

export interface RecordExpression<T extends object> {
  /** A property: `$user.name`; an expression as the name gives `$user[$key]`. */
  prop<K extends keyof T & string>(name: K): Expression<T[K]>
  prop(name: Brand<string>): Expression<T[keyof T]>
}

// biome-ignore lint/complexity/noBannedTypes: intersecting with {} adds nothing, which is what a type without own methods needs.
type Nothing = {}

type MethodsOf<T> = unknown extends T
  ? Nothing
  : [NonNullable<T>] extends [never]
    ? Nothing
    : [NonNullable<T>] extends [number]
      ? NumberExpression
      : [NonNullable<T>] extends [string]
        ? TextExpression
        : [NonNullable<T>] extends [readonly (infer Item)[]]
          ? ListExpression<Item>
          : [NonNullable<T>] extends [boolean]
            ? Nothing
            : [NonNullable<T>] extends [object]
              ? RecordExpression<NonNullable<T>>
              : Nothing

/** JavaScript that the page evaluates to a `T`, with the methods of a `T`. Each method prints a larger expression. */
export type Expression<T> = MethodsOf<T> & AnyExpression<T>

/** Assigning, for signals and their properties and items. */
export interface Assignable<T> {
  /** `$x = value` */
  set(value: Operand<T> | InPageSource<T>): Effect
  /** Without values `$x = !($x)`; with values the one after the current, and the first after the last. */
  toggle(...values: Operand<T>[]): Effect
}

/** Plain data that is `T` once it is in the page: a Date where `T` is its string, lists and objects with expressions inside. */
type InPageSource<T> = T extends string
  ? Date
  : T extends readonly (infer Item)[]
    ? readonly (Operand<Item> | InPageSource<Item>)[]
    : T extends object
      ? { readonly [K in keyof T]: Operand<T[K]> | InPageSource<T[K]> }
      : never

interface AssignableNumber {
  /** `$x = ($x + amount)`; `$x++` for 1. */
  add(amount: Operand<number>): Effect
  /** `$x = ($x - amount)`; `$x--` for 1. */
  sub(amount: Operand<number>): Effect
  mul(factor: Operand<number>): Effect
  div(divisor: Operand<number>): Effect
}

interface AssignableText {
  /** Appends text. */
  add(text: Operand<string>): Effect
}

interface AssignableList<Item> {
  /** `push` */
  append(...items: Operand<Item>[]): Effect
  /** `unshift` */
  prepend(...items: Operand<Item>[]): Effect
  /** Takes the item at this position out. */
  remove(position: Operand<number>): Effect
  index(position: Operand<number>): Signal<Item>
}

type AssignableMethodsOf<T> = unknown extends T
  ? Nothing
  : [NonNullable<T>] extends [never]
    ? Nothing
    : [NonNullable<T>] extends [number]
      ? AssignableNumber
      : [NonNullable<T>] extends [string]
        ? AssignableText
        : [NonNullable<T>] extends [readonly (infer Item)[]]
          ? AssignableList<Item>
          : [NonNullable<T>] extends [boolean]
            ? Nothing
            : [NonNullable<T>] extends [object]
              ? AssignableRecord<NonNullable<T>> & {
                  readonly [K in keyof NonNullable<T> as K extends RecordMember
                    ? never
                    : K]: Signal<NonNullable<T>[K]>
                }
              : Nothing

interface AssignableRecord<T extends object> {
  prop<K extends keyof T & string>(name: K): Signal<T[K]>
  prop(name: Brand<string>): Signal<T[keyof T]>
}

/** Names that a record's own properties cannot shadow; `prop("set")` reads a property of such a name. */
export type RecordMember =
  | keyof AnyExpression<unknown>
  | keyof RecordExpression<object>
  | keyof Assignable<unknown>

/** A signal, or a property or item of one: an expression that can also be assigned to. */
export type Signal<T> = AssignableMethodsOf<T> & Assignable<T> & Expression<T>
