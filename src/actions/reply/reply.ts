// Turns an outcome or an error into the response for its client: patches, JSON, or a redirect.
import { AsyncResource } from "node:async_hooks"
import { patchElements, patchSignals, SseText, sseHeaders } from "../../datastar/index.ts"
import { isEntity } from "../../entity/internal.ts"
import { chunks, Markup, raw, render } from "../../html/index.ts"
import { patchesOf, settle } from "../../html/internal.ts"
import { reportError } from "../../shared/report.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { flashes } from "../context/flash.ts"
import { context } from "../context/request-context.ts"
import type { Input } from "../contract/action.ts"
import { alertSignal, errorSignal, formSignal } from "../contract/form-keys.ts"
import type { Outcome } from "../contract/route.ts"
import type { ClientRequest, PostedForm } from "../input/client-request.ts"
import { taggedResponse } from "./entity-tag.ts"
import { withHeaders } from "./outcome.ts"
import { type ShownError, shownError } from "./outside.ts"
import { problemResponse, wantsProblem } from "./problem.ts"
import { takePatches } from "./queued-patches.ts"
import { jsonResponse, makeResponse } from "./response.ts"
import { isResponse, relayed } from "./returned-response.ts"
import { assertItem, isAsyncIterable, isPatch, type Patch } from "./sendable.ts"

/** `name` is that of the route, for messages. */
export function responseFor(
  outcome: Outcome,
  source: ClientRequest,
  name: string,
): MaybePromise<Response> {
  const response = responseTo(outcome, source, name)
  const { headers } = outcome
  if (headers === undefined) return response
  return response instanceof Promise
    ? response.then(sent => withHeaders(sent, headers))
    : withHeaders(response, headers)
}

function responseTo(
  { value, status, isTagged }: Outcome,
  source: ClientRequest,
  name: string,
): MaybePromise<Response> {
  const { request, client } = source
  if (isResponse(value))
    return relayed(
      value,
      { request, client },
      client === "datastar" ? success(source) + takePatches() : "",
    )
  if (isAsyncIterable(value)) return streamOf(value, source, name)
  if (client === "datastar") return patchesFor(value, source, name)
  if (client === "form") return seeOther(request)
  if (value === undefined || isBodyless(status))
    return makeResponse(null, { status: status ?? 204 })
  if (isPatch(value)) return markupFor(value, status)
  const init = { status: status ?? 200, headers: jsonHeaders }
  return isTagged === true ? taggedResponse(request, value, init) : jsonResponse(value, init)
}

/** No response of these has a body, whatever the action returns for a page. */
const isBodyless = (status: number | undefined): boolean => status === 204 || status === 205

async function patchesFor(value: unknown, source: ClientRequest, name: string): Promise<Response> {
  // Ready parts go first; the content of a `Suspense` follows in the same response.
  if (value instanceof Markup && chunks(value) === undefined)
    return streamOf(latePatches(value), source, name)
  const patch = await patchOf(value)
  const patches = success(source) + patch + takePatches()
  return patches === ""
    ? makeResponse(null, { status: 204 })
    : makeResponse(patches, { headers: sseHeaders })
}

/** For a program, which has no use for the events of pages. */
async function markupFor(value: Patch, status: number | undefined): Promise<Response> {
  const markup = [...markupOf(value)]
  if (markup.length === 0) return makeResponse(null, { status: status ?? 204 })
  return makeResponse(await render(markup), {
    headers: { "content-type": "text/html; charset=utf-8" },
    status: status ?? 200,
  })
}

const jsonHeaders = { "x-content-type-options": "nosniff", "cache-control": "no-store" }

export function responseForError(
  error: unknown,
  { request, client, form }: ClientRequest,
): Response {
  const visible = shownError(error)
  const { status, code, message, issues, details, retryAfterSeconds } = visible
  const headers = {
    ...jsonHeaders,
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
  }
  if (client === "json") {
    const listed = issues.length > 0 ? { issues } : {}
    return wantsProblem(request)
      ? problemResponse(visible, { ...details, ...listed }, headers)
      : jsonResponse(
          { error: { ...details, code, message, status, ...listed } },
          { status, headers },
        )
  }
  const errors = messagesByField(visible)
  if (client === "form") {
    if (!form)
      return makeResponse(message, {
        status,
        headers: { "content-type": "text/plain; charset=utf-8", ...headers },
      })
    return seeOther(
      request,
      context()
        .app.part(flashes)
        .set({ form: form.key, values: textsOf(form.values), errors }),
    )
  }
  // The page's script ignores the bodies of other statuses, so the message travels as a patch in a 200.
  return makeResponse(messagesPatch(errors, form), { headers: sseHeaders })
}

function messagesPatch(
  { "": whole = "", ...byField }: Record<string, string>,
  form: PostedForm | undefined,
): string {
  return String(
    patchSignals({ [alertSignal]: whole, ...(form ? fieldMessages(form, byField) : {}) }),
  )
}

