// `action`: marks a method as callable from outside, as a decorator or as a plain call.
import type { z } from "zod"
import { NitroError } from "../../shared/errors.ts"
import { optionNames, refuseUnknownOptions } from "../../shared/options.ts"
import { suggest } from "../../shared/suggest.ts"
import "./errors.ts"
import type { User } from "./user.ts"

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

/** Plain values by name: what a request carries, and what an action gets once its schemas have checked it. */
export type Input = Record<string, unknown>

export interface ActionOptions {
  /** HTTP method; default `"POST"`. A GET action must not change anything. */
  readonly method?: HttpMethod
  /** Last segment of the route; default the method's name in kebab-case. */
  readonly path?: string
  /** Schemas of the input, by name. Input without a schema is refused, so that nothing unvalidated reaches the method. */
  readonly input?: Readonly<Record<string, z.ZodType>>
  /** A question the browser asks before it sends. */
  readonly confirm?: string
  /** `"required"`: refuses a request without an idempotency key. Default: a request with one is carried out once, one without as often as it comes. */
  readonly idempotent?: "required"
  /** HTTP status of a JSON answer; default 200, or 204 when there is nothing to send. */
  readonly status?: number
  /** Milliseconds until it is answered 504 and what it wrote is taken back; `Infinity`: any time. Default: that of `nitro({ deadlineMs })`. */
  readonly deadlineMs?: number
}

/** The second argument of an action. */
export interface ActionCall {
  /** What `nitro({ user })` returned; undefined for a visitor. */
  readonly user: User | undefined
  /**
   * Aborts when the client has left, and at the deadline. When the client has left, the action's writes go on to their end and are
   * committed unless it throws; after the deadline they are taken back. Pass the signal on to what is no longer worth waiting for.
   */
  readonly signal: AbortSignal
  readonly request: Request
}

/** An action as the router sees it. */
export interface ActionDefinition {
  readonly name: string
  readonly method: HttpMethod
  readonly path: string
  readonly input: Readonly<Record<string, z.ZodType>>
  readonly confirm: string | undefined
  readonly status: number | undefined
  readonly deadlineMs: number | undefined
  readonly needsKey: boolean
}

type Method = (...args: never[]) => unknown
type AnyClass = abstract new (...args: never[]) => object

// Keyed by the function itself: `Symbol.metadata` does not exist in Node, and subclasses inherit functions.
const definitions = new WeakMap<Method, ActionDefinition>()

/** What `@action()` returns: works as a standard decorator and as a legacy (`experimentalDecorators`) one. */
export interface ActionDecorator {
  <M extends Method>(method: M, context: ClassMethodDecoratorContext): void
  (target: object, name: string | symbol, descriptor: PropertyDescriptor): void
}

/**
 * Makes a method callable from outside: `POST /todos/:id/toggle` for `@action() toggle()` of `Todo`; static methods
 * have no `:id`. It runs in a unit of work, and a changed entity is saved after it.
 *
 * The decorator-free twin, for builds without decorators: `static { action(this, "toggle") }`.
 */
export function action(options?: ActionOptions): ActionDecorator
export function action<C extends AnyClass>(
  entity: C,
  name: MethodName<InstanceType<C>> | MethodName<C>,
  options?: ActionOptions,
): void
export function action(
  first?: ActionOptions | AnyClass,
  name?: string,
  options: ActionOptions = {},
): ActionDecorator | undefined {
  if (typeof first === "function") {
    const prototype = first.prototype as Record<string, unknown>
    const method =
      prototype[name as string] ?? (first as unknown as Record<string, unknown>)[name as string]
    if (typeof method !== "function") {
      throw new NitroError(
        "NITRO_NOT_AN_ACTION",
        `${first.name} has no method "${String(name)}" to make an action of.`,
        {
          fix: "Call action(this, …) in a static block after the method's name is spelled as in the class.",
        },
      )
    }
    define(method as Method, String(name), options)
    return undefined
  }
  return ((
    target: unknown,
    context: { name: unknown } | string | symbol,
    descriptor?: PropertyDescriptor,
  ) => {
    if (descriptor) define(descriptor.value as Method, String(context), first)
    else define(target as Method, String((context as { name: unknown }).name), first)
  }) as ActionDecorator
}

const actionOptions = optionNames<ActionOptions>({
  method: true,
  path: true,
  input: true,
  confirm: true,
  idempotent: true,
  status: true,
  deadlineMs: true,
})
const methods: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE"] satisfies HttpMethod[]

function define(method: Method, name: string, options: ActionOptions = {}): void {
  refuseUnknownOptions(`The action ${name}`, options, actionOptions)
  if (options.method !== undefined && !methods.includes(options.method)) {
    throw new NitroError(
      "NITRO_NOT_AN_ACTION",
      `The action ${name} has the method "${String(options.method)}", which no route has.`,
      {
        fix: suggest(String(options.method), methods),
      },
    )
  }
  definitions.set(method, {
    name,
    method: options.method ?? "POST",
    path: options.path ?? kebabCase(name),
    input: options.input ?? {},
    confirm: options.confirm,
    status: options.status,
    deadlineMs: options.deadlineMs,
    needsKey: options.idempotent === "required",
  })
}

/** The definition of an action, or undefined for any other value. */
export function actionOf(method: unknown): ActionDefinition | undefined {
  return typeof method === "function" ? definitions.get(method as Method) : undefined
}

/** Names of the methods of `T`. */
export type MethodName<T> = {
  [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never
}[keyof T] &
  string

export function kebabCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/[_\s]+/g, "-")
    .toLowerCase()
}
