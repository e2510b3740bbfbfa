// Value objects: small classes without an identity, equal when their parts are, never changed. A field holds one by `embedded`.

import { z } from "zod"
import { isObject } from "../../shared/guards.ts"
import { suggest } from "../../shared/suggest.ts"
import type { ValueClass, ValuePart } from "../contract/definition.ts"
import { definitionError, validationError } from "../contract/errors.ts"
import { defOf, marked } from "../contract/schema-def.ts"
import { readField, type Shape } from "./fields.ts"

// Carries the parts in the type of an instance, so that the JSON of an entity knows them.
declare const partValues: unique symbol

/** The methods of every value object. `P` are its parts, `I` the input of its constructor. */
export interface ValueObjectInstance<P extends object = object, I = never> {
  readonly [partValues]?: P
  /** Is it of the same class, with equal parts? */
  equals(other: unknown): boolean
  /** A validated copy with other parts. */
  with(changes: Partial<I>): this
  /** Its parts; dates as ISO text, bigints as decimal text, bytes as base64. It is stored so. */
  toJSON(): { [K in keyof P]: PlainPart<P[K]> }
}

/** A part as JSON carries it. */
export type PlainPart<T> =
  NonNullable<T> extends bigint | Uint8Array | Date
    ? string | Exclude<T, bigint | Uint8Array | Date>
    : T extends { toJSON(): infer J }
      ? J
      : T

/** The result of `ValueObject(...)`: a class to extend. */
export interface ValueObjectStatics<P extends object, I> {
  new (data: I): Readonly<P> & ValueObjectInstance<P, I>
  /** The parts, as public data. */
  readonly parts: readonly ValuePart[]
}

interface Part extends ValuePart {
  readonly value: ValueClass | undefined
  readonly absent: null | undefined
}

// Marks a constructor call with trusted parts, as a private object that no input can imitate.
const trusted: unique symbol = Symbol("trusted")
const modelKey: unique symbol = Symbol("nitro.value")

/** One call of `ValueObject(...)`; its schemas are looked at on first use. */
class ValueModel {
  readonly name: string
  readonly #shape: Shape
  #parts: readonly Part[] | undefined
  #schema: z.ZodObject<Shape> | undefined

  constructor(name: string, shape: Shape) {
    this.name = name
    this.#shape = { ...shape }
  }

  get parts(): readonly Part[] {
    this.#parts ??= Object.entries(this.#shape).map(([name, schema]) => {
      const { type, nullable, optional, absent, value } = readField(name, schema)
      const inner = value === undefined ? {} : { parts: value.parts }
      return { name, type, nullable, optional, schema, value, absent, ...inner }
    })
    return this.#parts
  }

  /** The validated parts of input. Throws what zod found. */
  parse(data: unknown): z.ZodSafeParseResult<Readonly<Record<string, unknown>>> {
    this.#schema ??= z.object(this.#shape)
    return this.#schema.safeParse(data)
  }

  unknownPart(data: object): string | undefined {
    return Object.keys(data).find(name => !Object.hasOwn(this.#shape, name))
  }

  get names(): string[] {
    return Object.keys(this.#shape)
  }
}

/** The model of a class of value objects, inherited by its subclasses. */
function modelOf(type: object): ValueModel | undefined {
  const model = modelKey in type ? type[modelKey] : undefined
  return model instanceof ValueModel ? model : undefined
}

function requireModel(type: object): ValueModel {
  const model = modelOf(type)
  if (model === undefined)
    throw definitionError(
      "A class was used as a value object and is none.",
      'Extend ValueObject("Money", { ... }).',
    )
  return model
}

// Typed loosely: what users see is `ValueObjectStatics`, inferred from the parts.
class ValueBase {
  constructor(data: unknown, parts?: Readonly<Record<string, unknown>>) {
    const model = requireModel(new.target)
    const values = data === trusted && parts !== undefined ? parts : validated(model, data)
    // Not frozen as a whole, since a class may have other fields.
    for (const { name } of model.parts)
      Object.defineProperty(this, name, { value: lasting(values[name]), enumerable: true })
  }

  static get parts(): readonly ValuePart[] {
    return requireModel(this).parts
  }

  equals(other: unknown): boolean {
    if (this === other) return true
    return (
      other instanceof ValueBase &&
      other.constructor === this.constructor &&
      JSON.stringify(this) === JSON.stringify(other)
    )
  }

  with(changes: object): ValueBase {
    return new (valueClass(this.constructor))({ ...partsOf(this), ...changes })
  }

  toJSON(): Record<string, unknown> {
    const parts = partsOf(this)
    for (const name of Object.keys(parts)) {
      const plain = toPlain(parts[name])
      if (plain === undefined) delete parts[name]
      else parts[name] = plain
    }
    return parts
  }
}

function isValueClass(type: unknown): type is typeof ValueBase {
  return typeof type === "function" && modelOf(type) !== undefined
}

function valueClass(type: unknown): typeof ValueBase {
  if (isValueClass(type)) return type
  throw definitionError(
    "embedded() was given something that is no value object.",
    'Extend ValueObject("Money", { ... }).',
  )
}

function partsOf(value: ValueBase): Record<string, unknown> {
  const values = new Map(Object.entries(value))
  return Object.fromEntries(
    requireModel(value.constructor).names.map(name => [name, values.get(name)]),
  )
}

function toPlain(value: unknown): unknown {
  if (typeof value === "bigint") return String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64")
  if (value instanceof Date) return value.toISOString()
  return value instanceof ValueBase ? value.toJSON() : value
}

/** Copies and freezes lists and objects, so that a value cannot be changed through its input. */
function lasting(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(lasting))
  if (value instanceof Date) return new Date(value)
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (typeof value !== "object" || value === null || value instanceof ValueBase) return value
  return Object.freeze(
    Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, lasting(inner)])),
  )
}

