// `Command(name, fields)` and `Query(name, fields)`: classes of validated messages, typed by their fields.
import { z } from "zod"
import { inputText } from "../entity/internal.ts"
import { NitroError } from "../shared/errors.ts"
import { suggest } from "../shared/suggest.ts"
import "./errors.ts"

/** A command changes something, a query only reads. */
export type MessageKind = "command" | "query"

/** The function that sends a message of its kind. */
export const verbs: { readonly command: "execute"; readonly query: "ask" } = {
  command: "execute",
  query: "ask",
}

export type Fields = Readonly<Record<string, z.ZodType>>

declare const phantom: unique symbol

/** An instance of a command or query class, whatever its fields. `Given` is what its handler returns, `Result` what the sender gets. */
export interface Message<
  Kind extends MessageKind = MessageKind,
  out Result = unknown,
  in Given = never,
> {
  /** Types only: never present at run time. */
  readonly [phantom]?: {
    readonly kind: Kind
    readonly result: Result
    readonly input: (value: Given) => void
  }
}

/** The declaration of a command or query class, as public data. */
export interface MessageDefinition {
  readonly kind: MessageKind
  readonly name: string
  readonly fields: Fields
  /** Schema of the result, where the class declares one. */
  readonly returns: z.ZodType | undefined
}

/** Any command or query class. */
export interface MessageClass<Kind extends MessageKind = MessageKind> {
  new (...args: never[]): Message<Kind>
  readonly name: string
  readonly definition: MessageDefinition
}

type Flat<T> = { [K in keyof T]: T[K] }
type Values<F extends Fields> = Flat<{ readonly [K in keyof F]: z.output<F[K]> }>
type Input<F extends Fields> = Flat<z.input<z.ZodObject<F>>>
type Args<I> = Record<never, never> extends I ? [input?: I] : [input: I]

/** The class returned by `Command(...)` and `Query(...)`, to be extended. */
export interface MessageStatics<Kind extends MessageKind, F extends Fields, R extends z.ZodType> {
  /** Validates the input. Throws `NITRO_CQRS_INPUT`. */
  new (...args: Args<Input<F>>): Values<F> & Message<Kind, z.output<R>, z.input<R>>
  readonly definition: MessageDefinition
}

export interface MessageOptions<R extends z.ZodType> {
  /**
   * Schema of the result: senders get its type, a handler that gives something else fails with `NITRO_CQRS_RESULT`. For
   * an entity: `z.instanceof(Order)`. Default: any result, of unknown type to those who know only the class.
   */
  readonly returns?: R
}

class MessageBase {
  constructor(input: unknown = {}) {
    const { fields } = definitionOf(this)
    const values = validated(definitionOf(this), input)
    for (const name of Object.keys(fields))
      Object.defineProperty(this, name, { value: values[name], enumerable: true })
  }
}

/**
 * The class that a command extends: an order to change something, validated when it is made and the same ever after.
 *
 * ```ts
 * class PlaceOrder extends Command("PlaceOrder", { productId: z.string(), quantity: z.int().positive() }) {}
 * handle(PlaceOrder, async ({ productId, quantity }) => { ... })
 * await execute(new PlaceOrder({ productId: "p1", quantity: 2 }))
 * ```
 */
export const Command: Declare<"command"> = (name, fields, { returns } = {}) =>
  declare("command", name, fields, returns)

/** The class that a query extends: it changes nothing. Run by `ask`, otherwise like a command. */
export const Query: Declare<"query"> = (name, fields, { returns } = {}) =>
  declare("query", name, fields, returns)

type Declare<Kind extends MessageKind> = <F extends Fields, R extends z.ZodType = z.ZodUnknown>(
  name: string,
  fields: F,
  options?: MessageOptions<R>,
) => MessageStatics<Kind, F, R>

const reserved = new Set(Object.getOwnPropertyNames(Object.prototype))

