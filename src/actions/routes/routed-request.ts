// A request that has found its route: its input is read and validated, its work runs in time, and its outcome becomes a response.
import { chunks, Markup } from "../../html/index.ts"
import { beforeDeadline } from "../../shared/deadline.ts"
import { NitroError } from "../../shared/errors.ts"
import { reportError } from "../../shared/report.ts"
import { actions } from "../../shared/trace.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { currentRequest } from "../context/request-context.ts"
import type { TimedCall } from "../context/timed-call.ts"
import { VisitorSession } from "../context/visitor-session.ts"
import type { ActionDefinition, Input } from "../contract/action.ts"
import { type AllowRule, isAllowed } from "../contract/allow.ts"
import type { limitsOf } from "../contract/limits.ts"
import { isFormType, mediaTypeOf } from "../contract/media-type.ts"
import {
  type OperationCall,
  type OperationMiddleware,
  runOperation,
} from "../contract/middleware.ts"
import { describeRoute, type Outcome, type Params, type Route } from "../contract/route.ts"
import { discardBody } from "../input/body.ts"
import { type Client, type ClientRequest, clientOf } from "../input/client-request.ts"
import { type RequestInput, readInput, readQuery } from "../input/input.ts"
import { ReceivedInput } from "../input/received-input.ts"
import { requestKeyOf } from "../input/request-key.ts"
import { namedFields } from "../input/secret-names.ts"
import { openBody, type StreamedBody } from "../input/streamed-body.ts"
import { unwrapped } from "../reply/outcome.ts"
import { toOutput } from "../reply/output.ts"
import { shownError } from "../reply/outside.ts"
import { responseFor, responseForError } from "../reply/reply.ts"
import { isResponse } from "../reply/returned-response.ts"
import { assertSendable } from "../reply/sendable.ts"
import { assertSameSite } from "./csrf.ts"
import type { Idempotency } from "./idempotency.ts"
import { countRun } from "./rate-limits.ts"
import { runReading } from "./reading.ts"
import { inputOf, partsOf } from "./route-input.ts"
import type { Match } from "./route-table.ts"
import { deadlineOf, runInTime } from "./run-route.ts"
import { SentForm } from "./sent-form.ts"

/** Shared by all requests of one dispatcher. */
export interface DispatchSettings {
  readonly limits: ReturnType<typeof limitsOf>
  readonly middleware: readonly OperationMiddleware[]
  readonly idempotency: Idempotency
  readonly deadlineMs: number | undefined
  readonly clientAddress: ((request: Request) => string | undefined) | undefined
  readonly trustedOrigins: readonly string[] | undefined
}

/** A class, and not closures of one function: those are made anew for each request, also those that few of them need. */
export class RoutedRequest {
  readonly #settings: DispatchSettings
  readonly #request: Request
  readonly #search: string
  readonly #route: Route
  readonly #params: Params
  readonly #id: string
  #query: Input = {}
  #posted: Input | undefined
  #source: ClientRequest
  #body: StreamedBody | undefined
  #received: RequestInput | undefined
  #reading: Promise<Input> | undefined
  #input: Input = {}
  /** The response is a stream, which may go on reading the body. */
  #goesOn = false

  constructor(settings: DispatchSettings, request: Request, search: string, match: Match) {
    this.#settings = settings
    this.#request = request
    this.#search = search
    this.#route = match.route
    this.#params = match.params
    this.#id = match.params["id"] ?? ""
    this.#source = { request, client: clientOf(request), form: undefined }
  }

