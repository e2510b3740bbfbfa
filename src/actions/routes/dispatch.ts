// From request to response: finds the route, reads and validates the input, runs it in a unit of work, replies.

import { z } from "zod"
import type { EntityClass } from "../../entity/index.ts"
import { allOptionsOf, inputText } from "../../entity/internal.ts"
import { chunks, Markup } from "../../html/index.ts"
import { beforeFirst } from "../../shared/before-first.ts"
import { markData } from "../../shared/data.ts"
import { beforeDeadline } from "../../shared/deadline.ts"
import { NitroError } from "../../shared/errors.ts"
import { reportError } from "../../shared/report.ts"
import { suggest } from "../../shared/suggest.ts"
import { actions } from "../../shared/trace.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { currentRequest } from "../context/request-context.ts"
import type { TimedCall } from "../context/timed-call.ts"
import type { ActionDefinition, Input } from "../contract/action.ts"
import { type AllowRule, isAllowed } from "../contract/allow.ts"
import { type Limits, limitsOf } from "../contract/limits.ts"
import { isFormType, mediaTypeOf } from "../contract/media-type.ts"
import {
  type OperationCall,
  type OperationMiddleware,
  runOperation,
} from "../contract/middleware.ts"
import {
  describeRoute,
  type Exposure,
  exposureOf,
  type Outcome,
  type Params,
  type Route,
} from "../contract/route.ts"
import { discardBody } from "../input/body.ts"
import {
  type Client,
  type ClientRequest,
  clientOf,
  type PostedForm,
} from "../input/client-request.ts"
import { coerce } from "../input/coerce.ts"
import { gatherParts } from "../input/form-parts.ts"
import { type RequestInput, readInput, readQuery } from "../input/input.ts"
import { ReceivedInput } from "../input/received-input.ts"
import { keyField, requestKeyOf } from "../input/request-key.ts"
import { isSecretName, namedFields } from "../input/secret-names.ts"
import { openBody, type StreamedBody } from "../input/streamed-body.ts"
import { unwrapped } from "../reply/outcome.ts"
import { toOutput } from "../reply/output.ts"
import { shownError } from "../reply/outside.ts"
import { responseFor, responseForError } from "../reply/reply.ts"
import { isResponse } from "../reply/returned-response.ts"
import { assertSendable } from "../reply/sendable.ts"
import { actionRoutes } from "./action-routes.ts"
import { crudRoutes } from "./crud.ts"
import { assertSameSite } from "./csrf.ts"
import { Idempotency, type IdempotencyOptions } from "./idempotency.ts"
import { countRun } from "./rate-limits.ts"
import { runReading } from "./reading.ts"
import { type Match, matchOf, type Place, RouteTable } from "./route-table.ts"
import { deadlineOf, runInTime } from "./run-route.ts"

export interface DispatcherOptions {
  readonly entities?: readonly (EntityClass | Exposure)[]
  /** Further routes, as other modules make them: `commands([...])`, `queries([...])` of `nitro-ts/cqrs`. */
  readonly routes?: readonly (readonly Route[])[]
  /** How repeated requests are known: by the header Idempotency-Key, which the page's script sends with every write. */
  readonly idempotency?: IdempotencyOptions
  /**
   * Milliseconds that a request to a route may take until it gets 504 and its writes are rolled back; `Infinity`: no limit.
   * Streams may go on. Default 30000. An action may have its own.
   */
  readonly deadlineMs?: number
  /** How large requests, and what the app keeps for them, may become: `{ maxBodyBytes: 5_000_000 }`. */
  readonly limits?: Limits
  /**
   * The address that `rateLimit` counts visitors by. Default: that of the connection. Behind a proxy every client has the proxy's:
   * read the header that your proxy sets, `request => request.headers.get("x-real-ip") ?? undefined`.
   */
  readonly clientAddress?: (request: Request) => string | undefined
  /** Runs around each operation: actions, CRUD routes, commands, queries and events. The first is outermost, before those of plugins. */
  readonly middleware?: readonly OperationMiddleware[]
  /** Origins of other sites whose pages may send state-changing requests here. */
  readonly trustedOrigins?: readonly string[]
}

export interface Dispatcher {
  readonly routes: RouteTable
  /** The entity classes of the app, with what of them can be reached. */
  readonly exposures: readonly Exposure[]
  /** Responds to a request to `places`, the result of `routes.find` for its path. */
  dispatch(request: Request, places: readonly Place[], search: string): Promise<Response>
}

