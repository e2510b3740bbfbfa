// `send(PlaceOrder)`: a command, query or event as a page sends it: an expression, a form, a link.
import { type Call, currentRequest } from "../actions/index.ts"
import { assertRoute, callTo } from "../actions/internal.ts"
import type { EventType } from "../events/index.ts"
import type { Expression } from "../shared/expression.ts"
import { inWords } from "../shared/words.ts"
import { isMessageClass, type MessageClass } from "./message.ts"
import { type EventTarget, formOf, inputsOf, pathOf } from "./routes.ts"

export interface SendFromPageOptions {
  /** The `:sender` of the route. */
  readonly sender?: string
  /** A question that the browser shows before it sends. */
  readonly confirm?: string
}

type SendInput<T> = { readonly [K in keyof T]?: T[K] | Expression<T[K]> }
type InputOf<C> = C extends new (
  ...args: infer A
) => unknown
  ? SendInput<Exclude<A[0], undefined>>
  : never

/**
 * The route of a command, query or event that `commands([...])` or `queries([...])` opened, with the faces that `call`
 * gives to actions: an attribute value for events, `form`, `field`, `error`, `href`.
 *
 * ```tsx
 * <form {...send(PlaceOrder).form}><input {...send(PlaceOrder).field("customer")} /></form>
 * <ActionButton call={send(ShipOrder, { orderId: order.id })}>Ship</ActionButton>
 * ```
 */
export function send<C extends MessageClass>(
  target: C,
  input?: InputOf<C>,
  options?: SendFromPageOptions,
): Call
export function send<I>(
  target: EventType<unknown, I> | string,
  input?: SendInput<I>,
  options?: SendFromPageOptions,
): Call
export function send(
  target: MessageClass | EventTarget,
  input?: object,
  { sender, confirm }: SendFromPageOptions = {},
): Call {
  const isQuery = isMessageClass(target) && target.definition.kind === "query"
  const base = pathOf(target)
  const path = base + (sender === undefined ? "" : `/${segment(sender)}`)
  const method = isQuery ? "GET" : "POST"
  const app = currentRequest()?.app
  if (app !== undefined) {
    const name = nameOf(target)
    const fix = `Write nitro({ routes: [${isQuery ? "queries" : "commands"}([${name}])] }), with the other routes of the app.`
    assertRoute(app, `send(${name})`, method, sender === undefined ? base : `${base}/:sender`, fix)
  }
  return callTo(
    { method, path, confirm, ...formOf(target), label: labelOf(target), takes: inputsOf(target) },
    // By name, as the overloads say.
    input as Readonly<Record<string, unknown>> | undefined,
  )
}

// The address is put into an expression as it is, so a quote must not end its string.
function segment(sender: string): string {
  return encodeURIComponent(sender).replace(/'/g, "%27")
}

/** `PlaceOrder` as "Place order", `order.placed` as "Order placed". */
function labelOf(target: MessageClass | EventTarget): string {
  if (isMessageClass(target)) return inWords(target.definition.name)
  return inWords((typeof target === "string" ? target : target.name).replaceAll(".", " "))
}

/** As code names it: `PlaceOrder`, or `"order.placed"`. */
function nameOf(target: MessageClass | EventTarget): string {
  if (isMessageClass(target)) return target.definition.name
  return JSON.stringify(typeof target === "string" ? target : target.name)
}