  async respond(): Promise<Response> {
    const route = this.#route
    try {
      await this.#readInput()
      const key = route.method === "GET" ? undefined : this.#key()
      if (key !== undefined) return await this.#respondOnce(key)
      if (route.needsKey)
        throw new NitroError(
          "NITRO_IDEMPOTENCY_REQUIRED",
          `${route.name} needs an Idempotency-Key.`,
        )
      const counting = countRun(route, this.#settings.clientAddress)
      if (counting !== undefined) await counting
      // Reading needs no transaction, and must not wait for the writers'.
      const inUnit = route.method !== "GET" && route.ownsUnits !== true && !route.hasNoUnit
      const outcome = await (route.method === "GET"
        ? runReading(route.name, () => this.#runInTime(inUnit))
        : this.#runInTime(inUnit))
      const response = responseFor(outcome, this.#source, route.name)
      if (this.#body !== undefined) return await this.#withoutRest(await response)
      return response instanceof Promise ? await response : response
    } catch (error) {
      this.#body?.end()
      sessionHere()?.discard()
      if (shownError(error).isReported) reportError(error, route.name, "actions")
      return refuse(responseForError(error, this.#source), this.#request)
    }
  }

  async #readInput(): Promise<void> {
    const route = this.#route
    const { limits, trustedOrigins } = this.#settings
    const { method } = this.#request
    if (method !== "GET" && method !== "HEAD") assertSameSite(this.#request, trustedOrigins)
    this.#query = readQuery(this.#search, limits)
    if (route.allow) await this.#assertAllowed(route.allow)
    this.#input = await this.#read()
    if (route.action?.body === "stream")
      this.#body = await openBody(this.#request, route.name, this.#bodyLimits(route.action))
  }

  /** The input; `allow` may need it before. */
  #read(): Promise<Input> {
    if (this.#reading === undefined) {
      const { limits } = this.#settings
      const isSignals = this.#source.client === "datastar"
      this.#reading =
        this.#route.action?.body === "stream"
          ? readOnce(async () => ({ query: this.#query, body: {}, kind: "none" })).then(() =>
              this.#inputBesideBody(),
            )
          : readOnce(() =>
              readInput(this.#request, this.#query, isSignals, limits, this.#route.readsDeleteBody),
            ).then(received => this.#inputFrom(received))
    }
    return this.#reading
  }

  #inputFrom(received: RequestInput): Input {
    this.#received = received
    let { body } = received
    if (received.kind === "form") {
      const { fields, secrets } = namedFields(body)
      body = fields
      this.#posted = fields
      // From here on a refusal gives back what was typed.
      this.#takeForm(fields, secrets)
    }
    return inputOf(this.#route, { query: this.#query, body, params: this.#params }, received.kind)
  }

  #inputBesideBody(): Input {
    // A form gets refusals, and the patch for its success; its fields are in the body.
    if (isFormType(mediaTypeOf(this.#request.headers.get("content-type"))))
      this.#takeForm({}, new Set())
    return inputOf(this.#route, { query: this.#query, body: {}, params: this.#params }, "none")
  }

  #takeForm(fields: Input, secrets: ReadonlySet<string>): void {
    const form = new SentForm(this.#route, this.#id, fields, secrets)
    this.#source = { request: this.#request, client: this.#source.client, form }
  }

  #key(): ReturnType<typeof requestKeyOf> {
    return requestKeyOf({
      request: this.#request,
      client: this.#source.client,
      form: this.#posted,
      content: () => this.#content(),
    })
  }

  /** As it came: a default of a schema may be another one each time. */
  #content(): unknown {
    const { input } = this.#route
    const query = partsOf(this.#query, input)
    const { headers } = this.#request
    const expected = headers.get("if-match")
    const condition = expected === null ? [] : [expected]
    if (this.#received !== undefined)
      return [query, partsOf(this.#posted ?? this.#received.body, input), ...condition]
    const type = mediaTypeOf(headers.get("content-type"))
    return [query, type, headers.get("content-length"), ...condition]
  }

  /** The response to the first request with the key, for all of them. */
  async #respondOnce(key: NonNullable<ReturnType<typeof requestKeyOf>>): Promise<Response> {
    const route = this.#route
    const respond = async (call: TimedCall) => {
      const outcome = await this.#run(call)
      const response = await responseFor(outcome, this.#source, route.name)
      // A repetition has to get it too.
      const cookie = sessionHere()?.takeCookie()
      if (cookie !== undefined) response.headers.append("set-cookie", cookie)
      return {
        response,
        isStream: isStreamed(outcome.value, this.#source.client),
      }
    }
    const store = route.store?.()
    const inUnit = !route.hasNoUnit && (store !== undefined || !route.ownsUnits)
    const open = async <T>(work: (call: TimedCall) => Promise<T>) => {
      // Not before: a response from the kept ones is no run.
      await countRun(route, this.#settings.clientAddress)
      return await this.#runInTime(inUnit, work)
    }
    const once = this.#settings.idempotency.once(key, { respond, store, inUnit, open })
    return await this.#withoutRest(await once)
  }

  #runInTime(inUnit: boolean): Promise<Outcome>
  #runInTime<T>(inUnit: boolean, work: (call: TimedCall) => Promise<T>): Promise<T>
  #runInTime(
    inUnit: boolean,
    work: (call: TimedCall) => Promise<unknown> = call => this.#run(call),
  ): Promise<unknown> {
    const { deadlineMs } = this.#settings
    return runInTime(
      this.#route,
      { inUnit, request: this.#request, body: this.#body, deadlineMs },
      work,
    )
  }

  async #run(call: TimedCall): Promise<Outcome> {
    const route = this.#route
    const running = new OperationRun(this, call)
    let outcome = unwrapped(
      await (actions.isWatched
        ? actions.run({ name: route.name }, () => running.run())
        : running.run()),
    )
    const output = route.action?.output
    if (output !== undefined && this.#source.client === "json")
      outcome = { ...outcome, value: await toOutput(outcome.value, output, route.name) }
    // While the unit of work is open, so that what no client gets is not written either.
    this.assertSendable(outcome.value)
    this.#goesOn = isStreamed(outcome.value, this.#source.client)
    return outcome
  }

  get middleware(): readonly OperationMiddleware[] {
    return this.#settings.middleware
  }

  get route(): Route {
    return this.#route
  }

  assertSendable(value: unknown): void {
    assertSendable(value, this.#route.name, this.#source)
  }

  runRoute(
    call: TimedCall,
    within: (work: () => Promise<unknown>) => Promise<unknown>,
  ): MaybePromise<Outcome> {
    return this.#route.run({
      id: this.#id,
      params: this.#params,
      input: this.#input,
      query: this.#query,
      request: this.#request,
      call,
      hasMiddleware: this.middleware.length > 0,
      within,
    })
  }

  operationCall(call: TimedCall): OperationCall {
    return {
      user: call.user,
      request: this.#request,
      get signal() {
        return call.signal
      },
      get body() {
        return call.body
      },
      route: describeRoute(this.#route),
      input: this.#input,
      params: this.#params,
    }
  }

  /** A stream may go on reading. Any other response has to wait until the rest of the body is off the wire. */
  async #withoutRest(response: Response): Promise<Response> {
    if (this.#body === undefined || this.#goesOn) return response
    this.#body.end()
    return refuse(response, this.#request)
  }

  #bodyLimits({ maxBodyBytes }: ActionDefinition): DispatchSettings["limits"] {
    const { limits } = this.#settings
    return maxBodyBytes === undefined ? limits : { ...limits, maxBodyBytes }
  }

  async #assertAllowed(rule: AllowRule): Promise<void> {
    const { operation, name, target } = this.#route
    const id = this.#id
    const facts = {
      operation,
      route: describeRoute(this.#route),
      user: currentRequest()?.user,
      request: this.#request,
    }
    const allowed = isAllowed(rule, facts, {
      input: () => this.#read(),
      target: id === "" || !target ? undefined : () => target(id),
    })
    const deadlineMs = deadlineOf(this.#route, this.#settings.deadlineMs)
    if (await beforeDeadline(allowed, deadlineMs, `The rule \`allow\` of ${name}`)) return
    throw new NitroError("NITRO_FORBIDDEN", `You may not use ${name}.`)
  }
}

/** One run of the operation in its middleware, which a route may open itself, around its own attempts. */
class OperationRun {
  readonly #of: RoutedRequest
  readonly #call: TimedCall
  #isWithin = false

  constructor(of: RoutedRequest, call: TimedCall) {
    this.#of = of
    this.#call = call
  }

  run(): MaybePromise<Outcome> {
    return this.#of.route.takesMiddleware === true
      ? this.#runOpened()
      : this.#around(() => this.#runRoute())
  }

  async #runOpened(): Promise<Outcome> {
    const outcome = await this.#runRoute()
    // Something in front of the handler has responded in its place.
    return this.#isWithin ? outcome : this.#around(() => outcome)
  }

  #runRoute(): MaybePromise<Outcome> {
    return this.#of.runRoute(this.#call, work => this.#within(work))
  }

  #around(work: () => MaybePromise<Outcome>): MaybePromise<Outcome> {
    this.#isWithin = true
    const { middleware } = this.#of
    return middleware.length === 0
      ? work()
      : runOperation(middleware, this.#of.operationCall(this.#call), async () => work())
  }

  async #within(work: () => Promise<unknown>): Promise<unknown> {
    const outcome = await this.#around(async () => ({ value: await work() }))
    this.#of.assertSendable(unwrapped(outcome).value)
    return outcome.value
  }
}

/** Undefined for a context that was made for a test. */
function sessionHere(): VisitorSession | undefined {
  const session = currentRequest()?.session
  return session instanceof VisitorSession ? session : undefined
}

/** Where the context of the request has read its input already, by `context().signals`, it is not read again. */
function readOnce(read: () => Promise<RequestInput>): Promise<RequestInput> {
  const current = currentRequest()
  return current instanceof ReceivedInput ? current.readOnce(read) : read()
}

/** A response that is sent before the body was read: the rest of the body must not hold up the connection. */
export async function refuse(response: Response, request: Request): Promise<Response> {
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