/** Marks the form as accepted, if the request came from one. */
function success({ form }: ClientRequest): string {
  return form === undefined ? "" : formSucceeded(form)
}

function formSucceeded(form: PostedForm): string {
  // The value must differ from the last time, or the page would not see a second success.
  return String(
    patchSignals({
      [alertSignal]: "",
      [formSignal(form.key)]: Date.now() + Math.random(),
      ...fieldMessages(form, {}),
    }),
  )
}

/** The message of every field that was sent, and of every other one that has one; empty where there is none. */
function fieldMessages(
  form: PostedForm,
  messages: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = new Set([...form.names, ...Object.keys(messages)])
  return Object.fromEntries(
    [...names].map(name => [errorSignal(form.key, name), messages[name] ?? ""]),
  )
}

/** Messages by field; what belongs to no field stands under the empty name. */
function messagesByField({ message, issues }: ShownError): Record<string, string> {
  if (issues.length === 0) return { "": message }
  const messages = new Map<string, string>()
  for (const issue of issues) if (!messages.has(issue.path)) messages.set(issue.path, issue.message)
  return Object.fromEntries(messages)
}

/** Without files, which no later page can fill in again. */
function textsOf(values: Input): Record<string, string | string[]> {
  const texts: [string, string | string[]][] = []
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "string") texts.push([name, value])
    else if (Array.isArray(value))
      texts.push([name, value.filter(member => typeof member === "string")])
  }
  return Object.fromEntries(texts)
}

/** Back to the page the form is on: never to another site. */
function seeOther(request: Request, cookie?: string): Response {
  // A plain object, which a response would make of Headers again.
  const headers: Record<string, string> = {
    location: pageOf(request),
    "cache-control": "no-store",
  }
  if (cookie) headers["set-cookie"] = cookie
  return makeResponse(null, { status: 303, headers })
}

function pageOf(request: Request): string {
  const referer = request.headers.get("referer")
  const start = `${context().basePath}/`
  if (!referer || !URL.canParse(referer)) return start
  const { host, pathname, search } = new URL(referer)
  // A path that begins with two slashes is the address of another host.
  return host === request.headers.get("host") ? `/${pathname.replace(/^\/+/, "")}${search}` : start
}

function* markupOf(patch: Patch): Generator<Markup> {
  if (patch instanceof Markup) yield patch
  else if (!(patch instanceof SseText))
    for (const member of patch) if (isPatch(member)) yield* markupOf(member)
}

/** The events of a value; none for an entity, for text and for any other data. */
async function patchOf(value: unknown): Promise<string> {
  if (!isPatch(value)) return ""
  if (value instanceof SseText) return String(value)
  if (value instanceof Markup) return String(patchElements(await settle(value)))
  let events = ""
  for (const member of value) events += await patchOf(member)
  return events
}

async function* latePatches(markup: Markup): AsyncGenerator<SseText> {
  for await (const { replaces, markup: text, namespace } of patchesOf(markup)) {
    if (text !== "")
      yield patchElements(
        raw(text),
        replaces === undefined ? {} : { selector: `#${replaces}`, mode: "replace", namespace },
      )
  }
}

/** A generator action: each yield is a patch as it comes, or an item of a JSON list. */
async function streamOf(
  values: AsyncIterable<unknown>,
  source: ClientRequest,
  name: string,
): Promise<Response> {
  const { request, client, form } = source
  if (client !== "datastar") {
    const result: unknown[] = []
    for await (const value of values) {
      if (value instanceof SseText) continue
      assertItem(value, name, source)
      result.push(
        value instanceof Markup ? await render(value) : isEntity(value) ? value.toJSON() : value,
      )
    }
    return client === "form"
      ? seeOther(request)
      : jsonResponse({ result }, { headers: jsonHeaders })
  }
  const iterator = values[Symbol.asyncIterator]()
  // The reader pulls more in another context; the generator belongs to this request.
  const next = AsyncResource.bind(() => iterator.next())
  const end = AsyncResource.bind(() => success(source) + takePatches())
  const encoder = new TextEncoder()
  // The page may leave while a patch is made: then there is nothing left to write to.
  let isLeft = false
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      let text = ""
      let isOver = true
      try {
        const { done, value } = await next()
        if (!done) assertItem(value, name, source)
        isOver = done === true
        text = isOver ? end() : (await patchOf(value)) || ": \n\n"
      } catch (error) {
        // The status is sent: the page gets the failure as messages.
        const visible = shownError(error)
        if (visible.isReported) reportError(error, "a streaming action", "actions")
        isOver = true
        text = messagesPatch(messagesByField(visible), form)
        // A value that cannot be sent leaves the generator waiting.
        await iterator
          .return?.(undefined)
          ?.catch(failure => reportError(failure, "the end of a streaming action", "actions"))
      }
      if (isLeft) return
      if (text !== "") controller.enqueue(encoder.encode(text))
      if (isOver) controller.close()
    },
    async cancel() {
      isLeft = true
      await iterator.return?.()
    },
  })
  return makeResponse(body, { headers: sseHeaders })
}