/** Throws `NITRO_ROUTE_COLLISION` when two routes have the same method and path. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const exposures = (options.entities ?? []).map(exposureOf)
  assertNames(exposures)
  const routes = new RouteTable([
    ...exposures.flatMap(exposure => [...crudRoutes(exposure), ...actionRoutes(exposure)]),
    ...(options.routes ?? []).flat(),
  ])
  const idempotency = new Idempotency(options.idempotency)
  const limits = limitsOf(options.limits)
  const { middleware = [] } = options
  return {
    routes,
    exposures,
    dispatch(request, places, search) {
      try {
        const match = matchOf(request.method, places)
        if (!("route" in match)) return refuse(methodNotAllowed(request, match), request)
        return respondTo(request, search, match)
      } catch (error) {
        return refuse(
          responseForError(error, { request, client: clientOf(request), form: undefined }),
          request,
        )
      }
    },
  }

  async function respondTo(request: Request, search: string, match: Match): Promise<Response> {
    const { route, params } = match
    const { id = "" } = params
    const { deadlineMs } = options
    let query: Input = {}
    let posted: Input | undefined
    // As it came: a default of a schema may be another one each time.
    let content: () => unknown = () => undefined
    let source: ClientRequest = { request, client: clientOf(request), form: undefined }
    let body: StreamedBody | undefined
    let goesOn = false
    try {
      if (request.method !== "GET" && request.method !== "HEAD")
        assertSameSite(request, options.trustedOrigins)
      query = readQuery(search, limits)
      let reading: Promise<Input> | undefined
      const read = () =>
        (reading ??=
          route.action?.body === "stream"
            ? readOnce(async () => ({ query, body: {}, kind: "none" })).then(inputBesideBody)
            : readOnce(() => readInput(request, query, source.client === "datastar", limits)).then(
                inputFrom,
              ))
      if (route.allow) await assertAllowed(route, route.allow, id, read)
      const input = await read()
      if (route.action?.body === "stream")
        body = await openBody(request, route.name, bodyLimits(route.action))
      const run = async (call: TimedCall) => {
        let isWithin = false
        const around = (work: () => MaybePromise<Outcome>): MaybePromise<Outcome> => {
          isWithin = true
          return middleware.length === 0
            ? work()
            : runOperation(middleware, operationCall(call), async () => work())
        }
        const within = async (work: () => Promise<unknown>): Promise<unknown> => {
          const outcome = await around(async () => ({ value: await work() }))
          assertSendable(unwrapped(outcome).value, route.name, source)
          return outcome.value
        }
        const runAlone = () => route.run({ id, params, input, query, request, call, within })
        const runRoute =
          route.takesMiddleware === true
            ? async () => {
                const outcome = await runAlone()
                // Something in front of the handler has responded in its place.
                return isWithin ? outcome : around(() => outcome)
              }
            : () => around(runAlone)
        let outcome = unwrapped(
          await (actions.isWatched ? actions.run({ name: route.name }, runRoute) : runRoute()),
        )
        const output = route.action?.output
        if (output !== undefined && source.client === "json")
          outcome = { ...outcome, value: await toOutput(outcome.value, output, route.name) }
        // While the unit of work is open, so that what no client gets is not written either.
        assertSendable(outcome.value, route.name, source)
        goesOn = isStreamed(outcome.value, source.client)
        return outcome
      }
      const operationCall = (call: TimedCall): OperationCall => ({
        user: call.user,
        request,
        get signal() {
          return call.signal
        },
        get body() {
          return call.body
        },
        route: describeRoute(route),
        input,
        params,
      })
      const key =
        route.method === "GET"
          ? undefined
          : requestKeyOf({ request, client: source.client, form: posted, content: content })
      if (key !== undefined) {
        const respond = async (call: TimedCall) => {
          const outcome = await run(call)
          return {
            response: await responseFor(outcome, source, route.name),
            isStream: isStreamed(outcome.value, source.client),
          }
        }
        const store = route.store?.()
        const inUnit = !route.hasNoUnit && (store !== undefined || !route.ownsUnits)
        const open = async <T>(work: (call: TimedCall) => Promise<T>) => {
          // Not before: a response from the kept ones is no run.
          await countRun(route, options.clientAddress)
          return await runInTime(route, { inUnit, request, body, deadlineMs }, work)
        }
        return await withoutRest(await idempotency.once(key, { respond, store, inUnit, open }))
      }
      if (route.needsKey)
        throw new NitroError(
          "NITRO_IDEMPOTENCY_REQUIRED",
          `${route.name} needs an Idempotency-Key.`,
        )
      const counting = countRun(route, options.clientAddress)
      if (counting !== undefined) await counting
      // Reading needs no transaction, and must not wait for the writers'.
      const inUnit = route.method !== "GET" && route.ownsUnits !== true && !route.hasNoUnit
      const runOnce = () => runInTime(route, { inUnit, request, body, deadlineMs }, run)
      const outcome = await (route.method === "GET" ? runReading(route.name, runOnce) : runOnce())
      const response = responseFor(outcome, source, route.name)
      if (body !== undefined) return await withoutRest(await response)
      return response instanceof Promise ? await response : response
    } catch (error) {
      body?.end()
      if (shownError(error).isReported) reportError(error, route.name, "actions")
      return refuse(responseForError(error, source), request)
    }

    /** A stream may go on reading. Any other response has to wait until the rest of the body is off the wire. */
    async function withoutRest(response: Response): Promise<Response> {
      if (body === undefined || goesOn) return response
      body.end()
      return refuse(response, request)
    }

    function inputBesideBody(): Input {
      const type = request.headers.get("content-type")
      // A form gets refusals, and the patch for its success; its fields are in the body.
      if (isFormType(mediaTypeOf(type)))
        source = { request, client: source.client, form: new SentForm(route, id, {}, new Set()) }
      const length = request.headers.get("content-length")
      content = () => [partsOf(query, route.input), mediaTypeOf(type), length]
      return inputOf(route, { query, body: {}, params }, "none")
    }

    function bodyLimits({ maxBodyBytes }: ActionDefinition): typeof limits {
      return maxBodyBytes === undefined ? limits : { ...limits, maxBodyBytes }
    }

    function inputFrom(received: RequestInput): Input {
      let { body } = received
      if (received.kind === "form") {
        const { fields, secrets } = namedFields(body)
        body = fields
        posted = fields
        // From here on a refusal gives back what was typed.
        source = { request, client: source.client, form: new SentForm(route, id, fields, secrets) }
      }
      content = () => [partsOf(query, route.input), partsOf(body, route.input)]
      return inputOf(route, { query, body, params }, received.kind)
    }

    async function assertAllowed(
      route: Route,
      rule: AllowRule,
      id: string,
      input: () => Promise<Input>,
    ): Promise<void> {
      const { operation, name, target } = route
      const facts = {
        operation,
        route: describeRoute(route),
        user: currentRequest()?.user,
        request,
      }
      const allowed = isAllowed(rule, facts, {
        input,
        target: id === "" || !target ? undefined : () => target(id),
      })
      if (
        await beforeDeadline(
          allowed,
          deadlineOf(route, options.deadlineMs),
          `The rule \`allow\` of ${name}`,
        )
      )
        return
      throw new NitroError("NITRO_FORBIDDEN", `You may not use ${name}.`)
    }
  }
}