function declare<Kind extends MessageKind, F extends Fields, R extends z.ZodType>(
  kind: Kind,
  name: string,
  fields: F,
  returns: R | undefined,
): MessageStatics<Kind, F, R> {
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name)) {
    throw new NitroError("NITRO_CQRS_DEFINITION", `"${name}" is not a usable name of a ${kind}.`, {
      fix: `Use letters and digits, as in ${kind === "command" ? 'Command("PlaceOrder", {...})' : 'Query("OpenOrders", {...})'}.`,
    })
  }
  for (const [field, schema] of Object.entries(fields)) {
    if (reserved.has(field)) {
      throw new NitroError(
        "NITRO_CQRS_DEFINITION",
        `The field "${field}" of ${name} would hide what every object has by this name.`,
        {
          fix: "Choose another name.",
        },
      )
    }
    if (typeof schema?._zod?.def !== "object") {
      throw new NitroError(
        "NITRO_CQRS_DEFINITION",
        `The field "${field}" of ${name} is not a zod 4 schema.`,
        {
          fix: "Use z.string() and the like.",
        },
      )
    }
  }
  const definition: MessageDefinition = Object.freeze({ kind, name, fields, returns })
  const declared = class extends MessageBase {
    static readonly definition = definition
  }
  // The constructor gives an instance one property a field, the output of its schema.
  return Object.defineProperty(declared, "name", { value: name }) as unknown as MessageStatics<
    Kind,
    F,
    R
  >
}

const schemas = new WeakMap<MessageDefinition, z.ZodObject>()

function schemaOf(definition: MessageDefinition): z.ZodObject {
  const existing = schemas.get(definition)
  if (existing !== undefined) return existing
  const schema = z.object(definition.fields)
  schemas.set(definition, schema)
  return schema
}

function validated(definition: MessageDefinition, input: unknown): Record<string, unknown> {
  const { name, fields } = definition
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return refuse(name, [{ path: "", message: `Expected an object with the fields of ${name}.` }])
  }
  for (const field of Object.keys(input)) {
    if (!Object.hasOwn(fields, field)) {
      return refuse(name, [{ path: field, message: "Unknown field." }], {
        fix: suggest(field, Object.keys(fields)),
      })
    }
  }
  const result = parse(definition, input)
  if (result.success) return result.data
  return refuse(
    name,
    result.error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
    { fields },
  )
}

function parse(
  definition: MessageDefinition,
  input: object,
): z.ZodSafeParseResult<Record<string, unknown>> {
  try {
    return schemaOf(definition).safeParse(input)
  } catch (cause) {
    if (!(cause instanceof z.core.$ZodAsyncError)) throw cause
    throw new NitroError(
      "NITRO_CQRS_DEFINITION",
      `A field of ${definition.name} has an async check, but a constructor cannot wait.`,
      {
        fix: "Check it in the handler.",
        cause,
      },
    )
  }
}

function refuse(
  name: string,
  issues: readonly { readonly path: string; readonly message: string }[],
  { fix, fields = {} }: { readonly fix?: string | undefined; readonly fields?: Fields } = {},
): never {
  const problems = issues
    .map(({ path, message }) => (path === "" ? message : `${inputText(path, fields)}: ${message}`))
    .join("; ")
  throw new NitroError("NITRO_CQRS_INPUT", `${name} is refused: ${problems}`, {
    details: { issues },
    ...(fix === undefined ? {} : { fix }),
  })
}

/** The definition of a message. Only instances of classes that `Command` and `Query` made have one. */
export function definitionOf(message: object): MessageDefinition {
  // `declare` puts it on the class.
  return (message.constructor as unknown as MessageClass).definition
}

export function isMessage(value: unknown): value is Message {
  return value instanceof MessageBase
}

export function isMessageClass(value: unknown): value is MessageClass {
  return typeof value === "function" && value.prototype instanceof MessageBase
}
