// `Command(name, fields)` and `Query(name, fields)`: classes of validated messages, typed by their fields.
import { z } from "zod"
import { inputText } from "../entity/internal.ts"
import { NitroError } from "../shared/errors.ts"
import { suggest } from "../shared/suggest.ts"
import "./errors.ts"

/** A command changes something, a query only reads. */
export type MessageKind = "command" | "query"

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
export function Command<F extends Fields, R extends z.ZodType = z.ZodUnknown>(
  name: string,
  fields: F,
  options: MessageOptions<R> = {},
): MessageStatics<"command", F, R> {
  return declare("command", name, fields, options.returns) as unknown as MessageStatics<
    "command",
    F,
    R
  >
}

/** The class that a query extends: it changes nothing. Run by `ask`, otherwise like a command. */
export function Query<F extends Fields, R extends z.ZodType = z.ZodUnknown>(
  name: string,
  fields: F,
  options: MessageOptions<R> = {},
): MessageStatics<"query", F, R> {
  return declare("query", name, fields, options.returns) as unknown as MessageStatics<"query", F, R>
}

const reserved = new Set(Object.getOwnPropertyNames(Object.prototype))

function declare(
  kind: MessageKind,
  name: string,
  fields: Fields,
  returns: z.ZodType | undefined,
): typeof MessageBase {
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
  schemas.set(definition, z.object(fields))
  return Object.defineProperty(declared, "name", { value: name })
}

const schemas = new WeakMap<MessageDefinition, z.ZodType>()

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
  if (result.success) return result.data as Record<string, unknown>
  return refuse(
    name,
    result.error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
    { fields },
  )
}

function parse(definition: MessageDefinition, input: object): z.ZodSafeParseResult<unknown> {
  try {
    return (schemas.get(definition) as z.ZodType).safeParse(input)
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

/** The definition of a message. Only instances of what `Command` and `Query` gave have one. */
export function definitionOf(message: object): MessageDefinition {
  return (message.constructor as unknown as MessageClass).definition
}

export function isMessage(value: unknown): value is Message {
  return value instanceof MessageBase
}

export function isMessageClass(value: unknown): value is MessageClass {
  return typeof value === "function" && value.prototype instanceof MessageBase
}
