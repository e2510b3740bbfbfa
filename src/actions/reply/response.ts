// The class of responses: the one that the host of the request sends fastest, else the runtime's own.
import { currentRequest } from "../context/request-context.ts"

const fastest: unique symbol = Symbol("nitro.response")

/** A request whose host has its own class of responses. */
interface HostRequest extends Request {
  readonly [fastest]?: typeof Response
}

/** For hosts: requests that inherit from `requests` get responses of the class `response`. Node's own Response costs twice as much. */
export function respondBy(requests: object, response: typeof Response): void {
  Object.defineProperty(requests, fastest, { value: response, configurable: true })
}

export function responseClass(): typeof Response {
  const request: HostRequest | undefined = currentRequest()?.request
  return request?.[fastest] ?? Response
}

export function makeResponse(
  body: ConstructorParameters<typeof Response>[0],
  init: ResponseInit,
): Response {
  return new (responseClass())(body, init)
}

export function jsonResponse(value: unknown, init: ResponseInit): Response {
  return responseClass().json(value, init)
}