function validated(model: ValueModel, data: unknown): Readonly<Record<string, unknown>> {
  const issues = issuesOf(model, data)
  if ("parts" in issues) return issues.parts
  throw validationError(
    model.name,
    issues.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message })),
  )
}

type Checked =
  | { readonly parts: Readonly<Record<string, unknown>> }
  | {
      readonly issues: readonly {
        readonly path: readonly PropertyKey[]
        readonly message: string
      }[]
    }

function issuesOf(model: ValueModel, data: unknown): Checked {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    return { issues: [{ path: [], message: `expected the parts of ${model.name}` }] }
  }
  const unknown = model.unknownPart(data)
  if (unknown !== undefined) {
    return {
      issues: [
        {
          path: [unknown],
          message: `is no part of ${model.name}. ${suggest(unknown, model.names)}`,
        },
      ],
    }
  }
  const result = model.parse(data)
  return result.success ? { parts: result.data } : { issues: result.error.issues }
}

const reserved: ReadonlySet<string> = new Set([
  "equals",
  "with",
  "toJSON",
  "constructor",
  "__proto__",
  "then",
])

/**
 * The class that a value object extends: parts with zod schemas, equality by value, no setters. A change returns a new one.
 *
 * ```ts
 * class Money extends ValueObject("Money", { amount: z.number(), currency: z.string().length(3) }) {
 *   plus(other: Money): Money {
 *     return this.with({ amount: this.amount + other.amount })
 *   }
 * }
 * class Product extends Entity("Product", { name: z.string(), price: embedded(Money) }) {}
 * ```
 *
 * The constructor throws `NITRO_VALIDATION`. Throws `NITRO_DEFINITION` for names that cannot work.
 */
export function ValueObject<S extends Shape>(
  name: string,
  parts: S,
): ValueObjectStatics<{ [K in keyof S]: z.output<S[K]> }, z.input<z.ZodObject<S>>> {
  for (const [part, schema] of Object.entries(parts)) {
    if (reserved.has(part) || !/^[A-Za-z][A-Za-z0-9_]*$/.test(part))
      throw definitionError(
        `"${part}" is no usable name for a part of ${name}.`,
        "Choose another name.",
      )
    if (typeof schema?._zod?.def !== "object")
      throw definitionError(
        `The part "${part}" of ${name} is not a zod 4 schema.`,
        "Use z.string() and the like.",
      )
  }
  const generated = class extends ValueBase {}
  Object.defineProperty(generated, modelKey, { value: new ValueModel(name, parts) })
  // Built from the same parts that the types are derived from.
  return generated as unknown as ValueObjectStatics<
    { [K in keyof S]: z.output<S[K]> },
    z.input<z.ZodObject<S>>
  >
}

export function isValueObject(value: unknown): value is ValueObjectInstance {
  return value instanceof ValueBase
}

/**
 * A field that holds a value object, stored as one JSON column. Takes an instance, or an object with its parts.
 * `embedded(Money).nullable()`, `.default(() => new Money(...))`.
 */
export function embedded<T extends object, I>(
  type: (new (data: I) => T) & { readonly parts: readonly ValuePart[] },
): z.ZodType<T, T | I> {
  const Value = valueClass(type)
  const model = requireModel(Value)
  const schema = z.transform((data: unknown, context) => {
    if (data instanceof type) return data
    // An instance of another class may have the same parts, and other rules.
    const checked =
      data instanceof ValueBase
        ? { issues: [{ path: [], message: `expected the parts of ${model.name}` }] }
        : issuesOf(model, data)
    if ("parts" in checked) {
      const instance = new Value(trusted, checked.parts)
      if (instance instanceof type) return instance
    }
    for (const { path, message } of "issues" in checked ? checked.issues : [])
      context.issues.push({ code: "custom", message, path: [...path], input: data })
    return z.NEVER
  })
  // The type of a transform says nothing of what it takes; this one was made for these two.
  return marked(schema, { nitroValue: type }) as z.ZodType as z.ZodType<T, T | I>
}

/** The instance of stored parts, which are trusted. A part that came after they were stored has its default. */
export function toValueObject(type: ValueClass, stored: unknown): unknown {
  const parts = isObject(stored) ? stored : {}
  const values: Record<string, unknown> = {}
  const Value = valueClass(type)
  for (const part of requireModel(Value).parts)
    values[part.name] = fromPlain(part, parts[part.name])
  return new Value(trusted, values)
}

function fromPlain(
  { type, value, schema, optional, nullable, absent }: Part,
  plain: unknown,
): unknown {
  if (plain === undefined && optional && !nullable) return schema.safeParse(undefined).data
  if (plain === undefined || plain === null) return plain === null ? null : absent
  if (value !== undefined) return toValueObject(value, plain)
  if (type === "date") return new Date(String(plain))
  if (type === "bigint") return BigInt(String(plain))
  return type === "bytes" ? Uint8Array.from(Buffer.from(String(plain), "base64")) : plain
}

/** The parts of the value objects that a schema takes, in whatever it is wrapped; undefined for any other. */
export function valueParts(schema: z.ZodType): readonly ValuePart[] | undefined {
  const { innerType, nitroValue } = defOf(schema)
  return nitroValue === undefined ? innerType && valueParts(innerType) : nitroValue.parts
}
