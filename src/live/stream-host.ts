// How a host sends the streams of its requests, where it has a quicker way than a web stream.
import type { Sink } from "./sink.ts"

/** A stream that a host is to send. */
export interface OpenedStream {
  /** Starts to write, with what the page missed. */
  attach(sink: Sink): void
  /** The reader has left. */
  end(): void
}

export interface StreamHost {
  /** Calls `listener` when the client of the request has gone, at once where it is gone already. It may be called again. */
  onGone(request: Request, listener: () => void): void
  /** The response that attaches a sink of the host's own when it is sent. */
  respond(
    request: Request,
    stream: OpenedStream,
    headers: [name: string, value: string][],
  ): Response
}

const host: unique symbol = Symbol("nitro.streams")

interface HostRequest extends Request {
  readonly [host]?: StreamHost
}

/** For hosts: streams of requests that inherit from `requests` are sent by `streams`. */
export function streamBy(requests: object, streams: StreamHost): void {
  Object.defineProperty(requests, host, { value: streams, configurable: true })
}

export function streamHostOf(request: HostRequest): StreamHost | undefined {
  return request[host]
}
