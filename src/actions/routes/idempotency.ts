// Idempotency: a request that is sent again under its key gets the first response, and runs nothing.
import type { Store } from "../../entity/index.ts"
import { isDeadline } from "../../shared/deadline.ts"
import { NitroError } from "../../shared/errors.ts"
import { refuseUnknownOptions } from "../../shared/options.ts"
import { reportError } from "../../shared/report.ts"
import { context } from "../context/request-context.ts"
import type { TimedCall } from "../context/timed-call.ts"
import type { RequestKey } from "../input/request-key.ts"
import { makeResponse } from "../reply/response.ts"
import {
  type IdempotencyRecord,
  type IdempotencyRecords,
  MemoryRecords,
  StoredRecords,
} from "./idempotency-records.ts"

export interface IdempotencyOptions {
  /**
   * The store that keeps responses for 24 hours: the database of your entities, `sqlite("shop.db")`. Default: 16 MiB of this
   * process's memory, which a restart empties and other processes do not see.
   */
  readonly store?: Store
}

const keepMs = 24 * 60 * 60 * 1000
/** Bytes of a response. Of a larger one only the fact is kept. */
const maxResponseBytes = 64 * 1024
/** Longest time that one waits for a request that another process has begun; it may have ended in the middle. */
const maxWaitMs = 60_000
const pollMs = 100

/** How a request is carried out. */
export interface Work {
  /** Runs it and makes its response; `isStream`: the response goes on after this. */
  readonly respond: (
    call: TimedCall,
  ) => Promise<{ readonly response: Response; readonly isStream: boolean }>
  /** Runs it in time, and in a unit of work where `inUnit` says so. */
  readonly open: <T>(work: (call: TimedCall) => Promise<T>) => Promise<T>
  /** Runs in one unit of work, and in which store; undefined where it makes its own. */
  readonly store: Store | undefined
  readonly inUnit: boolean
}

export class Idempotency {
  readonly #records: IdempotencyRecords
  /** The requests that this process is carrying out, by id. */
  readonly #running = new Map<string, Promise<void>>()

  constructor(options: IdempotencyOptions = {}) {
    refuseUnknownOptions("nitro({ idempotency })", options, new Set(["store"]))
    const { store } = options
    this.#records = store === undefined ? new MemoryRecords() : new StoredRecords(store)
  }

  /** @throws NITRO_IDEMPOTENCY_MISMATCH when the key was used for another request, NITRO_IDEMPOTENCY_UNKNOWN when it may have run. */
  async once(key: RequestKey, work: Work): Promise<Response> {
    for (
      let before = this.#running.get(key.id);
      before !== undefined;
      before = this.#running.get(key.id)
    )
      await before
    let end = (): void => {}
    this.#running.set(key.id, new Promise<void>(resolve => (end = resolve)))
    try {
      return await this.#alone(key, work)
    } finally {
      this.#running.delete(key.id)
      end()
    }
  }

