// The last step of a response: our headers join it, or the stream of the page's live views replaces it.

import {
  busyResponse,
  type LiveRequest,
  liveApp,
  renewal,
  respondWithStream,
  type Stream,
} from "../live/internal.ts"
import { isThenable } from "../shared/callback.ts"
import { failedIn } from "../shared/request-id.ts"

export const requestIdHeader = "x-request-id"

/** The outcome of a page's route, as far as it decides about the page's stream. */
export type PageOutcome = Pick<Response, "status" | "body" | "text">

/** The response with the id of its request, unless it has one, and with cookies: itself where its headers may be changed. */
export function withOurHeaders(
  response: Response,
  requestId: string,
  cookies: readonly string[],
): Response {
  try {
    addTo(response.headers, requestId, cookies)
    return response
  } catch {
    // The headers of a Response that `fetch` gave cannot be changed.
    const { body, status, statusText } = response
    const headers = new Headers(response.headers)
    addTo(headers, requestId, cookies)
    return new Response(body, { status, statusText, headers })
  }
}

export interface StreamSettings {
  readonly live: LiveRequest
  readonly requestId: string
  /** The stream is to end with what the page has missed. */
  readonly once: boolean
  readonly cookies: readonly string[]
}

function addTo(headers: Headers, requestId: string, cookies: readonly string[]): void {
  if (!headers.has(requestIdHeader)) headers.set(requestIdHeader, requestId)
  for (const cookie of cookies) headers.append("set-cookie", cookie)
}

/** Runs a page's route. If it fails, its views are released: no stream will be opened for them. */
export function releasing<T>({ stream }: LiveRequest, run: () => T, requestId: string): T {
  const failed = (error: unknown): never => {
    failedIn(requestId, error)
    stream?.end()
    throw error
  }
  try {
    const result = run()
    // A promise of the same: `failed` throws what it gets.
    return isThenable(result) ? (result.then(undefined, failed) as T) : result
  } catch (error) {
    return failed(error)
  }
}

/** The stream of a page whose route ended so, or why there is none. */
export function streamAfter(
  outcome: PageOutcome,
  stream: Stream,
  { live, once, requestId, cookies }: StreamSettings,
): Promise<Response> {
  const ours = (response: Response): Response => withOurHeaders(response, requestId, cookies)
  const replace = async (): Promise<Response> => {
    if (outcome.status === 200) {
      // Read to the end: a component that waits for something may register its live views late.
      if (outcome.body !== null) await outcome.text()
      const elsewhere = renewal(live, live.app.part(liveApp))
      if (elsewhere !== undefined) return ours(elsewhere)
      if (stream.state === "ended") return ours(busyResponse())
      if (stream.size > 0) {
        const cookieHeaders = cookies.map((cookie): [string, string] => ["set-cookie", cookie])
        return respondWithStream(live, stream, once, [
          [requestIdHeader, requestId],
          ...cookieHeaders,
        ])
      }
    } else {
      // Not awaited: of a response that a host has cloned it resolves once the other copies were cancelled too.
      outcome.body?.cancel().catch(() => undefined)
    }
    stream.end()
    // 204 makes the page stay away; a server that fails now may be well in a moment.
    return ours(outcome.status >= 500 ? busyResponse() : new Response(null, { status: 204 }))
  }
  return releasing(live, replace, requestId)
}
