// Fastify 5: `await app.register(nitro({ entities: [Todo] }))`.
import { AsyncResource } from "node:async_hooks"
import type { IncomingMessage, ServerResponse } from "node:http"
import { splitUrl } from "../actions/internal.ts"
import type { NitroApp } from "../app/index.ts"
import { withApp } from "../app/internal.ts"
import { NitroError } from "../shared/errors.ts"
import { createGate } from "./gate.ts"
import { bodyHeaders } from "./host-headers.ts"
import { responseOf } from "./host-value.ts"
import type { Mount } from "./mount.ts"
import type { NitroOptions } from "./nitro-options.ts"
import { takeLateBody } from "./node-body.ts"
import { hostBody, joinedParts, setHeaders } from "./node-response.ts"
import { PageRequest } from "./page-request.ts"
import { requestIdHeader } from "./page-response.ts"
import { loadSrvx, srvx } from "./srvx.ts"

/** The parts of Fastify that the adapter needs. Structural, so that no type of Fastify's is required. */
interface FastifyRequest {
  readonly raw: IncomingMessage
  /** Undefined until it is parsed. */
  readonly body?: unknown
}
interface FastifyReply {
  readonly raw: ServerResponse
  readonly statusCode: number
  code(status: number): unknown
  header(name: string, value: string | string[]): unknown
  removeHeader(name: string): unknown
  getHeaders(): Readonly<Record<string, number | string | string[] | undefined>>
  send(payload: unknown): unknown
}
type Done = (error?: Error) => void
type Hook = (request: FastifyRequest, reply: FastifyReply, done: Done) => void
type SendHook = (
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: Error | null, payload?: unknown) => void,
) => void

interface FastifyInstance {
  readonly prefix: string
  addHook(name: "onRequest" | "preValidation", hook: Hook): unknown
  addHook(name: "onSend", hook: SendHook): unknown
  addHook(name: "preClose", hook: () => Promise<void>): unknown
  setNotFoundHandler(): unknown
}

/** `instance` is Fastify's; its overloads are too many to be named here. */
export type FastifyPlugin = (instance: object, options: unknown, done: Done) => void

/**
 * A plugin for Fastify 5. Register it before your own routes and plugins: it handles the paths of the entities and passes the rest
 * on, with the context that `live` and `call` need. Responses go through `reply`, so that `onSend` hooks can compress or change them.
 * Registered in a plugin with a prefix it takes the prefix as its base path. `fastify.close()` closes the app.
 */
export function nitro(options: NitroOptions): FastifyPlugin & NitroApp {
  const gate = createGate(options)
  const loading = loadSrvx()
  // The first request gets the error.
  loading.catch(() => undefined)
  const pages = new WeakMap<IncomingMessage, PageRequest>()
  const contexts = new WeakMap<IncomingMessage, AsyncResource>()
  let mount: Mount | undefined

  async function receive(
    fastifyRequest: FastifyRequest,
    reply: FastifyReply,
    next: () => void,
  ): Promise<void> {
    const { raw } = fastifyRequest
    const { NodeRequest } = srvx() ?? (await loading)
    const request = new NodeRequest({ req: raw, res: reply.raw })
    const { path, search } = splitUrl(request.url)
    const hostId = reply.getHeaders()[requestIdHeader]
    const page = await gate.receive({ request, path, search, mount, hostId, hasPages: true })
    if (!(page instanceof PageRequest)) {
      reply.send(prepare(reply, page))
      return
    }
    takeLateBody(raw, request, fastifyRequest)
    pages.set(raw, page)
    if (!page.isStream) {
      if (hostId === undefined) reply.header(requestIdHeader, page.requestId)
      if (page.cookies.length > 0) reply.header("set-cookie", [...page.cookies])
    }
    await page.run(() => {
      // Fastify reads a body in the context of its connection: the handler has to come back from there.
      if (raw.method !== "GET" && raw.method !== "HEAD")
        contexts.set(raw, new AsyncResource("nitro"))
      next()
    })
  }

  const plugin: FastifyPlugin = (host, _options, done) => {
    // The parts of it that this file uses.
    const instance = host as FastifyInstance
    const { prefix } = instance
    if (/[:*?{(]/.test(prefix)) return done(variable(prefix))
    if (prefix !== "") mount = { path: prefix, isSure: true }
    runHooksOnUnknownPaths(instance)
    instance.addHook("onRequest", (request, reply, next) => {
      receive(request, reply, next).catch(next)
    })
    instance.addHook("preValidation", ({ raw }, _reply, next) => {
      const context = contexts.get(raw)
      if (context === undefined) next()
      else context.runInAsyncScope(next)
    })
    instance.addHook("onSend", ({ raw }, reply, payload, sent) => {
      const page = pages.get(raw)
      if (page === undefined) return sent(null, payload)
      pages.delete(raw)
      if (!page.isStream) {
        const add = (): void => {
          const set = [reply.getHeaders()["set-cookie"] ?? []].flat().map(String)
          const cookies = page.withSessionCookie(set)
          // Fastify adds a cookie to those that are set.
          reply.removeHeader("set-cookie")
          if (cookies.length > 0) reply.header("set-cookie", [...cookies])
          sent(null, payload)
        }
        const saving = page.saveSession(reply.statusCode)
        if (saving === undefined) add()
        else saving.then(add, sent)
        return
      }
      finish(page, reply, payload).then(body => sent(null, body), sent)
    })
    instance.addHook("preClose", () => gate.app.close())
    done()
  }
  // Its hooks are for the routes around it too, not only for those that it would register itself.
  return withApp(Object.assign(plugin, { [Symbol.for("skip-override")]: true }), gate.app)
}

/** Its value differs from request to request, and an app has one base path: the first request would decide about all others. */
function variable(prefix: string): NitroError {
  return new NitroError(
    "NITRO_BASE_PATH",
    `nitro() is registered below the prefix ${JSON.stringify(prefix)}, which has no fixed path.`,
    {
      fix: 'Register it at the root or below a plain prefix, "/shop", and read the parameter in your own routes.',
    },
  )
}

/** Fastify knows no routes for our paths, and runs the hooks of a plugin on those only once it has a not-found handler. */
function runHooksOnUnknownPaths(instance: FastifyInstance): void {
  try {
    instance.setNotFoundHandler()
  } catch {
    // The application has set one.
  }
}

/** Sets status and headers of a response beside those that the host has set; returns its body as Fastify takes it. */
function prepare(reply: FastifyReply, response: Response): unknown {
  const { status, headers, body } = joinedParts(response, replyHeaders(reply))
  reply.code(status)
  // Fastify adds a cookie to those that are set.
  reply.removeHeader("set-cookie")
  setHeaders(headers, (name, value) => reply.header(name, value))
  return hostBody(body)
}

function* replyHeaders(reply: FastifyReply): Generator<[string, string]> {
  for (const [name, value] of Object.entries(reply.getHeaders()))
    for (const each of [value].flat()) if (each !== undefined) yield [name, String(each)]
}

/** The stream of a page's live views, in place of what its route has sent. */
async function finish(page: PageRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  const response = await page.finish(responseOf(reply.statusCode, payload))
  for (const name of bodyHeaders) reply.removeHeader(name)
  return prepare(reply, response)
}
