// `action`: marks a method as callable from outside, as a decorator or as a plain call.
import type { z } from "zod"
import type { IconName } from "../../html/internal.ts"
import { NitroError } from "../../shared/errors.ts"
import { inWords } from "../../shared/words.ts"
import {
  type ActionOptions,
  checkActionOptions,
  type HttpMethod,
  type RateLimit,
} from "./action-options.ts"
import "./errors.ts"
import { parametersOf } from "./pattern.ts"
import type { RequestBody } from "./request-body.ts"
import type { User } from "./user.ts"

/** Plain values by name: what a request carries, and what an action gets once its schemas have checked it. */
export type Input = Record<string, unknown>

/** The second argument of an action. */
export interface ActionCall {
  /** The user that `nitro({ user })` returned; undefined for a visitor. */
  readonly user: User | undefined
  /**
   * Aborts when the client has left, and at the deadline. When the client has left, the action's writes go on to their end and are
   * committed unless it throws; after the deadline they are taken back. Pass the signal on to what is no longer worth waiting for.
   */
  readonly signal: AbortSignal
  readonly request: Request
  /** The body of the request, in an action with `body: "stream"`. @throws NITRO_NO_BODY in any other. */
  readonly body: RequestBody
}

/** An action as the router sees it. */
export interface ActionDefinition {
  readonly name: string
  readonly method: HttpMethod
  readonly path: string
  /** The inputs that stand in the path. */
  readonly pathInputs: readonly string[]
  readonly input: Readonly<Record<string, z.ZodType>>
  readonly output: z.ZodType | undefined
  /** The text of its button. */
  readonly label: string
  readonly description: string | undefined
  readonly icon: IconName | undefined
  readonly tags: readonly string[]
  readonly permission: string | undefined
  readonly confirm: string | undefined
  /** `"stream"`: the method reads the body. */
  readonly body: "stream" | undefined
  readonly maxBodyBytes: number | undefined
  readonly status: number | undefined
  readonly deadlineMs: number | undefined
  readonly rateLimit: RateLimit | undefined
  readonly unitOfWork: boolean
  readonly needsKey: boolean
}

type Method = (...args: never[]) => unknown
type AnyClass = abstract new (...args: never[]) => object

// Keyed by the function itself: `Symbol.metadata` does not exist in Node, and subclasses inherit functions.
const definitions = new WeakMap<Method, ActionDefinition>()

/** The return type of a method whose `output` takes `T`. */
export type Returning<T> = T | PromiseLike<T> | AsyncIterable<T>

/** The result of `@action()`: works as a standard decorator and as a legacy (`experimentalDecorators`) one. */
export interface ActionDecorator<T = unknown> {
  <M extends (...args: never[]) => Returning<T>>(
    method: M,
    context: ClassMethodDecoratorContext,
  ): void
  (target: object, name: string | symbol, descriptor: PropertyDescriptor): void
}

/**
 * Makes a method callable from outside: `POST /todos/:id/toggle` for `@action() toggle()` of `Todo`; static methods
 * have no `:id`. It runs in a unit of work, and a changed entity is saved after it.
 *
 * The decorator-free twin, for builds without decorators: `static { action(this, "toggle") }`.
 */
export function action<O extends z.ZodType = z.ZodType>(
  options?: ActionOptions<O>,
): ActionDecorator<z.input<O>>
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
    const method = memberOf(first, String(name))
    if (!isMethod(method)) {
      throw new NitroError(
        "NITRO_NOT_AN_ACTION",
        `${first.name} has no method "${String(name)}" to make an action of.`,
        {
          fix: "Call action(this, …) in a static block after the method's name is spelled as in the class.",
        },
      )
    }
    define(method, String(name), options)
    return undefined
  }
  // The two kinds of decorators, as compilers call them: the overloads let them stand on methods only.
  const decorate = (
    target: Method,
    context: { readonly name: string | symbol } | string | symbol,
    descriptor?: { readonly value: Method },
  ): void => {
    if (descriptor) define(descriptor.value, String(context), first)
    else define(target, String(typeof context === "object" ? context.name : context), first)
  }
  // Its overloads name the arguments of each kind.
  return decorate as ActionDecorator
}

/** Of its instances, else of the class. */
function memberOf(entity: AnyClass, name: string): unknown {
  // Looked at by name.
  const [members, statics] = [entity.prototype, entity] as Readonly<Record<string, unknown>>[]
  return members?.[name] ?? statics?.[name]
}

function isMethod(value: unknown): value is Method {
  return typeof value === "function"
}

function define(method: Method, name: string, options: ActionOptions = {}): void {
  checkActionOptions(name, options)
  const { output, description, icon, permission, confirm, status, deadlineMs, rateLimit } = options
  const { path = kebabCase(name), input = {}, body, maxBodyBytes } = options
  definitions.set(method, {
    name,
    method: options.method ?? "POST",
    path,
    pathInputs: pathInputsOf(name, path, input),
    input,
    output,
    label: options.label ?? inWords(name),
    description,
    icon,
    tags: options.tags ?? [],
    permission,
    confirm,
    body,
    maxBodyBytes,
    status,
    deadlineMs,
    rateLimit,
    unitOfWork: options.unitOfWork !== false && options.method !== "GET",
    needsKey: options.idempotent === "required",
  })
}

function pathInputsOf(
  name: string,
  path: string,
  input: Readonly<Record<string, z.ZodType>>,
): readonly string[] {
  const problem = (text: string, fix: string): NitroError =>
    new NitroError("NITRO_ACTION_PATH", `The path "${path}" of the action ${name} ${text}`, { fix })
  if (
    typeof path !== "string" ||
    !/^(?:[^/?#\\\s%:]+|:[A-Za-z_]\w*)(?:\/(?:[^/?#\\\s%:]+|:[A-Za-z_]\w*))*$/.test(path)
  )
    throw problem(
      "is not a path behind that of the entity.",
      'Write segments without a slash at either end: path: "lines/:line/remove".',
    )
  const names = parametersOf(path)
  for (const [at, parameter] of names.entries()) {
    if (parameter === "id" || names.indexOf(parameter) !== at)
      throw problem(
        parameter === "id"
          ? "has a parameter :id, which is the entity's own."
          : `names :${parameter} twice.`,
        "Give the parameter another name.",
      )
    if (!Object.hasOwn(input, parameter))
      throw problem(
        `has a parameter :${parameter} without an input.`,
        `Declare it: input: { ${parameter}: z.string() }.`,
      )
  }
  return names
}

/** The definition of an action, or undefined for any other value. */
export function actionOf(method: unknown): ActionDefinition | undefined {
  return isMethod(method) ? definitions.get(method) : undefined
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
