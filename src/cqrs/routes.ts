// `commands([...])` and `queries([...])`: routes for what may be sent from outside, which is nothing but what is listed.
import type { z } from "zod"
import type { AllowRule } from "../actions/index.ts"
import { formKeyFrom, identifier, kebabCase, type Route } from "../actions/internal.ts"
import { currentEvents, type Events, type EventType, event as eventNamed } from "../events/index.ts"
import { NitroError } from "../shared/errors.ts"
import { currentHandlers, sendWithin } from "./handlers.ts"
import { isMessageClass, type MessageClass, type MessageKind, verbs } from "./message.ts"
import type { Handlers } from "./types.ts"

/** An event by its declaration or its name. */
export type EventTarget = EventType<unknown, never> | string

export interface RouteRules {
  /** Called before anything runs; `operation` is the name of the class or event. False responds 403. */
  readonly allow?: AllowRule
  /** Default: the current set at the time of the request. */
  readonly handlers?: Handlers
}

export interface CommandRules extends RouteRules {
  /** The registry whose handlers run. Default: the current registry at the time of the request. */
  readonly events?: Events
}

/**
 * Routes `POST /cmds/place-order` and `POST /cmds/place-order/:sender` for each command, and `POST /cmds/order.placed` for
 * each event. The response to a command is its handler's result, that to an event the values its handlers yield, as they come.
 * The input of an event is that of its schema, a `z.object`; an event without a schema takes none.
 *
 * `nitro({ entities: [Order], routes: [commands([PlaceOrder, restockAsked])] })`
 */
export function commands(
  open: readonly (MessageClass<"command"> | EventTarget)[],
  rules: CommandRules = {},
): readonly Route[] {
  return open.flatMap(target =>
    isMessageClass(target)
      ? withSender(messageRoute("command", target, rules))
      : eventRoutes(target, rules),
  )
}

/** Routes `GET /queries/open-orders` for each query; its fields come from the query string. */
export function queries(
  open: readonly MessageClass<"query">[],
  rules: RouteRules = {},
): readonly Route[] {
  return open.map(target => messageRoute("query", target, rules))
}

/** Where a command, query or event is sent to, without the base path. */
export function pathOf(target: MessageClass | EventTarget): string {
  if (isMessageClass(target))
    return `/${roots[target.definition.kind]}/${kebabCase(target.definition.name)}`
  return `/${roots.command}/${nameOf(target)}`
}

/** The inputs of it; undefined for an event that nothing declares a schema for here. */
export function inputsOf(
  target: MessageClass | EventTarget,
): { readonly name: string; readonly input: Route["input"] } | undefined {
  if (isMessageClass(target))
    return { name: target.definition.name, input: target.definition.fields }
  return typeof target === "string" || !target.schema
    ? undefined
    : { name: nameOf(target), input: fieldsOf(target) }
}

/** The form that posts to it. */
export function formOf(target: MessageClass | EventTarget): {
  readonly owner: string
  readonly operation: string
} {
  const owner = identifier(isMessageClass(target) ? target.definition.name : nameOf(target))
  return {
    owner,
    operation: verbs[isMessageClass(target) ? target.definition.kind : "command"],
  }
}

const roots: Record<MessageKind, string> = { command: "cmds", query: "queries" }

function handlersOf({ handlers }: RouteRules): Handlers {
  return handlers ?? currentHandlers()
}

function messageRoute<Kind extends MessageKind>(
  kind: Kind,
  target: MessageClass<Kind>,
  rules: RouteRules,
): Route {
  if (!isMessageClass(target) || target.definition.kind !== kind) {
    // JavaScript may list anything.
    const { name = target } = (target ?? {}) as { name?: unknown }
    throw new NitroError(
      "NITRO_CQRS_DEFINITION",
      `${String(name)} is no ${kind} class and gets no route here.`,
      {
        fix: "List commands and events in commands([...]), queries in queries([...]).",
      },
    )
  }
  const { name, fields } = target.definition
  return {
    ...routeOf(target, name, rules),
    method: kind === "query" ? "GET" : "POST",
    input: fields,
    takesMiddleware: kind === "command",
    run: async ({ params: { sender }, input, call, within }) => {
      const options = { signal: call.signal, ...(sender === undefined ? {} : { sender }) }
      // The constructor checks the input.
      const message = new target(input as never)
      return {
        value: await sendWithin(
          handlersOf(rules),
          message,
          options,
          kind === "command" ? within : undefined,
        ),
      }
    },
  }
}

function eventRoutes(target: EventTarget, { events, ...rules }: CommandRules): Route[] {
  const event = typeof target === "string" ? eventNamed(target) : target
  return withSender({
    ...routeOf(event, nameOf(event), rules),
    method: "POST",
    input: fieldsOf(event),
    async run({ params: { sender }, input, request }) {
      await assertPayload(event, input)
      const options = { signal: request.signal, ...(sender === undefined ? {} : { sender }) }
      // `assertPayload` has checked the input by its schema.
      const checked = event as EventType<unknown, unknown>
      return { value: (events ?? currentEvents()).stream(checked, input, options) }
    },
  })
}

function routeOf(
  target: MessageClass | EventTarget,
  name: string,
  { allow }: RouteRules,
): Pick<Route, "name" | "operation" | "pattern" | "form" | "allow" | "checksInput" | "ownsUnits"> {
  const { owner, operation } = formOf(target)
  return {
    name,
    operation: name,
    pattern: pathOf(target),
    form: () => formKeyFrom(owner, operation, ""),
    allow,
    checksInput: true,
    ownsUnits: true,
  }
}

function withSender(route: Route): Route[] {
  return [route, { ...route, pattern: `${route.pattern}/:sender` }]
}

function nameOf(target: EventTarget): string {
  if (typeof target === "string") return target
  return target.namespace === undefined ? target.name : `${target.namespace}.${target.name}`
}

/** The names that the event takes, so that text can be converted and unknown names refused. */
function fieldsOf(event: EventType<unknown, never>): Readonly<Record<string, z.ZodType>> {
  const { schema } = event
  if (!schema) return {}
  // Of a Standard Schema only zod's object has one.
  const { shape } = schema as Partial<z.ZodObject>
  // Its parts are of the full zod: `nitro-ts` has no other.
  if (typeof shape === "object") return shape as Readonly<Record<string, z.ZodType>>
  throw new NitroError(
    "NITRO_CQRS_DEFINITION",
    `The event ${nameOf(event)} cannot be sent from outside: its schema is no z.object.`,
    {
      fix: "Give it a schema such as z.object({ id: z.string() }), so that the names it takes are known.",
    },
  )
}

/** Before the response begins: a stream that has begun can only report that something went wrong. */
async function assertPayload(event: EventType<unknown, never>, input: unknown): Promise<void> {
  const result = await event.schema?.["~standard"].validate(input)
  if (!result?.issues) return
  const issues = result.issues.map(({ path = [], message }) => ({
    path: path.map(part => String(typeof part === "object" ? part.key : part)).join("."),
    message,
  }))
  throw new NitroError(
    "NITRO_CQRS_INPUT",
    `${nameOf(event)} is refused: ${issues.map(({ path, message }) => `${path}: ${message}`).join("; ")}`,
    {
      details: { issues },
    },
  )
}