  async #alone(key: RequestKey, work: Work): Promise<Response> {
    const since = Date.now()
    for (;;) {
      const record = await this.#records.find(key.id)
      if (record === undefined) {
        const response = await this.#run(key, work)
        if (response !== undefined) return response
        // Another process was faster.
        continue
      }
      if (record.fingerprint !== key.fingerprint) {
        throw new NitroError(
          "NITRO_IDEMPOTENCY_MISMATCH",
          "This Idempotency-Key was used for a request with other content.",
        )
      }
      if (record.answer !== null) return responseFrom(record.answer, key)
      if (Date.now() - since > maxWaitMs) throw unknownOutcome()
      await new Promise(resolve => setTimeout(resolve, pollMs))
    }
  }

  /** Undefined when another process took the key in between. */
  async #run(key: RequestKey, work: Work): Promise<Response | undefined> {
    const { store } = this.#records
    const isCovered = work.inUnit && store !== undefined && store === work.store
    return isCovered ? await this.#inItsTransaction(key, work) : await this.#aroundIt(key, work)
  }

  /** The response is written with the writes that it reports: both are stored, or neither. */
  async #inItsTransaction(key: RequestKey, work: Work): Promise<Response | undefined> {
    const conflict = new Error("the key is taken")
    try {
      return await work.open(async call => {
        const { response, text } = await readResponse(await work.respond(call))
        if (!(await this.#records.add(recordOf(key, text)))) throw conflict
        return response
      })
    } catch (error) {
      if (error === conflict) return undefined
      throw error
    }
  }

  /** Recorded before and after, since no transaction covers both: an interrupted request runs at most once. */
  async #aroundIt(key: RequestKey, { open, respond, inUnit }: Work): Promise<Response | undefined> {
    if (!(await this.#records.add(recordOf(key, null)))) return undefined
    let running: ReturnType<typeof readResponse> | undefined
    try {
      const { response, text } = await open(call => {
        running = respond(call).then(readResponse)
        return running
      })
      await this.#keep(key, text)
      return response
    } catch (error) {
      // Without a unit of work it goes on behind its deadline, and holds its key until it has ended.
      if (!inUnit && running !== undefined && isDeadline(error)) void this.#keepLate(key, running)
      // It was taken back, so it may be tried again.
      else await this.#records.remove(key.id)
      throw error
    }
  }

  /** It is done: failing to record that must not make it look undone. */
  #keep(key: RequestKey, text: string): Promise<void> {
    return this.#records
      .update(recordOf(key, text))
      .catch(error => reportError(error, "keeping a response for its idempotency key", "actions"))
  }

  async #keepLate(key: RequestKey, running: ReturnType<typeof readResponse>): Promise<void> {
    const text = await running.then(
      ({ text }) => text,
      () => undefined,
    )
    if (text !== undefined) return this.#keep(key, text)
    await this.#records
      .remove(key.id)
      .catch(error => reportError(error, "freeing an idempotency key", "actions"))
  }
}

const recordOf = ({ id, fingerprint }: RequestKey, response: string | null): IdempotencyRecord => ({
  id,
  fingerprint,
  answer: response,
  expiresAt: Date.now() + keepMs,
})

// Stored rows are sealed for it, so it keeps its spelling.
const purpose = "idempotent answer"
/** The record of a response that is too large, or that is a stream. */
const tooLarge = JSON.stringify({ isLost: true })

interface ResponseData {
  readonly isLost?: true
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  /** base64; undefined for a response without a body. */
  readonly body?: string
  /** Sealed, since they authenticate a user. */
  readonly cookies?: string
}

/** The response as text, and a response to send in its place, since a body is read once. */
async function readResponse({
  response,
  isStream,
}: {
  response: Response
  isStream: boolean
}): Promise<{ response: Response; text: string }> {
  if (isStream) return { response, text: tooLarge }
  const { secret } = context().app
  const cookies = response.headers.getSetCookie()
  const bytes = response.body === null ? undefined : Buffer.from(await response.arrayBuffer())
  const headers = [...response.headers].filter(([name]) => name !== "set-cookie")
  const data: ResponseData = {
    status: response.status,
    headers,
    ...(bytes && { body: bytes.toString("base64") }),
    ...(cookies.length > 0 &&
      secret.canSign && { cookies: secret.seal(purpose, JSON.stringify(cookies)) }),
  }
  const again = makeResponse(bytes ?? null, {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  })
  return {
    response: again,
    text: (bytes?.length ?? 0) > maxResponseBytes ? tooLarge : JSON.stringify(data),
  }
}

function responseFrom(text: string, { isKnown }: RequestKey): Response {
  // `keepable` wrote it.
  const { isLost, status, headers, body, cookies } = JSON.parse(text) as ResponseData
  if (isLost) {
    throw new NitroError(
      "NITRO_IDEMPOTENCY_DONE",
      "This request was carried out before. Its response was not kept.",
    )
  }
  const response = makeResponse(body === undefined ? null : Buffer.from(body, "base64"), {
    status,
    // `makeResponse` changes none.
    headers: headers as [string, string][],
  })
  response.headers.set("idempotent-replayed", "true")
  // Only to the visitor it was made for, who must be known by more than the key.
  const opened =
    isKnown && cookies !== undefined ? context().app.secret.open(purpose, cookies) : undefined
  // `keepable` sealed it.
  for (const cookie of opened === undefined ? [] : (JSON.parse(opened) as string[]))
    response.headers.append("set-cookie", cookie)
  return response
}

function unknownOutcome(): NitroError {
  return new NitroError(
    "NITRO_IDEMPOTENCY_UNKNOWN",
    "This request was started and not finished. It may or may not have been carried out.",
  )
}