/** Where the context of the request has read its input already, by `context().signals`, it is not read again. */
function readOnce(read: () => Promise<RequestInput>): Promise<RequestInput> {
  const current = currentRequest()
  return current instanceof ReceivedInput ? current.readOnce(read) : read()
}

/** Routes, references and live views know a class by its name. */
function assertNames(exposures: readonly Exposure[]): void {
  const byName = new Map<string, EntityClass>()
  for (const { entity } of exposures) {
    const { name } = entity.definition
    const other = byName.get(name)
    byName.set(name, entity)
    if (other === undefined) continue
    const [problem, fix] =
      other === entity
        ? [
            `nitro({ entities }) lists ${name} twice.`,
            `List it once: expose(${name}), or ${name} where only its actions are open.`,
          ]
        : [
            `Two classes of nitro({ entities }) have the name "${name}".`,
            `Give one of them another name, Entity("${name}2", …), or import ${name} from one place if it is one class whose module was loaded twice.`,
          ]
    throw new NitroError("NITRO_ROUTE_COLLISION", `${problem} ${fix}`, { fix })
  }
}

/** A response that is sent before the body was read: the rest of the body must not hold up the connection. */
async function refuse(response: Response, request: Request): Promise<Response> {
  if (!(await discardBody(request))) response.headers.set("connection", "close")
  return response
}

/** A response that goes on after it has begun, or is a file: neither is held in memory to be kept. */
function isStreamed(value: unknown, client: Client): boolean {
  if (isResponse(value))
    return (
      value.body !== null &&
      !/^(?:text\/(?:html|plain)|application\/json)/.test(value.headers.get("content-type") ?? "")
    )
  if (client !== "datastar" || typeof value !== "object" || value === null) return false
  return value instanceof Markup ? chunks(value) === undefined : Symbol.asyncIterator in value
}

