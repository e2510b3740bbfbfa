// What becomes of the answer of a host's own route: cookies join it, or the stream of its live views replaces it.

import { answerStream, busyAnswer, type LiveRequest, liveApp, renewal } from "../live/internal.ts"
import { isThenable } from "../shared/callback.ts"
import type { MaybePromise } from "../shared/types.ts"

export async function withCookies(
  answer: MaybePromise<Response>,
  cookies: readonly string[],
): Promise<Response> {
  const response = await answer
  const headers = new Headers(response.headers)
  for (const cookie of cookies) headers.append("set-cookie", cookie)
  return new Response(response.body, { status: response.status, headers })
}

/** Runs a page's route: when it fails, nothing will ask for the views that it had shown. */
export function releasing<T>({ stream }: LiveRequest, run: () => T): T {
  if (stream === undefined) return run()
  const failed = (error: unknown): never => {
    stream.end()
    throw error
  }
  try {
    const result = run()
    // A promise of the same, for it only fails once more.
    return isThenable(result) ? (result.then(undefined, failed) as T) : result
  } catch (error) {
    return failed(error)
  }
}

export async function finish(
  response: Response,
  live: LiveRequest,
  once: boolean,
  cookies: readonly string[],
): Promise<Response> {
  const { stream } = live
  if (!stream) return cookies.length === 0 ? response : withCookies(response, cookies)
  return releasing(live, async () => {
    if (response.status === 200) {
      // Read to the end: a component that waits for something may register its live views late.
      await response.text()
      const elsewhere = renewal(live, live.app.part(liveApp))
      if (elsewhere !== undefined) return withCookies(elsewhere, cookies)
      if (stream.size > 0 || stream.state === "ended")
        return withCookies(answerStream(live, stream, once), cookies)
    } else {
      await response.body?.cancel()
    }
    stream.end()
    // 204 tells the page not to come back; a server that fails now may be well in a moment.
    return response.status >= 500 ? busyAnswer() : new Response(null, { status: 204 })
  })
}