function methodNotAllowed(request: Request, allowed: ReadonlySet<string>): Response {
  const error = new NitroError(
    "NITRO_METHOD_NOT_ALLOWED",
    `${request.method} is not a method of this path. It takes ${[...allowed].join(", ")}.`,
  )
  const response = responseForError(error, { request, client: "json", form: undefined })
  response.headers.set("allow", [...allowed].join(", "))
  return response
}

/** Input of a route: known names of query, body and path, converted to their types, and validated unless the route does. */
function inputOf(
  route: Route,
  { query, body: received, params }: Pick<RequestInput, "query" | "body"> & { params: Params },
  kind: RequestInput["kind"],
): Input {
  const shape = route.input
  const body = kind === "form" ? gatherParts(received, shape) : received
  const input: [string, unknown][] = []
  const take = (source: Input, fromText: boolean) => {
    for (const [name, value] of Object.entries(source)) {
      const schema = Object.hasOwn(shape, name) ? shape[name] : undefined
      if (schema === undefined) continue
      const converted = coerce(schema, value, fromText)
      if (converted !== undefined) input.push([name, converted])
    }
  }
  take(query, true)
  take(body, kind === "form")
  for (const name of route.pathInputs ?? []) take({ [name]: params[name] }, true)
  // A page sends all of its signals, so only there unknown names mean nothing.
  if (kind === "json" || kind === "form")
    refuseUnknown(route.name, kind === "form" ? withoutPrivate(body) : body, shape)
  const values = Object.fromEntries(input)
  return route.checksInput ? values : validated(route.name, shape, values)
}

/** The parts of a query, a body or all the signals of a page that a route takes. */
function partsOf(source: Input, shape: Route["input"]): Input {
  return Object.fromEntries(
    Object.entries(source).filter(([name]) => Object.hasOwn(shape, beforeFirst(name, "."))),
  )
}

/** Forms may carry fields of other parties: a honeypot, a token. By convention they start with an underscore. */
function withoutPrivate(body: Input): Input {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !name.startsWith("_")))
}

/** Its name and values are made on first use: a program, and a form that succeeds without script, needs neither. */
class SentForm implements PostedForm {
  readonly #route: Route
  readonly #id: string
  readonly #fields: Input
  readonly #secrets: ReadonlySet<string>

  constructor(route: Route, id: string, fields: Input, secrets: ReadonlySet<string>) {
    this.#route = route
    this.#id = id
    this.#fields = fields
    this.#secrets = secrets
  }

  get key(): string {
    return this.#route.form(this.#id)
  }

  get names(): readonly string[] {
    return Object.keys(this.#fields).filter(name => name !== keyField)
  }

  /** A password is typed again, and never travels in a cookie or a page; nor does what the route does not take. */
  get values(): Input {
    const shape = this.#route.input
    const isShown = (name: string): boolean => {
      const field = beforeFirst(name, ".")
      const schema = shape[field]
      if (this.#secrets.has(name) || schema === undefined) return false
      const { hidden, encrypted, widget } = allOptionsOf(schema)
      if (hidden === true || encrypted === true) return false
      // A schema that names a control says what its field is, whatever its name looks like.
      return widget === undefined || name !== field ? !isSecretName(name) : widget !== "password"
    }
    const fields = Object.entries(this.#fields).filter(([name]) =>
      Object.hasOwn(shape, beforeFirst(name, ".")),
    )
    // Empty and not left out: an update shows what was typed in place of what is stored.
    return Object.fromEntries(fields.map(([name, value]) => [name, isShown(name) ? value : ""]))
  }
}

function refuseUnknown(
  route: string,
  body: Input,
  shape: Readonly<Record<string, z.ZodType>>,
): void {
  for (const name of Object.keys(body)) {
    if (Object.hasOwn(shape, name)) continue
    throw new NitroError("NITRO_UNKNOWN_INPUT", `${route} takes no input named "${name}".`, {
      fix: suggest(name, Object.keys(shape)),
      details: { issues: [{ path: name, message: "Unknown input." }] },
    })
  }
}

function validated(
  route: string,
  shape: Readonly<Record<string, z.ZodType>>,
  values: Input,
): Input {
  const result = z.object(shape).safeParse(values)
  if (result.success) {
    for (const value of Object.values(result.data)) markData(value)
    return result.data
  }
  const issues = result.error.issues.map(issue => ({
    path: issue.path.join("."),
    message: issue.message,
  }))
  throw new NitroError(
    "NITRO_INVALID_INPUT",
    `${route} refused its input: ${issues.map(({ path, message }) => `${inputText(path, shape)}: ${message}`).join("; ")}`,
    {
      details: { issues },
    },
  )
}
